"""The picture of the Dataset screen in the README, of a dataset that was made up."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tui.app import TertuliaApp
from tui.pictures.screenshot import DARK, screenshot, wear
from tui.stand_ins import RecitingEngine, SilentPlayer

PICTURE_DATASET = Path(__file__).parent / "dataset.svg"

SEGMENTS = 12_000


async def picture(width: int = 110, height: int = 24, theme: str = DARK) -> str:
    """The first section of the Dataset screen, as SVG; the size is in cells."""
    from tui.bench.desk.data import fill
    from tui.dataset.screen import DatasetScreen

    engine = RecitingEngine()
    with tempfile.TemporaryDirectory() as folder:
        await asyncio.to_thread(fill, Path(folder), SEGMENTS)
        wear(Path(folder), theme)
        app = TertuliaApp(Path(folder), engine=lambda: engine, player=SilentPlayer)
        async with app.run_test(size=(width, height)) as pilot:
            while not app.painted_at or len(app.recogniser_labels) < 2:  # the second says how good it is
                await pilot.pause()
            await pilot.press("3")
            screen = app.screen
            assert isinstance(screen, DatasetScreen)
            while screen.doubts is None:
                await pilot.pause()
            await pilot.press("down")
            return await screenshot(pilot)
