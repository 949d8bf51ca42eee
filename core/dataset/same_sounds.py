"""Audio that is the same sound twice, found by fingerprints (see `fingerprint`), comparing each with few others.

Of two recordings of one sound some moment has all its bits alike, so only those that share a moment are
compared. That finds practically all that are BARELY alike or more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.dataset.fingerprint import BYTES
from core.dataset.near_duplicates import Numbers, portions, within

SAME = 0.7
"""Likeness from which on two fingerprints are of one sound; that of 7140 pairs of different sentences was 0.18 at
most."""
COMMON = 500
"""A moment that so many fingerprints share (silence) says nothing."""


def nearest(prints: Sequence[bytes | None], others: Sequence[bytes | None]) -> dict[int, tuple[int, float]]:
    """For every fingerprint that is of the same sound as one of the others: which one, and how alike they are."""
    one, other, likeness = _pairs(prints, others)
    order = np.lexsort((other, -likeness, one))
    _, first = np.unique(one[order], return_index=True)
    return {int(one[at]): (int(other[at]), float(likeness[at])) for at in order[first]}


def repeated(prints: Sequence[bytes | None]) -> list[tuple[int, int]]:
    """Pairs of the same sound within one collection, the earlier one first."""
    one, other, _ = _pairs(prints, prints, within_one=True)
    return list(zip(one.tolist(), other.tolist(), strict=True))


def _pairs(
    prints: Sequence[bytes | None], others: Sequence[bytes | None], within_one: bool = False
) -> tuple[Numbers, Numbers, NDArray[np.float64]]:
    """All pairs that share a moment and are the same sound: both indices, and the likeness.

    Within one collection the first is earlier than the second.
    """
    here, table = _table(prints)
    there, listed = _table(others)
    wide, listed_wide = table.view(np.uint64), listed.view(np.uint64)
    found: set[tuple[int, int]] = set()
    for keys, listed_keys in zip(table.T, listed.T, strict=True):
        order = np.argsort(listed_keys, kind="stable")
        first = np.searchsorted(listed_keys[order], keys, "left")
        times = np.searchsorted(listed_keys[order], keys, "right") - first
        times[times > COMMON] = 0
        for begin, end in portions(times):
            one = np.repeat(np.arange(begin, end), times[begin:end])
            other = order[within(first[begin:end], times[begin:end])]
            if within_one:
                one, other = one[one < other], other[one < other]
            same = np.bitwise_count(wide[one] ^ listed_wide[other]).sum(axis=1) <= (1 - SAME) * BYTES * 4
            found.update(zip(one[same].tolist(), other[same].tolist(), strict=True))
    pairs = np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
    different = np.bitwise_count(wide[pairs[:, 0]] ^ listed_wide[pairs[:, 1]]).sum(axis=1)
    return here[pairs[:, 0]], there[pairs[:, 1]], 1 - different / (BYTES * 4)


def _table(prints: Sequence[bytes | None]) -> tuple[Numbers, NDArray[np.uint16]]:
    """The indices of those that are fingerprints, and their moments, shape (fingerprints, BYTES / 2)."""
    chosen = [index for index, one in enumerate(prints) if one is not None and len(one) == BYTES]
    joined = b"".join(one for index in chosen if (one := prints[index]) is not None)
    return np.array(chosen, dtype=np.int64), np.frombuffer(joined, dtype=np.uint16).reshape(-1, BYTES // 2)
