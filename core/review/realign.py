"""Word times survive an edit: a changed text gets its times from the words that were heard.

The two texts are aligned by the fewest edits, and every word that is still there keeps its time to the last
digit. What was changed between two such words shares the time between them and no more, so an error never
spreads beyond the place that was edited. (Spreading a whole text evenly over its audio is simpler, and drifts.)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """One word of a text, with its punctuation and its place in the audio."""

    text: str
    start: float
    """Seconds from the segment's start."""
    end: float
    probability: float | None
    """0 to 1, as the recogniser had it; None for a word it did not hear."""
    hypothesis_word: int | None = None
    """Which word of the hypothesis it is; None for one that is not in it."""


def spoken(words: Sequence[Mapping[str, Any]]) -> tuple[SpokenWord, ...]:
    """The words of a stored hypothesis or alignment: objects with word, start, end and probability."""
    return tuple(
        SpokenWord(str(word["word"]), float(word["start"]), float(word["end"]), word.get("probability"), place)
        for place, word in enumerate(words)
    )


def key(word: str) -> str:
    """What two spellings of a word must share to be the same word: letters and digits, in lower case."""
    lower = unicodedata.normalize("NFC", word.lower())
    return "".join(char for char in lower if unicodedata.category(char)[0] in "LMN")


def realign(text: str, old: Sequence[SpokenWord], seconds: float) -> tuple[SpokenWord, ...]:
    """The words of a text, parted at white space, with times from the old words.

    Args:
        text: the text as it is now.
        old: the words with known times, in order. Times outside the segment or before the previous word's end
            are moved to where they are possible.
        seconds: length of the segment.

    Returns:
        One for each word of the text. Starts and ends never decrease and lie within 0 and `seconds`. A word
        that only changed its case or punctuation keeps its time, its probability and what it is of the hypothesis.
    """
    old = list(_possible(old, seconds))
    new = text.split()
    words: list[SpokenWord] = []
    i = j = 0
    for i_next, j_next in [
        *same([key(word.text) for word in old], [key(word) for word in new]),
        (len(old), len(new)),
    ]:
        floor = old[i - 1].end if i else 0.0
        ceiling = old[i_next].start if i_next < len(old) else seconds
        words += _changed(new[j:j_next], old[i:i_next], floor, ceiling)
        if i_next < len(old):
            words.append(replace(old[i_next], text=new[j_next]))
        i, j = i_next + 1, j_next + 1
    return tuple(words)


def same(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Which items of two sequences are the same ones: pairs of positions, both increasing.

    By Levenshtein's distance; among the shortest ways, one that keeps the most items, which rapidfuzz does not
    promise. It takes len(old) × len(new) steps, less what both begin and end with.
    """
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle = _same(old[head : len(old) - tail], new[head : len(new) - tail])
    return [
        *((i, i) for i in range(head)),
        *((head + i, head + j) for i, j in middle),
        *((len(old) - i, len(new) - i) for i in range(tail, 0, -1)),
    ]


def _same(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    if not old or not new:
        return []
    edit = min(len(old), len(new)) + 1  # keeping all items that could be kept is worth less than one edit
    above = [edit * j for j in range(len(new) + 1)]
    steps: list[bytearray] = []
    for i, item in enumerate(old, start=1):
        row, step = [edit * i], bytearray(b"o")
        for j, other in enumerate(new, start=1):
            best, how = above[j - 1] + (-1 if item == other else edit), b"b"
            if above[j] + edit < best:
                best, how = above[j] + edit, b"o"
            if row[j - 1] + edit < best:
                best, how = row[j - 1] + edit, b"n"
            row.append(best)
            step += how
        steps.append(step)
        above = row
    pairs = []
    i, j = len(old), len(new)
    while i and j:
        how = bytes(steps[i - 1][j : j + 1])
        if how == b"b" and old[i - 1] == new[j - 1]:
            pairs.append((i - 1, j - 1))
        i, j = i - (how != b"n"), j - (how != b"o")
    return pairs[::-1]


def _possible(words: Sequence[SpokenWord], seconds: float) -> Iterator[SpokenWord]:
    """The words with times that follow each other within the segment."""
    before = 0.0
    for word in words:
        start = min(max(word.start, before), seconds)
        before = min(max(word.end, start), seconds)
        yield replace(word, start=start, end=before)


def _changed(new: Sequence[str], old: Sequence[SpokenWord], floor: float, ceiling: float) -> Iterator[SpokenWord]:
    """Words that took the place of others, or of none, with the time of those."""
    if len(new) == len(old):
        for text, word in zip(new, old, strict=True):
            yield SpokenWord(text, word.start, word.end, None)
        return
    spans = [(word.start, word.end) for word in old] or [(floor, ceiling)]
    old_letters = [0, *accumulate(_letters(word.text) for word in old)] if old else [0, 1]
    new_letters = [0, *accumulate(map(_letters, new))]
    share = old_letters[-1] / max(1, new_letters[-1])
    for text, first, last in zip(new, new_letters, new_letters[1:], strict=False):
        start, end = _time(first * share, spans, old_letters, 0), _time(last * share, spans, old_letters, 1)
        yield SpokenWord(text, start, max(start, end), None)


def _time(letter: float, spans: Sequence[tuple[float, float]], letters: Sequence[int], side: int) -> float:
    """When a letter of the old words was spoken; between two of them, the one's end or the other's start."""
    for (start, end), first, last in zip(spans, letters, letters[1:], strict=False):
        if letter < last - 1e-9 or (side and letter < last + 1e-9):
            return start + (end - start) * max(0.0, min(1.0, (letter - first) / (last - first)))
    return spans[-1][1]


def _letters(word: str) -> int:
    return max(1, len(key(word)))
