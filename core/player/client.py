"""The app's side of the player: a child process that is there when it is needed, and may die.

Only the standard library and the protocol are imported. A child that dies costs the play it was at; the
next Play starts another.
"""

from __future__ import annotations

import asyncio
import signal
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path

from core.player.protocol import (
    EVENTS,
    At,
    Command,
    Error,
    Event,
    Finished,
    Play,
    PlayFile,
    Quit,
    whole,
)
from core.processes.child import Child

LOG = "player.log"
"""In the data folder: the player's standard error."""

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
        self._exclusive = asyncio.Lock()
        """Commands reach the child in the order in which they were sent."""
        self._child: Child | None = None
        self._reader: asyncio.Task[None] | None = None
        self._plays: deque[Play] = deque()
        """What the child was asked to play and has not finished; the first is what is heard."""
        self._sample: int | None = None
        """How far the first has come."""
        self._closing = False

    @property
    def pid(self) -> int | None:
        """Process id of the running child, None while there is none."""
        return self._child.pid if self._child else None

    async def start(self) -> None:
        """Start the child now, so that the first Play need not."""
        async with self._exclusive:
            await self._started()

    async def send(self, command: Command) -> None:
        """Give a command to the child. Without one, Play starts it, and there is nothing else to do."""
        async with self._exclusive:
            if self._closing or not (self._child or isinstance(command, Play | PlayFile)):
                return
            if not await self._give(command) and isinstance(command, Play | PlayFile):
                await self._give(command)  # it had died unnoticed: to its successor

    async def events(self) -> AsyncIterator[Event]:
        """Every event of the player, to its end."""
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        """End the child, and with it the events."""
        async with self._exclusive:
            self._closing = True
            if (child := self._child) is not None and self._reader is not None:
                await self._give(Quit())
                await child.end(PATIENCE)
                await self._reader
            self._events.put_nowait(None)

    async def _give(self, command: Command) -> bool:
        """Whether a child took the command."""
        if not await self._started():
            return True  # and there is no use in trying again
        assert self._child is not None and self._reader is not None
        try:
            await self._child.send(command)
        except OSError:
            self._child.signal(signal.SIGKILL)
            await self._reader
            return False
        if isinstance(command, Play | PlayFile):
            self._plays.append(whole(command) if isinstance(command, PlayFile) else command)
        return True

    async def _started(self) -> bool:
        """Whether there is a child now."""
        if self._child is None and not self._closing:
            try:
                arguments = ("--data", str(self._data))
                self._child = await Child.talking("core.player", *arguments, log=self._data / LOG)
            except OSError as error:
                self._emit(Error(f"The player cannot be started: {error}."))
                return False
            self._reader = asyncio.create_task(self._read(self._child))
        return self._child is not None

    async def _read(self, child: Child) -> None:
        """Pass the child's events on until it ends; a line that is none is only its death."""
        async for event in child.events(EVENTS):
            self._follow(event)
            self._emit(event)
        self._after_end(await child.ended())

    def _follow(self, event: Event) -> None:
        if isinstance(event, At):
            self._sample = event.sample
        elif isinstance(event, Finished) and self._plays:
            self._plays.popleft()
            self._sample = None

    def _after_end(self, cause: str) -> None:
        """The child has ended; the plays it leaves behind have failed."""
        self._child = None
        if self._plays and not self._closing:
            self._emit(Error(f"The player stopped ({cause}): play it again; {self._data / LOG} may say why."))
        while self._plays:
            play = self._plays.popleft()
            heard = [] if self._sample is None else [[play.start, self._sample]]
            self._emit(Finished(play.sha256, self._sample or play.start, "failed", heard))
            self._sample = None

    def _emit(self, event: Event) -> None:
        self._events.put_nowait(event)
