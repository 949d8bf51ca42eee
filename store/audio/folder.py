"""Audio in and out of the data folder: 16 kHz mono FLAC files named after what they hold.

In memory audio is float32 in [-1, 1]; on disk it is 16-bit. A recording's name is the SHA-256 of its
16-bit samples (little-endian), so the same sound is kept once and a damaged file betrays itself.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from store.audio.decoding import TURN_SECONDS, read_audio
from store.errors import StoreError
from store.files import sync_folder
from store.paths import audio_path, write_safely
from store.reasons import disk
from store.text import shown
from store.units import SAMPLE_RATE

__all__ = ["SAMPLE_RATE", "TURN_SECONDS", "AudioFolder", "from_pcm16", "pcm16", "read_audio"]

FULL_SCALE = 32768


def pcm16(samples: NDArray[np.float32] | NDArray[np.int16]) -> NDArray[np.int16]:
    """One channel of samples as 16-bit integers; what lies beyond [-1, 1] is clipped.

    Raises:
        StoreError: samples that are NaN or infinite.
    """
    if samples.dtype == np.int16:
        return np.ascontiguousarray(samples, dtype="<i2")
    scaled = np.rint(np.asarray(samples, dtype=np.float32) * FULL_SCALE)
    if not np.isfinite(scaled).all():
        raise StoreError("The audio holds numbers that are not sound (NaN or infinity), so it was not stored")
    return np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype("<i2")


def from_pcm16(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """16-bit samples as float32 in [-1, 1); `pcm16` gives back exactly the same integers."""
    return samples.astype(np.float32) / np.float32(FULL_SCALE)


class AudioFolder:
    """The recordings of one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        """The data folder; recordings lie in `audio` inside it."""

    def path(self, sha256: str) -> Path:
        return audio_path(self.folder, sha256)

    def put(self, samples: NDArray[np.float32] | NDArray[np.int16]) -> str:
        """Keep 16 kHz mono samples for good and return their SHA-256; safe on disk on return.

        Putting the same samples again changes nothing, except that a damaged file is replaced.

        Raises:
            StoreError: no samples, samples that are not numbers, a full or read-only disk. No part
                of a file is left behind.
        """
        if samples.ndim != 1 or not samples.size:
            raise StoreError("There is no sound in the recording, so it was not stored")
        pcm = pcm16(samples)
        sha256 = _sha256(pcm)
        path = self.path(sha256)
        if path.exists() and self.holds(sha256):
            try:
                sync_folder(path.parent)  # whoever wrote it may have died before this
            except OSError as error:
                raise disk(path, error) from error
        else:
            write_safely(self.folder, path, _flac(pcm))
        return sha256

    def get(self, sha256: str) -> NDArray[np.float32]:
        """The samples of a recording, float32 mono 16 kHz.

        Raises:
            StoreError: the file is missing, damaged or unreadable.
        """
        path = self.path(sha256)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise _missing(path) from error
        except OSError as error:
            raise disk(path, error) from error
        pcm = _unflac(data)
        if pcm is None or _sha256(pcm) != sha256:
            raise _damaged(path)
        return from_pcm16(pcm)

    def span(self, sha256: str, start: int, end: int) -> NDArray[np.float32]:
        """Part of a recording, float32 mono 16 kHz, from sample `start` up to `end`, fewer where it ends sooner.

        Only that part is read, so an hour costs no more than a minute. Whether the rest of the file is
        whole is not looked at.

        Raises:
            StoreError: the file is missing, damaged or unreadable; a span that runs backwards.
        """
        if not 0 <= start <= end:
            raise StoreError(f"Samples {start} to {end} are not a span of a recording", "choose other boundaries")
        for pcm in self._pieces(sha256, start, end, max(1, end - start)):
            return from_pcm16(pcm)
        return np.zeros(0, dtype=np.float32)

    def pieces(self, sha256: str, size: int = 60 * SAMPLE_RATE) -> Iterator[NDArray[np.float32]]:
        """A whole recording as `size` samples at a time, in constant memory. Raises StoreError as `span`."""
        for pcm in self._pieces(sha256, 0, None, size):
            yield from_pcm16(pcm)

    def holds(self, sha256: str) -> bool:
        """Whether a recording is there and whole; all of it is read for that, in constant memory."""
        digest = hashlib.sha256()
        try:
            for pcm in self._pieces(sha256, 0, None, 60 * SAMPLE_RATE):
                digest.update(pcm.tobytes())
        except StoreError:
            return False
        return digest.hexdigest() == sha256

    def _pieces(self, sha256: str, start: int, end: int | None, size: int) -> Iterator[NDArray[np.int16]]:
        import soundfile

        path = self.path(sha256)
        try:
            with path.open("rb") as file, soundfile.SoundFile(file) as sound:
                if (sound.samplerate, sound.channels) != (SAMPLE_RATE, 1):
                    raise _damaged(path)
                position = sound.seek(min(start, sound.frames))
                stop = sound.frames if end is None else min(end, sound.frames)
                while position < stop:
                    pcm = sound.read(min(size, stop - position), dtype="int16")
                    if not len(pcm):
                        raise _damaged(path)
                    position += len(pcm)
                    yield np.ascontiguousarray(pcm, dtype="<i2")
        except FileNotFoundError as error:
            raise _missing(path) from error
        except OSError as error:
            raise disk(path, error) from error
        except RuntimeError as error:  # soundfile's own errors are among them
            raise _damaged(path) from error


def _missing(path: Path) -> StoreError:
    return StoreError(
        f"The recording {shown(path)} is missing", "bring it back from a backup; the turn keeps its text", path
    )


def _damaged(path: Path) -> StoreError:
    return StoreError(
        f"The recording {shown(path)} is damaged", "bring it back from a backup; the turn keeps its text", path
    )


def _sha256(pcm: NDArray[np.int16]) -> str:
    return hashlib.sha256(pcm.tobytes()).hexdigest()


def _flac(pcm: NDArray[np.int16]) -> bytes:
    import soundfile

    # In memory first, because libsndfile does not say why a disk refused.
    file = io.BytesIO()
    soundfile.write(file, pcm, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def _unflac(data: bytes) -> NDArray[np.int16] | None:
    """The samples, or None for anything but 16 kHz mono FLAC."""
    import soundfile

    try:
        pcm, rate = soundfile.read(io.BytesIO(data), dtype="int16", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError):
        return None
    return np.ascontiguousarray(pcm[:, 0], dtype="<i2") if (rate, pcm.shape[1]) == (SAMPLE_RATE, 1) else None
