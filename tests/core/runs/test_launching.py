"""The trainer's process: started once, followed, stopped, killed, gone on with, whoever started it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

torch = pytest.importorskip("torch", reason="the training extra is not installed")

from core.runs import launch  # noqa: E402
from core.runs.errors import TrainingRefused  # noqa: E402
from core.runs.launch import alive, begin, delete, resume, stop  # noqa: E402
from core.runs.snapshot import RunChoice  # noqa: E402
from core.runs.watch import EVENTS, RunWatch  # noqa: E402
from core.versions.registry import settle  # noqa: E402
from models.device import physical_cores  # noqa: E402
from store import runs  # noqa: E402
from store.database import Store  # noqa: E402
from store.errors import StoreError  # noqa: E402
from store.files import locked  # noqa: E402
from store.paths import make_folder, write_safely  # noqa: E402
from store.runs import Run, add_run  # noqa: E402
from store.versions import add_version  # noqa: E402
from tests.core.runs import training_store  # noqa: E402
from tests.core.runs.training_store import TINY, until  # noqa: E402
from tests.places import ROOT  # noqa: E402
from trainer.contract.folder import LOG  # noqa: E402

TINIEST = RunChoice(knobs=TINY)
BEGIN = """
import sys, time
from pathlib import Path
from core.runs.errors import TrainingRefused
from core.runs.launch import begin
from core.versions.registry import settle  # noqa: E402
from core.runs.snapshot import RunChoice
from store.database import Store
from tests.core.runs.training_store import TINY
with Store.open(Path(sys.argv[1])) as store:
    try:
        print(begin(store, RunChoice(knobs=TINY)).id, flush=True)
    except TrainingRefused as error:
        print(error, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spoken") / "data"
    training_store.learner(folder)
    return folder


@pytest.fixture
def store(spoken: Path, tmp_path: Path) -> Iterator[Store]:
    """Twenty corrected sentences of ten sittings; a trainer that is still at work in the end is ended."""
    shutil.copytree(spoken, tmp_path / "data")
    with Store.open(tmp_path / "data") as store:
        yield store
        for run in runs.runs(store):
            if alive(run):
                stop(run, force=True)


def starter(store: Store) -> subprocess.Popen[str]:
    """Another process that begins a run, and stays until it is told to end."""
    return subprocess.Popen(
        [sys.executable, "-P", "-c", BEGIN, str(store.folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def steps(run: Run) -> list[int]:
    events = [json.loads(line) for line in (run.folder / EVENTS).read_text().splitlines()]
    return [event["step"] for event in events if event["event"] == "step"]


def pid_of(run: Run) -> int:
    watch = RunWatch(run.folder)
    watch.poll()
    assert watch.state.pid
    return watch.state.pid


def test_it_is_stopped_and_gone_on_with_to_its_end_and_is_the_only_one(store: Store) -> None:
    run = begin(store, TINIEST)
    assert (run.status, run.folder, run.preset) == ("running", store.folder / "runs" / "0001", "minutes")
    assert alive(run) and pid_of(run) in {child.pid for child in psutil.Process().children()}
    environment = psutil.Process(pid_of(run)).environ()
    assert environment["HF_HUB_OFFLINE"] == environment["TRANSFORMERS_OFFLINE"] == "1"
    assert (environment["OMP_NUM_THREADS"], environment["OMP_WAIT_POLICY"]) == (
        str(physical_cores()),
        "passive",
    )
    assert os.getsid(pid_of(run)) == pid_of(run)
    with pytest.raises(TrainingRefused, match="Run 1 is at work: wait"):
        begin(store, TINIEST)
    with pytest.raises(TrainingRefused, match="Run 1 is at work: wait"):
        resume(store, run)
    with pytest.raises(TrainingRefused, match="Run 1 is at work: stop"):
        delete(store, run)

    until(run, lambda state: state.step >= 1)
    stop(run)
    state = until(run, lambda state: state.ended).state
    assert state.status == "stopped" and state.why and 1 <= state.step < TINY["max_steps"]
    with pytest.raises(TrainingRefused, match="not at work"):
        stop(run)

    resume(store, run)
    assert alive(run) and not (run.folder / "STOP").exists()
    state = until(run, lambda state: state.status == "finished").state
    assert [point[0] for point in state.loss_points] == list(range(1, TINY["max_steps"] + 1)) == sorted(steps(run))
    assert not [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE]
    with pytest.raises(TrainingRefused, match="Run 1 is finished: start a new one"):
        resume(store, run)

    delete(store, run)
    assert runs.runs(store) == [] and not list((store.folder / "runs").glob("*0001"))


def test_one_that_is_killed_is_seen_to_have_failed_and_goes_on(store: Store) -> None:
    run = begin(store, TINIEST)
    watch = until(run, lambda state: state.step >= 2)
    os.kill(pid_of(run), signal.SIGKILL)
    while not watch.state.ended:
        watch.poll()
    assert watch.state.status == "failed" and watch.state.error
    assert "killed" in watch.state.error[0] and "tertulia resume" in watch.state.error[1]
    resume(store, run)
    assert until(run, lambda state: state.ended).state.status == "finished"
    assert set(steps(run)) == set(range(1, TINY["max_steps"] + 1))


def test_it_outlives_whoever_started_it(store: Store) -> None:
    with starter(store) as process:
        assert process.stdout is not None
        run = runs.run(store, int(process.stdout.readline()))
        process.kill()
        process.wait()
    assert alive(run)
    assert until(run, lambda state: state.ended).state.status == "finished"


def test_of_two_who_start_at_the_same_moment_one_is_refused(store: Store) -> None:
    both = [starter(store) for _ in range(2)]
    said = [process.communicate("")[0].strip() for process in both]
    assert sorted(said) == ["1", "Run 1 is at work: wait for its end, or stop it first."]
    assert [run.id for run in runs.runs(store)] == [1]


def test_one_that_does_not_answer_is_ended(store: Store) -> None:
    run = begin(store, TINIEST)
    pid = pid_of(run)
    os.kill(pid, signal.SIGSTOP)
    stop(run)
    assert alive(run)
    stop(run, force=True)
    watch = RunWatch(run.folder)
    while not watch.state.ended:
        watch.poll()
    assert watch.state.status == "failed" and not alive(run)


def test_another_process_with_the_number_of_a_dead_trainer_is_left_alone(store: Store) -> None:
    run = add_run(store, "minutes")
    run.folder.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        (run.folder / EVENTS).write_text(
            json.dumps({"v": 1, "event": "start", "ts": 1, "pid": stranger.pid}) + "\n"
        )
        with (run.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            stop(run)
            stop(run, force=True)
        assert (run.folder / "STOP").exists() and stranger.poll() is None
        stranger.communicate(b"\n")
        assert stranger.returncode == 0


def test_a_full_disk_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: Path, target: Path, data: bytes) -> None:
        if target.name == "job.json":
            raise StoreError("The disk is full: free some space and try again.")
        write_safely(folder, target, data)

    monkeypatch.setattr(launch, "write_safely", full)
    with pytest.raises(StoreError, match="disk is full"):
        begin(store, TINIEST)
    assert runs.runs(store) == [] and not (store.folder / "runs" / "0001").exists()


def test_whoever_is_killed_before_the_trainer_starts_leaves_a_run_that_failed(store: Store) -> None:
    run = add_run(store, "minutes")
    settle(store)
    assert runs.run(store, run.id).status == "preparing"
    store.execute("UPDATE runs SET started_at = '2026-01-01T00:00:00+00:00'")
    settle(store)
    assert runs.run(store, run.id).status == "failed"
    delete(store, run)
    assert runs.runs(store) == []


def test_a_trainer_that_cannot_even_begin_says_why(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with pytest.raises(TrainingRefused, match=r"ended at once .*log\.txt"):
        begin(store, TINIEST)
    [run] = runs.runs(store)
    assert run.status == "failed" and (run.folder / LOG).stat().st_size


def test_with_a_knob_that_nobody_knows_no_run_is_begun(store: Store) -> None:
    with pytest.raises(TrainingRefused, match="no meaning for “speeed”: correct its spelling"):
        begin(store, RunChoice(knobs={**TINY, "speeed": 1}))
    assert runs.runs(store) == [] and not list((store.folder / "runs").glob("0*"))


def test_without_the_training_extra_it_is_said_what_to_install(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "NEEDED", ("torch", "no_such_library"))
    with pytest.raises(TrainingRefused, match=r"needs no_such_library: .*pip install 'tertulia\[train\]'"):
        begin(store, TINIEST)


def test_a_folder_that_the_database_does_not_know_is_not_written_into(store: Store) -> None:
    strange = store.folder / "runs" / "0001"
    strange.mkdir(parents=True)
    (strange / "job.json").write_text("{}")
    with pytest.raises(TrainingRefused, match="not in the database: move it"):
        begin(store, TINIEST)
    assert (strange / "job.json").read_text() == "{}" and runs.runs(store) == []


def test_a_run_whose_folder_is_gone_is_not_resumed_and_one_with_a_version_not_deleted(store: Store) -> None:
    run = add_run(store, "minutes")
    with pytest.raises(TrainingRefused, match=r"job\.json is gone, so start a new run"):
        resume(store, run)
    add_version(store, "recogniser", "v1", "runs/0001/version", "0" * 64, {}, None, run.id)
    with pytest.raises(TrainingRefused, match=r"Run 1 made v1, .*: delete v1"):
        delete(store, run)


def test_who_begins_a_run_does_not_wait_for_ever_for_another_who_does(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "BEGINNING", 0.1)
    make_folder(store.folder / "runs")
    with locked(store.folder / "runs" / "lock"), pytest.raises(StoreError, match="Another Tertulia is beginning"):
        begin(store, TINIEST)
    assert runs.runs(store) == []
