"""kill -9 while a turn is spoken, kept or rescued: what was acknowledged is there, once, bit for bit."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from store.audio.journal import RecordingJournal
from store.audio.recovery import recover
from store.check import check
from store.database import Store
from store.sessions import turns
from tests.patience import PATIENCE
from tests.store.spoken_turns import BLOCK, begun, counts, heard, left, speech


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return begun(tmp_path / "home")


SPEAKER = """
import sys, numpy
from pathlib import Path
from store.database import Store
from store.audio.journal import RecordingJournal
from store.audio.recovery import keep
folder, seed = Path(sys.argv[1]), int(sys.argv[2])
store = Store.open(folder)
for turn in range(100):
    spoken = numpy.random.default_rng(seed + turn).integers(-32768, 32768, 10 * 512).astype("int16")
    journal = RecordingJournal.create(folder, 1)
    print("turn", seed + turn, flush=True)
    for block in spoken.reshape(-1, 512):
        journal.append(block)
        print("samples", journal.samples, flush=True)
    keep(store, journal, "test")
    print("kept", flush=True)
"""


def test_killed_at_ten_random_points_everything_acknowledged_is_there(store: Store) -> None:
    chance = random.Random(7)
    acknowledged: dict[int, int] = {}
    for life in range(10):
        command = [sys.executable, "-c", SPEAKER, str(store.folder), str(life * 100)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as speaker:
            assert speaker.stdout
            seed = -1
            for line in lines_before_kill(speaker, speaker.stdout, chance.randrange(1, 40)):
                word, *number = line.split()
                if word == "turn":
                    seed = int(number[0])
                elif word == "samples":
                    acknowledged[seed] = int(number[0])
        recover(store)
        assert recover(store).rescued == ()

    assert not [name for name in left(store.folder) if not name.endswith(".new")]  # not begun when killed
    assert check(store) == []
    stored = [heard(store, turn) for turn in turns(store, 1)]
    whole = {seed: speech(10 * BLOCK, seed) for seed in range(1000)}
    for seed, samples in acknowledged.items():
        [match] = [pcm for pcm in stored if np.array_equal(pcm[:samples], whole[seed][:samples])]
        np.testing.assert_array_equal(match, whole[seed][: len(match)])
    assert {turn.status for turn in turns(store, 1)} == {"recorded", "lost"}


def lines_before_kill(process: subprocess.Popen[str], output: IO[str], count: int) -> list[str]:
    """Read so many lines, kill, and return these and the ones that were still on their way."""
    lines = [output.readline() for _ in range(count)]
    process.send_signal(signal.SIGKILL)
    lines += output.readlines()
    assert process.wait(PATIENCE) == -signal.SIGKILL
    return [line for line in lines if line.endswith("\n")]


STOPPER = """
import sys, numpy
from pathlib import Path
import store.paths, store.audio.recovery
from store.database import Store
from store.audio.journal import RecordingJournal

def stop_at(owner, name):
    original = getattr(owner, name)
    def stopped(*args, **options):
        if name != "rename" or str(args[1]).endswith(".flac"):
            print("here", flush=True)
            sys.stdin.readline()
        return original(*args, **options)
    setattr(owner, name, stopped)

folder, place, deed = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
database = Store.open(folder)
owner, name = {
    "before the audio": (store.audio.recovery, "AudioFolder"),
    "before the audio has its name": (Path, "rename"),
    "before the rows": (store.audio.recovery, "add_recording"),
    "between the rows": (store.audio.recovery, "add_turn"),
    "before the journal goes": (RecordingJournal, "discard"),
}[place]
if deed == "keep":
    journal = RecordingJournal.create(folder, 1)
    journal.append(numpy.random.default_rng(0).integers(-32768, 32768, 5000).astype("int16"))
    stop_at(owner, name)
    store.audio.recovery.keep(database, journal, "test")
else:
    stop_at(owner, name)
    store.audio.recovery.recover(database)
"""


@pytest.mark.parametrize("deed", ["keep", "recover"])
@pytest.mark.parametrize(
    "place",
    [
        "before the audio",
        "before the audio has its name",
        "before the rows",
        "between the rows",
        "before the journal goes",
    ],
)
def test_killed_while_keeping_or_recovering_nothing_is_lost_or_doubled(store: Store, place: str, deed: str) -> None:
    if deed == "recover":
        with RecordingJournal.create(store.folder, 1) as journal:
            journal.append(speech(5_000))
    command = [sys.executable, "-c", STOPPER, str(store.folder), place, deed]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout and victim.stdout.readline() == "here\n"
        assert recover(store).rescued == ()  # the victim lives and holds the journal
        assert counts(store) == ([1, 1, 1] if place == "before the journal goes" else [0, 0, 0])
        victim.kill()
        victim.wait(PATIENCE)

    recover(store)
    recover(store)
    assert counts(store) == [1, 1, 1] and left(store.folder) == [] and check(store) == []
    [turn] = turns(store, 1)
    np.testing.assert_array_equal(heard(store, turn), speech(5_000))
    survived = place == "before the journal goes" and deed == "keep"
    assert turn.status == ("recorded" if survived else "lost")


def test_a_rescue_that_is_killed_counts_and_one_that_succeeds_is_forgotten(store: Store) -> None:
    with RecordingJournal.create(store.folder, 1) as journal:
        journal.append(speech(1_000))
    for _ in range(2):
        command = [sys.executable, "-c", STOPPER, str(store.folder), "before the rows", "recover"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as victim:
            assert victim.stdout and victim.stdout.readline() == "here\n"
            victim.kill()
    assert len(recover(store).warnings) == 1
    assert left(store.folder) == [journal.path.with_suffix(".damaged").name]
