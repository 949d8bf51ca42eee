"""Error rates with an honest interval, from sums that are always kept up to date.

A rate is a ratio of two sums over segments, errors and words, and segments differ in both. Its variance is
that of the residuals errors - rate × words (linearisation; Cochran, Sampling Techniques, 3rd edition 1977, chapter
6), which needs only the sums of squares and products beside the sums themselves: a million segments cost as much as
ten. Segments count as independent; where a few long recordings hold all of them, a rate is less certain than this
says.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from store.tallies import Tally

LEAST_WORDS = 200
"""With fewer words a rate is not worth saying."""
Z = 1.96
"""Standard errors on either side that hold 95 %."""
NEVER = 3.0
"""Errors that may have been missed when none was seen in any number of words (rule of three)."""
METHOD = (
    "errors / words over segments, with its 95 % interval by linearisation (Cochran 1977); "
    f"with under {LEAST_WORDS} words there is too little to say"
)


@dataclass(frozen=True, slots=True)
class Rate:
    """Word errors per word of the reference, 0 to 1 and above, with a 95 % interval."""

    wer: float | None
    """None without any words, and so are the bounds."""
    low: float | None
    high: float | None
    cer: float | None
    """Character errors per character."""
    segments: int
    words: int
    errors: int
    enough: bool
    """Whether there are LEAST_WORDS words; if not, show no figure."""

    def __str__(self) -> str:
        if self.wer is None or self.low is None or self.high is None or not self.enough:
            return f"too little to say (n = {self.words} words)"
        return f"{100 * self.wer:.1f} % [{100 * self.low:.1f}, {100 * self.high:.1f}], n = {self.words} words"


def rate(tallies: Iterable[Tally]) -> Rate:
    """The error rate of all segments that were counted in these."""
    chosen = list(tallies)
    characters = sum(one.characters for one in chosen)
    return ratio(
        sum(one.scored for one in chosen),
        sum(one.errors for one in chosen),
        sum(one.words for one in chosen),
        sum(one.errors_errors for one in chosen),
        sum(one.errors_words for one in chosen),
        sum(one.words_words for one in chosen),
        sum(one.character_errors for one in chosen) / characters if characters else None,
    )


def ratio(
    segments: int,
    errors: int,
    words: int,
    errors_errors: int,
    errors_words: int,
    words_words: int,
    cer: float | None = None,
) -> Rate:
    """Errors / words with its interval, from sums over segments of both, their squares and their product."""
    if not words:
        return Rate(None, None, None, cer, segments, words, errors, False)
    value = errors / words
    residuals = max(0.0, errors_errors - 2 * value * errors_words + value**2 * words_words)
    spread = Z * math.sqrt(residuals * segments / max(1, segments - 1)) / words if segments > 1 else math.inf
    low, high = max(0.0, value - spread), max(value + spread, NEVER / words)
    if not math.isfinite(high):
        low, high = 0.0, max(1.0, value)
    return Rate(value, low, high, cer, segments, words, errors, words >= LEAST_WORDS)
