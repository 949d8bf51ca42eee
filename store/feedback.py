"""What the tutor noted in a turn's margin, and how long each stage of the turn took."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from store.database import Store
from store.errors import StoreError
from store.text import clean
from store.units import now


@dataclass(frozen=True, slots=True)
class StoredNote:
    """One correction in the margin of a learner's turn."""

    id: int
    turn: int
    said: str
    better: str
    why: str
    created_at: str


def add_feedback(store: Store, turn: int, said: str, better: str, why: str) -> int:
    """Add a margin note to a turn and return its number. Raises StoreError."""
    with store.transaction():
        store.get("turns", turn)
        return store.insert(
            "feedback",
            turn_id=turn,
            said=clean(said),
            better=clean(better),
            why=clean(why),
            created_at=now(),
        )


def feedback(store: Store, turn: int) -> list[StoredNote]:
    """The margin notes of a turn, oldest first. Raises StoreError."""
    rows = store.execute("SELECT * FROM feedback WHERE turn_id = ? ORDER BY id", (turn,))
    return [
        StoredNote(row["id"], row["turn_id"], row["said"], row["better"], row["why"], row["created_at"])
        for row in rows
    ]


def add_timings(store: Store, turn: int, seconds: Mapping[str, float]) -> None:
    """Note how long stages of a turn took; a stage noted before is replaced.

    Raises:
        StoreError: no such turn, or a time that is negative or not finite. Nothing is stored then.
    """
    with store.transaction():
        store.get("turns", turn)
        for stage, time in seconds.items():
            if not (math.isfinite(time) and time >= 0):
                raise StoreError(f"No timing was stored, because “{clean(stage)}” took {time} seconds")
            store.execute(
                "INSERT INTO timings (turn_id, stage, seconds) VALUES (?, ?, ?) "
                "ON CONFLICT DO UPDATE SET seconds = excluded.seconds",
                (turn, clean(stage), float(time)),
            )


def timings(store: Store, turn: int) -> dict[str, float]:
    """Seconds by stage; empty where none were noted. Raises StoreError."""
    rows = store.execute("SELECT stage, seconds FROM timings WHERE turn_id = ? ORDER BY stage", (turn,))
    return {row["stage"]: row["seconds"] for row in rows}
