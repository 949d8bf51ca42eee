"""The middle of the demonstration, as the app does it: the training, the gate, the promotion."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from core.demo.errors import DemoError
from core.demo.learner import LearnerPlan
from core.demo.scenes import Act, ActProgress, Begins, Proved, Scene, Trained
from core.runs import launch
from core.runs.errors import TrainingRefused
from core.runs.snapshot import RunChoice
from core.runs.state import RESUME, RunState
from core.runs.watch import RunWatch
from core.versions import gate, registry
from store.database import Store
from store.runs import Run, runs
from trainer.contract.folder import JOB

OnScene = Callable[[Scene], None]

LOOK = 0.3
"""Seconds between two looks at the run."""
PATIENCE = 30.0
"""Seconds that a trainer gets to end, when the demonstration is interrupted."""
TEST = "test"
"""The set of an evaluation that is the learner's."""
EXAMPLES = 3
STAGES = {
    "check": "looking at the corrections",
    "replay": "speaking in other voices: sentence",
    "load": "loading the recogniser",
    "train": "learning",
    "strength": "choosing how much of what was learnt to take",
    "merge": "merging it into the recogniser",
    "convert": "making it fast",
    "verify": "checking that the fast one hears the same",
    "evaluate": "hearing what was held out: clip",
}
"""What the trainer is at; the stages with many clips end with what is counted."""


def teach(store: Store, plan: LearnerPlan, on_scene: OnScene) -> Proved:
    """Train on the corrections, or go on with the training that was begun, and hear the gate.

    Raises:
        DemoError: the run failed, or somebody stopped it.
        TrainingRefused: nothing can be trained here.
        StoreError: the disk is full.
    """
    on_scene(Begins("train"))
    try:
        run, watch = _under_way(store, plan)
        _follow(run, watch, on_scene)
    except BaseException:
        _stop(store)
        raise
    registry.settle(store)
    version = next((one for one in registry.all_versions(store) if one.run == run.id), None)
    report = None if version is None else registry.report_of(store, version)
    if version is None or report is None:
        raise DemoError(
            f"The run in {run.folder} made nothing that was measured", "play it in another folder", run.folder
        )
    proved = Proved(version.name, gate.judge(report), _examples(report))
    on_scene(proved)
    return proved


def promote(store: Store, proved: Proved) -> bool:
    """Let the version in if the gate does; whether it listens now. Raises ModelError, StoreError."""
    if not proved.verdict.promotable:
        return False
    registry.promote(store, proved.version)
    return True


def _under_way(store: Store, plan: LearnerPlan) -> tuple[Run, RunWatch]:
    """The run to follow: begun now, gone on with, or at work or done already."""
    registry.settle(store)
    run = next(iter(runs(store)), None)
    if run is None or not (run.folder / JOB).is_file():
        run = launch.begin(store, RunChoice(knobs=plan.knobs))
        return run, RunWatch(run.folder)
    watch = RunWatch(run.folder)
    watch.poll()
    if watch.state.status != "finished" and not launch.alive(run):
        launch.resume(store, run)
        watch.poll()
    return run, watch


def _follow(run: Run, watch: RunWatch, on_scene: OnScene) -> None:
    """OnScene how the run goes until it has finished. Raises DemoError where it does not."""
    act: Act = "train"
    while not watch.state.ended:
        if watch.state.stage == "evaluate" and act == "train":
            act = _trained(run, watch.state, on_scene)
        on_scene(ActProgress(act, *_how_far(watch.state)))
        time.sleep(LOOK)
        watch.poll()
    state = watch.state
    if state.status == "stopped":
        raise DemoError(f"Somebody stopped the training at step {state.step}", "play it again, and it goes on")
    if state.status == "failed":
        message, hint = state.error or ("The trainer failed", RESUME)
        raise DemoError(message.rstrip("."), hint.rstrip("."), run.folder)
    if act == "train":
        _trained(run, state, on_scene)


def _trained(run: Run, state: RunState, on_scene: OnScene) -> Act:
    on_scene(Trained(run.id, state.step, state.best_step, state.strength, state.train_seconds))
    on_scene(Begins("prove"))
    return "prove"


def _how_far(state: RunState) -> tuple[str, float | None]:
    """What the run is at, and the share of it that is done."""
    doing = STAGES.get(state.stage, state.stage) or "starting the trainer"
    if state.status == "stalled":
        return f"{doing}; the trainer has said nothing for a while", None
    if state.stage == "train" and state.steps:
        parts = [f"{doing}: step {state.step} of {state.steps}"]
        if state.evals and state.base_wer is not None:
            parts.append(f"dev {100 * state.base_wer:.0f} → {100 * state.evals[-1][1]:.0f} % misheard")
        if state.eta is not None:
            minutes, seconds = divmod(round(state.eta), 60)
            parts.append(f"{minutes}:{seconds:02} left")
        return ", ".join(parts), state.step / state.steps
    if state.progress is None:
        return doing.partition(":")[0], None
    done, total = state.progress
    return f"{doing} {done:,} of {total:,}", done / total if total else None


def _examples(report: gate.Report) -> tuple[tuple[str, str, str], ...]:
    """The held-out sentences that gained most."""
    pairs = zip(report.before.sets.get(TEST, ()), report.after.sets.get(TEST, ()), strict=True)
    gained = sorted(pairs, key=lambda pair: pair[1].words.count - pair[0].words.count)[:EXAMPLES]
    return tuple(
        (before.reference, before.heard, after.heard)
        for before, after in gained
        if after.words.count < before.words.count
    )


def _stop(store: Store) -> None:
    """End the trainer that is at work, and wait until it is gone: nobody is left who would want what it makes."""
    deadline = time.monotonic() + PATIENCE
    asked = False
    while run := next((one for one in runs(store) if launch.alive(one)), None):
        late = time.monotonic() > deadline
        if not asked or late:
            with contextlib.suppress(TrainingRefused, OSError):  # it has just ended
                launch.stop(run, force=late)
            asked = True
        time.sleep(LOOK / 3)
