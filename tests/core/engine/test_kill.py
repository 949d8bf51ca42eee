"""Nothing spoken is lost: engine and app are killed at random points of a spoken session, again and again.

A point is an event seen (the n-th Level, or a stage of the turn), so it means the same on a slow machine.
After each kill the next engine must bring back what was spoken, sample for sample, up to 250 ms before.
"""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from core.engine.protocol import Command, Listen, Quit, StartSession, encode
from store.audio.folder import AudioFolder, pcm16, read_audio
from tests.core.engine.driver import healthy, spoken
from tests.patience import PATIENCE

ALLOWED = 4_000
"""Samples that a kill may cost: 250 ms."""

POINTS = [("Level", n) for n in range(1, 11)] + [
    (stage, 1) for stage in ("State", "TurnStored", "Heard", "ReplyText", "Feedback", "Timings")
]


class Process:
    """An engine on its pipes, without anybody to restart it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "core.engine", "--data", str(data), "--no-sound"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        # A reader cannot wait with a deadline, but it ends with the process.
        self._watchdog = threading.Timer(PATIENCE, self._child.kill)
        self._watchdog.start()

    def send(self, command: Command) -> None:
        assert self._child.stdin
        self._child.stdin.write(encode(command).encode() + b"\n")
        self._child.stdin.flush()

    def events(self) -> Iterator[dict[str, Any]]:
        assert self._child.stdout
        for line in self._child.stdout:
            if line.endswith(b"\n"):
                yield json.loads(line)

    def until(self, kind: str) -> dict[str, Any]:
        for event in self.events():
            if event["kind"] == kind:
                return event
        raise AssertionError(f"the engine ended before {kind}")

    def kill(self) -> None:
        """As the kernel does it when memory runs out."""
        self._child.kill()
        self._end()

    def orphan(self) -> None:
        """What an engine sees of its app's death: nobody at either end of its pipes."""
        assert self._child.stdin and self._child.stdout
        self._child.stdin.close()
        self._child.stdout.close()
        self._end()

    def quit(self) -> None:
        self.send(Quit())
        self.until("Bye")
        self._end()

    def _end(self) -> None:
        assert self._child.stdin and self._child.stdout
        self._child.wait(PATIENCE)
        self._child.stdin.close()
        self._child.stdout.close()
        self._watchdog.cancel()


def speak_until(engine: Process, speech: Path, point: tuple[str, int]) -> int:
    """Speak until the point is reached; how many samples had been spoken for sure by then."""
    kind, count = point
    engine.send(StartSession(greet=False))
    while engine.until("State")["state"] != "idle":
        pass
    engine.send(Listen(file=str(speech), realtime=True))
    heard = 0
    for event in engine.events():
        if event["kind"] == "Level":
            assert event["safe"] <= round(event["seconds"] * 16_000)
            heard = round(event["seconds"] * 16_000)
        if event["kind"] == "TurnStored" and event["role"] == "learner":
            heard = round(event["seconds"] * 16_000)
        if event["kind"] == kind and (kind != "State" or event["state"] == "thinking"):
            count -= 1
        if count == 0:
            return heard
    raise AssertionError(f"the engine ended before {point}")


def last_recording(data: Path) -> Any:
    """The samples of the newest segment, as they lie on disk."""
    connection = sqlite3.connect(data / "tertulia.db")
    try:
        # The same sound spoken twice is one recording, but two segments.
        [(sha256, start, end)] = connection.execute(
            'SELECT sha256, start, "end" FROM segments JOIN recordings ON recordings.id = recording_id '
            "ORDER BY segments.id DESC LIMIT 1"
        ).fetchall()
    finally:
        connection.close()
    return pcm16(AudioFolder(data).get(sha256)[start:end])


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second and a half of Spanish."""
    return spoken(tmp_path_factory.mktemp("speech") / "hola.wav", "Vivo en Madrid.", before=0.2, after=0.2)


@pytest.mark.parametrize("death", ["engine", "app"])
def test_whatever_is_killed_what_was_spoken_is_there(death: str, tmp_path: Path, speech: Path) -> None:
    whole = pcm16(read_audio(speech))
    points = random.Random(7 if death == "engine" else 11).sample(POINTS, 10)
    engine = Process(tmp_path)
    for number, point in enumerate(points, 1):
        heard = speak_until(engine, speech, point)
        if death == "engine":
            engine.kill()
        else:
            engine.orphan()
        engine = Process(tmp_path)
        engine.until("Ready")
        assert healthy(tmp_path), point
        kept = last_recording(tmp_path)
        assert len(kept) >= heard - ALLOWED, point
        np.testing.assert_array_equal(kept, whole[: len(kept)], str(point))
        assert not list((tmp_path / "journal").glob("*")), point
        connection = sqlite3.connect(tmp_path / "tertulia.db")
        spoken_turns = connection.execute("SELECT count(*) FROM turns WHERE origin = 'spoken'").fetchall()
        connection.close()
        assert spoken_turns == [(number,)], point
    engine.quit()


APP = """
import asyncio, sys
from pathlib import Path
from core.engine.client import Engine
from core.engine.protocol import Listen, StartSession

async def main():
    engine = Engine(Path(sys.argv[1]), sound=False)
    await engine.start()
    await engine.send(StartSession(greet=False))
    await engine.send(Listen(file=sys.argv[2], realtime=True))
    async for event in engine.events():
        print(type(event).__name__, engine.pid, flush=True)

asyncio.run(main())
"""


def test_an_engine_outlives_its_app_only_to_store_what_was_spoken(tmp_path: Path, speech: Path) -> None:
    app = subprocess.Popen(
        [sys.executable, "-c", APP, str(tmp_path), str(speech)], stdout=subprocess.PIPE, text=True
    )
    assert app.stdout
    levels = (line.split() for line in app.stdout if line.startswith("Level"))
    for _ in range(4):
        _, pid = next(levels)
    engine = psutil.Process(int(pid))
    app.kill()
    app.wait(PATIENCE)
    app.stdout.close()
    engine.wait(PATIENCE)
    kept = last_recording(tmp_path)
    assert len(kept) > 3_000
    np.testing.assert_array_equal(kept, pcm16(read_audio(speech))[: len(kept)])
    assert healthy(tmp_path)
