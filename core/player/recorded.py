"""A span of a stored recording on its way into memory, its beginning first, so that a long one starts as soon."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from store.audio.folder import SAMPLE_RATE, AudioFolder
from store.errors import StoreError

BLOCK = 20 * SAMPLE_RATE
"""Samples read at a time."""
LONGEST = 3600 * SAMPLE_RATE
"""Samples of a span; an hour in memory is 230 MB."""
EDGE = 32
"""Samples faded in and out: a sound cut anywhere begins and ends with a click, which sounds like a plosive."""


class Sound(Protocol):
    """What is played."""

    samples: NDArray[np.float32]
    """Mono; they may still be on their way."""
    rate: int
    """Samples a second."""

    def check(self) -> None:
        """Raise the StoreError that kept the rest from being read, if any."""

    def forget(self) -> None:
        """The rest is not wanted any more."""


class Recorded:
    """The samples of a span; what has not been read yet is silence.

    Args:
        data: the data folder.
        sha256: names the recording.
        start: first sample of the span.
        end: one past its last.

    Raises:
        StoreError: no such recording, no such span in it, a damaged file.
    """

    def __init__(self, data: Path, sha256: str, start: int, end: int) -> None:
        if not re.fullmatch("[0-9a-f]{64}", sha256):
            raise StoreError("A recording is named by its SHA-256, 64 digits", "choose another segment")
        if not 0 <= start < end:
            raise StoreError(f"Samples {start} to {end} are not a span of a recording", "choose another")
        if end - start > LONGEST:
            raise StoreError("More than an hour cannot be played at once", "choose a shorter span")
        self.rate = SAMPLE_RATE
        self._audio = AudioFolder(data)
        self._sha256, self._start, self._end = sha256, start, end
        self.samples = np.zeros(end - start, np.float32)
        self._failure: StoreError | None = None
        self._unwanted = threading.Event()
        self._read(0)
        self._reader = threading.Thread(target=self._read_rest, name="recording", daemon=True)
        self._reader.start()

    def check(self) -> None:
        """Raise the StoreError that kept the rest from being read, if any."""
        if self._failure:
            raise self._failure

    def wait(self) -> None:
        """Return when everything has been read, or could not be."""
        self._reader.join()

    def forget(self) -> None:
        """The rest is not wanted any more."""
        self._unwanted.set()

    def _read_rest(self) -> None:
        try:
            for offset in range(BLOCK, len(self.samples), BLOCK):
                if self._unwanted.is_set():
                    return
                self._read(offset)
        except StoreError as error:
            self._failure = error

    def _read(self, offset: int) -> None:
        stop = min(offset + BLOCK, len(self.samples))
        block = self._audio.span(self._sha256, self._start + offset, self._start + stop)
        if len(block) < stop - offset:
            raise StoreError(
                f"The recording ends at sample {self._start + offset + len(block)}, before {self._end}",
                "choose a shorter span",
            )
        edge = min(EDGE, len(block))
        ramp = np.arange(1, edge + 1, dtype=np.float32) / (edge + 1)
        if offset == 0:
            block[:edge] *= ramp
        if stop == len(self.samples):
            block[len(block) - edge :] *= ramp[::-1]
        self.samples[offset:stop] = block
