"""Archives that a person imports, unpacked with suspicion.

An archive may name files outside the folder it is unpacked into, hold links and devices, or be a bomb:
a few kilobytes that become terabytes. What it says of itself is not believed: names are checked, every
member is written as a new plain file, and the bytes really written are counted. Modules for zip and
tar of the standard library do the reading.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
import shutil
import stat
import struct
import tarfile
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from store.errors import StoreError
from store.files import lock, locked
from store.paths import make_folder
from store.reasons import disk
from store.text import clean, known_as, shown

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
"""How the names of archives end that can be unpacked."""

MOST_BYTES = 100 << 30
"""Written in all; a hundred hours of CD sound have 60 GB."""
MOST_FILES = 1_000_000
RATIO = 200
"""Bytes written for each byte of the archive; tables and silence pack about as tightly as that."""
FREE_BYTES = 64 << 20
"""What may be written whatever the ratio."""
PIECE = 1 << 20
"""Bytes that are read and written at once."""

PREFIX = "unpacked-"
LOCK = "lock"
"""Held in such a folder by the process that uses it."""
STALE_SECONDS = 60.0
"""A process locks the folder it has made within less."""

DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, NotImplementedError,
    struct.error, OverflowError, ValueError, RuntimeError,
)  # fmt: skip
"""What the standard library raises for an archive that is damaged or packed in a way it does not know."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one archive may become."""

    files: int = MOST_FILES
    bytes: int = MOST_BYTES
    ratio: int = RATIO
    free: int = FREE_BYTES


LIMITS = Limits()


def is_archive(path: Path) -> bool:
    """Whether a file's name is one of an archive that can be unpacked."""
    return path.name.lower().endswith(SUFFIXES) and path.is_file()


