"""The same thing twice: what a model trained on and is tested on, and what was collected twice.

A model that heard the sentence, or the very recording, in training looks better in the test than it is. So
nothing that is in `train` or `dev` may say nearly the same, or be the same sound, as anything in `test`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.dataset import near_duplicates, same_sounds
from core.dataset.groups import joined
from store.database import Store

Kind = Literal["text", "audio"]

TAKING_PART = "status != 'retired' AND split IN ('train', 'dev', 'test')"


@dataclass(frozen=True, slots=True)
class Leak:
    """A segment of train or dev that is nearly one of the test."""

    kind: Kind
    train_segment: int
    test_segment: int
    likeness: float
    """0 to 1: the share of words that are the same, or of the sound."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Segments that say the same (texts of at least `near_duplicates.LEAST_WORDS` words), or are the same sound."""

    kind: Kind
    segments: tuple[int, ...]


def leaks(store: Store) -> list[Leak]:
    """All leaks, each segment of train or dev with the segment of the test that is most like it.

    Raises:
        StoreError: the database is damaged.
    """
    rows = store.execute(
        f"SELECT id, text, fingerprint, split = 'test' AS tested FROM segments WHERE {TAKING_PART}"
    )
    return between([row for row in rows if not row["tested"]], [row for row in rows if row["tested"]])


def between(rows: Sequence[Any], tested: Sequence[Any]) -> list[Leak]:
    """The leaks between rows and rows of the test, each with id, text and fingerprint, by text before by audio."""
    if not rows or not tested:
        return []
    by_text = near_duplicates.nearest(
        [near_duplicates.words(row["text"]) for row in rows], [near_duplicates.words(row["text"]) for row in tested]
    )
    by_sound = same_sounds.nearest([row["fingerprint"] for row in rows], [row["fingerprint"] for row in tested])
    kinds: tuple[tuple[Kind, dict[int, tuple[int, float]]], ...] = (("text", by_text), ("audio", by_sound))
    return [
        Leak(kind, rows[one]["id"], tested[other]["id"], likeness)
        for kind, found in kinds
        for one, (other, likeness) in sorted(found.items())
    ]


def duplicates(store: Store) -> list[Duplicate]:
    """What is there twice or more: same words, or same sound. Raises StoreError."""
    same_words = store.execute(
        "SELECT json_group_array(id) AS ids FROM segments WHERE sameness IS NOT NULL AND length >= ? "
        "AND status != 'retired' AND sameness IN "
        "(SELECT sameness FROM segments WHERE sameness IS NOT NULL GROUP BY sameness HAVING count(*) > 1) "
        "GROUP BY sameness HAVING count(*) > 1",
        (near_duplicates.LEAST_WORDS,),
    )
    rows = store.execute(
        "SELECT id, fingerprint FROM segments WHERE length(fingerprint) > 0 AND status != 'retired' ORDER BY id"
    )
    pairs = same_sounds.repeated([row["fingerprint"] for row in rows])
    same_sound = joined((rows[one]["id"], rows[other]["id"]) for one, other in pairs)
    return sorted(
        [
            *(Duplicate("text", tuple(sorted(json.loads(row["ids"])))) for row in same_words),
            *(Duplicate("audio", tuple(sorted(group))) for group in same_sound),
        ],
        key=lambda duplicate: (duplicate.kind, duplicate.segments),
    )
