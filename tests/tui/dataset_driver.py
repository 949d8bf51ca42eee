"""A person at the Dataset screen: a real store, the real app, and keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.tui.driver import Driver
from tui.app import TertuliaApp
from tui.correct.screen import CorrectScreen
from tui.dataset.screen import DatasetScreen
from tui.stand_ins import RecitingEngine, SilentPlayer


class DatasetDriver(Driver):
    """The app at its Dataset screen."""

    @property
    def screen(self) -> DatasetScreen:
        """The Dataset screen, whatever lies on top of it."""
        screen = self.app.get_screen_stack("dataset")[0]
        assert isinstance(screen, DatasetScreen)
        return screen

    @property
    def correct(self) -> CorrectScreen:
        """The Correct screen."""
        screen = self.app.get_screen_stack("correct")[0]
        assert isinstance(screen, CorrectScreen)
        return screen

    def has(self, *words: str) -> bool:
        """Whether all of these stand on the screen, however the lines are broken."""
        seen = " ".join(self.seen().replace("│", " ").split())
        return all(word in seen for word in words)

    async def sees(self, *words: str) -> None:
        """Wait until all of these stand on the screen."""
        await self.until(lambda: self.has(*words))

    async def section(self, name: str) -> None:
        """Go to a section by keys."""
        while self.screen.tabs.names[self.screen.panels.section] != name:
            await self.press("right")


@asynccontextmanager
async def counting(folder: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[DatasetDriver]:
    """The app, gone to its Dataset screen; the figures are there, and the doubts."""
    engine = RecitingEngine()
    app = TertuliaApp(folder, engine=lambda: engine, player=SilentPlayer)
    async with app.run_test(size=size) as pilot:
        driver = DatasetDriver(app, pilot, engine)
        await driver.until(lambda: app.painted_at and engine.all_taken)
        await driver.press("3")
        await driver.until(lambda: driver.screen.figures and driver.screen.doubts)
        await pilot.pause()
        yield driver
