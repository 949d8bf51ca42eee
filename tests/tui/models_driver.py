"""A person at the Models screen: a real data folder, the real app, and keys."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from core.own_models.trying import Trial
from core.player.protocol import PlayFile
from tests import starters
from tests.tui.driver import Driver
from tui.app import TertuliaApp
from tui.models.inventory import ModelRow
from tui.models.screen import ModelsScreen
from tui.stand_ins import RecitingEngine, SilentPlayer


class ModelsDriver(Driver):
    """The app at its Models screen."""

    tape: SilentPlayer

    @property
    def screen(self) -> ModelsScreen:
        """The Models screen, whatever lies on top of it."""
        screen = self.app.get_screen_stack("models")[0]
        assert isinstance(screen, ModelsScreen)
        return screen

    def model(self, part: str, name: str) -> ModelRow:
        found = self.screen.inventory.named(part, name)
        assert found is not None, [row.entry.name for row in self.screen.inventory.of(part)]
        return found

    def state(self, part: str, name: str) -> str:
        found = self.screen.inventory.named(part, name)
        return found.state if found is not None else ""

    async def on(self, part: str, name: str) -> None:
        """Go to a model by keys."""
        await self.until(lambda: self.screen.inventory.named(part, name))
        wanted = self.model(part, name).key
        await self.press("home")
        for _ in self.screen.pane.list.keys:
            if self.screen.pane.list.key == wanted:
                return
            await self.press("down")
        assert self.screen.pane.list.key == wanted, "the last line is another model's"

    async def sees(self, *words: str) -> None:
        """Wait until all of these stand on the screen, however the lines are broken."""
        try:
            await self.until(lambda: all(word in " ".join(self.seen().replace("│", " ").split()) for word in words))
        except TimeoutError:
            raise AssertionError(f"{words} are not on the screen:\n{self.seen()}") from None

    async def told(self, words: str) -> None:
        """Wait for a toast."""
        await self.until(lambda: any(words in toast for toast in self.toasts()))

    async def tries(self, part: str, name: str) -> Trial | str:
        """Try a model, and wait for how it did."""
        await self.on(part, name)
        await self.press("space")
        key = self.model(part, name).trial
        await self.until(lambda: key in self.screen.tried)
        return self.screen.tried[key]

    @property
    def heard(self) -> list[Path]:
        """The files that were played."""
        return [Path(one.path) for one in self.tape.asked if isinstance(one, PlayFile)]


def put(data: Path, *names: str) -> None:
    """Put starters into the models folder under other names: recogniser/mine, tutor/mine.gguf, voice/mine.onnx."""
    for name in names:
        to = data / "models" / name
        to.parent.mkdir(parents=True, exist_ok=True)
        source = starters.path(to.parent.name)
        if source.is_dir():
            shutil.copytree(source, to)
            continue
        shutil.copy(source, to)
        if to.parent.name == "voice":
            shutil.copy(f"{source}.json", f"{to}.json")


@asynccontextmanager
async def at_models(data: Path, size: tuple[int, int] = (100, 40)) -> AsyncIterator[ModelsDriver]:
    """The app, gone to its Models screen, where all is listed."""
    engine, tape = RecitingEngine(), SilentPlayer()
    app = TertuliaApp(data, engine=lambda: engine, player=lambda: tape)
    async with app.run_test(size=size) as pilot:
        driver = ModelsDriver(app, pilot, engine)
        driver.tape = tape
        await driver.until(lambda: app.painted_at and engine.all_taken)
        await driver.press("5")
        await driver.until(lambda: driver.screen.inventory.rows)
        await pilot.pause()
        yield driver
