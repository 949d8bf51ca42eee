"""Texts that are nearly the same, among hundreds of thousands, without comparing each with each.

Two texts are as alike as the share of words that need no edit: 1 - distance / words of the longer one. If that
is at least NEAR, all but a few of their words are the same, in the same places but for as many. So whatever few
of its words one looks at, when there are more of them than edits, one must be in the other text; and looking at
the rarest words leaves little to compare. This is the prefix filter of Bayardo et al., Scaling Up All Pairs
Similarity Search (WWW 2007), with the positions taken into account.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

NEAR = 0.8
"""Likeness from which on two texts are nearly the same."""
LEAST_WORDS = 4
"""Shorter texts (“no sé”) are said again by anybody."""
MOST_WORDS = 400
"""Of a longer text the beginning is compared."""
AT_ONCE = 1_000_000
"""Pairs looked at together; each takes some forty bytes."""

WORD = re.compile(r"[^\W_]+")
Numbers = NDArray[np.int64]


def words(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared: as `scoring.normalise` has them, and ten times as fast.

    The text is composed (NFC), as all text in the store is.
    """
    return tuple(WORD.findall(text.lower())[:MOST_WORDS])


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """The share of words that need no edit, 0 to 1."""
    from rapidfuzz.distance import Levenshtein  # 30 ms, and not every start comes here

    return Levenshtein.normalized_similarity(one, other)


def nearest(texts: Sequence[Sequence[str]], others: Sequence[Sequence[str]]) -> dict[int, tuple[int, float]]:
    """For every text that is nearly the same as one of the others: which one (an index), and how alike they are.

    Texts of fewer than LEAST_WORDS words are like none. Of several others the first that is most alike is given.
    """
    same: dict[tuple[str, ...], int] = {}
    for index, other in enumerate(others):
        if len(other) >= LEAST_WORDS:
            same.setdefault(tuple(other), index)
    groups: dict[tuple[str, ...], list[int]] = {}
    for index, text in enumerate(texts):
        if len(text) >= LEAST_WORDS:
            groups.setdefault(tuple(text), []).append(index)
    unique, indexed = list(groups), list(same)
    found = {number: (same[text], 1.0) for number, text in enumerate(unique) if text in same}
    for number, candidates in _candidates(unique, indexed, found):
        best = max(
            ((likeness(unique[number], indexed[c]), -same[indexed[c]]) for c in candidates), default=(0.0, 0)
        )
        if best[0] >= NEAR:
            found[number] = (-best[1], best[0])
    return {index: found[number] for number in found for index in groups[unique[number]]}


def _candidates(
    texts: list[tuple[str, ...]], others: list[tuple[str, ...]], known: dict[int, tuple[int, float]]
) -> Iterator[tuple[int, Numbers]]:
    """For texts that are not among `known`: the others that may be nearly the same."""
    every = texts + others
    ranks = _ranks(every)
    length = np.array([len(text) for text in every], dtype=np.int64)
    sketch = np.array([_sketch(text, ranks) for text in every], dtype=np.uint64)
    left = [number for number in range(len(texts)) if number not in known]
    keys, owners, places = _prefixes(texts, left, ranks)
    at = len(texts)
    listed, listed_owners, listed_places = _prefixes(others, range(len(others)), ranks)
    order = np.argsort(listed, kind="stable")
    listed, listed_owners, listed_places = listed[order], listed_owners[order], listed_places[order]
    first, last = np.searchsorted(listed, keys, "left"), np.searchsorted(listed, keys, "right")
    kept: list[tuple[Numbers, Numbers]] = []
    for begin, end in portions(last - first):
        times = (last - first)[begin:end]
        one = np.repeat(np.arange(begin, end), times)
        other = within(first[begin:end], times)
        edits = _edits(np.maximum(length[owners[one]], length[at + listed_owners[other]]))
        near = np.abs(places[one] - listed_places[other]) <= edits
        near &= np.abs(length[owners[one]] - length[at + listed_owners[other]]) <= edits
        one, other, edits = owners[one[near]], listed_owners[other[near]], edits[near]
        alike = np.bitwise_count(sketch[one] ^ sketch[at + other]) <= 2 * edits
        kept.append((one[alike], other[alike]))
    if kept:
        pairs = np.unique(np.concatenate([np.stack(pair, axis=1) for pair in kept]), axis=0)
        for group in np.split(pairs, np.flatnonzero(np.diff(pairs[:, 0])) + 1):
            if len(group):
                yield int(group[0, 0]), group[:, 1]


def portions(counts: Numbers) -> Iterator[tuple[int, int]]:
    """Ranges of an array of counts that add up to about AT_ONCE."""
    total = np.cumsum(counts)
    begin = 0
    while begin < len(counts):
        done = int(total[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(total, done + AT_ONCE, "right")))
        yield begin, end
        begin = end


def within(first: Numbers, times: Numbers) -> Numbers:
    """first[0], first[0] + 1, … (times[0] of them), first[1], and so on."""
    return np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times - first, times)


def _edits(words: Numbers) -> Numbers:
    """The most edits between nearly equal texts, the longer of which has so many words."""
    return np.asarray((1 - NEAR) * words + 1e-9, dtype=np.int64)


def _prefixes(
    texts: list[tuple[str, ...]], chosen: Sequence[int], ranks: dict[str, int]
) -> tuple[Numbers, Numbers, Numbers]:
    """The rarest words of texts, one more than edits are allowed: their ranks, texts and places."""
    found: list[tuple[int, int, int]] = []
    for number in chosen:
        text = texts[number]
        looked_at = len(text) // 4 + 1  # the other text may be longer by a quarter
        rarest = sorted((ranks[word], place) for place, word in enumerate(text))[:looked_at]
        found += [(rank, number, place) for rank, place in rarest]
    table = np.array(found, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _ranks(texts: list[tuple[str, ...]]) -> dict[str, int]:
    """A number for every word, the rarest first."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in text:
            counts[word] = counts.get(word, 0) + 1
    return {word: rank for rank, word in enumerate(sorted(counts, key=lambda word: (counts[word], word)))}


def _sketch(text: Sequence[str], ranks: dict[str, int]) -> int:
    """64 bits of which one edit changes at most two."""
    bits = 0
    for word in text:
        bits |= 1 << (ranks[word] & 63)
    return bits
