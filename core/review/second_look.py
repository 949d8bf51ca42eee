"""A blind second look at some of one's own items: does one still write what one wrote?

Who annotates alone has nobody to compare with but himself. So every twentieth item that a person accepted is
offered once more, after a day at least and without its reference, and the error rate between the two passes is a
ceiling for what any recogniser can be expected to reach on this person's texts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.review.actions import act
from core.review.card import Card, evidence_of, read
from models.evaluation.rates import Interval, linearised
from store.database import Store
from store.errors import StoreError
from store.segments.annotations import add_second_pass, second_passes
from store.segments.edits import ActionDone, ConflictError, SegmentChange, state
from store.segments.table import hypotheses
from store.text import clean
from store.units import stamp

if TYPE_CHECKING:
    from models.evaluation.scoring import Errors

EVERY = 20
"""One item in so many is looked at twice: 5 %."""
AGE = timedelta(days=1)
"""Before that one remembers what one wrote."""

DUE = """
SELECT id FROM segments s WHERE status = 'corrected' AND (id * 2654435761 & 4294967295) * ?1 < 4294967296
    AND EXISTS (SELECT 1 FROM corrections c WHERE c.segment_id = s.id AND c.author = ?2
        AND c.kind IN ('accept', 'correct') AND c.after IS s.reference AND c.created_at <= ?3)
    AND NOT EXISTS (SELECT 1 FROM second_passes p WHERE p.segment_id = s.id AND p.author = ?2)
LIMIT ?4
"""
# The hash of a segment is its number times 2^32 / golden ratio (Knuth, volume 3, 6.4), which falls evenly.


@dataclass(frozen=True, slots=True)
class SecondLook:
    """How a second pass compares with the first."""

    first: str
    """The reference that stood."""
    second: str
    errors: Errors
    """Words of the second text, against the first."""
    done: ActionDone | None
    """What was done to the segment: nothing, where the words agree."""


def due(store: Store, author: str, n: int = 1, moment: datetime | None = None) -> list[int]:
    """Segments this author accepted that are due for a second look, at most `n`. Raises StoreError.

    Args:
        moment: now, if not the clock's.
    """
    before = (moment or datetime.now(UTC)) - AGE
    return [row["id"] for row in store.execute(DUE, (EVERY, clean(author), stamp(before), n))]


def blind(store: Store, author: str, segment: int) -> Card:
    """The card of a segment as if nobody had corrected it yet: with what was heard, and no draft.

    Raises:
        StoreError: no such segment.
    """
    card = read(store, segment, author)
    heard = card.row.heard or ""
    row = replace(
        card.row,
        reference=None,
        proposal=None,
        text=heard,
        status="new",
        reason="",
        note="",
        warnings=0,
        errors=None,
        words=None,
    )
    unseen = replace(
        card,
        row=row,
        shown=heard,
        warnings=(),
        why="A second look: what do you hear this time?",
        draft=False,
        evidence=evidence_of(store, row, hypotheses(store, segment)),
    )
    return unseen.with_text(heard)


def compare(store: Store, author: str, card: Card, text: str, listened: float) -> SecondLook:
    """Keep a second pass. Where its words differ from the first, the segment becomes unsure and shows both.

    Args:
        card: of `blind`.
        text: what the person wrote this time.
        listened: seconds of the audio that were played.

    Raises:
        ConflictError: the segment was changed meanwhile.
        StoreError: it has no reference to compare with.
    """
    from models.evaluation.scoring import word_errors

    second = clean(text)
    with store.transaction():
        was, revision = state(store, card.row.id)
        if was.reference is None:
            raise StoreError(f"Segment {card.row.id} has no reference any more, so there is nothing to compare")
        if revision != card.row.revision:
            who = str(store.get("corrections", revision)["author"])
            raise ConflictError(card.row.id, was, replace(was, reference=second), revision, who)
        errors = word_errors(was.reference, second)
        add_second_pass(store, card.row.id, author, was.reference, second, errors.count, errors.words, listened)
        done = None
        if errors.count:
            to = replace(was, status="unsure", reason=f"first “{was.reference}”, then “{second}”")
            change = SegmentChange(card.row.id, to, revision, listened)
            done = act(store, author, "unsure", [change], summary=second)
    return SecondLook(was.reference, second, errors, done)


def agreement(store: Store, author: str) -> Interval | None:
    """The word error rate between an author's passes, with its interval; None before there is a word to compare.

    Raises:
        StoreError: the database is damaged.
    """
    pairs = [(one.errors, one.words) for one in second_passes(store, author)]
    if not sum(words for _, words in pairs):
        return None
    return linearised(
        len(pairs),
        sum(errors for errors, _ in pairs),
        sum(words for _, words in pairs),
        sum(errors * errors for errors, _ in pairs),
        sum(errors * words for errors, words in pairs),
        sum(words * words for _, words in pairs),
    )
