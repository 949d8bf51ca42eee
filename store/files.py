"""Files that are whole or not there, and locks that go with their holder.

The kernel lets go of a lock when its holder ends, however it ends, so none is ever left over; the file stays. It is
opened for writing, because network file systems lock no other.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK = 0.02
"""Seconds between two tries to get a lock."""


def lock(path: Path, seconds: float = 0.0) -> int:
    """Hold a file, made where it is missing, until the descriptor returned is closed or this process ends.

    Args:
        seconds: how long to wait for another holder. Whoever calls `held` is one for a moment.

    Raises:
        BlockingIOError: another one holds it.
        OSError: it cannot be written.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        lock_open(descriptor, seconds)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def lock_open(descriptor: int, seconds: float = 0.0) -> None:
    """Hold a file that is open for writing. Raises as `lock` does."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(LOOK)


@contextmanager
def locked(path: Path, seconds: float = 0.0) -> Iterator[int]:
    """Hold a file for the length of the block; gives its descriptor. Raises as `lock` does."""
    descriptor = lock(path, seconds)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def held(path: Path) -> bool:
    """Whether another one holds a file; no where there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # Shared, so that two who look do not take each other for a holder.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def replacing(path: Path, part: Path | None = None) -> Iterator[Path]:
    """The name under which to write a file that becomes `path` at the end of the block, safe on the disk.

    Where the block raises, nothing is left behind and `path` is as before.

    Args:
        part: that name, on the same disk; one of its own beside `path` where none is given.

    Raises:
        OSError: the disk is full, read-only or failing.
    """
    part = part or path.with_name(f".{os.urandom(6).hex()}.part")
    part.unlink(missing_ok=True)
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_atomically(path: Path, data: bytes, part: Path | None = None) -> None:
    """Put `data` at `path`, wholly or not at all, for its owner only. `part` and errors: as of `replacing`."""
    with replacing(path, part) as name, os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(data)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlive a power cut. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
