"""JSON lines between the app and its child processes: how a message is a line, and a child's two ends of it.

One JSON object a line, UTF-8, commands on a child's standard input and events on its standard output.
Every object carries `v` (protocol version) and `kind`; all else is the fields of the dataclass of that
kind, which each protocol defines for itself. A reader ignores kinds and fields it does not know, so
either side may be the newer one.

Native libraries print what they like on standard output, so the protocol gets a descriptor of its own
and descriptor 1 becomes standard error. A reader that has gone away is not an error here: the end of
standard input, which comes with it, is what ends a child.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, TypeVar

VERSION = 1
MAX_LINE = 1 << 20
"""Bytes of one command; longer lines are refused, so that a stray file cannot fill the memory."""

Message = TypeVar("Message")


class ProtocolError(ValueError):
    """A line that is not a message of the protocol; the text says what is wrong with it."""


def encode(message: Any) -> str:
    """One line of JSON, without the line feed. Non-finite numbers are refused with ValueError."""
    body = {"v": VERSION, "kind": type(message).__name__, **dataclasses.asdict(message)}
    return json.dumps(body, ensure_ascii=False, allow_nan=False)


_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "str | None": (str, type(None)),
    "int | None": (int, type(None)),
    "float | None": (int, float, type(None)),
    "bool | None": (bool, type(None)),
}
"""Annotations whose values are checked; the rest (lists) is the writer's business."""


def decode(line: str, kinds: Mapping[str, type[Message]], ignore_unknown: bool = False) -> Message | None:
    """The message in a line, one of `kinds` by name.

    Args:
        kinds: dataclasses whose annotations are text (`from __future__ import annotations`).
        ignore_unknown: give None for another kind.

    Raises:
        ProtocolError: anything else.
    """
    try:
        body = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"not a JSON line: {line[:60]!r}") from error
    if not isinstance(body, dict) or not isinstance(body.get("kind"), str):
        raise ProtocolError(f"no message kind in: {line[:60]!r}")
    kind: Any = kinds.get(body["kind"])
    if kind is None:
        if ignore_unknown:
            return None
        raise ProtocolError(f"unknown message kind {body['kind'][:60]!r}")
    values = {}
    for known in dataclasses.fields(kind):
        if known.name not in body:
            continue
        value = values[known.name] = body[known.name]
        types = _TYPES.get(str(known.type), (object,))
        if not isinstance(value, types) or (isinstance(value, bool) and int in types):
            raise ProtocolError(f"{body['kind']}.{known.name} is not {known.type}: {line[:60]!r}")
    try:
        message: Message = kind(**values)
    except TypeError as error:
        raise ProtocolError(f"{body['kind']} is missing fields: {line[:60]!r}") from error
    return message


def private_stdout() -> BinaryIO:
    """Take standard output for the protocol alone; whatever else writes there reaches standard error."""
    sys.stdout.flush()
    private = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return private


class Outbox:
    """Writes events, one line each, from any thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._gone = False

    def send(self, event: Any) -> None:
        """Write the event at once; silently nothing once the reader has gone."""
        line = memoryview(encode(event).encode(errors="replace") + b"\n")
        with self._lock:
            try:
                while line and not self._gone:
                    line = line[self._stream.write(line) :]
            except OSError:
                self._gone = True


def commands(
    stream: BinaryIO, decode_command: Callable[[str], Message], refuse: Callable[[str], None]
) -> Iterator[Message]:
    """The commands on a stream until its end; for what is not a command, `refuse` gets a sentence."""
    while line := stream.readline(MAX_LINE):
        if not line.endswith(b"\n") and len(line) == MAX_LINE:
            while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
            refuse(f"A command was ignored: its line is longer than {MAX_LINE} bytes.")
            continue
        if not line.strip():
            continue
        try:
            yield decode_command(line.decode())
        except (ProtocolError, UnicodeDecodeError) as error:
            refuse(f"A command was ignored: {error}.")


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")
