"""Changing rate and pace of sound, with FFmpeg's own filters through PyAV."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SLOWEST, FASTEST = 0.5, 2.0
"""What one atempo filter does well, and what still sounds like speech."""


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


def stretch(samples: NDArray[np.float32], rate: int, pace: float) -> NDArray[np.float32]:
    """The same sound at `pace` times its speed and at its own pitch; pace is held to 0.5 … 2."""
    pace = min(max(pace, SLOWEST), FASTEST)
    if pace == 1.0 or len(samples) == 0:
        return samples
    import av

    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=rate, format="flt", layout="mono")
    tempo = graph.add("atempo", f"{pace:.4f}")
    sink = graph.add("abuffersink")
    source.link_to(tempo)
    tempo.link_to(sink)
    graph.configure()
    source.push(_frame(samples, rate))
    source.push(None)
    frames = []
    while True:
        try:
            frames.append(sink.pull())
        except (av.BlockingIOError, av.EOFError):
            return _joined(frames)


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
