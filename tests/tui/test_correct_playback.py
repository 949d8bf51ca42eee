"""What the Correct screen plays, without a screen: what is asked of the player, and what is counted as heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.player.protocol import Adjust, Error, Stop
from store.segments.queue import SegmentRow
from tests.tui.correct_driver import SECOND, desk, fill
from tests.tui.correct_host import Host
from tui.correct.jobs import Said
from tui.correct.playback import Playback
from tui.stand_ins import SilentPlayer

LENGTH = SECOND * 3 // 2
"""Samples of a segment."""


@pytest.fixture
def rows(tmp_path: Path) -> list[SegmentRow]:
    """Two segments that follow each other."""
    numbers = fill(tmp_path)
    with desk(tmp_path) as mine:
        return [mine.card(number).row for number in numbers[:2]]


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    """Where the player's messages go."""
    host = Host()
    yield host
    await host.end()


async def asked(tape: SilentPlayer, count: int) -> None:
    """The player was given so many commands."""
    async with asyncio.timeout(20):
        while len(tape.asked) < count:
            await asyncio.sleep(0)


async def test_what_was_listened_to_is_posted_and_each_sample_counted_once(
    host: Host, rows: list[SegmentRow]
) -> None:
    tape = SilentPlayer()
    playback = Playback(host, lambda: tape)
    playback.show(rows[0], again=False)
    assert not host.posted and playback.link.player is None
    playback.play_all()
    assert playback.playing and host.kinds() == [Playback.Changed]
    await asked(tape, 1)
    tape.come_to(LENGTH // 2)
    await host.until(lambda: playback.at == LENGTH // 2)
    assert playback.moment == pytest.approx(0.75) and playback.listened == pytest.approx(0.75)
    tape.finish(LENGTH * 3 // 4)
    ended = await host.get(Playback.Listened)
    assert (ended.segment, ended.spans) == (rows[0].id, ((0, LENGTH * 3 // 4),))
    assert not playback.playing and playback.stands_at == LENGTH * 3 // 4
    host.posted.clear()
    playback.play_again()
    await asked(tape, 2)
    tape.finish(tape.plays[-1].end)
    await host.get(Playback.Listened)
    assert playback.heard == ((0, LENGTH * 3 // 4),)
    assert playback.listened == pytest.approx(0.75 * 1.5)


async def test_what_is_reported_of_a_segment_that_was_left_is_posted_but_not_counted(
    host: Host, rows: list[SegmentRow]
) -> None:
    tape = SilentPlayer()
    playback = Playback(host, lambda: tape)
    playback.show(rows[0], again=False)
    playback.play_all()
    playback.hush()
    playback.show(rows[1], again=False)
    playback.play_all()
    await asked(tape, 3)
    assert isinstance(tape.asked[1], Stop)
    tape.finish(LENGTH // 2, 0)
    assert (await host.get(Playback.Listened)).segment == rows[0].id
    assert playback.listened == 0.0 and playback.at is None and playback.playing


async def test_what_is_playing_is_changed_and_what_comes_too(host: Host, rows: list[SegmentRow]) -> None:
    tape = SilentPlayer()
    playback = Playback(host, lambda: tape)
    playback.show(rows[0], again=False)
    playback.toggle()
    playback.change_pace(-1)
    playback.toggle_loop()
    playback.toggle()
    playback.play_edge("last")
    await asked(tape, 5)
    assert tape.asked[1:4] == [Adjust(pace=0.85), Adjust(loop=True), Stop()]
    edge = tape.plays[-1]
    assert (edge.start, edge.end, edge.pace, edge.loop) == (LENGTH - SECOND // 2, LENGTH, 0.85, False)


async def test_a_complaint_is_posted_once(host: Host, rows: list[SegmentRow]) -> None:
    tape = SilentPlayer()
    playback = Playback(host, lambda: tape)
    playback.show(rows[0], again=False)
    playback.play_all()
    tape.emit(Error("There is no loudspeaker."), Error("There is no loudspeaker."), Error("It is on fire."))
    await host.until(lambda: len(host.all(Playback.PlayerComplained)) == 2)
    said = [message.sentence for message in host.all(Playback.PlayerComplained)]
    assert said == ["There is no loudspeaker.", "It is on fire."]
    await playback.close()
    assert tape.closed


async def test_without_sound_that_is_said_once(host: Host, rows: list[SegmentRow]) -> None:
    playback = Playback(host, lambda: None)
    playback.show(rows[0], again=False)
    playback.play_all()
    playback.toggle()
    assert host.kinds() == [Said] and not playback.playing
