"""What the weights of a CTranslate2 Whisper say about the network they are for, without loading them.

model.bin, little-endian (CTranslate2, src/models/model.cc; the same from version 4 to today's 6): u32 version; the
name of the specification; u32 its revision; u32 how many variables; of each its name, u8 rank, u32 × rank its
shape, u8 type, u32 bytes, and the data. A name is u16 its length and that many bytes, a zero at the end among them.

The file may be anybody's. Only heads are read, what they claim is held against the length of the file, and one that
makes no sense says nothing: what is wrong with it, the library says when it is loaded.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

Shape = tuple[int, ...]

VERSIONS = range(4, 7)
MOST_VARIABLES = 20_000
"""The largest Whisper has 1,300, and twice that many scales where it is rounded to 8 bits."""
MOST_RANKS = 8
FIRST_LAYER = "encoder/conv1/weight"
"""Width × mel bands × 3."""
EMBEDDINGS = "decoder/embeddings/weight"
"""Tokens × width."""


def mel_bins(path: Path) -> int | None:
    """How many mel bands a network hears; None where its weights do not say. Raises OSError.

    Args:
        path: its model.bin.
    """
    shape = _shape(path, FIRST_LAYER)
    return shape[1] if len(shape) == 3 else None


def tokens(path: Path) -> int | None:
    """How many tokens a network knows; None where its weights do not say. Raises OSError.

    Args:
        path: its model.bin.
    """
    shape = _shape(path, EMBEDDINGS)
    return shape[0] if len(shape) == 2 else None


def _shape(path: Path, wanted: str) -> Shape:
    """The shape of a variable; empty where there is none before the file stops making sense."""
    with path.open("rb") as file:
        try:
            return next((shape for name, shape in _variables(file, path.stat().st_size) if name == wanted), ())
        except (struct.error, ValueError):
            return ()


def _variables(file: BinaryIO, size: int) -> Iterator[tuple[str, Shape]]:
    """Name and shape of each variable. Raises ValueError or struct.error where the file makes no sense."""
    (version,) = _take(file, "<I")
    if version not in VERSIONS:
        raise ValueError("another format")
    _text(file)
    _, count = _take(file, "<II")
    if count > MOST_VARIABLES:
        raise ValueError("too many variables")
    for _ in range(count):
        name = _text(file)
        (rank,) = _take(file, "<B")
        if rank > MOST_RANKS:
            raise ValueError("too many dimensions")
        shape = _take(file, f"<{rank}I")
        _, length = _take(file, "<BI")
        if file.tell() + length > size:
            raise ValueError("cut short")
        file.seek(length, 1)
        yield name, shape


def _take(file: BinaryIO, form: str) -> Shape:
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _text(file: BinaryIO) -> str:
    (length,) = _take(file, "<H")
    return file.read(length).rstrip(b"\0").decode("utf-8")
