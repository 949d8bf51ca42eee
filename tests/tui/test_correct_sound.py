"""Listening at the Correct screen: what the keys play, which word is lit, and how much was heard."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psutil
import pytest

from core.player.client import Player
from core.player.protocol import Adjust, Error, Finished, Stop
from store.segments.annotations import work
from tests.tui.correct_driver import HEARD, ME, SECOND, CorrectDriver, correcting, desk, fill
from tui.app import TertuliaApp
from tui.correct.screen import CorrectScreen
from tui.stand_ins import RecitingEngine

LENGTH = SECOND * 3 // 2
"""Samples of a segment."""


pytestmark = pytest.mark.usefixtures("author")


async def first(it: CorrectDriver) -> None:
    """Go to the first segment in the order of time, whatever was played before."""
    await it.press("tab")
    await it.at(HEARD[0])
    it.tape.finish(it.tape.plays[0].start, 0)
    await it.until(lambda: len(it.screen.playback.plays) == 1)
    assert (it.tape.plays[-1].start, it.tape.plays[-1].end) == (0, LENGTH)


async def test_moving_to_a_segment_plays_it(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("down")
        await it.at(HEARD[1])
        assert (it.tape.plays[-1].start, it.tape.plays[-1].end) == (LENGTH, 2 * LENGTH)
        await it.press("k")
        await it.at(HEARD[0])
        assert it.tape.plays[-1].start == 0


async def test_the_played_word_is_lit_and_what_was_heard_is_counted_once(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        it.tape.come_to(LENGTH // 2)
        await it.until(lambda: it.screen.text.heard == 4)
        assert "mercado" in it.marked("bold")
        assert "heard 50 %" in it.seen()
        it.tape.finish(LENGTH * 3 // 4)
        await it.until(lambda: "heard 75 %" in it.seen())
        await it.press("space")  # goes on from where it stopped
        assert it.tape.plays[-1].start == LENGTH * 3 // 4
        await it.press("r")
        it.tape.emit(Finished(it.tape.plays[-2].sha256, LENGTH * 3 // 4, "stopped", []))
        it.tape.come_to(LENGTH // 2)
        await it.until(lambda: it.screen.waveform.at == LENGTH // 2)
        assert "heard 75 %" in it.seen()
        await it.press("enter")
        await it.stored(numbers[0], "corrected")
        with desk(tmp_path) as mine:
            assert work(mine.store, ME)[0].listened == pytest.approx(0.75 * 1.5)


async def test_a_loop_that_begins_again_has_been_heard_once_all_through(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("l")
        it.tape.come_to(LENGTH * 9 // 10)
        it.tape.come_to(LENGTH // 10)
        await it.until(lambda: it.screen.waveform.at == LENGTH // 10)
        assert "heard 100 %" in it.seen()
        await it.press("enter")
        await it.stored(numbers[0], "corrected")
        with desk(tmp_path) as mine:
            assert work(mine.store, ME)[0].listened == pytest.approx(1.5)


async def test_what_the_player_tells_of_a_segment_that_was_left_is_not_counted(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("down")
        await it.at(HEARD[1])
        it.tape.finish(LENGTH, -2)
        await it.until(lambda: len(it.screen.playback.plays) == 1)
        assert it.screen.playback.listened == 0.0
        assert "heard 0 %" in it.seen()


async def test_keys_around_the_boundaries_and_the_end(tmp_path: Path) -> None:
    fill(tmp_path, seconds=3.0)
    half = SECOND // 2
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        await it.press("down")
        await it.at(HEARD[1])
        start, end = 3 * SECOND, 6 * SECOND
        for key, span in (
            ("w", (start, start + half)),
            ("d", (end - half, end)),
            ("W", (start - half, start)),
            ("D", (end, end + half)),
            ("r", (end - 2 * SECOND, end)),
        ):
            await it.press(key)
            assert (it.tape.plays[-1].start, it.tape.plays[-1].end) == span, key


async def test_loop_and_pace_change_what_is_playing_and_what_comes(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("l", "s")
        assert it.tape.asked[-2:] == [Adjust(loop=True), Adjust(pace=0.85)]
        assert "loop" in it.seen() and "0.85×" in it.seen()
        await it.press("space")
        assert it.tape.asked[-1] == Stop()
        await it.press("l", "S", "S", "down")
        await it.at(HEARD[1])
        assert (it.tape.plays[-1].loop, it.tape.plays[-1].pace) == (False, 1.25)


async def test_words_are_stepped_through_and_heard_from(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("right", "right", "right")
        assert "?fue" in it.seen() and it.screen.text.chosen == 2
        assert it.tape.plays[-1].start == pytest.approx(LENGTH * 2 / 8, abs=2)
        await it.press("left")
        assert it.screen.text.chosen == 1


async def test_while_writing_the_function_keys_play(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("i")
        await it.press("f2")
        assert it.tape.asked[-1] == Stop()
        await it.press("f5", "f7", "f3", "f6")
        assert [play.end - play.start for play in it.tape.plays[-2:]] == [LENGTH, SECOND // 2]
        assert it.tape.asked[-2:] == [Adjust(pace=0.85), Adjust(loop=True)]
        assert it.screen.editor.text == HEARD[0]


async def test_a_quiet_speaker_is_played_louder(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    with desk(tmp_path) as mine, mine.store.transaction():
        mine.store.execute("UPDATE segments SET loudness = -40 WHERE id = ?", (numbers[1],))
    async with correcting(tmp_path) as it:
        await first(it)
        assert it.tape.plays[-1].gain == 1.0
        await it.press("down")
        await it.at(HEARD[1])
        assert it.tape.plays[-1].gain == pytest.approx(10.0)


async def test_without_sound_it_is_said_once_and_all_else_works(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path, sound=False) as it:
        assert "Sound is off" in it.seen()
        await it.press("tab")
        await it.at(HEARD[0])
        await it.press("space", "r", "enter")
        await it.stored(numbers[0], "corrected")
        assert it.said() == "" and not it.toasts()
        assert it.tape.asked == []


async def test_a_player_that_complains_is_heard_once_and_closed_at_the_end(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        it.tape.emit(Error("There is no loudspeaker: connect one."), Error("There is no loudspeaker: connect one."))
        await it.until(lambda: any("loudspeaker" in toast for toast in it.toasts()))
        await it.pilot.pause()
        assert len([toast for toast in it.toasts() if "loudspeaker" in toast]) == 1
        await it.press("1")
        await it.until(lambda: it.tape.asked[-1] == Stop())
    assert it.tape.closed


async def test_the_sound_is_drawn_with_its_boundaries_and_missing_audio_is_said(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.until(lambda: it.screen.waveform.wave is not None)
        await it.pilot.pause()
        assert "├" in it.seen() and "┤" in it.seen() and "█" in it.seen()
    for file in (tmp_path / "audio").rglob("*.flac"):
        file.unlink()
    async with correcting(tmp_path) as it:
        await it.until(lambda: "is missing" in it.screen.waveform.trouble)
        await it.press("enter")
        await it.until(lambda: it.screen.status.saved == "saved")


async def test_the_real_player_is_started_when_something_is_played_and_ended_with_the_app(tmp_path: Path) -> None:
    fill(tmp_path)
    app = TertuliaApp(tmp_path, engine=RecitingEngine)
    async with app.run_test() as pilot, asyncio.timeout(30):
        await pilot.press("2")
        screen = app.screen
        assert isinstance(screen, CorrectScreen)
        while not isinstance(started := screen.playback.link.player, Player) or started.pid is None:
            await pilot.pause()
        # Where there is a loudspeaker it is heard; where there is none, that is told.
        while screen.waveform.at is None and not app._notifications:
            await pilot.pause()
        player = psutil.Process(started.pid)
        await pilot.press("q")
        while not app._exit:
            await pilot.pause()
    assert not player.is_running()
