"""Driving the app from a test: real screens, an engine that only recites, conditions with a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from core.engine.protocol import Event
from tests.patience import PATIENCE
from tui.app import TertuliaApp
from tui.stand_ins import BEGINNING, RecitingEngine
from tui.talk.screen import TalkScreen


class Driver:
    """The app under test, its engine, and a person at the keyboard."""

    def __init__(self, app: TertuliaApp, pilot: Pilot[None], engine: RecitingEngine) -> None:
        self.app = app
        self.pilot = pilot
        self.engine = engine

    @property
    def talk(self) -> TalkScreen:
        """The Talk screen."""
        return self.app.talk

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until the condition holds."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await self.pilot.pause()

    async def engine_says(self, *events: Event) -> None:
        """The engine emits these events, and the screen has shown them."""
        self.engine.emit(*events)
        await self.until(lambda: self.engine.all_taken)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys, each when the app has done what the one before asked."""
        for key in keys:
            await self.pilot.press(key)
            await self.until(lambda: not self.talk.typing.waits)
        await self.pilot.pause()

    async def type(self, *keys: str) -> None:
        """Press keys as somebody who types does: the next before a letter could be a command."""
        at_once, self.talk.typing.HOLD_SECONDS = self.talk.typing.HOLD_SECONDS, PATIENCE * 10
        await self.pilot.press(*keys)
        await self.pilot.pause()
        self.talk.typing.HOLD_SECONDS = at_once

    def seen(self) -> str:
        """What stands on the screen, as text."""
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())

    def marked(self, attribute: str) -> str:
        """The text on the screen drawn in bold, underline or another of the styles that need no colour."""
        strips = self.app.screen._compositor.render_strips()
        return " ".join(s.text for strip in strips for s in strip if s.style and getattr(s.style, attribute))

    def toasts(self) -> list[str]:
        """The messages on screen."""
        return [notification.message for notification in self.app._notifications]


@asynccontextmanager
async def app_with(
    folder: Path, events: Iterable[Event] = BEGINNING, size: tuple[int, int] = (80, 24), toasts: bool = False
) -> AsyncIterator[Driver]:
    """The app in a data folder, after its engine has told `events`; with `toasts` its messages are drawn."""
    engine = RecitingEngine(events)
    app = TertuliaApp(folder, engine=lambda: engine)
    async with app.run_test(size=size, notifications=toasts) as pilot:
        driver = Driver(app, pilot, engine)
        await driver.until(lambda: app.painted_at and engine.all_taken)
        app.talk.typing.HOLD_SECONDS = 0.01  # nobody types here, but where a test says so
        await pilot.pause()
        yield driver
