"""What a segment made of others takes over from them: hypotheses, word times, split and measures.

All of it is written in the transaction of the action that makes the segment.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from core.review.card import Card, CardWord
from core.review.cutting import later
from store.database import Store
from store.errors import StoreError
from store.segments.annotations import alignment, put_alignment
from store.segments.edits import ActionDone
from store.segments.queue import SegmentRow
from store.segments.table import StoredHypothesis, add_hypothesis
from store.units import SAMPLE_RATE


def add_hypotheses(store: Store, segment: int, hypotheses: Sequence[StoredHypothesis]) -> None:
    """Give a segment the hypotheses made for it from those of others, oldest first. Raises StoreError."""
    for one in hypotheses:
        add_hypothesis(store, segment, one.model, one.text, one.words, one.compute_seconds, one.alternatives)


def put_times(store: Store, segment: int, text: str, words: Sequence[CardWord], seconds: float = 0.0) -> None:
    """Keep the times of a text's words, so many seconds later, where no hypothesis has them. Raises StoreError."""
    timed = [{"word": w.text, "start": w.start, "end": w.end, "probability": w.probability} for w in words]
    put_alignment(store, segment, text, [later(word, seconds) for word in timed], "carried")


def has_own_times(store: Store, card: Card) -> bool:
    """Whether the words of a segment's present text have times of their own. Raises StoreError."""
    aligned = alignment(store, card.row.id)
    return aligned is not None and aligned.text == card.shown


def inherit(store: Store, segment: int, parents: Sequence[SegmentRow]) -> None:
    """Give a segment the split of its parents, and the measures of the longest until it is measured itself.

    Raises:
        StoreError: the parents are in different splits.
    """
    splits = sorted({parent.split for parent in parents} - {""})
    if len(splits) > 1:
        numbers = " and ".join(str(parent.id) for parent in parents)
        raise StoreError(
            f"Segments {numbers} are in {' and in '.join(splits)}", "what is in two splits stays apart"
        )
    longest = max(parents, key=lambda parent: parent.seconds)
    store.execute(
        "UPDATE segments SET split = ?, (loudness, snr, clipped, band, extra) = "
        "(SELECT loudness, snr, clipped, band, extra FROM segments WHERE id = ?) WHERE id = ?",
        ("".join(splits), longest.id, segment),
    )


def follow(store: Store, done: ActionDone) -> None:
    """Where an action moved the start of segments, keep their words where they were spoken. Raises StoreError.

    Times of words count from the segment's start, so they move against it; an undo moves them back.
    """
    moved = store.execute(
        "SELECT segment_id, (was ->> 'start') - (became ->> 'start') AS samples FROM corrections "
        "WHERE action_id = ? AND (was ->> 'start') != (became ->> 'start')",
        (done.action.id,),
    )
    for segment, samples in moved:
        for table, number in (("hypotheses", "id"), ("alignments", "segment_id")):
            for row in store.execute(f"SELECT {number}, words FROM {table} WHERE segment_id = ?", (segment,)):
                words = [later(word, samples / SAMPLE_RATE) for word in json.loads(row["words"])]
                store.execute(
                    f"UPDATE {table} SET words = ? WHERE {number} = ?",
                    (json.dumps(words, ensure_ascii=False), row[number]),
                )
