"""The app's side of the engine: a child process that may die without taking the conversation along.

Only the standard library and the protocol are imported, so that the screen never loads a model. A child
that dies is started again and told to go on with the same session; what was asked of it meanwhile waits,
and typed turns that it had not yet stored are given to its successor.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path

from core.engine.protocol import (
    Bye,
    Command,
    Error,
    Event,
    ProtocolError,
    Quit,
    Say,
    SessionStarted,
    StartSession,
    State,
    Timings,
    TurnLost,
    TurnStored,
    Warning,
    decode_event,
    encode,
)

LOG = "engine.log"
LOG_BYTES = 1_000_000
"""The log of the engine's standard error is put aside as engine.log.1 from this size."""

LONGEST_LINE = 1 << 24
"""Bytes of one event; the words of a long turn make a long line."""

CRASHES = 3
CRASH_SECONDS = 60.0
"""So many crashes within so many seconds, and the engine is not started again."""

BACK_OFF = 0.25
"""Seconds before the first restart; each crash in a row doubles it."""

PATIENCE = 5.0
"""Seconds that an engine gets to store what it has before it is ended."""


class Engine:
    """One engine, restarted when it crashes.

    Args:
        data: the data folder; the engine's log is kept there too.
        sound: False leaves microphone and loudspeaker alone.
        out: a folder in which each reply is written as a WAV file.
        recogniser: the name of the one that is to listen; None for the one in use.
    """

    def __init__(
        self, data: Path, sound: bool = True, out: Path | None = None, recogniser: str | None = None
    ) -> None:
        self._data = data
        self._arguments = ["--data", str(data)]
        if not sound:
            self._arguments.append("--no-sound")
        if out is not None:
            self._arguments += ["--out", str(out)]
        if recogniser is not None:
            self._arguments.append(f"--recogniser={recogniser}")
        self._ledger: list[Command] = []
        """Commands not yet given to the child, and the ones it has not yet answered for."""
        self._given = 0
        """How many of the ledger the present child has been given."""
        self._news = asyncio.Event()
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._session: StartSession | None = None
        self._turn: int | None = None
        self._listening = False
        self._crashes: deque[float] = deque()
        self._closing = False
        self._child: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the running child, None while there is none."""
        return self._child.pid if self._child and self._child.returncode is None else None

    async def start(self) -> None:
        """Start the engine; its events come through `events`."""
        self._keeper = asyncio.create_task(self._keep())

    async def send(self, command: Command) -> None:
        """Give a command to the engine, or to its successor while there is none."""
        self._ledger.append(command)
        self._news.set()

    async def events(self) -> AsyncIterator[Event]:
        """Everything the engine tells, to its end."""
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        """Let the engine store what it has and end; after five seconds it is ended."""
        self._closing = True
        await self.send(Quit())
        if self._keeper is None:
            return
        for end in (None, signal.SIGTERM, signal.SIGKILL):
            if end is not None and self._child is not None:
                with contextlib.suppress(ProcessLookupError):
                    self._child.send_signal(end)
            done, _ = await asyncio.wait([self._keeper], timeout=PATIENCE)
            if done:
                break
        else:
            self._keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeper

    async def _keep(self) -> None:
        try:
            while not self._closing and await self._live():
                await asyncio.sleep(BACK_OFF * 2 ** (len(self._crashes) - 1))
        finally:
            self._child = None
            self._events.put_nowait(None)

    async def _live(self) -> bool:
        """One child from start to end; whether there should be another."""
        try:
            child = self._child = await self._spawn()
        except OSError as error:
            self._tell(Error(f"The engine cannot be started: {error}.", fatal=True))
            return False
        feeder = asyncio.create_task(self._feed(child))
        try:
            asked = await self._read(child)
            status = await child.wait()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            raise
        finally:
            feeder.cancel()
            await asyncio.gather(feeder, return_exceptions=True)
        if asked or self._closing:
            return False
        return self._mourn(status)

    async def _spawn(self) -> asyncio.subprocess.Process:
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = self._data / LOG
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_name(LOG + ".1"))
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as errors:
            return await asyncio.create_subprocess_exec(
                *[sys.executable, "-P", "-m", "core.engine", *self._arguments],
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                limit=LONGEST_LINE,
                start_new_session=True,  # ctrl+c in the terminal is for the app to answer
            )

    async def _feed(self, child: asyncio.subprocess.Process) -> None:
        """Give this child what is in the ledger and what comes; a session begun is gone on with first."""
        assert child.stdin is not None
        self._given = 0
        if self._session and not any(isinstance(command, StartSession) for command in self._ledger):
            self._ledger.insert(0, self._session)
        with contextlib.suppress(OSError):  # a child that is gone: its successor gets the ledger
            while True:
                while self._given < len(self._ledger):
                    command = self._ledger[self._given]
                    child.stdin.write(encode(command).encode(errors="replace") + b"\n")
                    await child.stdin.drain()
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

    async def _read(self, child: asyncio.subprocess.Process) -> bool:
        """Pass the child's events on; whether it ended as asked or said that it must."""
        assert child.stdout is not None
        asked = False
        while True:
            try:
                line = await child.stdout.readline()
            except ValueError:
                self._tell(Warning("The engine said something too long to be read; it was skipped."))
                continue
            if not line:
                return asked
            try:
                event = decode_event(line.decode(errors="replace"))
            except ProtocolError as error:
                if line.endswith(b"\n"):  # a line cut short is only the child's death
                    self._tell(Warning(f"The engine said something that is not of its protocol: {error}."))
                continue
            if event is None:
                continue
            self._follow(event)
            asked = asked or isinstance(event, Bye) or (isinstance(event, Error) and event.fatal)
            self._tell(event)

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

    def _mourn(self, status: int) -> bool:
        """Tell of a child that died; whether another may be tried."""
        cause = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        if self._turn is not None or self._listening:
            self._tell(TurnLost(self._turn, f"The engine stopped ({cause}); what you said is kept."))
        self._turn, self._listening = None, False
        now = time.monotonic()
        self._crashes.append(now)
        while now - self._crashes[0] > CRASH_SECONDS:
            self._crashes.popleft()
        if len(self._crashes) >= CRASHES:
            self._tell(
                Error(
                    f"The engine stopped {CRASHES} times within a minute ({cause}): "
                    f"see {self._data / LOG}, or run `tertulia doctor`.",
                    fatal=True,
                )
            )
            return False
        self._tell(Warning(f"The engine stopped ({cause}) and is started again; the session goes on."))
        return True

    def _tell(self, event: Event) -> None:
        self._events.put_nowait(event)
