"""How well something was heard: word and character errors, and how sure a figure is.

A rate over a few dozen sentences says little without its interval. The words of one utterance (or recording)
stand and fall together, so the intervals come from a bootstrap that draws whole blocks, and two models are
compared on the same draws.

What one word is, `spoken` says. Figures by that rule decide; the strict ones, by which every word that is written
otherwise is wrong, stand beside them, and only those of one rule are ever compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.bootstrap import TAIL, bounds, resampled
from models.evaluation.plain import folded
from models.evaluation.plain import normalise as normalise  # for all who compare texts as they are written
from models.evaluation.rates import Interval
from models.evaluation.spoken import RULE, STRICT, alike, spoken


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


def words_of(reference: str, heard: str, rule: str = RULE, bare: bool = False) -> tuple[list[str], list[str]]:
    """The words of two texts as they are compared by a rule: RULE (see `spoken`), or STRICT, as they are written.

    Words that can be read in several ways (1: uno, un, una) are read as the other text has them.

    Args:
        bare: without the marks above letters, for texts that lack them.
    """
    if rule == STRICT:
        said, words = normalise(reference).split(), normalise(heard).split()
    else:
        said, words = spoken(reference), spoken(heard)
    if bare:
        said, words = [folded(word) for word in said], [folded(word) for word in words]
    if not any("/" in word for word in (*said, *words)):
        return said, words
    for row, column in aligned(said, words):
        if row is not None and column is not None:
            shared = [one for one in said[row].split("/") if one in words[column].split("/")]
            if shared:
                said[row] = words[column] = shared[0]
    return [word.split("/")[0] for word in said], [word.split("/")[0] for word in words]


def word_errors(reference: str, heard: str, rule: str = RULE, bare: bool = False) -> Errors:
    """Word errors of one utterance by a rule; see `words_of`."""
    return _edits(*words_of(reference, heard, rule, bare))


def character_errors(reference: str, heard: str, rule: str = RULE) -> Errors:
    """Character errors of one utterance, its words compared by a rule; spaces count."""
    return _edits(*(" ".join(words) for words in words_of(reference, heard, rule)))


def marked(reference: str, heard: str) -> list[tuple[str, str]]:
    """What was heard beside what was said, word by word, both texts read aloud (see `spoken`).

    Returns:
        Words with their kind: right; sub (heard instead of another); ins (heard, but not said); del (said, but
        not heard). They are as many of each as `word_errors` counts.
    """
    said, words = words_of(reference, heard)
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

    Items that are words with several readings (uno/un/una) are right beside any of these.

    Of several such ways always the same one, on which every score that is kept rests: rapidfuzz counts as many
    edits and takes another. One row a reference item; within a row the chain of insertions is a running minimum,
    which numpy does at once. The table has len(reference) × len(heard) cells: this is for utterances only.
    """
    items = {item: number for number, item in enumerate(dict.fromkeys([*reference, *heard]))}
    hyp = np.array([items[item] for item in heard], dtype=np.int64)
    open_ = [column for column, item in enumerate(heard) if "/" in item]
    unlike: dict[str, NDArray[np.bool_]] = {}
    for item in dict.fromkeys(reference):
        unlike[item] = hyp != items[item]
        for column in range(len(heard)) if "/" in item else open_:
            unlike[item][column] = not alike(item, heard[column])
    wrong = [unlike[item] for item in reference]
    steps = np.arange(len(hyp) + 1)
    table = np.empty((len(wrong) + 1, len(hyp) + 1), dtype=np.int64)
    table[0] = steps
    for row, other in enumerate(wrong, start=1):
        above = table[row - 1]
        best = above + 1
        best[1:] = np.minimum(best[1:], above[:-1] + other)
        table[row] = np.minimum.accumulate(best - steps) + steps
    path: list[tuple[int | None, int | None]] = []
    row, column = len(wrong), len(hyp)
    while row or column:
        here = table[row, column]
        if row and column and here == table[row - 1, column - 1] + wrong[row - 1][column - 1]:
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
