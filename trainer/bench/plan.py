"""What both sides train on and how: one plan in a folder, the same for both.

The folder holds plan.json and manifest.jsonl; the base lies where the plan says. The learner is invented and speaks
with an accent that the starter was never taught (trainer.synthesis.learner).
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainer.contract.clips import Clip, read_manifest
from trainer.contract.errors import TrainerError
from trainer.contract.folder import MANIFEST
from trainer.manifest import measured

STARTER = Path(__file__).parents[2] / "models" / "starter" / "recogniser"
SIDES = ("standard", "ours")
DEV = 2
"""Held-out clips that our trainer must look at, and that are not measured on."""


class BenchError(TrainerError):
    """A bench that cannot be run to its end."""


@dataclass(frozen=True)
class BenchPlan:
    """How much to train, on what."""

    geometry: str = "starter"
    """starter: its real weights, trained to the end. Another one has random weights, so a few steps are timed."""
    base: str = str(STARTER)
    clips: int = 40
    """To train on."""
    held_out: int = 60
    """Others, to measure on."""
    batch: int = 8
    epochs: int = 8
    rate: float = 1e-3
    """The same peak for both sides: the event's 1e-5 is for whole networks, and teaches an adapter nothing."""
    steps: tuple[int, int, int] = (0, 0, 0)
    """To be timed: of the standard recipe, of ours in short windows, of ours in full ones; 0 for all there are."""
    recipe: dict[str, Any] = field(default_factory=dict)
    """Knobs of ours that the app sets for such a network. Those of the adapter hold for both sides."""
    device: str = "auto"
    precision: str = "auto"
    threads: int = 1
    seed: int = 1

    @property
    def timed_only(self) -> bool:
        return self.geometry != "starter"

    def knobs(self, **more: Any) -> dict[str, Any]:
        """job.json of our side. What the standard recipe has no counterpart for is left out where it is data: no
        replay, no windows of silence. What is recipe stays: augmentation, timestamps, windows of any length."""
        return {
            "version": 1, "base": self.base, "seed": self.seed, "device": self.device, "precision": self.precision,
            "threads": self.threads, "batch": self.batch, "micro_batch": self.batch, "epochs": self.epochs,
            "learning_rate": self.rate, "replay": 0.0, "noise": 0.0, "export": False, "heartbeat": 600.0,
            "evaluate_every": 1_000_000, "checkpoint_every": 1_000_000, **self.recipe, **more,
        }  # fmt: skip


PLANS = {
    "starter": BenchPlan(recipe={"where": "encoder", "full_windows": 0.03}),
    "base": BenchPlan("base", clips=24, held_out=DEV + 1, batch=4, epochs=10, steps=(3, 8, 3)),
    "small": BenchPlan("small", clips=48, held_out=DEV + 1, batch=16, epochs=50, steps=(12, 24, 12)),
}


def on_a_processor(plan: BenchPlan) -> BenchPlan:
    """The plan with less of what takes a processor minutes a step."""
    return dataclasses.replace(plan, batch=2, epochs=10, steps=(1, 4, 1)) if plan.geometry == "small" else plan


def write(plan: BenchPlan, folder: Path) -> BenchPlan:
    """Make everything that both sides need in a folder; returns the plan with its base.

    Raises:
        BenchError: the learner cannot speak, or the base cannot be made.
    """
    learner = folder / "learner"
    held_out = max(plan.held_out, DEV + 1)
    in_a_child(
        "trainer.synthesis.learner", str(learner), "--sentences", str(plan.clips), "--held-out", str(held_out),
        "--seed", str(plan.seed),
    )  # fmt: skip
    if plan.timed_only:
        in_a_child("trainer.geometry", plan.geometry, str(folder / "base"), "--only", "recogniser")
        plan = dataclasses.replace(plan, base=str(folder / "base" / "recogniser"))
    said = [json.loads(line) for line in (learner / "learner.jsonl").read_text(encoding="utf-8").splitlines()]
    splits = ["train"] * plan.clips + ["dev"] * DEV + ["test"] * (held_out - DEV)
    rows = [_row(learner / one["file"], one["text"], split) for one, split in zip(said, splits, strict=True)]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    (folder / "plan.json").write_text(json.dumps(dataclasses.asdict(plan)), encoding="utf-8")
    return plan


def read(folder: Path) -> tuple[BenchPlan, list[Clip]]:
    """The plan of a folder and its clips."""
    body = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    return BenchPlan(**{**body, "steps": tuple(body["steps"])}), read_manifest(folder / MANIFEST)[0]


def in_a_child(module: str, *arguments: str, threads: int = 1) -> str:
    """Run a module in a process of its own; returns what it prints. Raises BenchError when it fails."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", module, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        encoding="utf-8", errors="replace", check=False, env={
            **os.environ, "OMP_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1",
            "TOKENIZERS_PARALLELISM": "false",
        },
    )  # fmt: skip
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise BenchError(f"{module} ended with {done.returncode}", "see what it said above")
    return done.stdout


def _row(path: Path, text: str, split: str) -> dict[str, Any]:
    """A clip's line of the manifest; every sentence is a recording of its own here."""
    samples, sha256 = measured(path)
    return {
        "audio": str(path), "start": 0, "end": samples, "text": text, "words": [], "split": split,
        "speaker": "learner", "recording": path.stem, "sha256": sha256, "origin": "learner",
    }  # fmt: skip
