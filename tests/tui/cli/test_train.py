"""`tertulia train`, `runs`, `stop` and `resume`, as somebody types them: real trainings of a few steps."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE

pytest.importorskip("torch", reason="the training extra is not installed")

from store.database import Store
from tests import learner_store as makings

COMMAND = [sys.executable, "-P", "-c", "import sys; from tui.cli import main; sys.exit(main())"]
QUICK = [part for knob, value in makings.QUICK.items() for part in ("--set", f"{knob}={json.dumps(value)}")]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten corrected sentences to train on, two of dev, three of test, and one that waits."""
    folder = tmp_path_factory.mktemp("learner") / "data"
    makings.corrected(folder, train=10, dev=2, test=3, waiting=1).close()
    return folder


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "data"))


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "TERTULIA_HOME": str(home), "TERTULIA_AUTHOR": "ana", "CUDA_VISIBLE_DEVICES": ""}


def tertulia(home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], env=environment(home), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_training_is_told_line_by_line_and_ends_with_its_verdict(home: Path) -> None:
    done = tertulia(home, "train", *QUICK, "--promote", "--json")
    assert done.returncode == 0, done.stderr
    *events, last = lines(done)
    kinds = [event["event"] for event in events]
    assert kinds[0] == "start"
    assert [event["step"] for event in events if event["event"] == "step"] == [1, 2, 3]
    assert {"hello", "stage", "train_begin", "eval", "strength", "evaluate"} <= set(kinds)
    assert "done" not in kinds  # the trainer's own is part of the last line
    assert (last["event"], last["status"], last["run"], last["version"]) == ("done", "finished", 1, "v1")
    assert (last["verdict"], last["promoted"], last["rehearing"]) == ("too little", False, False)
    assert last["wer_low"] <= last["wer"] <= last["wer_high"]
    assert last["change"] == pytest.approx(last["wer"] - last["wer_before"])
    assert last["change_low"] <= last["change"] <= last["change_high"]
    assert last["general_before"] is last["general_after"] is None  # none was made

    [made] = lines(tertulia(home, "runs", "--json"))
    assert (made["run"], made["status"], made["version"], made["steps"]) == (1, "finished", "v1", 3)
    assert made["wer"] == pytest.approx(last["wer"])
    [whole] = lines(tertulia(home, "runs", "1", "--json"))
    assert [point["step"] for point in whole["losses"]] == [1, 2, 3]
    assert whole["job"]["max_steps"] == 3
    assert whole["samples"][0].keys() == {"reference", "before", "heard"}
    shown = tertulia(home, "runs", "1").stdout
    for part in ("finished", "v1: WER", "too little to say", "from starter-ear", "step      3  dev", "said "):
        assert part in shown

    refused = tertulia(home, "promote", "v1")
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    again = tertulia(home, "resume", "1")
    assert again.returncode == 2
    assert "Run 1 is finished" in again.stderr


def test_ctrl_c_stops_after_the_step_and_resume_goes_on_from_there(home: Path) -> None:
    terminal, of_process = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "train", *QUICK, "--set", "max_steps=12", "--json"], env=environment(home), text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=of_process,
    )  # fmt: skip
    os.close(of_process)
    assert process.stdout is not None
    events = []
    for line in process.stdout:
        events.append(json.loads(line))
        if events[-1]["event"] == "step":
            process.send_signal(signal.SIGINT)
            break
    events += [json.loads(line) for line in process.stdout]
    assert process.wait(PATIENCE) == 1
    stopped = events[-1]
    assert (stopped["event"], stopped["status"], stopped["version"]) == ("done", "stopped", None)
    assert 1 <= stopped["step"] < 12
    said = drained(terminal)
    assert "░ step 1 of 12, loss " in said
    assert f"Run 1 was stopped at step {stopped['step']} of 12: go on with `tertulia resume 1`." in said

    resumed = tertulia(home, "resume", "--json")
    assert resumed.returncode == 0, resumed.stderr
    *events, last = lines(resumed)
    assert (events[0]["event"], events[0]["resume"]) == ("start", True)
    assert next(event["step"] for event in events if event["event"] == "step") == stopped["step"] + 1
    assert (last["status"], last["step"], last["version"]) == ("finished", 12, "v1")


def drained(terminal: int) -> str:
    """All that was written to a terminal whose other end is closed."""
    found = b""
    try:
        while part := os.read(terminal, 65536):
            found += part
    except OSError:
        pass  # as Linux says that nobody writes any more
    os.close(terminal)
    return found.decode()


def test_a_detached_run_is_seen_stopped_and_resumed_in_words(home: Path) -> None:
    begun = tertulia(home, "train", *QUICK, "--set", "max_steps=2000", "--detach")
    assert begun.returncode == 0, begun.stderr
    assert begun.stdout.startswith("Run 1 is at work.")
    second = tertulia(home, "train", *QUICK)
    assert second.returncode == 2
    assert "Run 1 is at work" in second.stderr
    assert lines(tertulia(home, "runs", "--json"))[0]["status"] == "running"
    stopped = tertulia(home, "stop", "--json")
    assert stopped.returncode == 0, stopped.stderr
    assert lines(stopped) == [{"run": 1, "status": "stopped"}]
    for arguments, sentence in ((["stop"], "No run is at work."), (["stop", "1"], "Run 1 is not at work")):
        none = tertulia(home, *arguments)
        assert none.returncode == 1
        assert sentence in none.stderr
    assert tertulia(home, "resume", "--detach").stdout.startswith("Run 1 is at work.")
    forced = tertulia(home, "stop", "1", "--force")
    assert forced.returncode == 0, forced.stderr
    assert forced.stdout == "Run 1 has ended: go on with `tertulia resume 1`.\n"
    assert "failed" in tertulia(home, "runs").stdout


