"""The journal of a recording: what is being spoken right now, safe on disk as it is spoken.

A journal is a file of raw 16-bit samples behind a short header. Its writer holds a lock that the
kernel releases when the process ends, however it ends; so a journal whose lock is free was left by
a dead process, and whoever takes the lock may turn it into a recording (see store.audio.recovery).

Samples are handed to the kernel at once, which is enough to outlive `kill -9`. They are synced to
the disk every `SYNC_SECONDS`, which leaves room for the block being captured and for the disk's own
delay within the 250 ms that pulling the plug may cost.
"""

from __future__ import annotations

import os
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from store.audio.folder import from_pcm16, pcm16
from store.errors import StoreError
from store.files import lock_open, sync_folder
from store.paths import make_folder, sweep
from store.reasons import disk
from store.units import SAMPLE_RATE

SYNC_SECONDS = 0.2
_sync = getattr(os, "fdatasync", os.fsync)  # macOS has the second only

HEADER = struct.Struct("<8sHHIQqI")
"""Magic, version, header bytes, samples a second, session (0: none), start in ms since 1970, checksum."""
MAGIC = b"TERTJRNL"
VERSION = 1
SUFFIX = ".pcm"
NEW = ".new"
"""Suffix until the file is locked and its header is on disk: no journal yet, and nothing is in it."""
DAMAGED = ".damaged"
"""Suffix of a file that cannot be rescued: kept for a person to look at, not tried again."""


