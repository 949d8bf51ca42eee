"""Every other thing that a person decides about a segment: each is one action of core.review.desk.

A decision is a function that does it with a card, in the thread of the database.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from core.review.card import Card
from store.segments.edits import ActionDone
from store.units import SAMPLE_RATE
from tui.correct.text_editing import word_spans

if TYPE_CHECKING:
    from core.review.desk import Desk
    from core.review.reshaping import Towards

TRIM = SAMPLE_RATE // 20
"""Samples by which a key moves a boundary: 50 ms."""

Side = Literal["start", "end"]
Decision = Callable[["Desk", Card], ActionDone]


def skip(desk: Desk, card: Card) -> ActionDone:
    return desk.skip(card)


def unsure(desk: Desk, card: Card) -> ActionDone:
    return desk.unsure(card)


def flag(reason: str) -> Decision:
    return lambda desk, card: desk.flag(card, reason)


def speaker(name: str) -> Decision:
    return lambda desk, card: desk.speaker(card, name)


def note(words: str) -> Decision:
    return lambda desk, card: desk.note(card, words)


def trim(side: Side, step: int) -> Decision:
    """Move a boundary by so many times 50 ms."""
    start, end = (step * TRIM, 0) if side == "start" else (0, step * TRIM)
    return lambda desk, card: desk.trim(card, card.row.start + start, card.row.end + end)


def split(word: int | None, sample: int | None) -> Decision:
    """Cut it in two.

    Args:
        word: begins the second part; None leaves that to the sample.
        sample: where the sound was stopped.
    """

    def act(desk: Desk, card: Card) -> ActionDone:
        if word is None:
            return desk.split(card, None, sample)
        # The sound stands where the word was heard from unless it was played on: then it is only near.
        near = card.row.start + int(card.words[word].start * SAMPLE_RATE)
        cut = sample if sample is not None and abs(sample - near) < SAMPLE_RATE else None
        return desk.split(card, word_spans(card.text)[word][0], cut)

    return act


def merge(towards: Towards) -> Decision:
    """Join it with a neighbour."""

    def act(desk: Desk, card: Card) -> ActionDone:
        # The neighbour may have been accepted the moment before.
        now = desk.card(card.row.id)
        return desk.merge(replace(card, before=now.before, after=now.after), towards)

    return act
