"""The player without a loudspeaker: what it refuses, what a pace does to a sound, and a long recording's end."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.devices import SoundError
from core.engine.pace import HOP, Walk
from core.player import protocol, recorded
from core.player.client import Player
from core.player.playing import NO_LOUDSPEAKER
from core.player.protocol import Adjust, At, Error, Finished, Play, PlayFile, Ready
from core.player.recorded import Recorded
from store.audio.folder import AudioFolder
from store.errors import StoreError
from tests.core.engine.driver import write_wav
from tests.patience import PATIENCE
from tests.properties import examples

RATE = 16_000


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No sound server for the processes started here."""
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@pytest.mark.skipif(Path("/proc/asound/card0").exists(), reason="there is a sound card")
@pytest.mark.usefixtures("silent")
async def test_without_a_loudspeaker_the_player_says_so_and_lives(tmp_path: Path) -> None:
    sha256 = AudioFolder(tmp_path).put(np.full(RATE, 0.1, np.float32))
    player = Player(tmp_path)
    events = player.events()

    async def next_events(count: int) -> list[protocol.Event]:
        async with asyncio.timeout(PATIENCE):
            return [await anext(events) for _ in range(count)]

    await player.send(Play(sha256, 10, 100))
    _, ready, *failed = await next_events(4)
    assert ready == Ready(None)
    assert failed == [Error(str(SoundError(*NO_LOUDSPEAKER))), Finished(sha256, 10, "failed")]
    for sha, start, end in (
        ("f" * 64, 0, 10),
        ("../" * 20, 0, 10),
        ("", 0, 10),
        (sha256, 0, RATE + 1),
        (sha256, 10, 10),
        (sha256, -5, 10),
        (sha256, 20, 10),
        (sha256, 10**30, 10**31),
    ):
        await player.send(Play(sha, start, end))
        error, finished = await next_events(2)
        assert isinstance(error, Error) and error.text.endswith(".") and NO_LOUDSPEAKER[0] not in error.text
        assert finished == Finished(sha, start, "failed")
    for name, content in (("none.wav", b""), ("no.wav", b"RIFF" + bytes(40)), ("empty.wav", None)):
        file = tmp_path / name
        if content is None:
            write_wav(file, np.zeros(0))
        elif content:
            file.write_bytes(content)
        await player.send(PlayFile(str(file)))
        error, finished = await next_events(2)
        assert isinstance(error, Error) and f"{name} cannot be played" in error.text
        assert finished == Finished(str(file), 0, "failed")
    await player.close()
    await player.close()
    await player.send(Play(sha256, 10, 100))  # to nobody
    assert [event async for event in events] == []
    assert player.pid is None


@pytest.mark.usefixtures("silent")
def test_lines_that_are_no_commands_are_refused_one_by_one(tmp_path: Path) -> None:
    hostile = [
        b"play",
        b"\xff\xfe\x00",
        b"[" * 5000,
        b'{"v":1,"kind":"Sing"}',
        b'{"v":1,"kind":"Play","sha256":"a"}',
        b'{"v":1,"kind":"Play","sha256":"a","start":"0","end":1}',
        b'{"v":1,"kind":"Play","sha256":"a","start":0,"end":1.5}',
        b'{"v":1,"kind":"Play","sha256":"a","start":0,"end":1,"pace":NaN}',
        b'{"v":1,"kind":"Adjust","pace":true}',
        b'{"v":1,"kind":"Adjust","loop":1}',
        b'{"v":1,"kind":"Play","sha256":"' + b"a" * 2_000_000 + b'"}',
    ]
    harmless = [b"", b'{"v":9,"kind":"Stop","mood":"calm"}', b'{"v":1,"kind":"Adjust","pace":1e999}']
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "core.player", "--data", str(tmp_path)],
        input=b"\n".join([*hostile, *harmless]),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0
    events = [protocol.decode_event(line.decode()) for line in ran.stdout.splitlines()]
    assert len([event for event in events if isinstance(event, Error)]) == len(hostile)
    assert len(events) == len(hostile) + 2 and isinstance(events[0], protocol.Hello)


def test_the_protocol_knows_its_own_messages() -> None:
    for command in (
        Play("ab", 0, 10, 0.5, True, 3.0),
        Adjust(),
        Adjust(2, False),
        protocol.Stop(),
        PlayFile("a.wav"),
    ):
        assert protocol.decode_command(protocol.encode(command)) == command
    for event in (Ready(None), At("ab", 5), Finished("ab", 9, "end", [[0, 9], [0, 9]]), Error("¡No!")):
        assert protocol.decode_event(protocol.encode(event)) == event
    assert protocol.decode_event(json.dumps({"kind": "Dance"})) is None


def test_the_app_needs_nothing_heavy_for_the_player() -> None:
    script = "import sys, core.player.client; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"numpy", "sounddevice", "soundfile", "av", "core.engine", "store"} & set(ran.stdout.split())


@examples(60)
@given(st.integers(1, 4 * RATE), st.floats(0.5, 2.0), st.integers(0, 9))
def test_a_walk_comes_to_the_end_at_its_pace(samples: int, pace: float, seed: int) -> None:
    sound = np.random.default_rng(seed).normal(0, 0.1, samples).astype(np.float32)
    walk, given_out = Walk(sound), 0
    while not walk.over:
        before, block = walk.position, walk.hop(pace)
        assert 1 <= len(block) <= HOP and np.isfinite(block).all() and walk.position > before
        given_out += len(block)
    assert given_out == pytest.approx(samples / pace, abs=1)


def test_at_its_own_pace_a_sound_is_not_touched() -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, 10_007).astype(np.float32)
    walk = Walk(sound)
    for _ in range(2):
        blocks = []
        while not walk.over:
            blocks.append(walk.hop(1.0))
        assert np.allclose(np.concatenate(blocks), sound, atol=1e-6)
        walk.restart()


def test_a_long_span_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "BLOCK", 1000)
    sound = (np.random.default_rng(2).integers(-9000, 9000, 20_000) / 32768).astype(np.float32)
    sha256 = AudioFolder(tmp_path).put(sound)
    span = Recorded(tmp_path, sha256, 500, 19_500)
    assert np.allclose(span.samples[100:1000], sound[600:1500])
    span.wait()
    assert np.allclose(span.samples[100:-100], sound[600:19_400])
    assert abs(span.samples[0]) < abs(sound[500]) and abs(span.samples[-1]) < abs(sound[19_499])
    span.check()


def test_a_file_that_is_damaged_in_the_middle_is_told_when_it_is_come_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "BLOCK", 10_000)
    audio = AudioFolder(tmp_path)
    sha256 = audio.put(np.random.default_rng(3).normal(0, 0.2, 100_000).astype(np.float32))
    data = audio.path(sha256).read_bytes()
    audio.path(sha256).write_bytes(data[: len(data) // 2])
    span = Recorded(tmp_path, sha256, 0, 100_000)
    span.wait()
    with pytest.raises(StoreError, match=r"\.$"):
        span.check()
