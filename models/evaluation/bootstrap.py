"""How sure a figure is: the spread of the same figure over blocks that are drawn again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
BATCH = 200
"""Draws computed at once, so that many blocks need little memory."""
COVERAGE = 0.95
TAIL = (1 - COVERAGE) / 2

Reduce = Callable[[NDArray[Any]], NDArray[Any]]


def summed(drawn: NDArray[Any]) -> NDArray[Any]:
    """The sums of each draw: shape (draws, blocks, columns) to (draws, columns)."""
    return np.asarray(drawn.sum(axis=1))


def resampled(blocks: NDArray[Any], dice: np.random.Generator, reduce: Reduce = summed) -> NDArray[Any]:
    """What RESAMPLES draws of as many blocks as there are come to.

    Args:
        blocks: what was measured of each, shape (blocks, columns); a block is drawn with all its columns.
        reduce: makes (draws, blocks, columns) to (draws, columns).

    Returns:
        shape (RESAMPLES, columns).
    """
    size = (BATCH, len(blocks))
    return np.concatenate([reduce(blocks[dice.integers(0, len(blocks), size)]) for _ in range(RESAMPLES // BATCH)])


def bounds(values: NDArray[Any], tail: float = TAIL) -> tuple[float, float]:
    """Between which the values lie, but for this share of them on either side."""
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)
