"""The engine's two ends of the line: events out, commands in.

Native libraries print what they like on standard output, so the protocol gets a descriptor of its own
and descriptor 1 becomes standard error. A reader that has gone away is not an error here: the end of
standard input, which comes with it, is what ends the engine.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import BinaryIO

from core.engine.protocol import Command, Error, Event, ProtocolError, decode_command, encode

MAX_LINE = 1 << 20
"""Bytes of one command; longer lines are refused, so that a stray file cannot fill the memory."""


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

    def send(self, event: Event) -> None:
        """Write the event at once; silently nothing once the reader has gone."""
        line = memoryview(encode(event).encode(errors="replace") + b"\n")
        with self._lock:
            try:
                while line and not self._gone:
                    line = line[self._stream.write(line) :]
            except OSError:
                self._gone = True


def commands(stream: BinaryIO, refuse: Callable[[Error], None]) -> Iterator[Command]:
    """The commands on a stream until its end; what is not a command is refused with a sentence."""
    while line := stream.readline(MAX_LINE):
        if not line.endswith(b"\n") and len(line) == MAX_LINE:
            while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
            refuse(Error(f"A command was ignored: its line is longer than {MAX_LINE} bytes."))
            continue
        if not line.strip():
            continue
        try:
            yield decode_command(line.decode())
        except (ProtocolError, UnicodeDecodeError) as error:
            refuse(Error(f"A command was ignored: {error}."))
