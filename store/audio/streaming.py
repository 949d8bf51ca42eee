"""Audio of any length into the data folder, a piece at a time.

A lecture of ten hours is a gigabyte of samples, so it is never held as a whole: it is decoded, hashed and
compressed in pieces. What a recording is called is known only after its last sample, so it is written in
`incoming` and gets its name at the end, when it is safe on disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from store.audio.clipping import Clipping
from store.audio.decoding import pieces
from store.audio.folder import AudioFolder, pcm16
from store.errors import StoreError
from store.files import sync_folder
from store.paths import make_folder
from store.reasons import disk
from store.units import SAMPLE_RATE

LONGEST_SECONDS = 24 * 3600.0
"""The longest recording; a small file may claim to hold weeks of silence."""


@dataclass(frozen=True, slots=True, eq=False)
class StoredAudio:
    """A recording that is safe in the data folder."""

    sha256: str
    samples: int
    clipped: NDArray[np.uint16]
    """Samples that are cut off in each `store.audio.clipping.BIN` of it, up to the last that has some."""


def take_in(
    audio: AudioFolder,
    path: Path,
    limit_seconds: float = LONGEST_SECONDS,
    on_progress: Callable[[int], None] = lambda samples: None,
) -> StoredAudio:
    """Keep the sound of any audio file for good.

    The recording is what `store.audio.decoding.read_audio` would give: sound beyond [-1, 1] is made quieter as a
    whole, for which the file is read a second time, because its loudest moment is known only at its end.

    Args:
        on_progress: called with how many samples have been read; what it raises ends it, and nothing is kept.

    Raises:
        StoreError: a file that cannot be read as sound, a full or read-only disk. Nothing is left behind.
    """
    peak = 1.0
    read = 0
    clipping = Clipping()
    with Writer(audio) as writer:
        for piece in pieces(path, limit_seconds, clipping):
            highest = float(np.abs(piece).max())
            if highest <= peak == 1.0:
                writer.write(piece)
            peak = max(peak, highest)
            read += len(piece)
            on_progress(read)
        if peak == 1.0:
            return StoredAudio(*writer.keep(), clipping.counts())
    with Writer(audio) as writer:
        for piece in pieces(path, limit_seconds):
            writer.write(piece / np.float32(peak))
        return StoredAudio(*writer.keep(), clipping.counts())


class Writer:
    """One recording on its way into the data folder; a context manager that tidies up after itself."""

    def __init__(self, audio: AudioFolder) -> None:
        self._audio = audio
        self._part = audio.folder / "incoming" / f"{os.getpid()}-{os.urandom(8).hex()}.flac"
        self._digest = hashlib.sha256()
        self.samples = 0
        """Written so far."""

    def __enter__(self) -> Writer:
        import soundfile

        try:
            make_folder(self._part.parent)
            self._file = os.fdopen(os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb+")
        except OSError as error:
            raise disk(self._part, error) from error
        self._sink = FlacFile(self._file)
        self._sound: Any = soundfile.SoundFile(self._sink, "w", SAMPLE_RATE, 1, format="FLAC", subtype="PCM_16")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sound.close()
        with contextlib.suppress(OSError):  # a full disk may refuse the last bytes: they go with the file
            self._file.close()
        self._part.unlink(missing_ok=True)

    def write(self, samples: NDArray[np.float32]) -> None:
        """Add samples in [-1, 1], mono 16 kHz. Raises StoreError where the disk refuses or they are no numbers."""
        pcm = pcm16(samples)
        self._digest.update(pcm.tobytes())
        self.samples += len(pcm)
        try:
            self._sound.write(pcm)
        except (RuntimeError, AssertionError) as error:  # soundfile asserts that all was written
            raise self._refused() from error
        if self._sink.error:
            raise self._refused()

    def keep(self) -> tuple[str, int]:
        """Put the recording in its place, safe on disk: its SHA-256 and its length in samples.

        Raises:
            StoreError: no samples; a full or read-only disk.
        """
        if not self.samples:
            raise StoreError("There is no sound in the recording, so it was not stored")
        self._sound.close()
        sha256 = self._digest.hexdigest()
        path = self._audio.path(sha256)
        try:
            if self._sink.error:
                raise self._refused()
            make_folder(path.parent)
            if not (path.exists() and self._audio.holds(sha256)):
                self._file.flush()
                os.fsync(self._file.fileno())
                self._part.rename(path)
            sync_folder(path.parent)
        except OSError as error:
            raise disk(path, error) from error
        return sha256, self.samples

    def _refused(self) -> StoreError:
        return disk(self._part, self._sink.error or OSError(0, "libsndfile gives no reason"))


class FlacFile:
    """A file for libsndfile, which remembers why the disk refused: libsndfile would not say."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = self.error or error
            return 0

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return self._file.seek(offset, whence)
        except OSError as error:  # buffered bytes are written first
            self.error = self.error or error
            return 0

    def tell(self) -> int:
        return self._file.tell()
