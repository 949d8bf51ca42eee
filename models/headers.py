"""Reading the beginning of a binary file of weights that nobody vouches for: what it is, without loading it.

Every length in such a file is somebody's claim. `Bytes` gives what lies within the file and within `MOST`, or
raises ValueError, so a hostile header costs a moment and no memory.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOST = 64_000_000
"""Bytes of a header that are looked at; the longest vocabularies take 20 million."""
MOST_STEPS = 10_000_000
"""Things that are looked at; the largest graphs and vocabularies have less than a million."""
_NUMBERS = {1: struct.Struct("<B"), 2: struct.Struct("<H"), 4: struct.Struct("<I"), 8: struct.Struct("<Q")}


class Bytes:
    """A file's bytes and a place in them, little-endian."""

    def __init__(self, held: mmap.mmap | bytes, end: int) -> None:
        self._held = held
        self.at = 0
        self.end = end
        """Behind the last byte that may be taken."""
        self._steps = 0

    def number(self, size: int) -> int:
        """An unsigned number of 1, 2, 4 or 8 bytes. Raises ValueError."""
        at = self.at
        self.skip(size)
        return int(_NUMBERS[size].unpack_from(self._held, at)[0])

    def take(self, count: int) -> bytes:
        """So many bytes. Raises ValueError."""
        at = self.at
        self.skip(count)
        return self._held[at : self.at]

    def skip(self, count: int) -> None:
        """Go on by so many bytes. Raises ValueError where they are not there."""
        self._steps += 1
        if not 0 <= count <= self.end - self.at or self._steps > MOST_STEPS:
            raise ValueError("it ends too early" if self._steps <= MOST_STEPS else "it is endless")
        self.at += count


@contextmanager
def opened(path: Path, most: int | None = MOST) -> Iterator[Bytes]:
    """The bytes of a file.

    Args:
        most: look at no more than so many; None for all, where what is long is skipped.

    Raises:
        OSError: it cannot be read.
        ValueError: it is empty.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        yield Bytes(held, len(held) if most is None else min(len(held), most))
