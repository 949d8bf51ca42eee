"""The Correct screen with its real player and a sound card: what is heard is lit and counted."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from store.segments.annotations import work
from tests.sound_card import SoundCard
from tests.tui.correct_driver import HEARD, ME, desk, fill
from tui.app import TertuliaApp
from tui.correct.screen import CorrectScreen
from tui.stand_ins import RecitingEngine

pytestmark = [pytest.mark.sound, pytest.mark.usefixtures("author")]


async def test_a_segment_is_heard_word_by_word(card: SoundCard, tmp_path: Path) -> None:
    folder = tmp_path / "home"
    fill(folder, HEARD[:1], seconds=2.0)
    app = TertuliaApp(folder, engine=RecitingEngine)
    lit: list[int] = []
    async with app.run_test() as pilot, asyncio.timeout(60):
        await pilot.press("2")
        screen = app.screen
        assert isinstance(screen, CorrectScreen)
        screen.watch(screen.text, "heard", lambda word: lit.append(word) if word is not None else None)
        while screen.status.heard != 1.0:
            await pilot.pause(0.02)
        assert lit == list(range(8))
        await pilot.press("enter")
        while screen.status.saved != "saved":
            await pilot.pause(0.02)
    with desk(folder) as mine:
        [done] = work(mine.store, ME)
    assert done.listened == pytest.approx(2.0, abs=0.01)
