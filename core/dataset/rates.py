"""Error rates of the dataset with an honest interval, from sums that are always kept up to date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from models.evaluation.rates import LEAST_WORDS, Interval, linearised
from store.segments.tallies import Tally

METHOD = (
    "what is said alike is one word, however it is written (strict: where it is written alike); "
    "errors / words over segments, with its 95 % interval by linearisation (Cochran 1977); "
    f"with under {LEAST_WORDS} words there is too little to say"
)


@dataclass(frozen=True, slots=True)
class Rate:
    """How much of some segments was heard wrong."""

    wer: Interval
    """Word errors per word of the references; its blocks are segments."""
    cer: float | None
    """Character errors per character; None without any."""
    strict: float | None = None
    """Word errors per word by the strict rule; None where nothing was scored by it."""

    def __str__(self) -> str:
        beside = "" if self.strict is None else f", strict {100 * self.strict:.1f} %"
        return f"{self.wer} words{beside}" if self.wer.enough else f"too little to say (n = {self.wer.words} words)"

    def as_json(self) -> dict[str, Any]:
        """The figures by name, no rate and no bounds without any words."""
        wer = self.wer
        bounds = (wer.value, wer.low, wer.high) if wer.words else (None, None, None)
        return {
            **dict(zip(("wer", "low", "high"), bounds, strict=True)),
            "cer": self.cer,
            "strict": self.strict,
            "segments": wer.blocks,
            "words": wer.words,
            "errors": round(wer.value * wer.words),
            "enough": wer.enough,
        }


def rate(tallies: Iterable[Tally]) -> Rate:
    """The error rate of all segments that were counted in these."""
    chosen = list(tallies)
    characters, words = sum(one.characters for one in chosen), sum(one.strict_words for one in chosen)
    wer = linearised(
        sum(one.scored for one in chosen),
        sum(one.errors for one in chosen),
        sum(one.words for one in chosen),
        sum(one.errors_errors for one in chosen),
        sum(one.errors_words for one in chosen),
        sum(one.words_words for one in chosen),
    )
    return Rate(
        wer,
        sum(one.character_errors for one in chosen) / characters if characters else None,
        sum(one.strict_errors for one in chosen) / words if words else None,
    )
