"""How well something was heard: word and character errors, and how sure a figure is.

A rate over a few dozen sentences says little without its interval. The words of one utterance (or recording)
stand and fall together, so the intervals come from a bootstrap that draws whole blocks, and two models are
compared on the same draws.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.bootstrap import TAIL, bounds, resampled
from models.evaluation.rates import Interval


@dataclass(frozen=True, slots=True)
class Errors:
    """The fewest edits that turn a reference into what was heard. Errors add up over blocks."""

    sub: int
    """words heard as another"""
    ins: int
    """words heard that nobody said"""
    del_: int
    """words that were not heard"""
    words: int
    """length of the reference (in characters where characters are counted)"""

    @property
    def count(self) -> int:
        return self.sub + self.ins + self.del_

    @property
    def rate(self) -> float:
        """Errors per word of the reference; an empty reference counts as one word, so that ghosts cost."""
        return self.count / max(1, self.words)

    def __add__(self, other: Errors) -> Errors:
        return Errors(self.sub + other.sub, self.ins + other.ins, self.del_ + other.del_, self.words + other.words)


def normalise(text: str) -> str:
    """Spanish text as it is compared: lower case, without punctuation, words parted by single spaces.

    Accents, ñ and ü stay, because año is not ano; digits stay digits.
    """
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    return " ".join("".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text).split())


def word_errors(reference: str, heard: str) -> Errors:
    """Word errors of one utterance, both texts normalised first."""
    return _edits(normalise(reference).split(), normalise(heard).split())


def character_errors(reference: str, heard: str) -> Errors:
    """Character errors of one utterance, both texts normalised first; spaces count."""
    return _edits(normalise(reference), normalise(heard))


def marked(reference: str, heard: str) -> list[tuple[str, str]]:
    """What was heard beside what was said, word by word, both texts normalised first.

    Returns:
        Words with their kind: right; sub (heard instead of another); ins (heard, but not said); del (said, but
        not heard). They are as many of each as `word_errors` counts.
    """
    said, words = normalise(reference).split(), normalise(heard).split()
    found = []
    for row, column in aligned(said, words):
        if row is not None and column is not None:
            found.append((words[column], "right" if said[row] == words[column] else "sub"))
        elif column is not None:
            found.append((words[column], "ins"))
        elif row is not None:
            found.append((said[row], "del"))
    return found


def aligned(reference: Sequence[str], heard: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """The places of both that belong together on the way of the fewest edits; None where one has nothing.

    Of several such ways always the same one, on which every score that is kept rests: rapidfuzz counts as many
    edits and takes another. One row a reference item; within a row the chain of insertions is a running minimum,
    which numpy does at once. The table has len(reference) × len(heard) cells: this is for utterances only.
    """
    items = {item: number for number, item in enumerate(dict.fromkeys([*reference, *heard]))}
    ref = [items[item] for item in reference]
    hyp = np.array([items[item] for item in heard], dtype=np.int64)
    steps = np.arange(len(hyp) + 1)
    table = np.empty((len(ref) + 1, len(hyp) + 1), dtype=np.int64)
    table[0] = steps
    for row, item in enumerate(ref, start=1):
        above = table[row - 1]
        best = above + 1
        best[1:] = np.minimum(best[1:], above[:-1] + (hyp != item))
        table[row] = np.minimum.accumulate(best - steps) + steps
    path: list[tuple[int | None, int | None]] = []
    row, column = len(ref), len(hyp)
    while row or column:
        here = table[row, column]
        if row and column and here == table[row - 1, column - 1] + (ref[row - 1] != hyp[column - 1]):
            row, column = row - 1, column - 1
            path.append((row, column))
        elif column and here == table[row, column - 1] + 1:
            column -= 1
            path.append((None, column))
        else:
            row -= 1
            path.append((row, None))
    return reversed(path)


def total(blocks: Sequence[Errors]) -> Errors:
    """The errors of all blocks together; its `rate` is the WER (or CER) of the whole."""
    return sum(blocks, Errors(0, 0, 0, 0))


def interval(blocks: Sequence[Errors], seed: int = 0) -> Interval:
    """The error rate over all blocks with its 95 % interval.

    Args:
        blocks: what stands and falls together, such as the errors of one utterance or of one recording.
        seed: of the draws; the same seed gives the same interval.

    Raises:
        ValueError: no blocks, or no words in their references.
    """
    counts = _counts(blocks)
    return _interval(blocks, counts[:, :1], counts[:, 1:], seed)


def difference(before: Sequence[Errors], after: Sequence[Errors], seed: int = 0) -> Interval:
    """The error rate after minus the one before, on the same blocks; below zero is better.

    Args:
        before, after: errors of two models on the same blocks in the same order.

    Raises:
        ValueError: different blocks, none at all, or no words in their references.
    """
    if [block.words for block in before] != [block.words for block in after]:
        raise ValueError("A difference needs both models' errors on the same references, in the same order.")
    counts = _counts(before)
    change = _counts(after)[:, :1] - counts[:, :1]
    return _interval(before, change, counts[:, 1:], seed)


def _counts(blocks: Sequence[Errors]) -> NDArray[np.int64]:
    """Errors and words of every block, shape (blocks, 2)."""
    counts = np.array([(block.count, block.words) for block in blocks], dtype=np.int64).reshape(-1, 2)
    if not counts[:, 1].sum():
        raise ValueError("A rate needs at least one word of reference.")
    return counts


def _interval(blocks: Sequence[Errors], errors: NDArray[np.int64], words: NDArray[np.int64], seed: int) -> Interval:
    """The pooled ratio of errors to words, and its percentile bootstrap over blocks."""
    draws = resampled(np.concatenate([errors, words], axis=1), np.random.default_rng(seed))
    low, high = bounds(draws[:, 0] / np.maximum(1, draws[:, 1]), _tail(len(blocks)))
    return Interval(float(errors.sum() / words.sum()), low, high, len(blocks), int(words.sum()))


def _tail(blocks: int) -> float:
    """The share of draws beyond either bound.

    Draws of a few blocks spread less than a few blocks of the world do, so the bounds lie further out than
    their share says, as far as Student's t does from the normal (the expanded percentile interval: Hesterberg,
    What Teachers Should Know About the Bootstrap, The American Statistician 69, 2015). With hundreds of blocks
    it makes no difference.
    """
    z, free = 1.959964, blocks - 1
    if free < 1:
        return TAIL
    # Cornish and Fisher's series for the quantile of t, good to 1 % from four degrees of freedom on.
    powers = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    t = sum(power / free**order for order, power in enumerate(powers))
    return 0.5 * math.erfc(t * math.sqrt(blocks / free) / math.sqrt(2))


def _edits(reference: Sequence[str], heard: Sequence[str]) -> Errors:
    """Levenshtein's distance, parted into substitutions, insertions and deletions."""
    sub = ins = del_ = 0
    for row, column in aligned(reference, heard):
        if row is None:
            ins += 1
        elif column is None:
            del_ += 1
        else:
            sub += reference[row] != heard[column]
    return Errors(sub, ins, del_, len(reference))
