"""What an ONNX file says of itself, read without loading it: what goes in and out, and whether all of it is inside.

ONNX is one protobuf message (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). Weights may lie in other
files, named by paths that lead anywhere, so a model with such weights is none for us.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.headers import Bytes, opened

GRAPH = 7
NODE, INITIALIZER, INPUT, OUTPUT, SPARSE = 1, 5, 11, 12, 15
"""Of a graph."""
ATTRIBUTE = 5
TENSORS, GRAPHS, SPARSES = (5, 10), (6, 11), (22, 23)
"""Of an attribute: one, or several."""
NAME, EXTERNAL = 1, 13
"""Of an input or output; of a tensor: which other file its numbers are in."""
VARINT, EIGHT, MESSAGE, FOUR = 0, 1, 2, 5
"""How a field is written."""
DEEPEST = 8
"""Graphs within graphs."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What can be seen from outside."""

    inputs: frozenset[str]
    outputs: frozenset[str]
    whole: bool
    """Whether all weights are in the file itself."""


def outline(path: Path) -> Outline:
    """The outline of an ONNX file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is none, or damaged.
    """
    stat = path.stat()
    return _outline(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _outline(path: Path, size: int, changed: int) -> Outline:
    """As `outline`; kept, because a large graph takes a moment, and lists are drawn often."""
    inputs: set[str] = set()
    outputs: set[str] = set()
    whole, graphs = True, 0
    with opened(path, most=None) as data:
        for field, end in _fields(data, data.end):
            if field == GRAPH and end is not None:
                graphs += 1
                for part, stop in _fields(data, end):
                    if part in (INPUT, OUTPUT) and stop is not None:
                        (inputs if part == INPUT else outputs).add(_name(data, stop))
                    elif stop is not None:
                        whole = _inside(data, part, stop, 0) and whole
    if graphs != 1 or not inputs or not outputs:
        raise ValueError("it is not an ONNX model")
    return Outline(frozenset(inputs), frozenset(outputs), whole)


def _inside(data: Bytes, part: int, end: int, depth: int) -> bool:
    """Whether the weights in a part of a graph are in the file."""
    if depth > DEEPEST:
        raise ValueError("it is too deep")
    if part == INITIALIZER:
        return _tensor(data, end)
    if part == SPARSE:
        return _sparse(data, end)
    if part != NODE:
        return True
    whole = True
    for field, stop in _fields(data, end):
        if field == ATTRIBUTE and stop is not None:
            for kind, last in _fields(data, stop):
                if last is None:
                    continue
                if kind in TENSORS:
                    whole = _tensor(data, last) and whole
                elif kind in SPARSES:
                    whole = _sparse(data, last) and whole
                elif kind in GRAPHS:
                    for inner, where in _fields(data, last):
                        if where is not None:
                            whole = _inside(data, inner, where, depth + 1) and whole
    return whole


def _tensor(data: Bytes, end: int) -> bool:
    return EXTERNAL not in [field for field, _ in _fields(data, end)]


def _sparse(data: Bytes, end: int) -> bool:
    """Of a sparse tensor, whose values and indices are tensors."""
    return all(_tensor(data, stop) for _, stop in _fields(data, end) if stop is not None)


def _name(data: Bytes, end: int) -> str:
    for field, stop in _fields(data, end):
        if field == NAME and stop is not None:
            return data.take(stop - data.at).decode("utf-8", "replace")
    return ""


def _fields(data: Bytes, end: int) -> Iterator[tuple[int, int | None]]:
    """The fields of a message that ends there: the number of each, and where it ends if it has parts of its own.

    What the caller leaves of a field is skipped.
    """
    while data.at < end:
        key = _varint(data)
        form = key & 7
        if form == MESSAGE:
            length = _varint(data)
            stop = data.at + length
            if stop > end:
                raise ValueError("it is damaged")
            yield key >> 3, stop
            data.at = stop
        elif form == VARINT:
            _varint(data)
            yield key >> 3, None
        elif form in (EIGHT, FOUR):
            data.skip(8 if form == EIGHT else 4)
            yield key >> 3, None
        else:
            raise ValueError("it is damaged")
    if data.at != end:
        raise ValueError("it is damaged")


def _varint(data: Bytes) -> int:
    value = shift = 0
    while shift < 64:
        byte = data.number(1)
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
        shift += 7
    raise ValueError("it is damaged")
