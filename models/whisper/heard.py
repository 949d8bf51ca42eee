"""What a recogniser gives: a hypothesis made of words.

Plain data that loads no library, for all who speak of what was heard and need no model for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from models.audio import Audio
from models.whisper.alternatives import Alternative, doubt


@dataclass(frozen=True, slots=True)
class Word:
    """One word that was heard, with its punctuation."""

    text: str
    start: float
    """Seconds from the start of the audio."""
    end: float
    probability: float
    """0 to 1"""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a recogniser heard."""

    text: str
    """The words, joined by single spaces."""
    words: tuple[Word, ...]
    seconds: float
    """Length of the audio as it was given, without padding."""
    compute_seconds: float
    model: str
    alternatives: tuple[Alternative, ...] = ()
    """What else might have been said, the likeliest first."""

    @property
    def doubt(self) -> float:
        """How far the other likely texts disagree, 0 (not at all) to 1: the word error rate to be expected."""
        return doubt(len(self.words), self.alternatives)

    @property
    def probability(self) -> float:
        """Mean probability of the words, 0.0 when there are none."""
        return sum(word.probability for word in self.words) / len(self.words) if self.words else 0.0


class Recogniser(Protocol):
    """Anything that turns Spanish speech into text."""

    name: str

    def recognise(self, audio: Audio) -> Hypothesis:
        """What is said in float32 mono audio at 16 kHz, of any length."""
        ...

    def warm(self) -> None:
        """Compute once, so that the first turn is as quick as the tenth, and a fault shows at once."""
        ...
