"""A few bytes that tell whether two pieces of audio are the same sound, however loud and however coded.

After Haitsma and Kalker (A Highly Robust Audio Fingerprinting System, ISMIR 2002): each bit says whether the
difference between two neighbouring frequency bands grows or shrinks from one moment to the next. Gain cancels
out, and lossy coding keeps such differences. Theirs finds three seconds anywhere in a song; here a segment is
compared as a whole, so it is cut into as many moments as there are bits for, and 64 bytes are enough.
"""

from __future__ import annotations

import functools
import itertools

import numpy as np
from numpy.typing import NDArray

from store.units import SAMPLE_RATE

MOMENTS = 32
BANDS = 16
BYTES = MOMENTS * BANDS // 8
LOWEST, HIGHEST = 300.0, 3400.0
"""Hertz: what telephones and every codec keep."""
FRAME = 1024
HOP = 256
EDGE = 0.002
"""Share of the energy that is left out at the beginning and at the end, with the silence around it."""


def fingerprint(audio: NDArray[np.float32]) -> bytes:
    """The fingerprint of a segment: BYTES bytes, or none where it is too short (under 0.1 s) or silent.

    Args:
        audio: float32, shape (samples,), 16 kHz.
    """
    if len(audio) < FRAME + HOP:
        return b""
    frames = np.lib.stride_tricks.sliding_window_view(audio, FRAME)[::HOP]
    energy = np.abs(np.fft.rfft(frames * np.hanning(FRAME).astype(np.float32), axis=1)) ** 2 @ _bands()
    # Summed up first, so that moments may begin and end within a frame, and short segments have all of them.
    summed = np.vstack([np.zeros(BANDS + 1), np.cumsum(energy, axis=0, dtype=np.float64)])
    whole = summed.sum(axis=1)
    if whole[-1] <= 0:
        return b""
    first, last = np.interp([EDGE * whole[-1], (1 - EDGE) * whole[-1]], whole, np.arange(len(whole)))
    edges = np.linspace(first, last, MOMENTS + 2)
    at = np.stack([np.interp(edges, np.arange(len(summed)), column) for column in summed.T], axis=1)
    level = np.log(np.diff(at, axis=0) + 1e-20)
    return np.packbits(np.diff(np.diff(level, axis=1), axis=0) > 0).tobytes()


def likeness(one: bytes, other: bytes) -> float:
    """How alike two fingerprints are: 1.0 for the same sound, about 0.0 for two that have nothing in common."""
    if len(one) != BYTES or len(other) != BYTES:
        return 0.0
    return float(likenesses(one, np.frombuffer(other, dtype=np.uint8)[np.newaxis])[0])


def likenesses(one: bytes, others: NDArray[np.uint8]) -> NDArray[np.float64]:
    """`likeness` to many fingerprints at once.

    Args:
        others: shape (fingerprints, BYTES).

    Returns:
        shape (fingerprints,).
    """
    different = np.bitwise_count(np.frombuffer(one, dtype=np.uint8) ^ others).sum(axis=1)
    return np.asarray(np.maximum(0.0, 1 - different / (BYTES * 4)))


@functools.cache
def _bands() -> NDArray[np.float32]:
    """Which bins of the spectrum belong to which band, shape (FRAME / 2 + 1, BANDS + 1)."""
    hertz = np.fft.rfftfreq(FRAME, 1 / SAMPLE_RATE)
    edges = np.geomspace(LOWEST, HIGHEST, BANDS + 2)
    return np.stack([(hertz >= low) & (hertz < high) for low, high in itertools.pairwise(edges)], axis=1).astype(
        np.float32
    )
