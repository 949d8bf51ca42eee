"""What works on this machine: one check after another, each with a remedy where it fails."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.errors import SENTENCES

FREE_MEGABYTES = 500
"""Less free space than this in the data folder is worth a warning."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    check: str
    ok: bool
    detail: str
    remedy: str = ""
    """What to do; empty when all is well."""
    needed: bool = True
    """Whether even a typed conversation needs it."""


def checks() -> Iterator[Check]:
    """Every check, in the order in which they build on each other; none raises."""
    for name, needed, look in _LOOKS:
        try:
            yield look(name, needed)
        except SENTENCES as error:
            yield Check(name, False, error.what, error.remedy or "see the README", needed)
        except Exception as error:  # a broken library is a finding, not the end of the doctor
            yield Check(name, False, f"{type(error).__name__}: {error}", "reinstall with `make run`", needed)


def _python(name: str, needed: bool) -> Check:
    return Check(name, sys.version_info >= (3, 11), sys.version.split()[0], needed=needed)


def _data(name: str, needed: bool) -> Check:
    from store.paths import data_folder

    folder = data_folder()
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < FREE_MEGABYTES:
        return Check(
            name, False, f"{folder}: only {free} MB free", "make room, or set TERTULIA_HOME elsewhere", needed
        )
    return Check(name, True, f"{folder}: {free} MB free", needed=needed)


def _database(name: str, needed: bool) -> Check:
    from store.check import check
    from store.database import Store
    from store.paths import data_folder

    with Store.open(data_folder()) as store:
        wrong = check(store)
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        return Check(name, False, wrong[0] + more, "restore a backup copy of the data folder", needed)
    return Check(name, True, "whole", needed=needed)


def _device(name: str, needed: bool) -> Check:
    from models.device import choose

    return Check(name, True, str(choose()), needed=needed)


def _model(part: str, needed: bool) -> Check:
    from core.versions.active import tried
    from models.device import choose
    from store.paths import data_folder

    said: list[str] = []
    choice = tried(data_folder(), part, choose(), said.append)
    entry = choice.entry
    detail = f"{choice.name}, {entry.size_mb} MB" + (", for trying things out" if entry.starter else "")
    if said:  # another one should be in use, but this one works
        return Check(
            part,
            False,
            f"{detail}. {' '.join(said)}",
            "choose one that works with `tertulia models use NAME`",
            False,
        )
    return Check(part, True, detail, needed=needed)


def _sound(kind: str) -> Callable[[str, bool], Check]:
    def look(name: str, needed: bool) -> Check:
        from core.engine.devices import SoundError, device_name

        try:
            device = device_name(kind)
        except SoundError as error:
            return Check(name, False, error.what, "apt-get install libportaudio2", needed)
        if device is None:
            return Check(
                name, False, f"there is no {name}", "connect one; typing and audio files work without", needed
            )
        return Check(name, True, device, needed=needed)

    return look


def _training(name: str, needed: bool) -> Check:
    missing = [part for part in ("torch", "transformers", "peft") if importlib.util.find_spec(part) is None]
    if missing:
        return Check(name, False, f"not installed: {', '.join(missing)}", 'pip install "tertulia[train]"', needed)
    return Check(name, True, "torch, transformers and peft are installed", needed=needed)


_LOOKS: tuple[tuple[str, bool, Callable[[str, bool], Check]], ...] = (
    ("python", True, _python),
    ("data folder", True, _data),
    ("database", True, _database),
    ("device", True, _device),
    ("recogniser", False, _model),
    ("tutor", True, _model),
    ("voice", False, _model),
    ("microphone", False, _sound("input")),
    ("loudspeaker", False, _sound("output")),
    ("training", False, _training),
)
