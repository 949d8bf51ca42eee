"""What the player plays: the right span at the right pace and pitch, as the loudspeaker's other end hears it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from core.player.client import Player
from core.player.protocol import Adjust, At, Command, Error, Event, Finished, Hello, Play, PlayFile, Ready, Stop
from store.audio.folder import AudioFolder
from tests.core.engine.driver import write_wav
from tests.patience import PATIENCE
from tests.sound_card import SoundCard, plugged_in, read_wav

pytestmark = pytest.mark.sound

RATE = 16_000
E = TypeVar("E", bound=Event)


def pitch(second: float) -> float:
    """Hertz of the siren at a second of its recording: by its pitch one hears which part is played."""
    return 300 + 100 * second


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundCard]:
    """One sound card for all these tests; the players started here find it as the default."""
    with plugged_in(tmp_path_factory.mktemp("sound") / "card") as card:
        yield card


@pytest.fixture
def siren(tmp_path: Path) -> str:
    """Six stored seconds of a tone that rises all the time."""
    seconds = np.arange(6 * RATE) / RATE
    sound = 0.3 * np.sin(2 * np.pi * (pitch(0) * seconds + 50 * seconds**2))
    return AudioFolder(tmp_path).put(sound.astype(np.float32))


class Desk:
    """A player, and every event of it so far with the time at which it did."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.log: list[tuple[float, Event]] = []
        self._events = player.events()

    async def send(self, *commands: Command) -> None:
        for command in commands:
            await self.player.send(command)

    async def until(self, kind: type[E], least: int = 0) -> E:
        """The next event of a kind; of positions, the first that has come so far."""
        async with asyncio.timeout(PATIENCE):
            async for event in self._events:
                self.log.append((time.monotonic(), event))
                if isinstance(event, kind) and not (isinstance(event, At) and event.sample < least):
                    return event
        raise AssertionError(f"no {kind.__name__} among {self.log}")

    def all(self, kind: type[E]) -> list[E]:
        return [event for _, event in self.log if isinstance(event, kind)]

    def positions(self) -> list[int]:
        return [at.sample for at in self.all(At)]


@asynccontextmanager
async def player(data: Path) -> AsyncIterator[Desk]:
    child = Player(data)
    try:
        yield Desk(child)
    finally:
        await child.close()


def bursts(recording: Path) -> list[tuple[NDArray[np.float32], int]]:
    """The sounds between silences of a tenth of a second, and their rate."""
    samples, rate = read_wav(recording)
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    borders = np.flatnonzero(np.diff(loud) > rate / 10)
    firsts, lasts = [loud[0], *loud[borders + 1]], [*loud[borders], loud[-1]]
    return [(samples[first : last + 1], rate) for first, last in zip(firsts, lasts, strict=True)]


