"""A rate with its interval, and how many words it takes to say anything.

The interval is found in two ways: `scoring` resamples whole blocks, which numpy must do, and `linearised` needs
nothing but sums that are kept up to date, so a million segments cost a screen as much as ten.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

LEAST_WORDS = 200
"""A rate of fewer words says too little to be acted on."""
Z = 1.96
"""Standard errors on either side that hold 95 %."""
NEVER = 3.0
"""Errors that may have been missed when none was seen in any number of words (rule of three)."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A rate (or a difference of rates) with its 95 % interval, and what it rests on."""

    value: float
    low: float
    high: float
    blocks: int
    """What stands and falls together: utterances, recordings or segments."""
    words: int

    def __str__(self) -> str:
        return f"{100 * self.value:.1f} % [{100 * self.low:.1f}, {100 * self.high:.1f}], n = {self.words}"

    @property
    def enough(self) -> bool:
        """Whether it says anything."""
        return self.words >= LEAST_WORDS


NOWHERE = Interval(0.0, 0.0, 1.0, 0, 0)
"""The rate where there are no words: it could be anything."""


def linearised(
    blocks: int, errors: int, words: int, errors_errors: int, errors_words: int, words_words: int
) -> Interval:
    """Errors per word, from sums over blocks of both, their squares and their product; NOWHERE without any words.

    The variance of a ratio of two sums is that of the residuals errors - rate × words (Cochran, Sampling
    Techniques, 3rd edition 1977, chapter 6). Blocks count as independent; where a few long recordings hold all of
    them, a rate is less certain than this says.
    """
    if not words:
        return NOWHERE
    value = errors / words
    if blocks < 2:
        return Interval(value, 0.0, max(1.0, value), blocks, words)
    residuals = max(0.0, errors_errors - 2 * value * errors_words + value**2 * words_words)
    spread = Z * math.sqrt(residuals * blocks / (blocks - 1)) / words
    return Interval(value, max(0.0, value - spread), max(value + spread, NEVER / words), blocks, words)
