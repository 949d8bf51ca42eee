"""What is counted over all segments: read from the counts that triggers keep, never by counting.

Adding up a million segments takes seconds; a hundred counts are read at once. `recount` counts all the
same, to see that the triggers kept them right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from store.database import Store
from store.schema.migrations import split
from store.schema.score_tables import COUNT_ALL


@dataclass(frozen=True, slots=True)
class Tally:
    """The segments that have status, split, speaker, source and level in common; retired ones never."""

    status: str
    split: str
    speaker: str
    source: str
    """How the recording came: microphone, file…"""
    level: str
    """Of loudness: quiet, normal or loud; empty where it was not measured."""
    segments: int
    samples: int
    scored: int
    """Segments whose hearing was compared with a reference; the sums of errors and words are over these."""
    errors: int
    words: int
    character_errors: int
    characters: int
    errors_errors: int
    """Sum of squares, and of products below, for the interval around errors / words."""
    errors_words: int
    words_words: int
    expected: float
    """Errors that the texts are expected to have."""
    strict_errors: int
    """As errors and words, where every word that is written otherwise is another."""
    strict_words: int


def tally(store: Store) -> list[Tally]:
    """The counts of all segments, by what they have in common. Raises StoreError."""
    return [Tally(**row) for row in store.execute("SELECT * FROM tallies WHERE segments > 0")]


def speakers(store: Store, most: int = 9) -> list[str]:
    """The names of those who speak in the most segments, most first. Raises StoreError."""
    rows = store.execute(
        "SELECT speaker FROM tallies WHERE speaker != '' GROUP BY speaker HAVING sum(segments) > 0 "
        "ORDER BY sum(segments) DESC, speaker LIMIT ?",
        (most,),
    )
    return [row["speaker"] for row in rows]


def histogram(store: Store, name: str) -> dict[int, int]:
    """Segments by bin, empty bins left out; no bins for an unknown name.

    Args:
        name: seconds (a bin is one second, the last is 30 and more), confidence (a twentieth) or pace
            (half a word a second, the last is ten words and more).

    Raises:
        StoreError: the database is damaged.
    """
    rows = store.execute(
        "SELECT bin, segments FROM histograms WHERE name = ? AND segments > 0 ORDER BY bin", (name,)
    )
    return {row["bin"]: row["segments"] for row in rows}


def recount(store: Store) -> bool:
    """Count everything again, and store that; True if the counts were right before. Raises StoreError."""
    with store.transaction():
        stored = _counts(store)
        store.execute("DELETE FROM tallies")
        store.execute("DELETE FROM histograms")
        for statement in split(COUNT_ALL):
            store.execute(statement)
        true = _counts(store)
    return stored.keys() == true.keys() and all(_alike(stored[key], true[key]) for key in true)


def _counts(store: Store) -> dict[tuple[str | int, ...], tuple[float, ...]]:
    """All counts that are not nothing, by what they count."""
    keys = {"tallies": 5, "histograms": 2}
    return {
        (table, *row[:size]): tuple(row[size:])
        for table, size in keys.items()
        for row in store.execute(f"SELECT * FROM {table} WHERE segments != 0")
    }


def _alike(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Equal, but for what adding numbers in another order changes."""
    return all(math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-3) for a, b in zip(one, other, strict=True))
