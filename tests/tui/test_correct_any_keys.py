"""Whatever keys are pressed at the Correct screen, and however fast: it stands, and all of it can be taken back."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from store.segments import queue
from tests.tui.correct_driver import HEARD, ME, correcting, desk, fill
from tui.correct.keys import CORRECT

KEYS = [
    *(name for key in CORRECT for name in key.keys if key.id not in ("correct.search", "correct.filter")),
    *("f2", "f3", "f5", "f6", "f9", "enter", "enter", "down", "a", "s", "d", "0", "x", "y", "space"),
    *("backspace", "delete", "ctrl+z", "ctrl+y", "escape", "escape", "shift+tab", "left", "ñ", "¿"),
]


@pytest.mark.parametrize("seed", [1, 2])
async def test_any_keys_in_any_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setenv("TERTULIA_AUTHOR", ME)
    chance = random.Random(seed)
    numbers = fill(tmp_path, HEARD * 3)
    with desk(tmp_path) as mine:
        before = queue.rows(mine.store, numbers)
    async with correcting(tmp_path) as it:
        for _ in range(150):
            it.app.simulate_key(chance.choice(KEYS))
            if chance.random() < 0.2:  # else the next key comes before the screen has moved
                await it.pilot.pause()
        for _ in range(4):
            await it.press("escape")
        await it.until(lambda: it.screen.keyboard.taking == "keys" and not it.screen.keyboard.held)
        assert it.app.screen is it.screen
        assert not [toast for toast in it.toasts() if "meanwhile" in toast], "one person is never two"
    with desk(tmp_path) as mine:
        assert mine.history(1)
        while mine.undo() is not None:
            pass
        for was, now in zip(before, queue.rows(mine.store, numbers), strict=True):
            assert (was.text, was.status, was.start, was.end) == (now.text, now.status, now.start, now.end)
            assert (was.speaker, was.note, was.reason) == (now.speaker, now.note, now.reason)
