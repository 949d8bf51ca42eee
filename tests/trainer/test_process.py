"""The trainer as a process: its one channel, its exit codes, how it stops, and several of it at once."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE

torch = pytest.importorskip("torch", reason="the training extra is not installed")

from tests.trainer import jobs  # noqa: E402
from trainer.events import read_events  # noqa: E402
from trainer.stopping import lock  # noqa: E402

LAUNCHER = (
    str(Path(sys.executable).with_name("accelerate")), "launch", "--multi_gpu", "--num_processes", "2",
    "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0", "-m",
)  # fmt: skip


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return jobs.learner(tmp_path_factory.mktemp("audio"), train=12, dev=3, replay=6)


def test_it_stops_within_a_step_when_asked_and_goes_on_later(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    folder = jobs.job(tmp_path / "job", rows, batch=4, max_steps=40, evaluate_every=40, full_windows=0.0)
    process = jobs.start(folder)
    assert process.stdout is not None
    seen = 0
    for line in process.stdout:
        event = json.loads(line)  # nothing but events on standard output
        if event["event"] == "step" and event["step"] == 2:
            seen = event["step"]
            process.send_signal(signal.SIGTERM)
        if event["event"] == "stopping":
            assert event["why"] == "SIGTERM"
            assert event["step"] <= seen + 2
        last = event
    assert process.wait(PATIENCE) == 0
    assert (last["event"], last["status"]) == ("done", "stopped")

    (folder / "STOP").write_text("")
    (folder / "job.json").rename(folder / "job.kept")
    code, events, _ = jobs.train(folder, "--resume")
    assert (code, events[-1]["event"], events[-1]["type"]) == (1, "error", "JobError")
    assert not (folder / "STOP").exists()  # or it would stop again at once
    (folder / "job.kept").rename(folder / "job.json")
    assert [event["event"] for event in read_events(folder / "events.jsonl")][-1] == "error"


def test_a_second_trainer_is_refused_and_writes_nothing(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    folder = jobs.job(tmp_path / "job", rows)
    held = lock(folder)
    code, events, _ = jobs.train(folder)
    os.close(held)
    assert code == 1
    assert [(event["event"], event["message"].partition(" at work")[0]) for event in events] == [
        ("error", "Another trainer is")
    ]
    assert not (folder / "events.jsonl").exists()


def _loopback() -> bool:
    """Whether processes of this machine can talk over TCP, as those of one training do; nothing else needs it."""
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.settimeout(5)
        return client.connect_ex(server.getsockname()) == 0


@pytest.mark.skipif(not _loopback(), reason="this machine has no loopback interface for two processes to talk over")
def test_two_processes_learn_as_one_does(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    knobs = {
        "batch": 4,
        "max_steps": 4,
        "evaluate_every": 2,
        "full_windows": 0.0,
        "dropout": 0.0,
        "dev_clips": 3,
        "export": False,
    }
    one, two = (jobs.job(tmp_path / name, rows, **knobs) for name in ("one", "two"))
    assert jobs.train(one)[0] == 0
    process = jobs.start(two, launcher=LAUNCHER)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err[-2000:]

    curves = []
    for folder in (one, two):
        events = list(read_events(folder / "events.jsonl"))
        curves.append([(e["loss"], e["grad_norm"]) for e in events if e["event"] == "step"])
        assert events[-1]["status"] == "finished"
    assert len(curves[0]) == 4
    assert [loss for loss, _ in curves[1]] == pytest.approx([loss for loss, _ in curves[0]], rel=1e-4)
    assert [norm for _, norm in curves[1]] == pytest.approx([norm for _, norm in curves[0]], rel=1e-3)
    assert curves[0] != [(0, 0)] * 4
