"""The loop itself: the same gradient however a batch is split, numbers that are none, memory that runs out."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the training extra is not installed")

from torch.nn import functional  # noqa: E402

from models.evaluation.scoring import Errors  # noqa: E402
from tests.trainer import jobs  # noqa: E402
from trainer import training  # noqa: E402
from trainer.batches import BatchPlan  # noqa: E402
from trainer.contract.clips import read_manifest  # noqa: E402
from trainer.contract.errors import CheckpointError, TrainingError  # noqa: E402
from trainer.contract.job import Job, read_job  # noqa: E402
from trainer.decoding import DevErrors  # noqa: E402
from trainer.events import Events  # noqa: E402
from trainer.optimising import out_of_memory, rate  # noqa: E402
from trainer.run import run  # noqa: E402
from trainer.stopping import StopRequest  # noqa: E402
from trainer.world import World  # noqa: E402

QUICK: dict[str, Any] = {
    "batch": 4, "max_steps": 3, "evaluate_every": 3, "full_windows": 0.0, "dropout": 0.0, "dev_clips": 3,
    "export": False,
}  # fmt: skip


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return jobs.learner(tmp_path_factory.mktemp("audio"), train=12, dev=3, replay=6)


@pytest.fixture
def train(tmp_path: Path, rows: list[dict[str, Any]]) -> Callable[..., tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Train with these knobs in this process: the last event's fields, and all events."""

    def now(name: str = "job", resume: bool = False, **knobs: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        folder = jobs.job(tmp_path / name, rows, **{**QUICK, **knobs})
        stream = io.StringIO()
        done = run(folder, resume, Events(folder / "events.jsonl", stream), StopRequest(folder), World())
        return done, [json.loads(line) for line in stream.getvalue().splitlines()]

    return now


def of(events: list[dict[str, Any]], kind: str, field: str) -> list[Any]:
    return [event[field] for event in events if event["event"] == kind]


def test_the_gradient_is_the_same_however_the_batch_is_split(train: Any) -> None:
    whole = train("whole")[1]
    halves = train("halves", micro_batch=2, gradient_checkpointing=True)[1]
    assert of(whole, "step", "loss") == pytest.approx(of(halves, "step", "loss"), rel=1e-4)
    assert of(whole, "step", "grad_norm") == pytest.approx(of(halves, "step", "grad_norm"), rel=1e-3)


def test_when_memory_runs_out_half_is_computed_at_once(train: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calm = train("calm")[1]
    true, sizes = functional.cross_entropy, []

    def greedy(logits: Any, *values: Any, **named: Any) -> Any:
        sizes.append(len(logits))
        if len(sizes) in (1, 2):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return true(logits, *values, **named)

    monkeypatch.setattr(functional, "cross_entropy", greedy)
    done, events = train("tight")
    assert done["status"] == "finished"
    assert of(events, "warning", "micro_batch") == [2, 1]
    assert of(events, "step", "loss") == pytest.approx(of(calm, "step", "loss"), rel=1e-4)


def test_memory_that_does_not_suffice_for_one_clip_is_told(train: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*values: Any, **named: Any) -> Any:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    monkeypatch.setattr(functional, "cross_entropy", never)
    with pytest.raises(TrainingError, match="too little memory for a single clip"):
        train()
    assert not out_of_memory(RuntimeError("shapes do not match"))


def test_a_loss_that_is_no_number_moves_nothing_and_then_ends_the_run(
    train: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    true, calls = functional.cross_entropy, []

    def once(*values: Any, **named: Any) -> Any:
        calls.append(1)
        return true(*values, **named) * (float("nan") if len(calls) == 2 else 1.0)

    monkeypatch.setattr(functional, "cross_entropy", once)
    done, events = train("once")
    assert done["status"] == "finished"
    assert of(events, "step", "loss")[1] is None
    assert len(of(events, "warning", "message")) == 1

    monkeypatch.setattr(functional, "cross_entropy", lambda *v, **n: true(*v, **n) * float("inf"))
    with pytest.raises(TrainingError, match="no finite loss"):
        train("always", max_steps=30, evaluate_every=100)


def test_it_stops_early_when_dev_gets_no_better(train: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "hear", wrong(500, 300, 400, 400, 200))
    done, _ = train(max_steps=20, evaluate_every=1, patience=2, keep_checkpoints=1)
    assert (done["step"], done["best_step"], done["wer_before"], done["wer_after"]) == (3, 1, 0.5, 0.3)
    kept = sorted(path.name for path in (Path(done["adapter"]).parent / "checkpoints").iterdir())
    assert kept == ["step-00000001", "step-00000003"]


def wrong(*errors: int) -> Callable[..., DevErrors]:
    """So many of a thousand words are misheard, one look at dev after the other."""
    counts = iter(errors)
    return lambda *values: DevErrors(["…"], [Errors(next(counts), 0, 0, 1000)], [Errors(0, 0, 0, 4000)], [])


def test_between_steps_that_chance_may_have_parted_the_later_one_is_taken(
    train: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "hear", wrong(500, 300, 100, 109, 140))
    done, events = train(max_steps=4, evaluate_every=1)
    assert (done["step"], done["best_step"], done["wer_after"]) == (4, 3, 0.109)
    assert of(events, "eval", "best_step") == [None, 1, 2, 3, 3]


def test_others_of_the_region_are_heard_first_and_the_learner_afterwards(
    train: Any, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    region = [{**row, "origin": "regional"} if row["origin"] == "replay" else row for row in rows]
    folder = jobs.job(tmp_path / "two", region, **{**QUICK, "transfer_epochs": 2, "epochs": 1, "max_steps": 0})
    clips, _ = read_manifest(folder / "manifest.jsonl")
    plan = BatchPlan([clip for clip in clips if clip.split == "train"], read_job(folder)[0])
    train_clips = [clip for clip in clips if clip.split == "train"]
    heard = [
        {train_clips[number].origin for item in plan.batch(step).items for number in item}
        for step in range(plan.steps)
    ]
    (_, first), (second, _) = plan.stages
    assert first == second
    assert heard == [{"regional"}] * first + [{"learner"}] * (plan.steps - first)

    stream = io.StringIO()
    done = run(folder, False, Events(folder / "events.jsonl", stream), StopRequest(folder), World())
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert of(events, "train_begin", "stages") == [[list(stage) for stage in plan.stages]]
    rates = of(events, "step", "lr")
    assert rates[first] > rates[first - 1]  # it rises anew
    assert done["best_step"] > first


def test_what_the_base_says_to_replay_holds_the_network_back(train: Any) -> None:
    """Before anything is learnt there is no distance from the base: the more that counts, the less loss."""
    first = {
        share: of(train(f"distil {share}", distil=share, replay=4.0, max_steps=1)[1], "step", "loss")[0]
        for share in (0.0, 0.5, 1.0)
    }
    assert first[0.0] > first[0.5] > first[1.0] > 0
    assert first[0.5] == pytest.approx((first[0.0] + first[1.0]) / 2, rel=1e-4)


def test_a_run_stopped_before_its_first_step_goes_on_as_if_nothing_had_been(train: Any, tmp_path: Path) -> None:
    calm = train("calm")[1]
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "STOP").touch()
    done, events = train()
    assert (done["status"], of(events, "checkpoint", "step")) == ("stopped", [0])
    (tmp_path / "job" / "STOP").unlink()
    done, events = train(resume=True)
    assert done["status"] == "finished"
    assert of(events, "step", "loss") == of(calm, "step", "loss")


def test_a_run_that_has_begun_is_not_begun_again(train: Any) -> None:
    train()
    with pytest.raises(CheckpointError, match="has already begun"):
        train()
    done, events = train(resume=True)  # it was finished: nothing is left to do
    assert done["status"] == "finished"
    assert of(events, "hello", "resumed_step") == [3]
    assert of(events, "step", "loss") == []


def test_bf16_goes_the_same_way(train: Any) -> None:
    exact, rough = (of(train(name, precision=name)[1], "step", "loss") for name in ("fp32", "bf16"))
    assert exact == pytest.approx(rough, rel=0.05)
    assert exact != rough


@pytest.mark.parametrize("schedule", ["cosine", "linear", "constant"])
def test_the_rate_rises_to_its_peak_and_falls_as_the_schedule_says(schedule: str) -> None:
    job = dataclasses.replace(Job(jobs.BASE), schedule=schedule, warmup=0.1, learning_rate=0.01)
    rates = [rate(job, step, [(0, 100)]) for step in range(100)]
    assert rates[0] == pytest.approx(0.001)
    assert rates[9] == max(rates) == pytest.approx(0.01)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] == pytest.approx(0.01 if schedule == "constant" else 0.0, abs=2e-4)
