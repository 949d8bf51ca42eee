"""What is seen of other programs' folders, and how one walks through them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.tutor.kind import matches

MOST = 20_000
"""Files and folders of one program that are looked at."""
DEEPEST = 8
GENERIC = "model.gguf"


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that another program keeps as a model."""

    program: str
    name: str
    """What that program calls it."""
    path: Path
    """The file or folder."""


def home() -> Path:
    """The person's own folder; the root where nobody says which it is."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")


def data_home() -> Path:
    """Where programs keep data for this person (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_DATA_HOME") or home() / ".local" / "share")


def ggufs(program: str, *folders: Path) -> Iterator[Seen]:
    """The GGUF files below some folders. One that is called model.gguf goes by the name of its folder."""
    for file in below(*folders):
        if matches(file):
            yield Seen(program, file.parent.name if file.name == GENERIC else file.stem, file)


def below(*folders: Path) -> Iterator[Path]:
    """The files below some folders, in order: through links, but into no folder twice, and no more than MOST."""
    left, known = MOST, set()
    waiting = [(folder, 0) for folder in reversed(folders)]
    while waiting:
        folder, depth = waiting.pop()
        try:
            stat = folder.stat()
            if (stat.st_dev, stat.st_ino) in known:
                continue
            known.add((stat.st_dev, stat.st_ino))
            inside = []
            with os.scandir(folder) as entries:
                for entry in entries:
                    left -= 1
                    if left < 0:
                        return
                    inside.append(Path(entry.path))
        except OSError:
            continue  # not there, forbidden, or a link to itself
        folders_here = []
        for path in sorted(inside):
            try:
                if path.is_dir():
                    folders_here.append((path, depth + 1))
                elif path.is_file():
                    yield path
            except OSError:
                continue
        if depth < DEEPEST:
            waiting += reversed(folders_here)
