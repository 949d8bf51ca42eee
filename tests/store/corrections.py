"""Corrections without a desk, for tests of what is done with them."""

from __future__ import annotations

from dataclasses import replace

from store.database import Store
from store.segments.edits import SegmentChange, apply, state


def add_correction(
    store: Store,
    segment: int,
    author: str,
    kind: str,
    before: str | None,
    after: str | None,
    listened_seconds: float,
) -> int:
    """Add an entry to the journal of corrections and return its number; it is on disk on return.

    Entries are never changed or removed. It is an action of its own (see `store.segments.edits`), for whoever has
    not shown the segment to anybody before.

    Args:
        before: what the caller took for the reference; the journal notes what it was.
        after: the reference from then on; None takes it back without another.

    Raises:
        StoreError: no such segment, or text that is too long.
    """
    with store.transaction():
        now_is, revision = state(store, segment)
        status = "new" if after is None else "corrected"
        to = replace(now_is, status=status, reference=after)
        apply(store, author, kind, [SegmentChange(segment, to, revision, listened_seconds)])
        return state(store, segment)[1]
