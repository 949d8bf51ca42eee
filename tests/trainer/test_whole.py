"""All weights learn where the job says so: the same loop, checkpoints, strengths and version, in more memory."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the training extra is not installed")

from safetensors.torch import load_file  # noqa: E402

from tests.trainer import jobs  # noqa: E402
from trainer import room  # noqa: E402
from trainer.adapter import learner_of, load_base, set_strength  # noqa: E402
from trainer.contract.errors import TrainingError  # noqa: E402
from trainer.contract.job import Job  # noqa: E402
from trainer.events import Events  # noqa: E402
from trainer.run import run  # noqa: E402
from trainer.stopping import StopRequest  # noqa: E402
from trainer.training import Training  # noqa: E402
from trainer.world import World  # noqa: E402

QUICK: dict[str, Any] = {
    "full": True, "batch": 3, "max_steps": 3, "evaluate_every": 3, "full_windows": 0.0, "dev_clips": 2,
    "learning_rate": 1e-4, "export": False,
}  # fmt: skip
TABLE = "model.encoder.embed_positions.weight"


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return jobs.learner(tmp_path_factory.mktemp("audio"), train=9, dev=2, replay=4)


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


def test_all_weights_move_but_the_position_table_and_the_version_holds_them(train: Any) -> None:
    done, events = train(export=True, quantization="float32")
    base, tuned = (load_base(jobs.BASE).state_dict(), load_file(Path(done["adapter"]) / "tuned.safetensors"))
    assert base.keys() - tuned.keys() == {TABLE, "proj_out.weight"}  # the last is the table of tokens once more
    assert all(not torch.equal(tensor, base[name]) for name, tensor in tuned.items() if tensor.any())
    [(learnt, total)] = zip(of(events, "train_begin", "trainable"), of(events, "train_begin", "total"), strict=True)
    assert learnt == total - base[TABLE].numel()

    made = load_base(Path(done["version"]) / "recogniser").state_dict()
    for name, tensor in tuned.items():
        between = torch.lerp(base[name], tensor, done["strength"])
        assert torch.allclose(made[name], between, atol=2e-3), name  # the folder is in half precision
    assert torch.equal(made[TABLE], base[TABLE])


def test_a_run_that_was_stopped_goes_on_to_the_digit(
    train: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = train("calm")
    true = Training._report

    def report(training: Training, *values: Any) -> None:
        true(training, *values)
        if training._state.step == 2:
            (tmp_path / "job" / "STOP").touch()

    monkeypatch.setattr(Training, "_report", report)
    assert train()[0] == {"status": "stopped", "step": 2}
    (tmp_path / "job" / "STOP").unlink()
    done, events = train(resume=True)
    assert of(events, "step", "loss") == of(calm[1], "step", "loss")[2:]
    ends = [load_file(Path(one["adapter"]) / "tuned.safetensors") for one in (calm[0], done)]
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


def test_strength_is_a_place_between_the_base_and_what_was_learnt() -> None:
    base = {name: p.clone() for name, p in load_base(jobs.BASE).named_parameters()}
    model = learner_of(load_base(jobs.BASE), Job(jobs.BASE, full=True))
    weights = dict(model.get_base_model().named_parameters())
    with torch.no_grad():
        for name, p in weights.items():
            if name != TABLE:
                p += 1
    with model.disable_adapter():
        assert all(torch.equal(p, base[name]) for name, p in weights.items())
    for strength in (0.5, 0.0, 0.25, 1.0):
        set_strength(model, strength)
        assert all(torch.allclose(p, base[n] + strength, atol=1e-5) for n, p in weights.items() if n != TABLE)


@pytest.mark.parametrize(("full", "remedy"), [(True, "set “full” to false"), (False, "choose a smaller base")])
def test_memory_that_clearly_does_not_suffice_is_told_before_anything_is_trained(
    train: Any, monkeypatch: pytest.MonkeyPatch, full: bool, remedy: str
) -> None:
    monkeypatch.setattr(room, "free_memory", lambda device: 30_000_000)
    with pytest.raises(TrainingError, match=f"too little memory.* GB free.*{remedy}"):
        train(full=full)


def test_where_it_is_scarce_fewer_clips_are_computed_at_once(train: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    model, job = learner_of(load_base(jobs.BASE), Job(jobs.BASE, full=True)), Job(jobs.BASE, full=True)
    clip = room.activations(model, job, 3000)
    learnt = sum(p.numel() for p in model.parameters() if p.requires_grad)
    monkeypatch.setattr(room, "free_memory", lambda device: 16 * learnt + clip)
    assert room.most_at_once(model, job, torch.device("cpu")) == 3  # of ten seconds, which is one of thirty
    for device, wanted in (("cuda", [9, 9, 6, 3]), ("cpu", [9, 9, 4, 1])):
        assert [room.together(9, frames, torch.device(device)) for frames in (200, 1000, 1500, 3000)] == wanted
    done, events = train(batch=4)
    assert done["status"] == "finished"
    assert "3 clips at once" in of(events, "warning", "message")[0]


def test_a_disk_without_room_for_the_checkpoints_is_told_too(train: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 50_000_000}))
    with pytest.raises(TrainingError, match=r"too little room in .*: delete old runs"):
        train()


def test_there_is_some_memory_here_and_a_lower_limit_counts() -> None:
    assert 10_000_000 < room.free_memory(torch.device("cpu")) < 1 << 50
