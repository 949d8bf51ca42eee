"""Is somebody speaking? Silero's voice activity network, a frame at a time or a whole recording at once.

The network is the ONNX file inside the faster-whisper wheel, so nothing has to be shipped or fetched.
It looks at 32 ms frames, each with the 2 ms before it as context, and carries the state of an LSTM from
one to the next. faster-whisper only has the batch form; a live microphone needs the streaming one. Both
are here, and give the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import AudioError, ModelError

FRAME = 512
"""Samples in a frame: 32 ms."""
CONTEXT = 64
STATE = (1, 1, 128)

SPEECH = 0.5
"""Probability from which a frame begins speech; what Silero's authors advise."""
STILL_SPEECH = 0.35
"""Probability below which speech has ended: the gap between the two keeps it from flickering, as
Silero dips inside words."""
SHORTEST = 3
"""Frames of speech that make a recording spoken. "¿Y?" has six, in loud noise too; noise seldom has two."""
BATCH = 4096
"""Frames computed at once: two minutes, so that hours of audio need little memory."""


class Span(NamedTuple):
    """A stretch of speech, in samples."""

    start: int
    end: int


class VoiceActivity(Protocol):
    """The streaming form: what the engine needs."""

    def probability(self, frame: NDArray[np.float32]) -> float:
        """How likely the FRAME samples that follow the last ones are speech, 0 to 1."""
        ...

    def reset(self) -> None:
        """Forget what was heard: the next frame begins a new recording."""
        ...


class SileroActivity:
    """Silero over onnxruntime, one thread: a frame costs a fraction of a millisecond.

    `probability` and `reset` keep a state between frames. `probabilities` looks at a whole recording
    and leaves that state alone. Not for several threads at once.

    Raises:
        ModelError: the network is missing from the faster-whisper wheel.
    """

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        self._session: Any = onnxruntime.InferenceSession(
            str(_network()), sess_options=options, providers=["CPUExecutionProvider"]
        )
        self.reset()

    def reset(self) -> None:
        """Forget what was heard: the next frame begins a new recording."""
        self._h = np.zeros(STATE, dtype=np.float32)
        self._c = np.zeros(STATE, dtype=np.float32)
        self._context = np.zeros(CONTEXT, dtype=np.float32)

    def probability(self, frame: NDArray[np.float32]) -> float:
        """How likely this frame is speech.

        Args:
            frame: float32, shape (FRAME,), 16 kHz: the samples that follow those of the last call.

        Raises:
            AudioError: another shape, or samples that are not numbers.
        """
        if frame.shape != (FRAME,) or not np.isfinite(frame).all():
            raise AudioError(f"A frame of voice activity is {FRAME} finite samples, not {frame.shape}")
        frame = frame.astype(np.float32, copy=False)
        window = np.concatenate([self._context, frame])[np.newaxis]
        heard, self._h, self._c = self._session.run(None, {"input": window, "h": self._h, "c": self._c})
        self._context = frame[-CONTEXT:].copy()
        return float(heard[0])

    def probabilities(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        """Speech probability of every frame of a recording; the last frame is filled up with zeros.

        Args:
            audio: float32, shape (samples,), 16 kHz.

        Returns:
            float32, shape (ceil(samples / FRAME),).
        """
        h, c = np.zeros(STATE, dtype=np.float32), np.zeros(STATE, dtype=np.float32)
        heard: list[NDArray[np.float32]] = []
        for windows in _windows(audio):
            part, h, c = self._session.run(None, {"input": windows, "h": h, "c": c})
            heard.append(part)
        return np.concatenate(heard) if heard else np.zeros(0, dtype=np.float32)


def spoken(probabilities: NDArray[np.float32]) -> bool:
    """Whether somebody speaks in a recording, from the probabilities of its frames."""
    return int((probabilities >= SPEECH).sum()) >= SHORTEST


def spans(probabilities: NDArray[np.float32], samples: int, threshold: float = SPEECH) -> list[Span]:
    """Stretches of speech in a recording of that many samples, from the probabilities of its frames.

    A stretch begins at `threshold` and lasts until the probability falls as far below it as
    STILL_SPEECH is below SPEECH.
    """
    found: list[Span] = []
    begun: int | None = None
    for index, probability in enumerate(probabilities):
        if begun is None and probability >= threshold:
            begun = index * FRAME
        elif begun is not None and probability < threshold - (SPEECH - STILL_SPEECH):
            found.append(Span(begun, index * FRAME))
            begun = None
    if begun is not None:
        found.append(Span(begun, samples))
    return found


def _windows(audio: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """Frames with their context, shape (frames, CONTEXT + FRAME), a batch at a time."""
    for start in range(0, len(audio), BATCH * FRAME):
        part = audio[max(0, start - CONTEXT) : start + BATCH * FRAME]
        lead = CONTEXT if start == 0 else 0
        frames = -(-(len(part) + lead - CONTEXT) // FRAME)
        part = np.pad(part, (lead, CONTEXT + frames * FRAME - len(part) - lead))
        yield np.lib.stride_tricks.sliding_window_view(part, CONTEXT + FRAME)[::FRAME].copy()


def _network() -> Path:
    import importlib.util

    package = importlib.util.find_spec("faster_whisper")  # found, not imported: that would take a second
    folder = Path(package.origin).parent / "assets" if package and package.origin else None
    found = sorted(folder.glob("silero_vad*.onnx")) if folder else []
    if not found:
        raise ModelError(
            "The voice activity network is missing from the faster-whisper package",
            "reinstall it with `pip install --force-reinstall faster-whisper`",
        )
    return found[-1]
