"""Where the n-best list of one decoding disagrees with its best: what else might have been said, word by word.

Beam search ends with a handful of texts and their probabilities; all but the first are usually thrown away.
Aligned with the best, they show which of its words are doubtful and what to offer instead, at no cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import numpy as np

from models.evaluation.scoring import normalise

MOST = 3
"""Alternatives kept for one word."""
LIGHTEST = 0.001
"""A smaller share of the probability is not worth a line on a screen."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Words first to last (exclusive) of the best text might be another text."""

    first: int
    last: int
    """The same as `first` where the text would be put in between."""
    text: str
    """Empty where the words might not have been said at all."""
    weight: float
    """Its share of the n-best list's probability, 0 to 1."""


def alternatives(best: Sequence[str], variants: Sequence[tuple[str, float]]) -> list[Alternative]:
    """What other texts have in place of the best one's words.

    Variants that say the same with other punctuation or case count as agreeing.

    Args:
        best: its words, with their punctuation.
        variants: text and log-probability (natural, of the whole text) of each hypothesis, the best included.

    Returns:
        The strongest first, at most MOST for any word.
    """
    found: dict[tuple[int, int, str], Alternative] = {}
    for (text, _), weight in zip(variants, _shares([score for _, score in variants]), strict=True):
        for first, last, other in _differences(best, text.split()):
            place = (first, last, normalise(other))
            known = found.get(place, Alternative(first, last, other, 0.0))
            found[place] = replace(known, weight=known.weight + weight)
    chosen: list[Alternative] = []
    for alternative in sorted(found.values(), key=lambda a: (-a.weight, a.first, a.last)):
        rivals = [other for other in chosen if _collide(alternative, other)]
        if alternative.weight >= LIGHTEST and len(rivals) < MOST:
            chosen.append(alternative)
    return chosen


def doubt(words: int, others: Sequence[Alternative]) -> float:
    """How far the n-best list disagrees with a best text of so many words, 0 to 1.

    The share of words that are otherwise in the other texts, each text counting as much as it is probable:
    the word error rate to be expected if the list holds the truth.
    """
    errors = sum(other.weight * max(other.last - other.first, len(other.text.split())) for other in others)
    return min(1.0, errors / max(1, words))


def moved(others: Sequence[Alternative], start: int, stop: int, by: int) -> Iterator[Alternative]:
    """The alternatives of words start to stop (exclusive) alone, their numbers `by` higher."""
    for other in others:
        if start <= other.first and other.last <= stop:
            yield replace(other, first=other.first + by, last=other.last + by)


def _shares(scores: Sequence[float]) -> list[float]:
    """Probabilities that add up to 1, from logarithms."""
    powers = np.exp(np.asarray(scores) - max(scores, default=0.0))
    return [float(power) for power in powers / powers.sum()]


def _differences(best: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """First and last word of the best, and what the other has there."""
    one, two = ([normalise(word) for word in words] for words in (best, other))
    for kind, i, j, k, m in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if kind == "equal" or normalise(" ".join(best[i:j])) == normalise(" ".join(other[k:m])):
            continue
        if j - i != m - k:
            yield i, j, " ".join(other[k:m])
            continue
        for offset in range(j - i):  # word for word, so that each can be chosen by itself
            if one[i + offset] != two[k + offset]:
                yield i + offset, i + offset + 1, other[k + offset]


def _collide(one: Alternative, other: Alternative) -> bool:
    """Whether two alternatives are about the same words, or the same gap."""
    if one.first == one.last or other.first == other.last:
        return (one.first, one.last) == (other.first, other.last)
    return one.first < other.last and other.first < one.last
