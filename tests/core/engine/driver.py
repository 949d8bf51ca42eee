"""Driving a real engine from a test: its own data folder, real starter models, events awaited with a deadline."""

from __future__ import annotations

import asyncio
import sqlite3
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from core.engine.client import Engine
from core.engine.protocol import Command, Event, SessionStarted, StartSession
from tests.patience import PATIENCE

E = TypeVar("E", bound=Event)


class Driver:
    """An engine, and every event of it so far."""

    def __init__(self, engine: Engine, data: Path) -> None:
        self.engine = engine
        self.data = data
        self.events: list[Event] = []
        self._stream = engine.events()

    async def send(self, *commands: Command) -> None:
        """Give commands, in order."""
        for command in commands:
            await self.engine.send(command)

    async def until(self, kind: type[E], **fields: Any) -> E:
        """The next event of a kind whose fields have these values; what comes before is kept in `events`."""
        try:
            async with asyncio.timeout(PATIENCE):
                async for event in self._stream:
                    self.events.append(event)
                    if isinstance(event, kind) and all(getattr(event, k) == v for k, v in fields.items()):
                        return event
        except TimeoutError:
            pass
        raise AssertionError(f"no {kind.__name__} {fields} among: {self.said()}")

    async def rest(self) -> None:
        """Everything to the engine's end."""
        async with asyncio.timeout(PATIENCE):
            async for event in self._stream:
                self.events.append(event)

    def all(self, kind: type[E]) -> list[E]:
        """Every event of a kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    def said(self) -> list[str]:
        """The events so far, for a failing test's message."""
        return [str(event)[:160] for event in self.events]

    def rows(self, query: str, *values: Any) -> list[Any]:
        """What a query finds in the database on disk."""
        connection = sqlite3.connect(f"file:{self.data}/tertulia.db?mode=ro", uri=True)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()


@asynccontextmanager
async def engine(
    data: Path, sound: bool = False, out: Path | None = None, level: str = "A2", greet: bool = False
) -> AsyncIterator[Driver]:
    """A running engine with an open session; closed at the end, whatever happens."""
    child = Engine(data, sound=sound, out=out)
    driver = Driver(child, data)
    await child.start()
    try:
        await driver.send(StartSession(level, greet=greet))
        await driver.until(SessionStarted)
        yield driver
    finally:
        await child.close()


def write_wav(path: Path, samples: Any, rate: int = 16_000) -> Path:
    """A 16-bit mono WAV file of float samples."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def spoken(path: Path, text: str, before: float = 0.0, after: float = 0.0) -> Path:
    """A WAV file in which the starter voice says a text, with seconds of silence around it."""
    from tests.starters import load_voice

    voice = load_voice()
    lead, tail = (np.zeros(int(seconds * voice.sample_rate)) for seconds in (before, after))
    return write_wav(path, np.concatenate([lead, *voice.speak(text), tail]), voice.sample_rate)


def healthy(data: Path) -> bool:
    """Whether the database passes SQLite's own checks."""
    connection = sqlite3.connect(data / "tertulia.db")
    try:
        whole = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return whole and connection.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        connection.close()
