"""JSON of any size in constant memory: one value a line, or the elements of one long list.

A list is read element by element: the decoder is given as much of the file as one element needs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from store.errors import StoreError
from store.formats.item import Rejected
from store.formats.reading import no_number, parse_json, read_chunks, read_lines, why
from store.text import shown

LARGEST_ELEMENT = 64 << 20
"""Characters of one element: a recording of many hours, with every word of it."""

DECODER = json.JSONDecoder(parse_constant=no_number)


def read_records(path: Path, encoding: str | None = None) -> Iterator[tuple[str, dict[str, Any]] | Rejected]:
    """The place and the object of each line of a file of JSON lines; blank lines are left out.

    Raises:
        StoreError: not a file, another encoding.
    """
    name = shown(Path(path.name))
    for number, line in enumerate(read_lines(path, encoding), 1):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        try:
            value = parse_json(line)
        except StoreError as error:
            yield Rejected(where, str(error))
            continue
        if isinstance(value, dict):
            yield where, value
        else:
            yield Rejected(where, "It is not an object with names and values, in braces: export the file again.")


class Document:
    """A JSON document with one long list: all of it, or the value of `key` in the object that it is.

    Raises:
        StoreError: from every method, where the document is not like that or ends too early.
    """

    def __init__(self, path: Path, encoding: str | None = None, key: str | None = None) -> None:
        self.path = path
        self.header: dict[str, Any] = {}
        """What comes before the list in the object, once `elements` has begun."""
        self._key = key
        self._chunks = read_chunks(path, encoding)
        self._buffer = ""
        self._at = 0
        self._ended = False

    def elements(self) -> Iterator[Any]:
        """The elements of the list, one after the other."""
        if self._key is not None:
            self._find(self._key)
        self._take("[")
        if self._peek() == "]":
            return
        while True:
            yield self._value()
            if self._peek() == "]":
                return
            self._take(",")

    def _find(self, key: str) -> None:
        self._take("{")
        while (name := self._value()) != key:
            self._take(":")
            self.header[str(name)] = self._value()
            if self._peek() == "}":
                raise StoreError(f"{shown(self.path)} holds no list “{key}”", "is it the right file?", self.path)
            self._take(",")
        self._take(":")

    def _peek(self) -> str:
        """The next character that is not white space; empty at the end of the document."""
        while True:
            while self._at < len(self._buffer):
                if not self._buffer[self._at].isspace():
                    return self._buffer[self._at]
                self._at += 1
            if not self._more():
                return ""

    def _take(self, char: str) -> None:
        if self._peek() != char:
            found = self._peek()
            problem = f"“{found}” stands where “{char}” should" if found else "it ends too early"
            raise StoreError(
                f"{shown(self.path)} is not complete, valid JSON ({problem})", "export it again", self.path
            )
        self._at += 1

    def _value(self) -> Any:
        """The value that comes next. What does not parse may only need more of the file."""
        self._peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self._buffer, self._at)
                # A number cut in two is another number; what may go on is “1”, “1.” or “1e+”.
                size = end - self._at
                if len(self._buffer) - end > 2 or not self._more():
                    self._at += size
                    return value
            except (ValueError, RecursionError) as error:
                too_long = len(self._buffer) - self._at > LARGEST_ELEMENT
                if isinstance(error, RecursionError) or too_long or not self._more():
                    raise StoreError(
                        f"{shown(self.path)} is not complete, valid JSON ({why(error)})",
                        "export it again",
                        self.path,
                    ) from error

    def _more(self) -> bool:
        """Read on, twice as much as is waiting, so that a long element is tried only a few times."""
        wanted = max(1, len(self._buffer) - self._at)
        pieces = [self._buffer[self._at :]]
        self._at = 0
        while wanted > 0 and not self._ended:
            if piece := next(self._chunks, ""):
                pieces.append(piece)
                wanted -= len(piece)
            else:
                self._ended = True
        self._buffer = "".join(pieces)
        return len(pieces) > 1
