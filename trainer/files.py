"""Files and folders that are whole or not there, and locks that go with their holder.

The names are those of `store.files`, of which the trainer, alone on another machine, knows nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LOOK = 0.02
"""Seconds between two tries to get a lock."""


def lock(path: Path, seconds: float = 0.0) -> int:
    """Hold a file, made where it is missing, until the descriptor returned is closed or this process ends.

    Args:
        seconds: how long to wait for another holder. Whoever looks whether it is held is one for a moment.

    Raises:
        BlockingIOError: another one holds it.
        OSError: it cannot be written.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except OSError as error:
            if not isinstance(error, BlockingIOError) or time.monotonic() >= deadline:
                os.close(descriptor)
                raise
        time.sleep(LOOK)


@contextmanager
def replacing(path: Path, part: Path | None = None) -> Iterator[Path]:
    """The name under which to write a file that becomes `path` at the end of the block, safe on the disk.

    Where the block raises, nothing is left behind and `path` is as before.

    Args:
        part: that name, on the same disk; always the same one beside `path` where none is given.

    Raises:
        OSError: the disk is full, read-only or failing.
    """
    part = part or path.with_name(f"tmp-{path.name}")
    part.unlink(missing_ok=True)
    try:
        yield part
        sync(part)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync(path.parent)


def write_atomically(path: Path, data: bytes, part: Path | None = None) -> None:
    """Put `data` at `path`, wholly or not at all, for its owner only. `part` and errors: as of `replacing`."""
    with replacing(path, part) as name, os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(data)


def write_json(path: Path, body: Mapping[str, Any], part: Path | None = None) -> None:
    """Put a JSON object at `path`, as `write_atomically` does."""
    write_atomically(path, json.dumps(body, ensure_ascii=False, indent=1).encode(), part)


@contextmanager
def replacing_folder(final: Path, part: Path | None = None) -> Iterator[Path]:
    """A temporary folder that becomes `final` when the block ends well, and vanishes when it does not.

    Every file is on the disk before the name is, and an older folder of that name goes only then.

    Args:
        part: its name until then, beside `final`; always the same one where none is given.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary = part or final.with_name(f"tmp-{final.name}")
    old = temporary.with_name(f"{temporary.name}-old") if part else final.with_name(f"tmp-old-{final.name}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        yield temporary
        settle_folder(temporary, final, old)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)


def settle_folder(temporary: Path, final: Path, old: Path | None = None) -> None:
    """Give a folder whose files are all there its name, once they are on the disk.

    Args:
        old: becomes the name of what has been at `final`.
    """
    for path in (*sorted(temporary.rglob("*")), temporary):
        sync(path)
    if old is not None and final.exists():
        shutil.rmtree(old, ignore_errors=True)
        final.rename(old)
    temporary.rename(final)
    sync(final.parent)


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, outlive a power cut. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
