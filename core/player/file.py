"""A WAV file as it is, for what is no recording: a voice's sample has more than the 16 kHz of those."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from store.errors import StoreError

LONGEST = 120.0
"""Seconds."""


class WavSound:
    """A file in memory.

    Raises:
        StoreError: it is missing, longer than LONGEST, or no 16-bit mono WAV file.
    """

    def __init__(self, path: Path) -> None:
        try:
            with wave.open(str(path)) as file:
                self.rate = file.getframerate()
                if (file.getnchannels(), file.getsampwidth()) != (1, 2) or not file.getnframes() > 0:
                    raise wave.Error("it is not 16-bit mono")
                if file.getnframes() > LONGEST * self.rate:
                    raise wave.Error("it is too long")
                sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        except (OSError, EOFError, wave.Error) as error:
            raise StoreError(f"{path} cannot be played ({error})", "try it again", path) from error
        self.samples: NDArray[np.float32] = sound.astype(np.float32) / np.float32(32768)

    def check(self) -> None:
        """All of it was read."""

    def forget(self) -> None:
        """Nothing more is read."""
