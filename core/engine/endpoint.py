"""Where a turn begins and ends, from the voice activity of its 32 ms frames."""

from __future__ import annotations

from models.activity import SPEECH, STILL_SPEECH

FRAME_SECONDS = 0.032

PAUSE = {"A1": 1.5, "A2": 1.5, "B1": 1.2, "B2": 1.0}
"""Seconds of silence that end a turn: a beginner thinks longer between words."""

MIN_SPEECH = 4 * FRAME_SECONDS
"""A whole "Sí." has some 250 ms of voice; a click or a cough's onset has less than this."""

FORGET = 0.6
"""Seconds after which a noise too short to be speech is forgotten."""


def pause_for(level: str) -> float:
    """Seconds of silence that end a turn for a learner of this CEFR level."""
    return PAUSE.get(level, PAUSE["A2"])


class Endpoint:
    """Fed one probability of speech per 32 ms frame, says how far the turn has come."""

    def __init__(self, pause: float) -> None:
        self.limit = pause
        """Seconds of silence that end the turn."""
        self.speech = 0.0
        """Seconds of voice so far."""
        self.pause = 0.0
        """Seconds since the last voice; 0 before the first."""
        self.highest = 0.0
        """The highest probability of any frame."""
        self._speaking = False

    def feed(self, probability: float) -> None:
        """Take the next frame's probability of speech."""
        self.highest = max(self.highest, probability)
        self._speaking = probability >= (STILL_SPEECH if self._speaking else SPEECH)
        if self._speaking:
            self.speech += FRAME_SECONDS
            self.pause = 0.0
        elif self.begun:
            self.pause += FRAME_SECONDS

    @property
    def begun(self) -> bool:
        """Some voice was heard; it may still turn out to be a click."""
        return self.speech > 0

    @property
    def spoken(self) -> bool:
        """Enough voice for a turn."""
        return self.speech >= MIN_SPEECH - 1e-9

    @property
    def over(self) -> bool:
        """The learner has spoken and has been silent for the whole pause."""
        return self.spoken and self.pause >= self.limit

    @property
    def false_start(self) -> bool:
        """What began was too short to be speech."""
        return self.begun and not self.spoken and self.pause >= FORGET
