"""The app's side of the engine: a child process that may die without taking the conversation along.

Only the standard library and the protocol are imported, so that the screen never loads a model. A child
that dies is started again to go on with the same session; what was asked of it meanwhile waits,
and typed turns that it had not yet stored are given to its successor.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path

from core.engine.protocol import (
    EVENTS,
    Bye,
    Command,
    Error,
    Event,
    Quit,
    Say,
    SessionStarted,
    StartSession,
    State,
    Timings,
    TurnLost,
    TurnStored,
    Warning,
)
from core.processes.child import Child, Restarts

LOG = "engine.log"
"""In the data folder: the engine's standard error."""

PATIENCE = 5.0
"""Seconds that an engine gets to store what it has before it is ended."""


class Engine:
    """One engine, restarted when it crashes.

    Args:
        data: the data folder; the engine's log is kept there too.
        sound: False leaves microphone and loudspeaker alone.
        out: a folder in which each reply is written as a WAV file.
        recogniser: the name of the one that is to listen; None for the one in use.
        voice: likewise of the one that is to speak.
    """

    def __init__(
        self,
        data: Path,
        sound: bool = True,
        out: Path | None = None,
        recogniser: str | None = None,
        voice: str | None = None,
    ) -> None:
        self._data = data
        self._arguments = ["--data", str(data)]
        if not sound:
            self._arguments.append("--no-sound")
        if out is not None:
            self._arguments += ["--out", str(out)]
        if recogniser is not None:
            self._arguments.append(f"--recogniser={recogniser}")
        if voice is not None:
            self._arguments.append(f"--voice={voice}")
        self._ledger: list[Command] = []
        """Commands not yet given to the child, and the ones it has not yet answered for."""
        self._given = 0
        """How many of the ledger the present child has been given."""
        self._news = asyncio.Event()
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._session: StartSession | None = None
        self._turn: int | None = None
        self._listening = False
        self._restarts = Restarts()
        self._closing = False
        self._child: Child | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the running child, None while there is none."""
        return self._child.pid if self._child else None

    async def start(self) -> None:
        """Start the engine; its events come through `events`."""
        self._keeper = asyncio.create_task(self._keep())

    async def send(self, command: Command) -> None:
        """Give a command to the engine, or to its successor while there is none."""
        self._ledger.append(command)
        self._news.set()

    async def events(self) -> AsyncIterator[Event]:
        """Every event of the engine, to its end."""
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        """Let the engine store what it has and end; after five seconds it is ended."""
        self._closing = True
        await self.send(Quit())
        if self._keeper is None:
            return
        done, _ = await asyncio.wait([self._keeper], timeout=PATIENCE)
        if not done and self._child is not None:
            self._child.signal(signal.SIGTERM)
            await self._child.end(PATIENCE)
            await asyncio.wait([self._keeper], timeout=PATIENCE)
        self._keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeper

    async def _keep(self) -> None:
        try:
            while (pause := await self._live()) is not None and not self._closing:
                await asyncio.sleep(pause)
        finally:
            self._child = None
            self._events.put_nowait(None)

    async def _live(self) -> float | None:
        """One child from start to end; seconds until there should be another."""
        try:
            child = self._child = await Child.talking("core.engine", *self._arguments, log=self._data / LOG)
        except OSError as error:
            self._emit(Error(f"The engine cannot be started: {error}.", fatal=True))
            return None
        feeder = asyncio.create_task(self._feed(child))
        try:
            asked = await self._read(child)
            cause = await child.ended()
        except asyncio.CancelledError:
            child.signal(signal.SIGKILL)
            raise
        finally:
            feeder.cancel()
            await asyncio.gather(feeder, return_exceptions=True)
        return None if asked or self._closing else self._restart_after(cause)

    async def _feed(self, child: Child) -> None:
        """Give this child what is in the ledger and what comes; a session begun is gone on with first."""
        self._given = 0
        if self._session and not any(isinstance(command, StartSession) for command in self._ledger):
            self._ledger.insert(0, self._session)
        with contextlib.suppress(OSError):  # a child that is gone: its successor gets the ledger
            while True:
                while self._given < len(self._ledger):
                    command = self._ledger[self._given]
                    await child.send(command)
                    if isinstance(command, Say | StartSession):
                        self._given += 1
                    else:
                        del self._ledger[self._given]
                self._news.clear()
                await self._news.wait()

    def _answered(self, kind: type[Command]) -> None:
        """Strike the first command of a kind that the child was given."""
        for index, command in enumerate(self._ledger[: self._given]):
            if isinstance(command, kind):
                del self._ledger[index]
                self._given -= 1
                return

    async def _read(self, child: Child) -> bool:
        """Pass the child's events on; whether it ended as asked or said that it must."""
        asked = False

        def odd(what: str) -> None:
            self._emit(Warning(f"The engine said something {what}."))

        async for event in child.events(EVENTS, odd):
            self._follow(event)
            asked = asked or isinstance(event, Bye) or (isinstance(event, Error) and event.fatal)
            self._emit(event)
        return asked

    def _follow(self, event: Event) -> None:
        """Remember what a successor would have to know."""
        if isinstance(event, SessionStarted):
            self._session = StartSession(event.level, event.scenario, event.session, greet=False)
            self._answered(StartSession)
        elif isinstance(event, State):
            self._listening = event.state == "listening"
        elif isinstance(event, TurnStored) and event.role == "learner":
            self._turn = event.turn
            if event.origin == "typed":
                self._answered(Say)
        elif isinstance(event, Timings | TurnLost) and event.turn == self._turn:
            self._turn = None
        elif isinstance(event, Error):
            self._answered(Say)

    def _restart_after(self, cause: str) -> float | None:
        """Tell of a child that died; seconds until another may be tried."""
        if self._turn is not None or self._listening:
            self._emit(TurnLost(self._turn, f"The engine stopped ({cause}); what you said is kept."))
        self._turn, self._listening = None, False
        pause = self._restarts.after_crash()
        if pause is None:
            self._emit(
                Error(
                    f"The engine stopped {self._restarts.most} times within a minute ({cause}): "
                    f"see {self._data / LOG}, or run `tertulia doctor`.",
                    fatal=True,
                )
            )
        else:
            self._emit(Warning(f"The engine stopped ({cause}) and is started again; the session goes on."))
        return pause

    def _emit(self, event: Event) -> None:
        self._events.put_nowait(event)
