"""What the kinds of models need of files. Only the standard library is needed, and no file is trusted."""

from __future__ import annotations

import json
from pathlib import Path

LONGEST = 16_000_000
"""Bytes of settings that are read: ten times the longest vocabulary of a Whisper."""


def named(path: Path, name: str) -> str:
    """A name from a path that is safe on a screen and never empty."""
    return "".join(char for char in name if char.isprintable()) or str(path)


def megabytes(path: Path) -> int:
    """The size of a model's folder or file, in MB (10^6 bytes); 0 where there is none."""
    files = path.iterdir() if path.is_dir() else [path]
    return round(sum(file.stat().st_size for file in files if file.is_file()) / 1e6)


def read_json(path: Path) -> object:
    """What a JSON file holds.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not JSON, not UTF-8, or too long or too deep to be anybody's settings.
    """
    with path.open("rb") as file:
        body = file.read(LONGEST + 1)
    if len(body) > LONGEST:
        raise ValueError("too long")
    try:
        return json.loads(body.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("too deep") from error
