"""`tertulia runs [N]`: all runs, or all that is known of one."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli import verdicts
from tui.cli.marking import LEGEND, marked

if TYPE_CHECKING:
    from core.runs.state import RunState
    from store.database import Store
    from store.runs import Run
    from store.versions import ModelVersion

HELP = "list the training runs, or show all about one"
SAMPLES = 5
"""Sentences before and after that are shown; --json has all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", nargs="?", type=int, metavar="N", help="the number of one run")
    parser.add_argument("--json", action="store_true", help="one JSON object a run")


def run(options: argparse.Namespace) -> int:
    """List the runs, the newest first, or show one."""
    from core.versions import registry
    from store import runs
    from store.database import Store
    from store.paths import data_folder

    with Store.open(data_folder()) as store:
        registry.settle(store)
        found = runs.runs(store) if options.number is None else [runs.run(store, options.number)]
        versions = {version.run: version for version in registry.all_versions(store) if version.run is not None}
        for one in found:
            _tell(store, one, versions.get(one.id), options)
    if not found and not options.json:
        print("No run was begun yet: `tertulia train` begins one.")
    return 0


def _tell(store: Store, run: Run, version: ModelVersion | None, options: argparse.Namespace) -> None:
    """One run, in short or in full."""
    from core.runs.watch import RunWatch

    watch = RunWatch(run.folder)
    watch.poll()
    state = watch.state
    whole = options.number is not None
    if options.json:
        figures = _figures(store, run, state, version)
        print(json.dumps({**figures, **(_details(run, state) if whole else {})}, ensure_ascii=False))
        return
    made = "" if version is None else f"  {version.name}: {verdicts.scored(version)}"
    print(
        f"{run.id:>4}  {_day(run.started_at)}  {_status(run, state):9} {run.preset or 'own':8}{_steps(state)}{made}"
    )
    if whole:
        print("\n".join(_lines(store, run, state)))


def _figures(store: Store, run: Run, state: RunState, version: ModelVersion | None) -> dict[str, Any]:
    scores: dict[str, Any] = dict.fromkeys((*verdicts.SCORES, "verdict"))
    return {
        "run": run.id,
        "status": _status(run, state),
        "preset": run.preset,
        "base": _base(store, run),
        "started": run.started_at,
        "ended": run.ended_at,
        "step": state.step,
        "steps": state.steps,
        "version": None if version is None else version.name,
        **(scores if version is None else verdicts.scores(version)),
    }


def _details(run: Run, state: RunState) -> dict[str, Any]:
    from core.runs.launch import knobs_of

    message, hint = state.error or (None, None)
    return {
        "folder": str(run.folder),
        "stage": state.stage,
        "eta": state.eta,
        "losses": [{"step": step, "loss": loss, "lr": rate} for step, loss, rate in state.loss_points],
        "dev": [
            {"step": step, "wer": wer, "wer_low": low, "wer_high": high} for step, wer, low, high in state.evals
        ],
        "best_step": state.best_step,
        "strength": state.strength,
        "train_seconds": state.train_seconds,
        "speech_per_second": state.speech_per_second,
        "memory_mb": state.memory_mb,
        "samples": [{"reference": said, "before": before, "heard": heard} for said, before, heard in state.samples],
        "warnings": state.warnings,
        "message": message,
        "hint": hint,
        "job": knobs_of(run),
    }


def _lines(store: Store, run: Run, state: RunState) -> Iterator[str]:
    from core.runs.state import STAGES
    from core.words import duration

    yield f"      from {_base(store, run) or 'an unknown base'}, in {run.folder}"
    if not state.ended and state.stage:
        left = "" if state.eta is None else f", about {duration(state.eta)} left"
        yield f"      {STAGES.get(state.stage, state.stage)}{left}"
    if state.train_seconds:
        yield (
            f"      about {duration(state.train_seconds)} of learning, "
            f"{state.train_speech / state.train_seconds:.1f} seconds of speech a second"
            + (f", {state.memory_mb:,.0f} MB of memory" if state.memory_mb else "")
        )
    for step, wer, low, high in state.evals:
        best = "  ← best" if step == state.best_step else ""
        yield f"      step {step:>6,}  dev {100 * wer:5.1f} % [{100 * low:.1f}, {100 * high:.1f}]{best}"
    if state.strength is not None:
        yield f"      {state.strength:g} of what was learnt is applied"
    for warning in state.warnings:
        yield f"      ! {warning}"
    if state.error is not None and state.status == "failed":
        message, hint = state.error
        yield f"      {message.rstrip('.')}; {hint.rstrip('.')}."
    if state.samples:
        yield f"      Sentences of dev ({LEGEND})"
    for said, before, heard in state.samples[:SAMPLES]:
        yield f"        said    {said}"
        yield f"        before  {marked(said, before)}"
        yield f"        now     {marked(said, heard)}"


def _status(run: Run, state: RunState) -> str:
    """As the run's folder says; as the database says, where the folder says nothing."""
    return run.status if state.status == "preparing" else state.status


def _steps(state: RunState) -> str:
    return f"step {state.step:,} of {state.steps:,}" if state.steps else "no step yet"


def _base(store: Store, run: Run) -> str:
    """The name of what a run started from; empty where nobody knows."""
    from core.runs.launch import knobs_of
    from core.versions.active import RECOGNISER
    from models import catalog
    from store.versions import version

    if run.base is not None:
        return version(store, run.base).name
    base = Path(str(knobs_of(run).get("base", "")))
    starter = catalog.starter(RECOGNISER)
    return starter.name if starter.path and base == starter.path.with_name(RECOGNISER) else base.name


def _day(moment: str) -> str:
    return moment[:16].replace("T", " ")
