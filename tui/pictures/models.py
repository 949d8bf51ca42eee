"""The picture of the Models screen, where nothing is installed but what comes with the app."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tui.app import TertuliaApp
from tui.pictures.screenshot import DARK, screenshot, wear
from tui.stand_ins import RecitingEngine

FOLDER = "/home/ana/.local/share/aplicaciones/tertulia"
"""What is drawn as the data folder. The real one has a name as long, so that lines break at the same places."""


async def picture(width: int = 110, height: int = 26, theme: str = DARK) -> str:
    """The Models screen, as SVG; the size is in cells."""
    from tui.models.screen import ModelsScreen

    engine = RecitingEngine()
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent, "d" * (len(FOLDER) - len(parent) - 1))
        folder.mkdir()
        wear(folder, theme)
        app = TertuliaApp(folder, engine=lambda: engine)
        async with app.run_test(size=(width, height)) as pilot:
            while not app.painted_at or not app.recogniser_labels:
                await pilot.pause()
            await pilot.press("5")
            screen = app.screen
            assert isinstance(screen, ModelsScreen)
            while not screen.inventory.rows:
                await pilot.pause()
            return (await screenshot(pilot)).replace(str(folder), FOLDER)