def hertz(sound: NDArray[np.float32], rate: int, fraction: float) -> float:
    """Pitch of a tenth of a second somewhere in a sound."""
    middle = int(np.clip(fraction * len(sound), rate / 20, len(sound) - rate / 20))
    part = sound[middle - rate // 20 : middle + rate // 20]
    crossings = np.flatnonzero((part[:-1] < 0) & (part[1:] >= 0))
    return float((len(crossings) - 1) / (crossings[-1] - crossings[0]) * rate)


@pytest.mark.parametrize("pace", [1.0, 0.6, 1.5])
async def test_a_span_is_heard_at_its_own_pitch_whatever_the_pace(
    card: SoundCard, siren: str, tmp_path: Path, pace: float
) -> None:
    async with player(tmp_path) as desk:
        with card.hear() as recording:
            await desk.send(Play(siren, 2 * RATE, 3 * RATE, pace=pace))
            finished = await desk.until(Finished)
    assert finished == Finished(siren, 3 * RATE, "end", [[2 * RATE, 3 * RATE]])
    assert desk.all(Ready)[0].loudspeaker
    ((sound, rate),) = bursts(recording)
    assert len(sound) / rate == pytest.approx(1 / pace, abs=0.03)
    for fraction in (0.1, 0.5, 0.9):
        assert hertz(sound, rate, fraction) == pytest.approx(pitch(2 + fraction), abs=12)

    # The position comes on by itself, from the first sample to the last, as fast as the sound does.
    positions = desk.positions()
    assert positions == sorted(positions) and positions[0] == 2 * RATE and positions[-1] == 3 * RATE
    walking = [(when, at.sample) for when, at in desk.log if isinstance(at, At) and 2 < at.sample / RATE < 3]
    assert 15 / pace < len(walking) < 28 / pace
    times, samples = np.transpose(walking)
    slope, _ = np.polyfit(times, samples, 1)
    assert slope / RATE == pytest.approx(pace, rel=0.1)


async def test_a_loop_goes_round_with_pauses_until_it_is_told_to_end(
    card: SoundCard, siren: str, tmp_path: Path
) -> None:
    start, end = RATE, RATE * 3 // 2
    async with player(tmp_path) as desk:
        with card.hear() as recording:
            await desk.send(Play(siren, start, end, loop=True))
            await desk.until(At, end)  # heard to the end of the first round …
            await desk.until(At)
            while desk.positions()[-1] > start + RATE // 4:
                await desk.until(At)  # … and into the second
            await desk.send(Adjust(loop=False))
            finished = await desk.until(Finished)
    assert finished == Finished(siren, end, "end", [[start, end]] * 2)
    sounds = bursts(recording)
    assert [len(sound) / rate for sound, rate in sounds] == pytest.approx([0.5, 0.5], abs=0.03)
    assert all(hertz(sound, rate, 0.5) == pytest.approx(pitch(1.25), abs=12) for sound, rate in sounds)
    samples, rate = read_wav(recording)
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    assert (loud[-1] - loud[0]) / rate == pytest.approx(1.3, abs=0.06)


async def test_the_pace_changes_on_the_way_without_starting_again(
    card: SoundCard, siren: str, tmp_path: Path
) -> None:
    async with player(tmp_path) as desk:
        with card.hear() as recording:
            await desk.send(Play(siren, 0, 2 * RATE))
            await desk.until(At, RATE // 2)
            await desk.send(Adjust(pace=0.5))
            await desk.until(At, RATE)
            await desk.send(Adjust(pace=2.0), Adjust())
            finished = await desk.until(Finished)
    assert (finished.reason, finished.listened) == ("end", [[0, 2 * RATE]])
    positions = desk.positions()
    assert positions == sorted(positions)
    ((sound, rate),) = bursts(recording)
    assert 0.5 + 1 + 0.5 - 0.2 < len(sound) / rate < 0.5 + 1 + 0.5 + 0.4
    heard = [hertz(sound, rate, fraction) for fraction in np.arange(0.05, 1, 0.1)]
    assert heard == sorted(heard) and heard[0] < pitch(0.2) and heard[-1] > pitch(1.7)


async def test_a_stop_and_another_play_end_what_plays_and_say_how_much_was_heard(
    card: SoundCard, siren: str, tmp_path: Path
) -> None:
    async with player(tmp_path) as desk:
        with card.hear() as recording:
            await desk.send(Play(siren, 0, 6 * RATE))
            await desk.until(At, RATE // 2)
            await desk.send(Play(siren, 4 * RATE, 6 * RATE))
            first = await desk.until(Finished)
            await desk.until(At, 4 * RATE + RATE // 4)
            await desk.send(Stop(), Stop())
            second = await desk.until(Finished)
            await desk.send(Play(siren, 0, 100))  # a blink, still heard to its end
            third = await desk.until(Finished)
    assert RATE // 2 <= first.sample < RATE and first.listened == [[0, first.sample]]
    assert 4 * RATE + RATE // 4 <= second.sample < 5 * RATE and second.listened == [[4 * RATE, second.sample]]
    assert [first.reason, second.reason, third.reason] == ["stopped", "stopped", "end"]
    samples, rate = read_wav(recording)
    assert np.count_nonzero(np.abs(samples) > 0.01) / rate < 1.5
    assert not desk.all(Error)


async def test_a_quiet_speaker_is_made_louder_and_nothing_beyond_full_scale(
    card: SoundCard, tmp_path: Path
) -> None:
    quiet = AudioFolder(tmp_path).put((0.01 * np.sin(np.arange(RATE) / 10)).astype(np.float32))
    async with player(tmp_path) as desk:
        for gain, peak in ((30.0, 0.3), (1e300, 1.0)):
            with card.hear() as recording:
                await desk.send(Play(quiet, 0, RATE // 2, gain=gain))
                assert (await desk.until(Finished)).reason == "end"
            assert np.abs(read_wav(recording)[0]).max() == pytest.approx(peak, abs=0.06)


async def test_a_file_is_heard_at_its_own_rate(card: SoundCard, tmp_path: Path) -> None:
    rate = 24_000
    sound = 0.3 * np.sin(2 * np.pi * 500 * np.arange(rate) / rate)
    async with player(tmp_path) as desk:
        with card.hear() as recording:
            await desk.send(PlayFile(str(write_wav(tmp_path / "sample.wav", sound, rate))))
            finished = await desk.until(Finished)
        assert finished == Finished(str(tmp_path / "sample.wav"), rate, "end", [[0, rate]])
        [(heard, heard_rate)] = bursts(recording)
        assert len(heard) / heard_rate == pytest.approx(1.0, abs=0.05)
        assert hertz(heard, heard_rate, 0.5) == pytest.approx(500, rel=0.03)


async def test_a_player_that_is_killed_costs_one_play(card: SoundCard, siren: str, tmp_path: Path) -> None:
    async with player(tmp_path) as desk:
        await desk.player.start()
        await desk.until(Ready)
        await desk.send(Play(siren, 0, 5 * RATE))
        await desk.until(At, RATE // 4)
        killed = desk.player.pid
        assert killed is not None and killed == desk.all(Hello)[0].pid
        os.kill(killed, signal.SIGKILL)
        error = await desk.until(Error)
        assert "SIGKILL" in error.text and error.text.endswith(".")
        lost = await desk.until(Finished)
        assert lost.reason == "failed" and lost.listened == [[0, lost.sample]] and lost.sample >= RATE // 4
        assert desk.player.pid is None

        await desk.send(Stop(), Adjust(pace=2.0))  # nothing plays, so nobody is started for it
        assert desk.player.pid is None
        await desk.send(Play(siren, 0, RATE // 4))
        assert (await desk.until(Finished)).reason == "end"
        assert desk.player.pid not in (None, killed)


async def test_a_loudspeaker_that_vanishes_fails_one_play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = SoundCard(tmp_path / "card")
    for name in ("XDG_RUNTIME_DIR", "HOME", "PULSE_SERVER"):
        monkeypatch.setenv(name, card.environment[name])
    sound = AudioFolder(tmp_path).put(np.full(20 * RATE, 0.1, np.float32))
    async with player(tmp_path) as desk:
        await desk.send(Play(sound, 0, 20 * RATE))
        await desk.until(At, RATE // 4)
        card.close()
        assert "loudspeaker" in (await desk.until(Error)).text
        finished = await desk.until(Finished)
    assert finished.reason == "failed" and finished.listened == [[0, finished.sample]]
    assert all(one <= other for one, other in pairwise(desk.positions()))
