"""What is typed at the Correct screen outlives full disks and closed terminals, and teaches what to expect."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from core.review.desk import Desk
from store.database import Store
from store.errors import StoreError
from store.segments import drafts
from tests.tui.correct_driver import HEARD, ME, correcting, fill
from tui.correct import deck, text_editing

pytestmark = pytest.mark.usefixtures("author")


async def test_a_draft_that_the_full_disk_refuses_is_still_there_on_coming_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = fill(tmp_path)
    full = True
    put = Desk.draft

    def draft(*given: object) -> None:
        if full:
            raise StoreError("The disk is full.")
        put(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(Desk, "draft", draft)
    async with correcting(tmp_path) as it:
        await it.press("tab", "i", *" sí", "escape")
        await it.until(it.toasts)
        assert "not saved" in it.seen()
        for _ in range(2):  # it is refused again, and still not lost
            await it.press("down")
            await it.at(HEARD[1])
            await it.press("up")
            await it.at(f"{HEARD[0]} sí")
        full = False
        await it.press("down")
        await it.at(HEARD[1])
        await it.until(lambda: _draft(tmp_path, numbers[0]) == f"{HEARD[0]} sí")


async def test_the_last_letters_before_the_terminal_is_closed_are_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = fill(tmp_path)
    monkeypatch.setattr(text_editing, "DRAFT_SECONDS", 60.0)
    async with correcting(tmp_path) as it:
        await it.press("tab", "i", *" sí")
        os.kill(os.getpid(), signal.SIGHUP)
        await it.until(lambda: it.app._exit)
    assert _draft(tmp_path, numbers[0]) == f"{HEARD[0]} sí"


def _draft(folder: Path, segment: int) -> str | None:
    with Store.open(folder) as store:
        return drafts.get(store, segment, ME)


async def test_corrections_teach_how_often_the_recogniser_errs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = fill(tmp_path)
    monkeypatch.setattr(deck, "ACCEPTED_TILL_LEARNT", 2)
    with Store.open(tmp_path) as store:
        before = store.get("segments", numbers[4])["expected"]
        async with correcting(tmp_path) as it:
            await it.press("tab")
            for heard in HEARD[:2]:  # not a word of it was right
                await it.at(heard)
                await it.press("i", "home", "shift+end", *"abcd", "enter")
            await it.until(lambda: store.get("segments", numbers[4])["expected"] > 1.2 * before)
