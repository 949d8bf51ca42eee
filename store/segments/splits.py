"""Which segments train a model and which test it. What was once a test stays one, or a test means nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from store.database import Store
from store.errors import StoreError
from store.text import clean

USED = ("train", "dev", "test")
SPLITS = (*USED, "out")
"""The last for what may be in none, because it resembles a test."""


def set_split(store: Store, segments: Iterable[int], split: str) -> int:
    """Put segments into a split ("" for none), and return how many were not in it before.

    Raises:
        StoreError: an unknown split or segment, or a segment of the test that would leave it. Nothing is
            changed then.
    """
    if split not in ("", *SPLITS):
        raise StoreError(f"“{clean(split)}” is no split", f"use one of {', '.join(SPLITS)}")
    wanted = json.dumps(sorted({int(segment) for segment in segments}))
    with store.transaction():
        unknown = store.execute(
            "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM segments) LIMIT 1", (wanted,)
        )
        if unknown:
            store.get("segments", unknown[0]["value"])
        tested = store.execute(
            "SELECT id FROM segments "
            "WHERE id IN (SELECT value FROM json_each(?)) AND split = 'test' AND ? != 'test' LIMIT 1",
            (wanted, split),
        )
        if tested:
            raise StoreError(
                f"Segment {tested[0]['id']} is in the test, which it may not leave, because a model that trained "
                "on it would seem better than it is",
                "leave it out",
            )
        changed = store.execute(
            "UPDATE segments SET split = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND split != ?2 "
            "RETURNING id",
            (wanted, split),
        )
    return len(changed)


def set_blocks(store: Store, blocks: Mapping[int, str]) -> None:
    """Say which recordings stay together, by recording: those of one block go to one split.

    Raises:
        StoreError: no such recording. Nothing is changed then.
    """
    with store.transaction():
        for recording, block in blocks.items():
            store.get("recordings", recording)
            store.execute("UPDATE recordings SET block = ? WHERE id = ?", (clean(block), recording))


def blocks(store: Store) -> dict[int, str]:
    """The block of every recording that has one. Raises StoreError."""
    rows = store.execute("SELECT id, block FROM recordings WHERE block != '' ORDER BY id")
    return {row["id"]: row["block"] for row in rows}
