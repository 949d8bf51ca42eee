"""The trainer is killed wherever it hurts most, resumed, and ends with the very adapter of an undisturbed run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE

torch = pytest.importorskip("torch", reason="the training extra is not installed")

from safetensors.torch import load_file  # noqa: E402

from tests.trainer import jobs  # noqa: E402
from trainer.events import read_events  # noqa: E402

POINTS = [
    ("trainer.training:Training._gradients", 2),  # in the middle of a step
    ("trainer.checkpoints:_hash", 1),  # a checkpoint's tensors are written, its manifest is not
    ("trainer.files:sync", 3),  # all is written, not all on the disk
    ("trainer.files:sync", 10),  # the second checkpoint
    ("trainer.training:hear", 2),  # looking at dev
    ("trainer.checkpoints:prune", 1),  # a checkpoint is there, the old ones too
    ("trainer.training:save_adapter", 1),  # the result is being put together
    ("trainer.finishing:merge", 1),  # the strength is chosen
    ("trainer.export:shutil.copyfile", 3),  # in the middle of merging
    ("trainer.finishing:convert", 1),  # merged
    ("trainer.files:settle_folder", 1),  # converted, without its name
    ("trainer.finishing:verify", 1),  # merged and converted, not yet compared
    ("trainer.finishing:settle_folder", 1),  # the version is whole, not yet in its place
    ("trainer.evaluating:evaluate", 2),  # one recogniser was run, the other not
    ("trainer.evaluating:write_json", 2),  # both were, the report is not written
]


def run(folder: Path, plan: list[tuple[str, int]]) -> list[int]:
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "tests.trainer.kills", str(folder), json.dumps(plan)],
        cwd=jobs.ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(jobs.ROOT)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    return list(json.loads(ran.stdout))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    return jobs.learner(tmp_path_factory.mktemp("audio"), train=10, dev=3, replay=6, test=2)


def test_killed_at_many_points_it_ends_with_the_same_bits(tmp_path: Path, rows: list[dict[str, object]]) -> None:
    knobs = {
        "batch": 3,
        "max_steps": 6,
        "evaluate_every": 3,
        "margin": 0.2,
        "checkpoint_every": 2,
        "full_windows": 0.0,
        "before": str(jobs.BASE.with_name("recogniser-ct2")),
    }
    calm, hurt = (jobs.job(tmp_path / name, rows, **knobs) for name in ("calm", "hurt"))
    assert run(calm, [("", 0)]) == [0], (calm / "log").read_text()[-2000:]
    assert run(hurt, [*POINTS, ("", 0)]) == [-9] * len(POINTS) + [0], (hurt / "log").read_text()[-2000:]

    adapters = [load_file(folder / "adapter" / "adapter_model.safetensors") for folder in (calm, hurt)]
    assert adapters[0].keys() == adapters[1].keys()
    assert all(torch.equal(adapters[0][name], adapters[1][name]) for name in adapters[0])
    assert any(bool(tensor.any()) for name, tensor in adapters[0].items() if "lora_B" in name)
    assert not list(hurt.rglob("tmp-*"))
    versions = [(folder / "version/recogniser-ct2/model.bin").read_bytes() for folder in (calm, hurt)]
    assert versions[0] == versions[1]
    reports = [json.loads((folder / "report.json").read_text())["after"]["sets"] for folder in (calm, hurt)]
    assert reports[0] == reports[1] != {}

    curves = [
        {e["step"]: e["loss"] for e in read_events(f / "events.jsonl") if e["event"] == "step"}
        for f in (calm, hurt)
    ]
    assert curves[0] == curves[1]
    assert sorted(curves[0]) == list(range(1, 7))
