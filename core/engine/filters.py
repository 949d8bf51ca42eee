"""Changing the rate of sound, with FFmpeg's own resampler through PyAV."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Resampler:
    """A stream of mono float32 pieces from one rate to another, without clicks between pieces."""

    def __init__(self, rate: int, to: int) -> None:
        import av

        self._rate = rate
        self._resampler = av.AudioResampler(format="flt", layout="mono", rate=to)

    def feed(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """The resampled part of all pieces so far that is complete; its tail comes with the next."""
        return _joined(self._resampler.resample(_frame(samples, self._rate)) if len(samples) else [])

    def finish(self) -> NDArray[np.float32]:
        """The tail that was held back."""
        return _joined(self._resampler.resample(None))


def resample(samples: NDArray[np.float32], rate: int, to: int) -> NDArray[np.float32]:
    """A whole mono sound at another rate."""
    if rate == to:
        return samples
    resampler = Resampler(rate, to)
    return np.concatenate([resampler.feed(samples), resampler.finish()])


def _frame(samples: NDArray[np.float32], rate: int) -> Any:
    import av

    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(samples, dtype=np.float32)[None], format="flt", layout="mono"
    )
    frame.sample_rate = rate
    return frame


def _joined(frames: list[Any]) -> NDArray[np.float32]:
    pieces = [frame.to_ndarray().reshape(-1) for frame in frames]
    return np.concatenate(pieces).astype(np.float32, copy=False) if pieces else np.zeros(0, np.float32)
