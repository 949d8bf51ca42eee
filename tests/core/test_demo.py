"""The demonstration: the whole loop, with the real engine, trainer and gate, on a few sentences.

It is interrupted where a person would lose patience, once while the learner talks and once in the training,
and gone on with each time.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.demo import teaching
from core.demo.learner import QUICK
from core.demo.playing import play
from core.demo.scenes import ActProgress, Begins, Corrected, Promoted, Reheard, Scene, Talked, Trained
from core.runs import launch
from core.versions import registry
from models.evaluation.rates import Interval
from store.database import Store
from store.runs import runs
from tests.patience import PATIENCE
from tui.cli import main
from tui.cli.progress import ProgressLine
from tui.cli.story import Story

SENTENCES = QUICK.corrected + QUICK.later
ACTS = ["talk", "correct", "train", "prove", "promote", "go on"]
SPOKEN = """
SELECT recordings.origin, count(*) AS times FROM turns JOIN segments ON segments.id = turns.segment_id
JOIN recordings ON recordings.id = segments.recording_id WHERE turns.role = 'learner' GROUP BY recordings.origin
"""


def demo(folder: Path, home: Path) -> subprocess.Popen[str]:
    """`tertulia demo --quick --json --folder F`, of somebody whose own data folder is `home`."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "tui.cli", "demo", "--quick", "--json", "--folder", str(folder)],
        env={**os.environ, "TERTULIA_HOME": str(home), "TERTULIA_RECOGNISER": "of-my-own"},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        # A shell's background job ignores ctrl+c, and so would whatever it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def events(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    """What it tells, as it comes."""
    assert process.stdout is not None
    return (json.loads(line) for line in process.stdout)


def interrupted(process: subprocess.Popen[str]) -> str:
    """Press ctrl+c; what it says to that."""
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 130, said
    return said


def trainings(folder: Path) -> list[dict[str, Any]]:
    """What the one run reported so far."""
    path = folder / "runs" / "0001" / "events.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.mark.timeout(600)  # it takes less than one minute where nothing else is going on
def test_it_is_interrupted_gone_on_with_and_played_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, home = tmp_path / "demo", tmp_path / "home"

    process = demo(folder, home)
    next(event for event in events(process) if event["event"] == "progress" and (event["share"] or 0) > 0)
    said = interrupted(process)
    assert f"tertulia demo --quick --folder {folder}" in said
    with Store.open(folder) as store:
        begun = {row["origin"] for row in store.execute(SPOKEN)}
    assert 0 < len(begun) < SENTENCES

    process = demo(folder, home)
    while not any(event["event"] == "step" for event in trainings(folder)):
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    interrupted(process)
    with Store.open(folder) as store:
        [run] = runs(store)
        assert not launch.alive(run), "nobody would be there for what it makes"
        times = [row["times"] for row in store.execute(SPOKEN)]
        assert len(times) == SENTENCES
        assert sum(times) <= SENTENCES + 1, "only what was cut short is said again"

    process = demo(folder, home)
    reported = list(events(process))
    _, complaints = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, complaints
    scenes = {event["event"]: event for event in reported if event["event"] not in ("begins", "progress")}
    done = reported[-1]

    acts = [event["act"] for event in reported if event["event"] == "begins"]
    assert acts == (ACTS if done["promoted"] else ACTS[:-1])
    assert scenes["talked"]["sentences"] == SENTENCES
    assert scenes["talked"]["misheard"] > SENTENCES / 2, "the accent is one that it was never taught"
    assert all(true and true != heard for true, heard in scenes["talked"]["examples"])
    corrected = scenes["corrected"]
    assert sum(corrected[split] for split in ("train", "dev", "test", "out")) == QUICK.corrected
    assert corrected["right"] + corrected["mended"] == QUICK.corrected
    assert scenes["trained"]["steps"] == QUICK.knobs["max_steps"]
    with Store.open(folder) as store:
        assert len(runs(store)) == 1, "it went on with the run that was begun"
        assert [event["resumed_step"] for event in trainings(folder) if event["event"] == "hello"][1] > 0
        waiting = store.execute("SELECT count(*) AS n FROM segments WHERE status != 'corrected'")
        assert waiting[0]["n"] >= QUICK.later

    assert done["event"] == "done"
    assert done["version"] == "v1"
    # Four sentences prove nothing, and the gate says so.
    assert done["verdict"] == "too little"
    assert not done["promoted"]
    for name in ("wer_before", "wer_after"):
        assert 0 <= done[f"{name}_low"] <= done[name] <= done[f"{name}_high"]
    assert done["change_low"] <= done["change"] <= done["change_high"]
    assert done["general_words"] > 0
    assert set(done["seconds"]) == set(acts)
    assert sum(done["seconds"].values()) == pytest.approx(done["total"], abs=1.0)
    assert not home.exists(), "nothing of it comes among somebody's own recordings"

    _let_in_all_the_same(folder, monkeypatch)


