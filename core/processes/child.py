"""A child that is talked with: messages in, events out, complaints in a log, and an end that it cannot escape.

Only the standard library is imported, so that a screen never loads a model. Whoever owns a child decides what its
death means; how often another one is worth a try, `Restarts` knows.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from asyncio import StreamReader
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from core.processes.command import cause, command, log_file
from core.processes.json_lines import ProtocolError, decode, encode

LONGEST = 1 << 24
"""Bytes of one event; the words of a long turn make a long line."""

Event = TypeVar("Event")


class Child:
    """A module of ours at work in a process of its own; ctrl+c in the terminal is not for it to answer."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def talking(cls, module: str, *arguments: str, log: Path) -> Child:
        """One that takes messages and sends events; its standard error goes to the log.

        Raises:
            OSError: the log cannot be written, or no process be made.
        """
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with log_file(log) as complaints:
            return cls(await _process(command(module, *arguments), PIPE, complaints))

    @classmethod
    async def working(cls, module: str, *arguments: str, environment: Mapping[str, str] = {}) -> Child:
        """One that is given nothing more; its standard output and standard error are there to be read.

        Raises:
            OSError: no process can be made.
            ValueError: a zero byte among the arguments.
        """
        return cls(await _process(command(module, *arguments), DEVNULL, PIPE, {**os.environ, **environment}))

    @property
    def pid(self) -> int | None:
        """Its process number; None once it has ended."""
        return self._process.pid if self._process.returncode is None else None

    @property
    def output(self) -> StreamReader:
        """Its standard output."""
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def complaints(self) -> StreamReader:
        """Its standard error, where there is no log."""
        assert self._process.stderr is not None, "it goes to a log"
        return self._process.stderr

    async def send(self, message: Any) -> None:
        """Give it a message. Raises OSError where it is gone."""
        assert self._process.stdin is not None, "it takes no messages"
        self._process.stdin.write(encode(message).encode(errors="replace") + b"\n")
        await self._process.stdin.drain()

    async def events(
        self, kinds: Mapping[str, type[Event]], odd: Callable[[str], None] = lambda what: None
    ) -> AsyncIterator[Event]:
        """What it sends on standard output, to its end.

        Args:
            kinds: of events, by name; others are passed over.
            odd: takes what it said that was no event, as it goes on after “It said something”.
        """
        async for line in lines(self.output):
            if line is None:
                odd("too long to be read; it was skipped")
                continue
            try:
                event = decode(line.decode(errors="replace"), kinds, ignore_unknown=True)
            except ProtocolError as error:
                if line.endswith(b"\n"):  # a line cut short is only its death
                    odd(f"that is not of its protocol: {error}")
                continue
            if event is not None:
                yield event

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def end(self, patience: float) -> None:
        """See it end by itself within so many seconds, or kill it."""
        try:
            async with asyncio.timeout(patience):
                await self._process.wait()
        except TimeoutError:
            self.signal(signal.SIGKILL)
            await self._process.wait()

    async def ended(self) -> str:
        """Wait for its end; how that came, in words: exit status 1, signal SIGSEGV."""
        return cause(await self._process.wait())


class Restarts:
    """How often a child that dies is started again: not for ever, and later each time.

    Args:
        most: so many crashes within `seconds`, and it is not started again.
        pause: seconds before the first restart; each crash in a row doubles it.
    """

    def __init__(self, most: int = 3, seconds: float = 60.0, pause: float = 0.25) -> None:
        self.most = most
        self._seconds = seconds
        self._pause = pause
        self._crashes: deque[float] = deque()

    def after_crash(self) -> float | None:
        """Seconds until another child may be started; None for never."""
        now = time.monotonic()
        self._crashes.append(now)
        while now - self._crashes[0] > self._seconds:
            self._crashes.popleft()
        return None if len(self._crashes) >= self.most else self._pause * 2 ** (len(self._crashes) - 1)


async def lines(stream: StreamReader) -> AsyncIterator[bytes | None]:
    """The lines of a stream to its end, the last perhaps without a line feed; None for each that is too long."""
    too_long = ended = False
    while not ended:
        try:
            line = await stream.readuntil()
        except asyncio.LimitOverrunError as error:
            await stream.readexactly(error.consumed)
            too_long = True
            continue
        except asyncio.IncompleteReadError as error:
            line, ended = error.partial, True
        if too_long:
            yield None
        elif line:
            yield line
        too_long = False


async def _process(
    words: list[str], given: int, complaints: int | BinaryIO, environment: Mapping[str, str] | None = None
) -> Process:
    return await asyncio.create_subprocess_exec(
        *words, stdin=given, stdout=PIPE, stderr=complaints, limit=LONGEST, env=environment, start_new_session=True
    )