def test_a_file_of_knobs_is_obeyed_and_what_happens_is_told_in_plain_lines(home: Path, tmp_path: Path) -> None:
    job = tmp_path / "job.json"
    job.write_text(json.dumps({**makings.QUICK, "max_steps": 500, "export": False}))
    done = tertulia(home, "train", "--job", job, "--set", "max_steps=2", "--set", "schedule=linear")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    shown = done.stdout.splitlines()
    assert shown[0] == "Run 1 begins; ctrl+c stops it, and it can be resumed."
    assert shown[1:4] == ["Checking the clips.", "Loading the recogniser it starts from.", "Learning."]
    assert any(line.startswith("Step 2 of 2: ") and "(before: " in line for line in shown)
    assert shown[-1] == "Run 1 has finished and made no version."
    written = json.loads((home / "runs" / "0001" / "job.json").read_text())
    assert (written["max_steps"], written["schedule"], written["export"]) == (2, "linear", False)


def test_a_run_that_fails_says_why_and_what_helps(home: Path) -> None:
    done = tertulia(home, "train", *QUICK, "--set", "precision=fp16", "--json")
    assert done.returncode == 1
    *events, last = lines(done)
    assert events[-1]["event"] == "error"
    assert (last["event"], last["status"], last["version"], last["verdict"]) == ("done", "failed", None, None)
    assert done.stderr.count("\n") == 1
    assert "Run 1 failed: A processor does not train in fp16; set “precision” to auto." in done.stderr


def test_what_would_be_trained_is_told_before_anything_is(home: Path) -> None:
    done = tertulia(home, "train", "--plan", "--json")
    assert done.returncode == 0, done.stderr
    [plan] = lines(done)
    assert (plan["train_clips"], plan["dev_clips"], plan["test_clips"]) == (10, 2, 3)
    assert plan["preset"] == "minutes"
    assert plan["left_out"] == []
    assert isinstance(plan["good"], bool) and plan["advice"]
    shown = tertulia(home, "train", "--plan").stdout
    assert "10 clips" in shown
    assert plan["advice"] in shown
    assert not (home / "runs" / "0001").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--set", "epochs"], "“epochs” sets no knob"),
        (["--set", "epoch=3"], "--set has no meaning for “epoch”"),
        (["--set", "epochs=many"], "“epochs” is 'many', not of type int"),
        (["--set", "rank=0"], "choose a value from 1 to 256"),
        (["--preset", "years"], "There is no preset “years”: use auto, minutes,"),
        (["--base", "openai/whisper-tiny-of-nobody"], "is a name on the Hugging Face hub, and not on this machine"),
        (["--base", "/nowhere/at all"], "There is no base at /nowhere/at all"),
        (["--regional", "Nadie"], "Nothing of “Nadie” is corrected"),
        (["--job", "/nowhere/job.json"], "/nowhere/job.json cannot be read"),
        (["--job", ""], "the name is empty"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_a_sentence(home: Path, arguments: list[str], sentence: str) -> None:
    for plan in ([], ["--plan"]):
        done = tertulia(home, "train", *arguments, *plan)
        assert done.returncode == 2
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
    with Store.open(home) as store:
        assert store.execute("SELECT count(*) AS n FROM runs")[0]["n"] == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is no JSON object ("),
        ("[1]", "is no JSON object: write one"),
        ('{"epochs": NaN}', "NaN is no number that can be trained with"),
        ('{"epoch": 3}', "has no meaning for “epoch”"),
        ('{"version": 9}', "is of version 9, not 1"),
        ("[" * 100_000, "is no JSON object ("),
        ("\xff", "is no JSON object ("),
    ],
)
def test_a_file_that_is_no_job_is_refused_in_a_sentence(
    home: Path, tmp_path: Path, text: str, sentence: str
) -> None:
    job = tmp_path / "mal.json"
    job.write_text(text, encoding="latin-1")
    done = tertulia(home, "train", "--job", job, "--json")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert str(job) in done.stderr
    assert sentence in done.stderr


def test_an_empty_data_folder_has_answers(tmp_path: Path) -> None:
    none = tertulia(tmp_path, "train", "--json")
    assert none.returncode == 2
    assert none.stderr.startswith("tertulia: Nothing is corrected yet")
    assert tertulia(tmp_path, "runs").stdout == "No run was begun yet: `tertulia train` begins one.\n"
    assert tertulia(tmp_path, "runs", "--json").stdout == ""
    assert tertulia(tmp_path, "runs", "7").returncode == 2
    assert "`tertulia train` begins one" in tertulia(tmp_path, "resume").stderr
    assert tertulia(tmp_path, "stop").returncode == 1
