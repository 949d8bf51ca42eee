"""The app's side of the player: a child process that is there when it is needed, and may die.

Only the standard library and the protocol are imported. A child that dies costs the play it was at; the
next Play starts another.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path

from core.player.protocol import (
    At,
    Command,
    Error,
    Event,
    Finished,
    Play,
    ProtocolError,
    Quit,
    decode_event,
    encode,
)

LOG = "player.log"
LOG_BYTES = 1_000_000
"""The log of the player's standard error is begun anew from this size."""

PATIENCE = 2.0
"""Seconds that a player gets to end when it is asked to."""


class Player:
    """One player, started when something is to be played and again after it died.

    Args:
        data: the data folder with the recordings; the player's log is kept there too.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._turnstile = asyncio.Lock()
        """Commands reach the child in the order in which they were sent."""
        self._child: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._plays: deque[Play] = deque()
        """What the child was told to play and has not finished; the first is what is heard."""
        self._sample: int | None = None
        """How far the first has come."""
        self._closing = False

    @property
    def pid(self) -> int | None:
        """Process id of the running child, None while there is none."""
        return self._child.pid if self._child else None

    async def start(self) -> None:
        """Start the child now, so that the first Play need not."""
        async with self._turnstile:
            await self._started()

    async def send(self, command: Command) -> None:
        """Give a command to the child. Without one, Play starts it, and there is nothing else to do."""
        async with self._turnstile:
            if self._closing or not (self._child or isinstance(command, Play)):
                return
            if not await self._give(command) and isinstance(command, Play):
                await self._give(command)  # it had died unnoticed: to its successor

    async def events(self) -> AsyncIterator[Event]:
        """Everything the player tells, to its end."""
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        """End the child, and with it the events."""
        async with self._turnstile:
            self._closing = True
            if self._child is not None and self._reader is not None:
                await self._give(Quit())
                await asyncio.wait([self._reader], timeout=PATIENCE)
                self._kill()
                await self._reader
            self._events.put_nowait(None)

    async def _give(self, command: Command) -> bool:
        """Whether a child took the command."""
        if not await self._started():
            return True  # and there is no use in trying again
        assert self._child is not None and self._child.stdin is not None
        try:
            self._child.stdin.write(encode(command).encode(errors="replace") + b"\n")
            await self._child.stdin.drain()
        except OSError:
            assert self._reader is not None
            self._kill()
            await self._reader
            return False
        if isinstance(command, Play):
            self._plays.append(command)
        return True

    async def _started(self) -> bool:
        """Whether there is a child now."""
        if self._child is None and not self._closing:
            try:
                self._child = await self._spawn()
            except OSError as error:
                self._tell(Error(f"The player cannot be started: {error}."))
                return False
            self._reader = asyncio.create_task(self._read(self._child))
        return self._child is not None

    async def _spawn(self) -> asyncio.subprocess.Process:
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = self._data / LOG
        anew = os.O_TRUNC if log.exists() and log.stat().st_size > LOG_BYTES else 0
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | anew, 0o600), "ab") as errors:
            return await asyncio.create_subprocess_exec(
                *[sys.executable, "-P", "-m", "core.player", "--data", str(self._data)],
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                limit=1 << 24,
                start_new_session=True,  # ctrl+c in the terminal is for the app to answer
            )

    def _kill(self) -> None:
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()

    async def _read(self, child: asyncio.subprocess.Process) -> None:
        """Pass the child's events on until it ends."""
        assert child.stdout is not None
        while line := await child.stdout.readline():
            try:
                event = decode_event(line.decode(errors="replace"))
            except ProtocolError:
                continue  # a line cut short by the child's death
            if event is not None:
                self._follow(event)
                self._tell(event)
        self._mourn(await child.wait())

    def _follow(self, event: Event) -> None:
        if isinstance(event, At):
            self._sample = event.sample
        elif isinstance(event, Finished) and self._plays:
            self._plays.popleft()
            self._sample = None

    def _mourn(self, status: int) -> None:
        """The child has ended; the plays it leaves behind have failed."""
        self._child = None
        if self._plays and not self._closing:
            cause = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
            self._tell(Error(f"The player stopped ({cause}): play it again; {self._data / LOG} may say why."))
        while self._plays:
            play = self._plays.popleft()
            heard = [] if self._sample is None else [[play.start, self._sample]]
            self._tell(Finished(play.sha256, self._sample or play.start, "failed", heard))
            self._sample = None

    def _tell(self, event: Event) -> None:
        self._events.put_nowait(event)
