"""Where a recording was too loud for what recorded it, seen before its sound is changed in any way.

Sound that is cut off leaves runs of samples at one and the same highest value. That value need not be full
scale, because a recording may be made quieter afterwards. Resampling and mixing channels bend the flat tops,
so they are looked for in the samples as they are decoded.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.units import SAMPLE_RATE

RUN = 3
"""Samples in a row at the highest value that sound makes only when it is cut off there."""
FAINTEST = 0.05
"""Share of full scale below which such runs come without clipping, because 16 bits leave few values."""
BIN = SAMPLE_RATE // 10
"""Samples (at 16 kHz) that are counted together: a few numbers a second, however badly it is clipped."""


class Clipping:
    """Looks at a recording piece by piece, and counts the samples that are cut off, above and below."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._sides = {1: _Side(), -1: _Side()}

    def look(self, samples: NDArray[Any], rate: int) -> None:
        """Look at the samples that follow the last ones.

        Args:
            samples: shape (channels, samples), integers or floats, as they were decoded.
            rate: samples a second.
        """
        if not samples.size:
            return
        full, middle = 1.0, 0.0
        if samples.dtype.kind != "f":
            limits = np.iinfo(samples.dtype)
            full = (float(limits.max) - float(limits.min) + 1) / 2
            middle = float(limits.min) + full
        for sign, side in self._sides.items():
            extreme = samples.max() if sign > 0 else samples.min()
            height = sign * (float(extreme) - middle) / full
            if height < side.highest or height < FAINTEST:
                continue
            if height > side.highest:
                side.highest, side.bins = height, {}
            for channel in samples:
                for start, length in runs(channel == extreme):
                    place = int((self._seconds + start / rate) * SAMPLE_RATE) // BIN
                    share = length / rate * SAMPLE_RATE / len(samples)
                    side.bins[place] = side.bins.get(place, 0.0) + share
        self._seconds += samples.shape[1] / rate

    def counts(self) -> NDArray[np.uint16]:
        """Samples (at 16 kHz) that are cut off in each BIN of the recording, up to the last that has some."""
        last = max((place for side in self._sides.values() for place in side.bins), default=-1)
        found = np.zeros(last + 1)
        for side in self._sides.values():
            for place, count in side.bins.items():
                found[place] += count
        return np.minimum(np.rint(found), BIN).astype(np.uint16)


class _Side:
    """One end of the range: the highest value so far, and the samples in runs at it, by BIN."""

    def __init__(self) -> None:
        self.highest = 0.0
        self.bins: dict[int, float] = {}


def runs(at: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and length of every run of RUN or more."""
    edges = np.flatnonzero(np.diff(at.astype(np.int8), prepend=0, append=0))
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    return [(int(a), int(b)) for a, b in zip(starts, lengths, strict=True) if b >= RUN]
