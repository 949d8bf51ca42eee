"""The picture of the Models screen on a machine that was made up: a voice of one's own, a tutor of another."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from tui.app import TertuliaApp
from tui.pictures.screenshot import DARK, screenshot, wear
from tui.stand_ins import RecitingEngine

FOLDER = "/home/ana/.local/share/tertulia"
"""What is drawn as the data folder. The real one has a name as long, so that lines break at the same places."""


@contextmanager
def made_up() -> Iterator[None]:
    """A machine with so much memory, and this model of another program."""
    from core.own_models import memory
    from core.own_models.finding import Found
    from tui.models import shelf

    llama = Found("LM Studio", "charla-3b", "charla-3b", Path("/home/ana/.lmstudio/charla-3b.gguf"), "tutor", 2020)
    nowhere = {"HF_HOME": "/nonexistent", "HF_HUB_CACHE": ""}
    with (
        patch.object(memory, "of_this_machine", lambda: memory.Memory(8000, 4100)),
        patch.object(shelf, "found_elsewhere", lambda: [llama]),
        patch.dict(os.environ, nowhere),
    ):
        yield


def fill(folder: Path) -> None:
    """A voice of one's own."""
    from models.catalog import starter

    voice, own = starter("voice").path, folder / "models" / "voice"
    assert voice is not None
    own.mkdir(parents=True)
    for ending in ("", ".json"):
        shutil.copy(f"{voice}{ending}", own / f"mi-voz.onnx{ending}")


async def picture(width: int = 110, height: int = 26, theme: str = DARK) -> str:
    """The Models screen, as SVG; the size is in cells."""
    from tui.models.screen import ModelsScreen

    engine = RecitingEngine()
    with tempfile.TemporaryDirectory() as parent, made_up():
        folder = Path(parent, "d" * (len(FOLDER) - len(parent) - 1))
        folder.mkdir()
        wear(folder, theme)
        await asyncio.to_thread(fill, folder)
        app = TertuliaApp(folder, engine=lambda: engine)
        async with app.run_test(size=(width, height)) as pilot:
            while not app.painted_at or not app.recogniser_labels:
                await pilot.pause()
            await pilot.press("5")
            screen = app.screen
            assert isinstance(screen, ModelsScreen)
            while screen.inventory.named("tutor", "charla-3b") is None:
                await pilot.pause()
            await pilot.press("down")
            return (await screenshot(pilot)).replace(str(folder), FOLDER)