@contextmanager
def unpacked(path: Path, into: Path, limits: Limits = LIMITS) -> Iterator[Path]:
    """A folder with what an archive holds, for the length of the block; then it is removed.

    Where the archive holds one folder and nothing else, it is that folder. Sentences about what lies in it
    name the archive.

    Args:
        into: the folder in which to make it, itself made where it is missing.

    Raises:
        StoreError: not an archive, damaged, encrypted, one with links, devices or names that lead
            elsewhere, one that becomes too large; or the disk refuses. Nothing is left behind.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise StoreError(f"{shown(path)} is not a file", "name an archive", path)
        make_folder(into)
        _sweep(into)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=into))
        descriptor = lock(folder / LOCK)
        inside = folder / "files"
        inside.mkdir(mode=0o700)
    except (OSError, ValueError) as error:
        raise disk(path, error if isinstance(error, OSError) else OSError(str(error))) from error
    try:
        _unpack(path, Unpacking(path, inside, limits))
        inner = _inner(inside)
        with known_as(inner, path):
            yield inner
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


class Unpacking:
    """One archive on its way into a folder: what was written so far, and what may be."""

    def __init__(self, path: Path, folder: Path, limits: Limits) -> None:
        self.name = shown(path)
        self.folder = folder
        self.limits = limits
        self.files = 0
        self.bytes = 0
        self.most = min(limits.bytes, max(limits.free, limits.ratio * path.stat().st_size))

    def put(self, name: str, kind: int, source: IO[bytes] | None) -> None:
        """Write one member. Raises StoreError, OSError.

        Args:
            kind: as in a file's mode; 0 where the archive does not say.
            source: its bytes; None for what is no file.
        """
        parts = self._parts(name)
        self.files += 1
        if self.files > self.limits.files:
            raise self.refused(f"it holds more than {self.limits.files:,} files", "split it")
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            what = "a link" if kind == stat.S_IFLNK else "a device or a pipe"
            raise self.refused(f"“{self._short(name)}” is {what}", "pack plain files and folders only")
        if not parts or parts[0] == "__MACOSX" or parts[-1].startswith("._"):
            return  # macOS puts a shadow of each file beside it, with its name and none of its sound
        target = self.folder.joinpath(*parts)
        try:
            (target if source is None else target.parent).mkdir(mode=0o700, parents=True, exist_ok=True)
            if source is not None:
                with target.open("xb") as file:
                    while piece := source.read(PIECE):
                        self.count(len(piece))
                        file.write(piece)
        except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
            raise self.refused(f"it holds “{self._short(name)}” twice", "pack it again") from error

    def count(self, size: int) -> None:
        """Count bytes that came out of the archive. Raises StoreError when there are too many."""
        self.bytes += size
        if self.bytes > self.most:
            raise self.too_large()

    def too_large(self) -> StoreError:
        return self.refused(
            f"it becomes more than {self.most / (1 << 20):,.0f} MB, too much for an archive of its size",
            "unpack it yourself and import the folder",
        )

    def refused(self, what: str, remedy: str) -> StoreError:
        return StoreError(f"{self.name} was not unpacked, because {what}", remedy, self.name)

    def _parts(self, name: str) -> tuple[str, ...]:
        """The folders and the file of a member. Raises StoreError for a name that leads elsewhere."""
        path = PurePosixPath(name.replace("\\", "/"))  # as old programs for Windows write it
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
            raise self.refused(
                f"“{self._short(name)}” leads out of its folder", "pack it again from inside its folder"
            )
        if re.search(r"[\x00-\x1f\x7f]", name):
            raise self.refused(f"the name “{self._short(name)}” has control characters in it", "rename the file")
        return path.parts

    def _short(self, name: str) -> str:
        return clean(name, limit=None)[:80]


def _unpack(path: Path, unpacking: Unpacking) -> None:
    try:
        if path.name.lower().endswith(".zip"):
            _unzip(path, unpacking)
        else:
            _untar(path, unpacking)
    except OSError as error:
        if error.errno is None:  # not the disk: the standard library found something else than it expected
            raise unpacking.refused("it is damaged or no archive", "copy or download it again") from error
        raise disk(unpacking.folder, error) from error
    except DAMAGED as error:
        raise unpacking.refused("it is damaged or no archive", "copy or download it again") from error


def _unzip(path: Path, unpacking: Unpacking) -> None:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.flag_bits & 1:
                raise unpacking.refused("it is encrypted", "unpack it yourself and import the folder")
            kind = stat.S_IFMT(member.external_attr >> 16)
            if member.is_dir():
                unpacking.put(member.filename, kind, None)
            else:
                with archive.open(member) as source:
                    unpacking.put(member.filename, kind, source)


def _untar(path: Path, unpacking: Unpacking) -> None:
    with _opened(path) as file:
        measured = Measured(file, unpacking)
        with tarfile.open(fileobj=cast(IO[bytes], measured), mode="r:") as archive:
            while (member := archive.next()) is not None:
                cast(Any, archive).members.clear()  # the module would keep them all
                if member.isfile():
                    with cast(IO[bytes], archive.extractfile(member)) as source:
                        unpacking.put(member.name, stat.S_IFREG, source)
                else:
                    other = stat.S_IFLNK if member.issym() or member.islnk() else stat.S_IFCHR
                    unpacking.put(member.name, stat.S_IFDIR if member.isdir() else other, None)
        # The module takes a header it cannot read for the end of the archive.
        if measured.last.strip(b"\0"):
            raise tarfile.ReadError("no end of archive")
        while measured.read(PIECE):
            pass  # only at its very end a packed file tells whether it is whole


class Measured:
    """A file that is read by the tar module: no further and in no larger pieces than is honest.

    The module reads a member's extended header at once, however large that says it is.
    """

    def __init__(self, file: IO[bytes], unpacking: Unpacking) -> None:
        self.file = file
        self.unpacking = unpacking
        self.last = b""
        """What was read last."""

    def read(self, size: int) -> bytes:
        """At most `size` bytes. Raises StoreError, OSError, and what damaged archives raise."""
        self._reach(self.file.tell(), size)
        self.last = self.file.read(size)
        return self.last

    def seek(self, position: int) -> int:
        """Go to a position. Raises as `read` does."""
        self._reach(position, 0)
        return self.file.seek(position)

    def tell(self) -> int:
        return self.file.tell()

    def _reach(self, position: int, size: int) -> None:
        if not 0 <= size <= PIECE or position > self.unpacking.most:
            raise self.unpacking.too_large()


def _opened(path: Path) -> IO[bytes]:
    """The tar archive inside a file, unpacked by what its first bytes say, whatever it is called."""
    with path.open("rb") as file:
        start = file.read(6)
    if start.startswith(b"\x1f\x8b"):
        return cast(IO[bytes], gzip.open(path))
    if start.startswith(b"BZh"):
        return cast(IO[bytes], bz2.open(path))
    if start.startswith(b"\xfd7zXZ"):
        return cast(IO[bytes], lzma.open(path))
    return path.open("rb")


def _inner(folder: Path) -> Path:
    """The folder that an archive was made of, where it holds nothing beside it."""
    inside = list(folder.iterdir())
    while len(inside) == 1 and inside[0].is_dir():
        folder = inside[0]
        inside = list(folder.iterdir())
    return folder


def _sweep(into: Path) -> None:
    """Remove what processes left behind that died; one that lives holds a lock on its folder."""
    for folder in into.glob(f"{PREFIX}*"):
        try:
            if folder.stat().st_mtime < time.time() - STALE_SECONDS:
                with locked(folder / LOCK):
                    shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # somebody is using it, or it is not ours to remove