class RecordingJournal:
    """One recording in the making, or one that a dead process left behind.

    `create` begins one, `append` adds to it, `finish` gives back its samples; once these are stored,
    `discard` removes it. Dying anywhere in between leaves it for `orphans`. Not for several threads
    at once.
    """

    def __init__(
        self, path: Path, descriptor: int, session: int | None, started_at: datetime, samples: int
    ) -> None:
        self.path = path
        self.session = session
        """The session it was spoken in."""
        self.started_at = started_at
        """When it began, UTC."""
        self.samples = samples
        """Samples written; a crash of the process does not lose them."""
        self.samples_safe = samples
        """Samples synced; not even a power cut loses them."""
        self._descriptor: int | None = descriptor

    @classmethod
    def create(cls, folder: Path, session: int | None) -> RecordingJournal:
        """Begin a journal in the data folder; on return its existence outlives a power cut.

        Raises:
            StoreError: the disk is full, read-only or failing.
        """
        started = datetime.now(UTC)
        path = folder / "journal" / f"{started:%Y%m%dT%H%M%S}-{os.urandom(6).hex()}{SUFFIX}"
        new = path.with_suffix(NEW)
        try:
            make_folder(path.parent)
            descriptor = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                lock_open(descriptor)
                _write(descriptor, _header(session, started), 0)
                os.fsync(descriptor)
                new.rename(path)  # the lock stays with the file
                sync_folder(path.parent)
            except BaseException:
                os.close(descriptor)
                new.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise disk(path, error) from error
        return cls(path, descriptor, session, started, 0)

    @property
    def name(self) -> str:
        """Unique among all journals ever; a segment made from this one carries it."""
        return self.path.stem

    @property
    def seconds(self) -> float:
        return self.samples / SAMPLE_RATE

    def append(self, frames: NDArray[np.float32] | NDArray[np.int16]) -> None:
        """Add 16 kHz mono samples; they outlive the process on return, and a power cut soon after.

        Raises:
            StoreError: samples that are not numbers, or the disk is full or failing. Nothing of
                `frames` is kept then; what was appended before is.
        """
        data = pcm16(frames).tobytes()
        try:
            # At a known place, so that a write that failed halfway is overwritten by the next.
            _write(self._open(), data, HEADER.size + 2 * self.samples)
        except OSError as error:
            raise disk(self.path, error) from error
        self.samples += len(data) // 2
        if self.samples - self.samples_safe >= SYNC_SECONDS * SAMPLE_RATE:
            self.sync()

    def sync(self) -> None:
        """Put everything appended on the disk now. Raises StoreError when the disk fails."""
        samples = self.samples
        try:
            _sync(self._open())
        except OSError as error:
            raise disk(self.path, error) from error
        self.samples_safe = samples

    def finish(self) -> NDArray[np.float32]:
        """Sync, and return all samples as float32. The file stays until `discard`.

        Raises:
            StoreError: the disk fails.
        """
        self.sync()
        return self.read(0, self.samples)

    def read(self, start: int, end: int) -> NDArray[np.float32]:
        """The samples from `start` up to `end`, as float32, whether or not they are synced.

        Raises:
            StoreError: the disk fails.
        """
        try:
            data = _read(self._open(), 2 * (end - start), HEADER.size + 2 * start)
        except OSError as error:
            raise disk(self.path, error) from error
        return from_pcm16(np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2"))

    def discard(self) -> None:
        """Remove the file: its samples are stored elsewhere, or nobody wants them.

        Raises:
            StoreError: the folder cannot be written.
        """
        try:
            self.path.unlink(missing_ok=True)
            sync_folder(self.path.parent)
        except OSError as error:
            raise disk(self.path, error) from error
        finally:
            self.close()

    def set_aside(self) -> Path:
        """Let nobody try it again; what it holds stays, and this is where.

        Raises:
            StoreError: the folder cannot be written.
        """
        try:
            aside = self.path.rename(self.path.with_suffix(DAMAGED))
            sync_folder(aside.parent)
        except OSError as error:
            raise disk(self.path, error) from error
        finally:
            self.close()
        return aside

    def close(self) -> None:
        """Let go of the file and leave it to `orphans`."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> RecordingJournal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> int:
        if self._descriptor is None:
            raise StoreError(f"The recording {self.name} is already closed", "start a new one")
        return self._descriptor


def orphans(folder: Path) -> tuple[list[RecordingJournal], list[Path]]:
    """The journals that dead processes left in the data folder, oldest first, and files put aside.

    The caller holds the lock of each journal, so no other process recovers it too, and must discard
    or close it. A file without a readable header is renamed to end in `.damaged`, never removed, and
    its new path is in the second list, this once.

    Raises:
        StoreError: the folder cannot be read or written.
    """
    found: list[RecordingJournal] = []
    aside: list[Path] = []
    sweep(folder, f"journal/*{NEW}")
    try:
        for path in sorted((folder / "journal").glob(f"*{SUFFIX}")):
            if path.is_symlink() or not path.is_file():
                continue  # a folder, a link or a pipe is nothing that we wrote
            try:
                descriptor = os.open(path, os.O_RDWR)
            except FileNotFoundError:
                continue  # its writer, or another rescuer, has just finished with it
            journal = None
            try:
                if not _lock(descriptor, path):
                    continue
                journal = _read_header(path, descriptor)
                if journal is None:
                    aside.append(path.rename(path.with_suffix(DAMAGED)))
                else:
                    found.append(journal)
            finally:
                if journal is None:
                    os.close(descriptor)
    except OSError as error:
        for journal in found:
            journal.close()
        raise disk(folder / "journal", error) from error
    return found, aside


def _lock(descriptor: int, path: Path) -> bool:
    """Take a journal's lock, unless its writer lives or it was removed before we got it."""
    try:
        lock_open(descriptor)
    except BlockingIOError:
        return False
    return path.exists() and os.path.samestat(os.fstat(descriptor), path.stat())


def _header(session: int | None, started: datetime) -> bytes:
    fields = (MAGIC, VERSION, HEADER.size, SAMPLE_RATE, session or 0, round(started.timestamp() * 1000))
    return HEADER.pack(*fields, zlib.crc32(HEADER.pack(*fields, 0)))


def _read_header(path: Path, descriptor: int) -> RecordingJournal | None:
    """The journal in a file up to its last whole sample, or None where the header is torn or unknown."""
    data = _read(descriptor, HEADER.size, 0)
    if len(data) < HEADER.size:
        return None
    *fields, checksum = HEADER.unpack(data)
    magic, version, size, rate, session, milliseconds = fields
    known = (magic, version, size, rate) == (MAGIC, VERSION, HEADER.size, SAMPLE_RATE)
    if not known or checksum != zlib.crc32(HEADER.pack(*fields, 0)):
        return None
    samples = (os.fstat(descriptor).st_size - HEADER.size) // 2
    try:
        started = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):  # beyond the calendar
        return None
    return RecordingJournal(path, descriptor, session or None, started, samples)


def _write(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def _read(descriptor: int, size: int, offset: int) -> bytes:
    pieces = []
    while size and (piece := os.pread(descriptor, size, offset)):
        pieces.append(piece)
        size, offset = size - len(piece), offset + len(piece)
    return b"".join(pieces)
