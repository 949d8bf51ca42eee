"""What a run writes down can be read whatever happens to the process, the disk and the clock."""

from __future__ import annotations

import io
import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.patience import PATIENCE

torch = pytest.importorskip("torch", reason="the training extra is not installed")

from trainer import checkpoints, files, stopping  # noqa: E402
from trainer.__main__ import failed  # noqa: E402
from trainer.contract.errors import JobError  # noqa: E402
from trainer.contract.events import Name  # noqa: E402
from trainer.events import Events, Heartbeat, finite, read_events  # noqa: E402


def test_every_event_is_a_line_in_the_file_and_on_the_stream(tmp_path: Path) -> None:
    stream = io.StringIO()
    events = Events(tmp_path / "events.jsonl", stream)
    events.emit("warning", durable=True, micro_batch=float("nan"), message="¿qué\nhay?")
    assert (tmp_path / "events.jsonl").read_text("utf-8") == stream.getvalue()
    [event] = read_events(tmp_path / "events.jsonl")
    assert (event["v"], event["micro_batch"], event["message"]) == (1, None, "¿qué\nhay?")


def test_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    Events(path).emit("start")
    with path.open("ab") as file:
        file.write(b'{"v": 1, "event": "to')
    Events(path).emit("done")
    assert [event["event"] for event in read_events(path)] == ["start", "done"]


def test_a_closed_stream_does_not_stop_the_run(tmp_path: Path) -> None:
    stream = io.StringIO()
    events = Events(tmp_path / "events.jsonl", stream)
    stream.close()
    events.emit("start")
    events.emit("done")
    assert len(list(read_events(tmp_path / "events.jsonl"))) == 2


@given(
    st.recursive(
        st.floats() | st.text() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_whatever_is_told_is_strict_json(value: object) -> None:
    assert json.loads(json.dumps(finite(value), allow_nan=False)) == finite(value)


def test_the_heart_beats_in_counted_beats_whatever_the_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []
    enough = threading.Event()

    class Watched(Events):
        def emit(self, event: Name, durable: bool = False, **fields: Any) -> None:
            seen.append(fields)
            if len(seen) == 3:
                enough.set()

    monkeypatch.setattr(time, "time", lambda: -1e9)  # the clock was set back to 1938
    with Heartbeat(Watched(None), 0.01) as heart:
        heart.at("train", 7)
        assert enough.wait(PATIENCE)
    assert [fields["beat"] for fields in seen[:3]] == [1, 2, 3]
    assert (seen[2]["stage"], seen[2]["step"]) == ("train", 7)
    assert seen[2]["seconds"] >= 0


def test_a_second_trainer_is_kept_out_until_the_first_is_gone(tmp_path: Path) -> None:
    held = stopping.lock(tmp_path)
    with pytest.raises(JobError, match="Another trainer is at work"):
        stopping.lock(tmp_path)
    os.close(held)
    os.close(stopping.lock(tmp_path))


def test_a_file_or_a_signal_asks_to_stop(tmp_path: Path) -> None:
    stop = stopping.StopRequest(tmp_path)
    stop.check()
    (tmp_path / "STOP").touch()
    with pytest.raises(stopping.Stopped, match="STOP file"):
        stop.check()
    stop.forget()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        stop.listen()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.why == "SIGTERM"
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_checkpoints_are_whole_or_passed_over(tmp_path: Path) -> None:
    folder, tensors = tmp_path / "checkpoints", {"weights": {"a": torch.arange(4.0)}}
    for step in (1, 2, 3, 4):
        checkpoints.write(folder, step, tensors, {"base": "x", "wer": step / 10})
    found, skipped = checkpoints.newest(folder)
    assert found is not None
    assert (found.step, found.state["wer"], skipped) == (4, 0.4, [])
    assert torch.equal(found.tensors("weights")["a"], torch.arange(4.0))

    (folder / "step-00000004" / "weights.safetensors").unlink()
    whole = (folder / "step-00000003" / "state.json").read_bytes()
    (folder / "step-00000003" / "state.json").write_bytes(whole.replace(b"0.3", b"0.2"))
    found, skipped = checkpoints.newest(folder)
    assert found is not None
    assert (found.step, [path.name for path in skipped]) == (2, ["step-00000004", "step-00000003"])

    (folder / "tmp-step-00000009").mkdir()
    checkpoints.prune(folder, keep=2, best=1)
    assert sorted(path.name for path in folder.iterdir()) == ["step-00000001", "step-00000003", "step-00000004"]


@pytest.mark.parametrize(
    ("error", "message", "hint"),
    [
        (JobError("There is no base", "install it"), "There is no base", "install it"),
        (OSError(28, "No space left on device"), "The disk is full", "make room"),
        (RuntimeError("I/O error: No space left on device (os error 28)"), "The disk is full", "make room"),
        (ValueError("odd\nand long"), "odd", "look at the run's log"),
        (KeyError(), "KeyError", "look at the run's log"),
    ],
)
def test_every_failure_is_an_event_with_a_remedy(tmp_path: Path, error: Exception, message: str, hint: str) -> None:
    failed(Events(tmp_path / "events.jsonl"), error)
    [event] = read_events(tmp_path / "events.jsonl")
    assert (event["event"], event["type"], event["message"]) == ("error", type(error).__name__, message)
    assert event["hint"].startswith(hint)


def test_a_full_disk_leaves_no_half_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    checkpoints.write(tmp_path, 1, {}, {})
    monkeypatch.setattr(files, "sync", full)
    with pytest.raises(OSError, match="No space left"):
        checkpoints.write(tmp_path, 1, {}, {})
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000001"]
    assert checkpoints.at(tmp_path, 1) is not None
