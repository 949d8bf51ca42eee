"""What was accepted since the start, and how fast."""

from __future__ import annotations

from core.review.card import Card


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
