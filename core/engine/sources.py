"""Where sound comes from: an audio file here, the microphone in `capture`; both are heard alike."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from store.audio.folder import SAMPLE_RATE, read_audio

Samples = NDArray[np.float32]
"""float32, mono, at SAMPLE_RATE, in [-1, 1]."""

NOTHING: Samples = np.zeros(0, dtype=np.float32)


class AudioSource(Protocol):
    """Something that can be heard."""

    name: str
    """What the recording is said to come from."""
    is_file: bool
    """All of it is a turn, whatever it holds."""
    live: bool
    """It comes at the speed of speech, so it has a meter and pauses."""
    lost: float
    """Seconds dropped because this computer was too busy."""

    def open(self) -> None:
        """Begin to deliver. Raises SoundError, or StoreError for a file."""

    def read(self, seconds: float) -> Samples:
        """What has arrived, waiting at most `seconds` for the first of it. Raises SoundError."""

    @property
    def ended(self) -> bool:
        """Nothing more will ever come."""

    def close(self) -> None:
        """Stop delivering; harmless when not open."""


class FileSource:
    """An audio file, as a whole or at the speed at which it was spoken."""

    is_file = True
    lost = 0.0

    def __init__(self, path: Path, realtime: bool) -> None:
        self.name = path.name
        self.live = realtime
        self._path = path
        self._samples = NOTHING
        self._position = 0
        self._began = 0.0

    def open(self) -> None:
        """Read the file and start the clock. Raises StoreError when it holds no usable audio."""
        self._samples = read_audio(self._path)
        self._began = time.monotonic()

    def read(self, seconds: float) -> Samples:
        """The stretch spoken since the last read, in steps of at least a tenth of a second."""
        end = len(self._samples)
        if self.live:
            due = self._began + (self._position + SAMPLE_RATE / 10) / SAMPLE_RATE - time.monotonic()
            if due > 0:
                time.sleep(min(due, seconds))
            end = min(end, int((time.monotonic() - self._began) * SAMPLE_RATE))
        piece = self._samples[self._position : end]
        self._position = max(self._position, end)
        return piece

    @property
    def ended(self) -> bool:
        return self._position >= len(self._samples)

    def close(self) -> None:
        """Nothing to give back: the file was read before."""
