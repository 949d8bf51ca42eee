"""`python -P -m trainer.bench`: the standard recipe for fine-tuning Whisper against ours.

On the starter both train to the end on the same sentences of an invented learner, and what they learnt is measured
on others. With a real Whisper's geometry and random weights a few steps of each are timed.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trainer.bench import plan as plans
from trainer.bench.figures import compared
from trainer.bench.plan import PLANS, SIDES, BenchError, BenchPlan, in_a_child, on_a_processor, read
from trainer.contract.errors import TrainerError
from trainer.contract.folder import DEPLOYED

GOAL = 5.0
"""Times as much speech in the same time of compute."""


def main() -> int:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -P -m trainer.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--geometry", choices=PLANS, default="starter", help="which network; starter by default")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16", "fp16"), default="auto")
    parser.add_argument("--clips", type=int, help="sentences to train on, instead of the usual number")
    parser.add_argument("--held-out", type=int, help="sentences to measure on")
    parser.add_argument("--epochs", type=int, help="how often each is heard")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args()
    chosen = {name: getattr(options, name) for name in ("clips", "held_out", "epochs")}
    plan = dataclasses.replace(
        PLANS[options.geometry],
        device=options.device,
        precision=options.precision,
        **{name: value for name, value in chosen.items() if value},
    )
    try:
        figures = summary(plan, lambda words: print(words, file=sys.stderr, flush=True))
    except TrainerError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(figures, ensure_ascii=False) if options.json else table(figures))
    return 0


def summary(plan: BenchPlan, on_progress: Callable[[str], None] = lambda words: None) -> dict[str, Any]:
    """Let both sides train, one after the other, and compare them.

    Raises:
        TrainerError: what training needs is not installed, or a side did not come to its end.
    """
    if importlib.util.find_spec("torch") is None:
        raise BenchError("Training is not installed", "pip install 'tertulia[train]'")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tertulia-bench-") as temporary:
        folder = Path(temporary)
        if not _has_gpu(plan):
            if plan.device == "cuda":
                raise BenchError("There is no GPU that can be used here", "leave --device out, or say cpu")
            plan = on_a_processor(plan)
        on_progress(f"An invented learner says {plan.clips + plan.held_out} sentences.")
        plan = plans.write(plan, folder)
        sides = {}
        for name in SIDES:
            on_progress(f"Training: {'the standard recipe' if name == 'standard' else 'ours'}.")
            printed = in_a_child("trainer.bench.sides", name, str(folder), threads=plan.threads)
            sides[name] = json.loads(printed)
        figures = compared(sides["standard"], sides["ours"], plan.timed_only)
        figures = {
            "geometry": plan.geometry, "clips": plan.clips, "batch": plan.batch, "epochs": plan.epochs,
            "threads": plan.threads, **figures, "goal": GOAL, "met": figures["ratio"] >= GOAL,
        }  # fmt: skip
        if not plan.timed_only:
            on_progress("Hearing the held-out sentences.")
            figures |= _heard(plan, folder)
        return {**figures, "seconds": round(time.monotonic() - began, 1)}


def _heard(plan: BenchPlan, folder: Path) -> dict[str, Any]:
    from trainer.bench.hearing import heard

    test = [clip for clip in read(folder)[1] if clip.split == "test"]
    made = {name: folder / name / DEPLOYED for name in SIDES}
    return heard({"base": Path(plan.base).with_name(DEPLOYED), **made}, test, plan.threads)


def _has_gpu(plan: BenchPlan) -> bool:
    """Whether the sides will compute on one; asked in a child, since this process must stay slim: what a process
    holds when it starts another counts as the other's peak."""
    if plan.device == "cpu":
        return False
    return in_a_child("trainer.bench.gpu").strip() == "yes"


def table(figures: dict[str, Any]) -> str:
    """The figures for people."""
    standard, ours = figures["standard"], figures["ours"]
    rows = [
        ("", "standard", "ours"),
        ("speech a second of compute", *(_with(side, "speed", ".2f", " s") for side in (standard, ours))),
        ("compute", *(f"{side['compute_seconds']:.1f} s" for side in (standard, ours))),
        ("by the clock", *(f"{side['wall_seconds']:.1f} s" for side in (standard, ours))),
        ("speech heard", *(f"{side['speech_seconds']:.0f} s" for side in (standard, ours))),
        ("steps (in full windows)", *(f"{side['steps']} ({side['full_steps']})" for side in (standard, ours))),
        ("most memory", *(f"{side['peak_mb']} MB" for side in (standard, ours))),
        ("arithmetic", *(f"{side['operations_a_second'] / 1e9:,.1f} GFLOP/s" for side in (standard, ours))),
        ("of what the device can do", *(f"{side['share_of_peak']:.0%}" for side in (standard, ours))),
    ]
    if "wer" in figures:
        for windows, words in (("full", "WER in full windows"), ("short", "WER in short windows")):
            rows.append((words, *(_percent(figures["wer"][name][windows]) for name in SIDES)))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    where = (
        f"{ours['device']}, {ours['precision']}, {figures['threads']} thread(s); compute in {figures['compute']}"
    )
    head = f"{figures['geometry']}: {figures['clips']} clips, {figures['batch']} a step, {where}"
    verdict = f"ours is {_with(figures, 'ratio', '.1f', ' times')} as fast; the goal is {figures['goal']:g}"
    lines = [head, *lines, f"{verdict} {'✓' if figures['met'] else '✗'}"]
    if "wer" in figures:
        base = _percent(figures["wer"]["base"]["full"])
        lines += [
            f"before training {base}, on {figures['held_out']} held-out sentences of {figures['words']} words",
            f"ours as the app hears, minus the standard in full windows: {_percent(figures['change'], '+')}",
            f"the same, both in full windows: {_percent(figures['change_in_full_windows'], '+')}",
        ]
    return "\n".join(lines)


def _with(figures: dict[str, Any], name: str, form: str, unit: str) -> str:
    value, low, high = (figures[f"{name}{bound}"] for bound in ("", "_low", "_high"))
    return f"{value:{form}}{unit} [{low:{form}}, {high:{form}}]"


def _percent(figure: dict[str, float], sign: str = "") -> str:
    value, low, high = (f"{100 * figure[name]:{sign}.1f}" for name in ("value", "low", "high"))
    return f"{value} % [{low}, {high}]"


if __name__ == "__main__":
    sys.exit(main())
