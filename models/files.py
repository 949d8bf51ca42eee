"""What the kinds of models need of files. Only the standard library is needed, and no file is trusted."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LONGEST = 16_000_000
"""Bytes of settings that are read: ten times the longest vocabulary of a Whisper."""

SPLIT = re.compile(r"(.+)-(\d{5})-of-(\d{5})")
"""How a file of a model in several is called, without its suffix: NAME-00001-of-00003."""
MOST_PARTS = 1_000
MOST_FOLDERS = 1_000
"""Within a model's folder; the most that there are have five."""


def named(path: Path, name: str) -> str:
    """A name from a path that is safe on a screen and never empty."""
    return "".join(char for char in name if char.isprintable()) or str(path)


def belonging(path: Path) -> list[Path]:
    """The files that a model consists of, as far as their names say it.

    Of a folder all that lie below it, hidden ones aside; else the file, the settings beside it (NAME.json), and the
    further parts of one that was split (NAME-00001-of-00003.gguf), whether or not these are there.
    """
    if path.is_dir():
        below = (Path(at) / name for at, folders, names in _walk(path) for name in names)
        return sorted(file for file in below if not file.name.startswith(".") and file.is_file())
    settings = path.with_name(f"{path.name}.json")
    parts = []
    if split := SPLIT.fullmatch(path.stem):
        numbers = range(int(split[2]) + 1, min(int(split[3]), MOST_PARTS) + 1)
        parts = [path.with_name(f"{split[1]}-{n:05}-of-{split[3]}{path.suffix}") for n in numbers]
    return [path, *parts, *([settings] if settings.is_file() else [])]


def leads_out(folder: Path, within: Path) -> bool:
    """Whether a folder lies elsewhere than in the one that it seems to lie in, because a link leads there."""
    return not folder.resolve().is_relative_to(within.resolve())


def megabytes(path: Path) -> int:
    """The size of a model's folder or file and what belongs to it, in MB (10^6 bytes); 0 where there is none.

    Of a link, what it leads to.
    """
    total = 0
    for file in belonging(path):
        with suppress(OSError):
            total += file.stat().st_size
    return round(total / 1e6)


def _walk(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """As `os.walk`, not into hidden folders, by no link, and not for ever."""
    for count, (at, folders, names) in enumerate(os.walk(folder)):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if count >= MOST_FOLDERS:
            return
        yield at, folders, names


def read_json(path: Path) -> object:
    """What a JSON file holds.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not JSON, not UTF-8, or too long or too deep to be anybody's settings.
    """
    if path.exists() and not path.is_file():  # a pipe may keep a reader waiting for ever
        raise ValueError("no file")
    with path.open("rb") as file:
        body = file.read(LONGEST + 1)
    if len(body) > LONGEST:
        raise ValueError("too long")
    try:
        return json.loads(body.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("too deep") from error
