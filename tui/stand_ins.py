"""Who stands in for the engine and the player where it does not matter what is said or played: in pictures, benches
and tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

from core.engine import protocol as engine
from core.engine.protocol import Bye, Hello, Quit, Ready, SessionStarted
from core.player import protocol as player
from core.player.protocol import At, Finished, Play

BEGINNING: tuple[engine.Event, ...] = (
    Hello(1, "/data"),
    Ready("starter-ear", "starter-tutor", "starter-voice", "cpu, 2 threads", True, "mic", "speakers", 1.2),
    SessionStarted(1, "A2", "conocerse", "Conocerse", ["Me llamo Ana."]),
)
"""The events of an engine at its start."""


class RecitingEngine:
    """An engine that emits the events it was given, and remembers what it was asked.

    Args:
        events: Emitted at once when it starts.
    """

    def __init__(self, events: Iterable[engine.Event] = BEGINNING) -> None:
        self.asked: list[engine.Command] = []
        """Every command it was sent."""
        self.closed = False
        self._events: asyncio.Queue[engine.Event | None] = asyncio.Queue()
        for event in events:
            self._events.put_nowait(event)

    async def start(self) -> None:
        """Nothing to do."""

    @property
    def all_taken(self) -> bool:
        """Whether the app has taken all events."""
        return self._events.empty()

    def emit(self, *events: engine.Event | None) -> None:
        """Emit these events next; None ends them."""
        for event in events:
            self._events.put_nowait(event)

    async def events(self) -> AsyncIterator[engine.Event]:
        """What it was given, as it comes."""
        while (event := await self._events.get()) is not None:
            yield event

    async def send(self, command: engine.Command) -> None:
        """Remember the command; do what Quit asks."""
        self.asked.append(command)
        if isinstance(command, Quit):
            self.emit(Bye(), None)

    async def close(self) -> None:
        self.closed = True
        await self.send(Quit())


class SilentPlayer:
    """A player that plays nothing, remembers what it was asked, and emits the events it is given."""

    def __init__(self) -> None:
        self.asked: list[player.Command] = []
        """Every command it was sent."""
        self.closed = False
        self._events: asyncio.Queue[player.Event | None] = asyncio.Queue()

    async def send(self, command: player.Command) -> None:
        self.asked.append(command)

    async def events(self) -> AsyncIterator[player.Event]:
        """The events it was given."""
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        self.closed = True
        self._events.put_nowait(None)

    def emit(self, *events: player.Event) -> None:
        for event in events:
            self._events.put_nowait(event)

    @property
    def plays(self) -> list[Play]:
        return [command for command in self.asked if isinstance(command, Play)]

    def come_to(self, sample: int) -> None:
        """The newest play has come to this sample."""
        self.emit(At(self.plays[-1].sha256, sample))

    def finish(self, sample: int, place: int = -1) -> None:
        play = self.plays[place]
        self.emit(Finished(play.sha256, sample, "end", [[play.start, sample]]))