def _let_in_all_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last acts, which so few sentences never come to by themselves."""
    monkeypatch.delenv("TERTULIA_RECOGNISER", raising=False)
    monkeypatch.setattr(
        teaching, "promote", lambda store, proved: bool(registry.promote(store, proved.version, force=True))
    )
    scenes: list[Scene] = []
    with Store.open(folder) as store:
        play(store, QUICK, scenes.append)
        assert [scene.act for scene in scenes if isinstance(scene, Begins)] == ACTS
        active = registry.active(store)
        assert active is not None and active.name == "v1"
        anew, now = scenes[-2:]
        assert not store.execute("SELECT 1 FROM segments WHERE status != 'corrected' AND model != 'v1'")
        [last] = store.execute("SELECT heard, model FROM segments ORDER BY id DESC LIMIT 1")
    assert isinstance(now, Reheard)
    assert isinstance(anew, ActProgress)
    assert now.sentences == QUICK.later
    assert (last["heard"], last["model"]) == (now.now, "v1"), "it was said once more, to the new recogniser"


@pytest.mark.parametrize("what", ["other things", "own data"])
def test_it_plays_in_no_folder_that_is_somebodys(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    if what == "other things":
        (folder / "letter.txt").write_text("Querida abuela:")
    else:
        monkeypatch.setenv("TERTULIA_HOME", str(folder))
    before = sorted(folder.iterdir())
    assert main(["demo", "--quick", "--folder", str(folder)]) == 2
    assert "name a new or an empty folder" in capsys.readouterr().err
    assert sorted(folder.iterdir()) == before


def test_a_full_demonstration_does_not_go_on_where_a_quick_one_began(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "demo.json").write_text('{"v": 1, "quick": true}')
    assert main(["demo", "--folder", str(tmp_path)]) == 2
    assert "go on with --quick" in capsys.readouterr().err


def test_two_do_not_play_in_one_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / "demo.json").open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        assert main(["demo", "--quick", "--folder", str(tmp_path)]) == 2
    assert "wait for it" in capsys.readouterr().err


def test_without_what_training_needs_it_says_so_before_anybody_talks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launch, "NEEDED", ("a_library_that_nobody_has",))
    assert main(["demo", "--quick", "--folder", str(tmp_path / "demo")]) == 2
    assert "pip install 'tertulia[train]'" in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()


def test_the_story_is_told_in_lines_that_a_terminal_can_show(capsys: pytest.CaptureFixture[str]) -> None:
    story = Story(ProgressLine())
    story.begin()
    story(Begins("talk"))
    story(ActProgress("talk", "sentence 1 of 150", 0.0))
    rate = Interval(0.521, 0.46, 0.58, 15, 800)
    story(Talked(150, 15, 451.0, 121, rate, (("Los niños han llegado tarde.", "Lo niño han llegado tarde"),)))
    story(Begins("correct"))
    story(Corrected(right=29, mended=111, train=69, dev=9, test=60, out=2, later=10))
    story(Begins("train"))
    story(Trained(1, 250, 200, 0.8, 190.0))
    story(Promoted("v1", True))
    story(Begins("go on"))
    story(Reheard("Las casas.", "la casa", "las casas", 10, 9, 3))
    story.end(None)
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 80
    assert "121 were misheard" in said
    assert "52.1 % [46.0, 58.0], n = 800" in said
    assert "*lo* *niño* han llegado tarde" in said
    assert "69 are to learn from" in said
    assert "9 were misheard, and 3 are now" in said
    assert said.rstrip().endswith("v1 listens now.")
