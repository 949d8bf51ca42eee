"""What a GGUF file says of itself, read without loading it.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (versions 2 and 3, little-endian).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.headers import Bytes, opened

MAGIC = b"GGUF"
VERSIONS = (2, 3)
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of a value, by the number of its type; STRING and ARRAY have lengths of their own."""
STRING, ARRAY = 8, 9
MOST_KEYS = 10_000
LONGEST_TEXT = 4_000_000
"""Bytes; a chat template has some thousand, the replies that a guided tutor carries some hundred thousand."""


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the weights."""

    tensors: int
    """How many there are in this file."""
    texts: dict[str, str]
    numbers: dict[str, int]
    """Whole ones, without sign; others are not kept."""


def header(path: Path) -> Header:
    """The header of a GGUF file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is none, or damaged; the text says what is wrong with it.
    """
    stat = path.stat()
    return _header(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _header(path: Path, size: int, changed: int) -> Header:
    """As `header`; kept, because walking over a vocabulary takes a moment, and lists are drawn often."""
    with opened(path) as data:
        if data.take(len(MAGIC)) != MAGIC:
            raise ValueError("it is not a GGUF file")
        if (version := data.number(4)) not in VERSIONS:
            raise ValueError(f"it is a GGUF of version {version}")
        found = Header(data.number(8), {}, {})
        if (keys := data.number(8)) > MOST_KEYS:
            raise ValueError("its header is damaged")
        for _ in range(keys):
            key, kind = _text(data), data.number(4)
            if kind == STRING:
                found.texts[key] = _text(data)
            elif kind == ARRAY:
                _skip_array(data)
            elif kind in SIZES:
                found.numbers[key] = data.number(SIZES[kind])
            else:
                raise ValueError("its header is damaged")
        return found


def _text(data: Bytes) -> str:
    if (length := data.number(8)) > LONGEST_TEXT:
        raise ValueError("its header is damaged")
    return data.take(length).decode("utf-8", "replace")


def _skip_array(data: Bytes) -> None:
    kind, count = data.number(4), data.number(8)
    if kind in SIZES:
        data.skip(SIZES[kind] * count)
    elif kind == STRING:
        for _ in range(count):
            data.skip(data.number(8))
    else:
        raise ValueError("its header is damaged")
