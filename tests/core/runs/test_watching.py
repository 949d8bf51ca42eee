"""A run seen from outside: whatever its folder holds, and whatever the clocks do, the screen says what is so."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from core.runs.state import POINTS, RunState
from core.runs.watch import AWAY, EVENTS, GRACE, HUNG, MAX_LINE, NEWEST, SILENCE, RunWatch


class Clock:
    """Goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Trainer:
    """What a trainer does to its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ts = 1_800_000_000.0

    def tell(self, event: str, **fields: Any) -> None:
        self.write(json.dumps({"v": 1, "event": event, "ts": self.ts, **fields}) + "\n")

    def write(self, text: str) -> None:
        with (self.folder / EVENTS).open("a", encoding="utf-8") as file:
            file.write(text)

    def step(self, number: int, steps: int = 10, loss: float = 1.0, seconds: float = 0.5) -> None:
        self.tell(
            "step", step=number, steps=steps, loss=loss, lr=1e-3, seconds=seconds, speech_seconds=20.0, eta=9.0
        )

    @contextmanager
    def at_work(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.tell("start", pid=4321, resume=False)
            yield


@pytest.fixture
def trainer(tmp_path: Path) -> Trainer:
    return Trainer(tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(tmp_path: Path, clock: Clock) -> RunWatch:
    return RunWatch(tmp_path, clock)


def wait(watch: RunWatch, clock: Clock, seconds: float) -> None:
    """Look at the run every ten seconds for so long."""
    for _ in range(round(seconds / 10)):
        clock.now += 10
        watch.poll()


def curve(state: RunState) -> list[tuple[int, float]]:
    return [(step, loss) for step, loss, _ in state.loss_points]


def test_each_event_comes_once_and_a_half_line_when_it_is_whole(trainer: Trainer, watch: RunWatch) -> None:
    with trainer.at_work():
        assert [event["event"] for event in watch.poll()] == ["start"]
        assert watch.poll() == []
        line = json.dumps({"v": 1, "event": "train_begin", "ts": 1.0, "step": 0, "steps": 10})
        trainer.write(line[:20])
        assert watch.poll() == []
        trainer.write(line[20:] + "\n")
        assert [event["event"] for event in watch.poll()] == ["train_begin"]
        assert (watch.state.status, watch.state.steps) == ("running", 10)


def test_what_is_no_event_is_passed_over(trainer: Trainer, watch: RunWatch) -> None:
    with trainer.at_work():
        trainer.write('{"v": 1, "event": "step", "st')  # torn by a dying process; the next begins a line of its own
        trainer.write("\n[1, 2]\nnull\n" + "[" * 5000 + "\n" + '{"event": 7}\n\x00\x01\n\n')
        with (trainer.folder / EVENTS).open("ab") as file:
            file.write(b"\xff\xfe\n")
        trainer.write("x" * (3 * MAX_LINE))
        assert [event["event"] for event in watch.poll()] == ["start"]
        trainer.write("x\n")
        trainer.step(1)
        trainer.tell("step", step="two", steps=None)
        trainer.tell("step", step=9, steps=3)
        trainer.tell("eval", step=1, wer="bad")
        trainer.tell("a thing of the future", what={"is": "this"})
        trainer.tell("step", step=2, steps=10, loss=None, lr=1e-3, seconds=None)
        watch.poll()
        state = watch.state
        assert (state.step, curve(state), state.evals, state.status) == (2, [(1, 1.0)], [], "running")


def test_a_file_that_was_replaced_is_read_from_its_beginning(trainer: Trainer, watch: RunWatch) -> None:
    with trainer.at_work():
        for number in range(1, 6):
            trainer.step(number)
        watch.poll()
        assert len(curve(watch.state)) == 5
        (trainer.folder / EVENTS).write_text("")
        trainer.tell("start", pid=99, resume=False)
        trainer.step(1, loss=7.0)
        assert len(watch.poll()) == 2
        assert (curve(watch.state), watch.state.pid) == ([(1, 7.0)], 99)
        (trainer.folder / EVENTS).rename(trainer.folder / "old")
        trainer.tell("start", pid=100, resume=False)
        for number in range(1, 4):
            trainer.step(number, loss=8.0)
        watch.poll()
        assert curve(watch.state) == [(1, 8.0), (2, 8.0), (3, 8.0)]


def test_whoever_comes_late_gets_the_whole_curve(trainer: Trainer, watch: RunWatch) -> None:
    with trainer.at_work():
        trainer.write("".join(json.dumps({"event": "heartbeat", "beat": n}) + "\n" for n in range(2 * NEWEST)))
        trainer.step(3, loss=0.5)
        new = watch.poll()
        assert len(new) == NEWEST and new[-1]["event"] == "step"
        assert curve(watch.state) == [(3, 0.5)]


def test_silence_is_a_stall_and_a_sign_of_life_its_end(trainer: Trainer, watch: RunWatch, clock: Clock) -> None:
    with trainer.at_work():
        trainer.step(1)
        wait(watch, clock, SILENCE)
        assert watch.state.status == "running"
        wait(watch, clock, 20)
        assert watch.state.status == "stalled"
        trainer.tell("heartbeat", beat=1, stage="train", step=1, seconds=80.0)
        watch.poll()
        assert watch.state.status == "running"


def test_slow_steps_are_no_stall(trainer: Trainer, watch: RunWatch, clock: Clock) -> None:
    with trainer.at_work():
        trainer.step(1, seconds=50.0)
        watch.poll()
        wait(watch, clock, 240)
        assert watch.state.status == "running"
        wait(watch, clock, 20)
        assert watch.state.status == "stalled"


def test_one_that_beats_without_getting_on_hangs(trainer: Trainer, watch: RunWatch, clock: Clock) -> None:
    with trainer.at_work():
        trainer.step(1)
        for seconds, status in ((HUNG - 10, "running"), (HUNG + 10, "stalled")):
            trainer.tell("heartbeat", beat=1, stage="train", step=1, seconds=seconds)
            clock.now += 10
            watch.poll()
            assert watch.state.status == status
        # Making replay speech may take as long as it likes.
        trainer.tell("heartbeat", beat=3, stage="replay", step=1, seconds=2 * HUNG)
        watch.poll()
        assert watch.state.status == "running"


def test_clocks_that_jump_deceive_nobody(trainer: Trainer, watch: RunWatch, clock: Clock) -> None:
    with trainer.at_work():
        trainer.step(1)
        watch.poll()
        clock.now += 8 * 3600  # the lid was closed
        watch.poll()
        assert watch.state.status == "running"
        wait(watch, clock, SILENCE + 10)
        assert watch.state.status == "stalled"
        for ts in (trainer.ts - 1e9, trainer.ts + 1e9):
            trainer.ts = ts
            trainer.step(2)
            clock.now += AWAY / 2
            watch.poll()
            assert (watch.state.status, watch.state.eta) == ("running", 9.0)


def test_one_that_died_without_a_word_has_failed(trainer: Trainer, watch: RunWatch) -> None:
    with trainer.at_work():
        trainer.step(1)
        watch.poll()
    watch.poll()
    state = watch.state
    assert state.status == "failed" and state.eta is None
    assert state.error and state.error[1].startswith("go on with `tertulia resume`")


def test_one_that_never_began_has_failed_after_a_while(watch: RunWatch, clock: Clock) -> None:
    watch.poll()
    assert watch.state.status == "preparing"
    wait(watch, clock, GRACE + 10)
    assert watch.state.status == "failed" and watch.state.error
    assert watch.state.error[0] == "The trainer never began"


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ({"event": "done", "status": "stopped", "step": 1}, "stopped"),
        ({"event": "done", "status": "finished", "step": 1, "version": "/there", "report": "/here"}, "finished"),
        ({"event": "error", "type": "JobError", "message": "No\x1b[31m base", "hint": "choose one"}, "failed"),
    ],
)
def test_its_last_word_counts_though_it_is_gone(
    trainer: Trainer, watch: RunWatch, event: dict[str, Any], status: str
) -> None:
    with trainer.at_work():
        trainer.step(1)
        trainer.tell(**event)
    watch.poll()
    assert watch.state.status == status and watch.state.ended
    if status == "failed":
        assert watch.state.error == ("No base", "choose one")


def test_after_a_resume_what_happens_again_counts_once(trainer: Trainer, watch: RunWatch) -> None:
    with trainer.at_work():
        trainer.tell("eval", step=0, wer=0.6, best_step=0)
        for number in range(1, 9):
            trainer.step(number, loss=10.0 - number)
        trainer.tell("eval", step=8, wer=0.3, best_step=8)
    watch.poll()
    assert watch.state.status == "failed"
    with trainer.at_work():
        trainer.tell("train_begin", step=5, steps=10)
        watch.poll()
        assert watch.state.status == "running" and watch.state.error is None
        assert [step for step, _ in curve(watch.state)] == [1, 2, 3, 4, 5] and len(watch.state.evals) == 1
        for number in range(6, 11):
            trainer.step(number, loss=20.0 - number)
        trainer.tell("eval", step=8, wer=0.2, best_step=8)
    watch.poll()
    assert curve(watch.state) == [(n, (10.0 if n < 6 else 20.0) - n) for n in range(1, 11)]
    assert [(step, wer) for step, wer, _, _ in watch.state.evals] == [(0, 0.6), (8, 0.2)]
    assert watch.state.base_wer == 0.6


def test_a_long_run_keeps_the_shape_of_its_curve_in_little_memory() -> None:
    state = RunState()
    steps = 5 * POINTS + 123
    for number in range(1, steps + 1):
        state.take({"event": "step", "step": number, "steps": steps, "loss": float(number), "lr": 1e-3})
        assert len(state.loss_points) <= POINTS + 1
    numbers = [step for step, _ in curve(state)]
    assert numbers[-1] == steps and len(numbers) > POINTS // 2
    gaps = {after - before for before, after in pairwise(numbers[:-1])}
    assert gaps == {state.stride} and numbers[0] <= state.stride
    assert all(step == loss for step, loss in curve(state))
