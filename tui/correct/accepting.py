"""Accepting texts: what it stores, and what was accepted since the start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.review.card import Card
from store.segments.edits import ActionDone
from tui.correct.keyboard import Effort

if TYPE_CHECKING:
    from core.review.desk import Desk
    from core.review.second_look import SecondLook


def accept(card: Card, text: str, listened: float, effort: Effort) -> Callable[[Desk], ActionDone]:
    """Store that this is said.

    Args:
        card: of the segment.
        text: what is said.
        listened: seconds of it that were played.
        effort: what it took.
    """
    return lambda desk: desk.accept(card, text, listened, *effort)


def accept_again(card: Card, listened: float) -> Callable[[Desk], SecondLook]:
    """Store the card's text as that of a second look."""
    return lambda desk: desk.second_pass(card, card.text, listened)


def yield_to_theirs(segment: int) -> Callable[[Desk], None]:
    """One's own text is no draft any more."""

    def drop(desk: Desk) -> None:
        card = desk.card(segment)
        desk.draft(card, card.shown)

    return drop


class AcceptedNow:
    """What was accepted since the start."""

    def __init__(self) -> None:
        self.newest: tuple[int, str, str] | None = None
        """The newest correction: its segment, and the text before and after."""
        self._segments: set[int] = set()
        self._worked = self._audio = 0.0

    def add(self, card: Card, text: str, seconds: float) -> None:
        """This text is on disk; it took the person so many seconds."""
        if text != card.shown:
            self.newest = card.row.id, card.shown, text
        self._segments.add(card.row.id)
        self._worked += seconds
        self._audio += card.row.seconds

    def has(self, card: Card) -> bool:
        """Whether to accept this again would store nothing."""
        return card.row.id in self._segments and card.row.status == "corrected" and card.text == card.shown

    @property
    def own_speed(self) -> float | None:
        """Seconds of the person's time for one of audio; None before the first."""
        return self._worked / max(self._audio, 0.1) if self._segments else None
