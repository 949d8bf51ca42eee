"""The person's models folder: one change at a time, and nothing half.

What is new is made under a hidden name and renamed once it is whole and on the disk; what goes is renamed to a
hidden name first. Discovery passes over hidden names. What a killed process left behind, the next change removes:
it holds the lock, so nobody is at work on it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from core.versions.active import models_folder
from models.catalog import starter
from models.errors import ModelError
from models.files import leads_out
from models.kind import PARTS, RECOGNISER
from store import reasons
from store.errors import StoreError
from store.files import locked, sync_folder
from store.paths import make_folder, prepare

LOCK = ".lock"
LEFTOVER = ".part"
"""How hidden names end."""
SECONDS = 5.0
"""How long another change is waited for."""
LONGEST_NAME = 100
NAMES = "choose another with --name"
"""What to do about a name, where a person may give one."""

OnProgress = Callable[[str, float | None], None]
"""Takes how far it is, in words and from 0 to 1."""


def unheard(text: str, share: float | None = None) -> None:
    """Where nobody wants to know how far it is."""


@contextmanager
def changing(data: Path) -> Iterator[Path]:
    """Hold the models folder for a change; gives the folder, made where it is missing.

    Raises:
        ModelError: another process is changing it, or a link in it leads to somebody's other files.
        StoreError: it cannot be written. The same for what the block raises as OSError.
    """
    folder = models_folder(data)
    try:
        prepare(data)
        make_folder(folder)
        with locked(folder / LOCK, SECONDS):
            _refuse_other_places(folder)
            for left in _left_behind(folder):
                discard(left)
            yield folder
    except BlockingIOError as error:
        raise ModelError("Another Tertulia is adding or removing models", "try again when it is done") from error
    except OSError as error:
        raise reasons.disk(Path(error.filename or folder), error) from error


def _refuse_other_places(folder: Path) -> None:
    for part in PARTS:
        if leads_out(folder / part, folder):
            raise ModelError(
                f"{folder / part} is a link that leads out of {folder}, so nothing is changed in it",
                "remove the link, or make the whole models folder a link",
                folder / part,
            )


def _left_behind(folder: Path) -> list[Path]:
    """What a killed process left under a hidden name."""
    return [left for part in PARTS for left in (folder / part).glob(f".*.{'[0-9a-f]' * 8}{LEFTOVER}")]


def put(makers: Mapping[Path, Callable[[Path], None]]) -> None:
    """Make what is to lie at some places, each by a function that is given a hidden name beside it.

    Raises:
        OSError, and what the functions raise. Nothing is left behind then.
    """
    hidden = {place: hidden_name(place) for place in makers}
    try:
        for place, make in makers.items():
            make_folder(place.parent)
            make(hidden[place])
            sync(hidden[place])
        for place in makers:
            hidden[place].rename(place)
    except BaseException:
        for left in hidden.values():
            discard(left)
        raise
    for folder in {place.parent for place in makers}:
        sync_folder(folder)


def hidden_name(place: Path) -> Path:
    """A name of its own beside a place."""
    return place.with_name(f".{place.name[:LONGEST_NAME]}.{os.urandom(4).hex()}{LEFTOVER}")


def sync(path: Path) -> None:
    """See that a file or folder and all that is in it is on the disk. Links are. Raises OSError."""
    if path.is_symlink():
        return
    if path.is_dir():
        for below in path.iterdir():
            sync(below)
        sync_folder(path)
    else:
        with path.open("rb") as file:
            os.fsync(file.fileno())


def discard(path: Path) -> None:
    """Remove a file, a link, or a folder with all that is in it, as far as the disk lets it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):  # it is hidden, and the next change tries it again
            path.unlink(missing_ok=True)


def usable_name(name: str) -> str:
    """The name nearest to one that a file or another program has, which a model can have here."""
    kept = "".join(char if char.isalnum() or char in "-_.+" else "-" for char in name).strip("-.")
    return kept[:LONGEST_NAME].rstrip("-.") or "model"


def free_place(folder: Path, part: str, name: str, remedy: str = NAMES) -> Path:
    """Where a new model of that name lies.

    Args:
        remedy: what to do where it is taken.

    Raises:
        ModelError: the name cannot be one, or is taken.
    """
    if name != usable_name(name):
        raise ModelError(
            f"{name!r} cannot be the name of a model",
            "choose one of letters, digits, and - _ . + between them, with --name",
        )
    if name in [starter(each).name for each in PARTS]:
        raise ModelError(f"{name} is the name of a model that is built in", remedy)
    if part == RECOGNISER and name[:1] == "v" and name[1:].isdigit():
        raise ModelError(f"{name} is what versions made by training are called", remedy)
    place = folder / part / name
    if os.path.lexists(place):
        raise ModelError(f"There is something called {name} in {place.parent} already", remedy, place)
    return place


def room_for(folder: Path, size: int, remedy: str = "make room") -> None:
    """See that a disk has room for so many bytes. Raises StoreError, with what to do."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise StoreError(
            f"{size / 1e6:,.0f} MB do not fit into {folder}, where {free / 1e6:,.0f} MB are free",
            remedy,
            folder,
        )
