"""Faster and slower at the same pitch, from one hop to the next.

Waveform similarity overlap-add (Verhelst and Roelands, 1993). FFmpeg's atempo is the same algorithm, but
keeps to itself which sample of the recording it has come to; here that is known exactly, and the pace may
change at every hop, because nothing is computed ahead.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SLOWEST, FASTEST = 0.5, 2.0
"""What still sounds like speech."""
HOP = 320
"""Samples given at a time, 20 ms at 16 kHz; neighbours overlap by as much."""
SEARCH = 160
"""The next hop may be taken so much earlier or later to fit: 10 ms either way hold a deep voice's period."""

_IN = (0.5 - 0.5 * np.cos(np.pi * (np.arange(HOP) + 0.5) / HOP)).astype(np.float32)
_OUT = 1 - _IN


def limited(pace: float) -> float:
    """The pace, within SLOWEST and FASTEST."""
    return float(min(max(pace, SLOWEST), FASTEST))


def stretch(samples: NDArray[np.float32], pace: float) -> NDArray[np.float32]:
    """A whole 16 kHz sound at `pace` times its speed, within the same limits, and at its own pitch."""
    pace = limited(pace)
    if pace == 1.0 or len(samples) == 0:
        return samples
    walk, hops = Walk(samples), []
    while not walk.over:
        hops.append(walk.hop(pace))
    return np.concatenate(hops)


class Walk:
    """A walk through a sound, at any pace.

    Args:
        samples: float32, shape (samples,); it may still be filling up ahead of the walk.
    """

    def __init__(self, samples: NDArray[np.float32]) -> None:
        self._samples = samples
        self.position = 0.0
        """The sample that the next hop begins with."""
        self._next = 0
        """Where the last hop taken would go on by itself."""

    @property
    def over(self) -> bool:
        return self.position >= len(self._samples)

    def restart(self) -> None:
        self.position, self._next = 0.0, 0

    def hop(self, pace: float) -> NDArray[np.float32]:
        """The next 20 ms, fewer at the end; at least one sample unless it is over."""
        here = self._best(pace)
        block = self._at(self._next) * _OUT + self._at(here) * _IN
        left = (len(self._samples) - self.position) / pace
        self.position += HOP * pace
        self._next = here + HOP
        return block[: max(1, round(left))]

    def _best(self, pace: float) -> int:
        """Where near the position the sound is most like what would come by itself."""
        position = round(self.position)
        if pace == 1.0 and abs(self._next - position) <= SEARCH:
            return self._next
        lowest = max(0, position - SEARCH)
        near = self._samples[lowest : position + SEARCH + HOP]
        wanted = self._at(self._next)
        if len(near) < HOP or not wanted.any():
            return position
        energy = np.convolve(near * near, np.ones(HOP, np.float32), "valid")
        return lowest + int(np.argmax(np.correlate(near, wanted, "valid") / np.sqrt(energy + 1e-6)))

    def _at(self, start: int) -> NDArray[np.float32]:
        """A hop's samples, silence behind the end."""
        piece = self._samples[start : start + HOP]
        return piece if len(piece) == HOP else np.pad(piece, (0, HOP - len(piece)))
