"""One action of a person, with all that follows from it, in one transaction.

What follows: words stay where they were spoken, and what is derived from the texts is computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.review import carrying
from store.database import Store
from store.segments import edits
from store.segments.edits import ActionDone, Addition, SegmentChange, SegmentState
from store.segments.queue import SegmentRow
from store.text import clean

LONGEST_SUMMARY = 60
"""Characters shown of an action that may be undone."""


def act(
    store: Store,
    author: str,
    kind: str,
    changes: Sequence[SegmentChange],
    additions: Sequence[Addition] = (),
    *,
    summary: str = "",
    seconds: float = 0.0,
    keystrokes: int = 0,
    in_same_transaction: Callable[[ActionDone], None] = lambda done: None,
) -> ActionDone:
    """Do one action (see `store.segments.edits.apply`) and what follows from it: all or nothing, on disk on return.

    Args:
        in_same_transaction: what else belongs to the action, such as giving a new segment its hypotheses.

    Raises:
        ConflictError: a segment has another revision than was seen.
        StoreError: a segment that was split or merged, a change that is none, a damaged database.
    """
    short = clean(summary, limit=None)
    if len(short) > LONGEST_SUMMARY:
        short = short[: LONGEST_SUMMARY - 1] + "…"
    with store.transaction():
        done = edits.apply(
            store, author, kind, changes, additions, summary=short, seconds=seconds, keystrokes=keystrokes
        )
        in_same_transaction(done)
        _follow(store, done)
    return done


def undo(store: Store, author: str, before: int | None = None) -> ActionDone | None:
    """Take back the newest action of an author (see `store.segments.edits.undo`), and what followed from it."""
    with store.transaction():
        done = edits.undo(store, author, before)
        if done is not None:
            _follow(store, done)
    return done


def redo(store: Store, author: str) -> ActionDone | None:
    """Do again what was undone last (see `store.segments.edits.redo`), and what followed from it."""
    with store.transaction():
        done = edits.redo(store, author)
        if done is not None:
            _follow(store, done)
    return done


def state_of(row: SegmentRow) -> SegmentState:
    """What a person can change about a segment, as a row shows it."""
    return SegmentState(**{name: getattr(row, name) for name in SegmentState.__dataclass_fields__})


def _follow(store: Store, done: ActionDone) -> None:
    from core.review.derived_columns import refresh  # not at the top: it needs numpy, and the app starts without

    carrying.follow(store, done)
    refresh(store, done.segments)
