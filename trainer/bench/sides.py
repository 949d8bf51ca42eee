"""One side of the bench, in a process of its own: `python -P -m trainer.bench.sides standard|ours FOLDER`.

It trains as the plan in the folder says and prints one JSON object: what every step cost, and the most memory it
ever held. Where something was learnt, the folder then holds a version to hear with, made of the adapter just as the
trainer makes one.
"""

from __future__ import annotations

import dataclasses
import json
import math
import resource
import statistics
import sys
from pathlib import Path
from typing import Any

from trainer.bench.measured import Side
from trainer.bench.plan import SIDES, BenchPlan, read
from trainer.contract.clips import Clip


def main() -> int:
    """The command line; see the module's docstring."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    if name not in SIDES:
        print(f"There is no side {name}: choose {' or '.join(SIDES)}.", file=sys.stderr)
        return 2
    from trainer.events import private_stdout

    stdout = private_stdout()  # the libraries print
    plan, clips = read(folder)
    side, adapter = _trained(name, plan, clips, folder / name)
    side.peak_mb = _peak_mb(side.device)
    _count(plan, clips, side)
    if not plan.timed_only:
        _deploy(Path(plan.base), adapter, folder / name)
    print(json.dumps(dataclasses.asdict(side)), file=stdout)
    return 0


def _trained(name: str, plan: BenchPlan, clips: list[Clip], folder: Path) -> tuple[Side, Path]:
    """Let that side train in its own folder; what was measured, and where the adapter lies."""
    import torch

    torch.set_num_threads(plan.threads)
    folder.mkdir()
    if name == "ours":
        from trainer.bench.ours import train
    else:
        from trainer.bench.standard import train
    return train(plan, clips, folder)


def _peak_mb(device: str) -> int:
    import torch

    if device != "cpu":
        return int(torch.cuda.max_memory_allocated()) >> 20
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most >> (20 if sys.platform == "darwin" else 10)


def _count(plan: BenchPlan, clips: list[Clip], side: Side) -> None:
    """Note how much arithmetic the steps were, and how much there could have been."""
    import torch
    from transformers import WhisperConfig

    from trainer.bench.flops import a_window, peak
    from trainer.contract.job import job_from
    from trainer.labels import Labels

    job, config = (
        job_from(plan.knobs(), Path(plan.base)),
        WhisperConfig.from_pretrained(plan.base, local_files_only=True),
    )
    labels = Labels(job.base)
    tokens = math.ceil(statistics.mean(labels.positions(c.text) for c in clips if c.split == "train"))
    side.steps = [
        dataclasses.replace(step, operations=plan.batch * a_window(config, job, step.frames, tokens))
        for step in side.steps
    ]
    device = torch.device("cpu" if side.device == "cpu" else "cuda")
    side.most_operations, side.most_known = peak(device, side.precision)


def _deploy(base: Path, adapter: Path, folder: Path) -> None:
    """Merge an adapter into the base and convert it, as the trainer does with its own."""
    from peft import PeftModel

    from trainer.adapter import load_base
    from trainer.contract.folder import DEPLOYED, TRAINABLE
    from trainer.export import convert, merge

    model: Any = PeftModel.from_pretrained(load_base(base), str(adapter))
    merge(model, base, folder / TRAINABLE)
    convert(folder / TRAINABLE, folder / DEPLOYED, "int8")


if __name__ == "__main__":
    sys.exit(main())
