"""Where a model lies once it is fetched, and where it is until then.

It is put together in a hidden folder beside its place and gets its name by one rename, when all of it is there and
on the disk. Whatever ends the program before, the hidden folder stays, and the next one goes on from there. Nothing
is written where a link leads away.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from pathlib import Path

from models.errors import ModelError
from models.files import leads_out

PARTIAL, OLD = "partial", "old"
"""How the hidden names end: of what is not whole yet, and of what a new one takes the place of."""
LOOK = 0.1
"""Seconds between two looks whether another process is done."""
SPARE = 16_000_000
"""Bytes that are left free on a disk."""


def hidden(place: Path, what: str) -> Path:
    """The hidden name beside a place."""
    return place.with_name(f".{place.name}.{what}")


def make_parent(folder: Path, place: Path) -> None:
    """See that the folder of a part is there, in the models folder.

    Raises:
        ModelError: a link leads out of it.
        OSError: it cannot be made.
    """
    parent = place.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    parent.mkdir(mode=0o700, exist_ok=True)
    if leads_out(parent, folder):
        raise ModelError(
            f"{parent} is a link that leads out of {folder}, so nothing is fetched into it",
            "remove the link, or make the whole models folder a link",
            parent,
        )


@contextmanager
def locked(place: Path, on_wait: Callable[[], None], waiting: Callable[[], None]) -> Iterator[None]:
    """Be the only process that fetches into a folder.

    Args:
        place: in that folder.
        on_wait: called once, where another process is at work there.
        waiting: called again and again until it is done; raises what ends the waiting.
    """
    lock = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if not _taken(lock):
            on_wait()
            while not _taken(lock):
                waiting()
                time.sleep(LOOK)  # nobody tells of a lock that is free again
        yield
    finally:
        os.close(lock)


def make_partial(place: Path) -> Path:
    """The hidden folder that a model is put together in. Raises ModelError where something else has its name."""
    partial = hidden(place, PARTIAL)
    if partial.is_symlink() or (partial.exists() and not partial.is_dir()):
        raise ModelError(
            f"{partial} is a {'link' if partial.is_symlink() else 'file'}, and a download should be a folder there",
            "remove it",
            partial,
        )
    partial.mkdir(mode=0o700, exist_ok=True)
    return partial


def adopt(place: Path, partial: Path, sizes: Mapping[str, int]) -> None:
    """Lend the hidden folder those files of the place that may be right. Raises OSError.

    Args:
        sizes: in bytes, of the files that belong to the model.
    """
    for name, size in sizes.items():
        file, lent = place / name, partial / name
        if file.is_symlink() or not file.is_file() or file.stat().st_size != size or os.path.lexists(lent):
            continue
        try:
            os.link(file, lent)
        except OSError:  # not on every file system
            shutil.copyfile(file, lent)


def is_lent(lent: Path, file: Path) -> bool:
    """Whether a file of the hidden folder is still the one that `adopt` lent it."""
    return file.exists() and lent.samefile(file)


def see_room(place: Path, size: int, name: str) -> None:
    """Raise ModelError where so many bytes do not fit."""
    free = shutil.disk_usage(place.parent).free
    if size + SPARE > free:
        raise ModelError(
            f"{name} needs {(size + SPARE) / 1e6:,.0f} MB in {place.parent}, and {free / 1e6:,.0f} MB are free",
            f"free some space and try `tertulia models pull {name}` again",
            place.parent,
        )


def put(partial: Path, place: Path, names: Set[str], published: Set[str]) -> None:
    """Give the hidden folder the name of its place. Raises OSError.

    Args:
        names: of the files that it shall have; what else is in it goes.
        published: all that the model may have; what else lies at the place is a person's own and stays there.
    """
    for path in partial.iterdir():
        if path.name not in names:
            discard(path)
    sync(partial)
    old = hidden(place, OLD)
    _give_back(old, place, published)  # of one who was killed here
    if place.is_dir():
        place.rename(old)
    partial.rename(place)
    _give_back(old, place, published)
    sync(place.parent)


def _give_back(old: Path, place: Path, published: Set[str]) -> None:
    """Put a person's own files back into a place, and remove what the model had there before."""
    if not old.is_dir():
        return
    if not place.exists():
        old.rename(place)
        return
    for path in old.iterdir():
        if path.name not in published and not os.path.lexists(place / path.name):
            path.rename(place / path.name)
    discard(old)


def discard(path: Path) -> None:
    """Remove a file, a link, or a folder with all that is in it. Raises OSError."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def discard_if_empty(partial: Path) -> None:
    """Remove the hidden folder where not a byte has come. Raises OSError."""
    if not any(path.is_file() and path.stat().st_size for path in partial.rglob("*")):
        discard(partial)


def sync(folder: Path) -> None:
    """See that the names in a folder are on the disk. Raises OSError."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(PermissionError):  # some network folders
            os.fsync(number)
    finally:
        os.close(number)


def trouble(path: Path, name: str, error: OSError) -> ModelError:
    """The sentence for a disk that refuses."""
    path = Path(error.filename) if isinstance(error.filename, str) else path
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ModelError(
            f"The disk of {path} is full, so {name} is not fetched to its end",
            f"free some space and try `tertulia models pull {name}` again, which goes on from there",
            path,
        )
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return ModelError(
            f"{path} may not be written ({error.strerror}), so {name} is not fetched",
            "allow yourself to write it, or set TERTULIA_HOME to another folder",
            path,
        )
    return ModelError(f"{name} is not fetched, because {path} fails ({error.strerror or error})", "check it", path)


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
