"""Our side: the trainer itself, on a job folder, as the app starts it; only its clock is read on the way."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from trainer.bench.measured import Side, Step, Stopwatch
from trainer.bench.plan import BenchPlan
from trainer.contract import folder as names
from trainer.contract.clips import Clip, line_of
from trainer.contract.events import Name
from trainer.contract.job import job_from
from trainer.events import Events
from trainer.run import run
from trainer.stopping import StopRequest
from trainer.world import World


class Clocked(Events):
    """Events that nobody reads, and what each step cost. Looking at dev and checkpoints between steps is left out:
    the standard recipe is spared both here."""

    def __init__(self) -> None:
        super().__init__(None)
        self.steps: list[Step] = []
        self.trainable = 0
        self.precision = self.device = ""
        self._watch = Stopwatch()

    def emit(self, event: Name, durable: bool = False, **fields: Any) -> None:
        cpu, wall = self._watch.lap()
        if event == "step":
            self.steps.append(Step(cpu, wall, fields["speech_seconds"], fields["frames"]))
        elif event == "train_begin":
            self.trainable, self.precision = fields["trainable"], fields["precision"]
        elif event == "hello":
            self.device = fields["device"]


def train(plan: BenchPlan, clips: Iterable[Clip], folder: Path) -> tuple[Side, Path]:
    """Train by our recipe; steps in short windows and in full ones apart where only a few of each are timed."""
    lines = [line_of(clip) for clip in clips]
    _, short, full = plan.steps
    parts: list[tuple[str, dict[str, Any]]] = [("run", {})]
    if plan.timed_only:
        # One step more, which is not counted: the libraries choose their ways at the first sight of a shape.
        parts = [
            ("short", {"full_windows": 0.0, "max_steps": short + 1}),
            ("full", {"full_windows": 1.0, "max_steps": full + 1}),
        ]
    side, adapter = Side(full_windows=job_from(plan.knobs(), folder).full_windows), folder
    for name, knobs in parts:
        job = folder / name
        job.mkdir()
        (job / names.JOB).write_text(json.dumps(plan.knobs(**knobs)), encoding="utf-8")
        (job / names.MANIFEST).write_text("".join(lines), encoding="utf-8")
        events = Clocked()
        done = run(job, False, events, StopRequest(job), World())
        adapter = Path(done["adapter"])
        side.steps += events.steps[1:] if plan.timed_only else events.steps
        side.trainable, side.precision, side.device = events.trainable, events.precision, events.device
    return side, adapter
