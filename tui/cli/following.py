"""Following a run from the command line, from its first word or from where it goes on, to what came of it.

The run is a process of its own, so nothing that happens here can hurt it: ctrl+c asks it to stop and waits, a
second one waits no longer, and a closed terminal leaves it at work.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import SENTENCES, TROUBLE
from core.runs.state import RESUME, STAGES, RunState, number, text
from core.runs.watch import GRACE, RunWatch
from core.words import duration
from store.runs import Run
from tui.cli import verdicts
from tui.cli.progress import ProgressLine, say

if TYPE_CHECKING:
    from core.versions.gate import Verdict
    from store.versions import ModelVersion

LOOK = 0.2
"""Seconds between two looks at the run's folder."""
EVERY = 30.0
"""Seconds between two lines about steps where no bar can be drawn."""
LETTING_GO = 5.0
"""Seconds in which a trainer that has said its last word ends."""


class Follower:
    """Shows how a run goes.

    Args:
        as_json: every event as a line of JSON, instead of words and a bar.
    """

    def __init__(self, run: Run, as_json: bool) -> None:
        self.run = run
        self.last: dict[str, Any] = {}
        """The event that ended it, where one did."""
        self._json = as_json
        self._watch = RunWatch(run.folder)
        self._began = True
        self._said = time.monotonic()

    @property
    def state(self) -> RunState:
        return self._watch.state

    def skip(self) -> None:
        """Read what the run has reported so far without showing it: it is about to go on."""
        self._watch.poll()
        self._began = False

    def follow(self) -> None:
        """Show what happens until the run has ended, or until a second ctrl+c."""
        until = time.monotonic() + GRACE
        asked = stalled = False
        with ProgressLine() as line, _interrupts() as pressed:
            while True:
                for event in self._watch.poll():
                    self._began = True
                    self._take(event, line)
                if self._began and self.state.ended:
                    break
                if not self._began and time.monotonic() > until:
                    self.state.status, self.state.error = "failed", ("The trainer never began", RESUME)
                    break
                if pressed and not asked:
                    asked = True
                    line.clear()
                    self._ask_to_stop()
                elif len(pressed) > 1:
                    return
                if self.state.status == "stalled" and not stalled:
                    line.clear()
                    say(
                        "The trainer has said nothing for a while: wait, or end it with "
                        f"`tertulia stop {self.run.id} --force`, it can be resumed."
                    )
                stalled = self.state.status == "stalled"
                self._bar(line)
                time.sleep(LOOK)
        self._let_go()

    def _take(self, event: dict[str, Any], line: ProgressLine) -> None:
        """Show one event. The last one is kept for whoever knows what came of the run."""
        if event["event"] == "done":
            self.last = event
        elif self._json:
            line.clear()
            print(json.dumps(event, ensure_ascii=False), flush=True)
        elif words := self._words(event):
            line.clear()
            print(words, flush=True)
            self._said = time.monotonic()

    def _words(self, event: dict[str, Any]) -> str:
        """What is worth a line of its own of an event; by its own fields, for the state may be further on."""
        match event["event"]:
            case "start":
                how = "goes on" if event.get("resume") is True else "begins"
                return f"Run {self.run.id} {how}; ctrl+c stops it, and it can be resumed."
            case "stage" if name := text(event.get("name")):
                return f"{_sentence(STAGES.get(name, name))}."
            case "eval":
                return self._misheard(event)
            case "step" if not sys.stderr.isatty() and time.monotonic() - self._said > EVERY:
                return f"{_sentence(self._how_far()[0])}."
            case "warning" if message := text(event.get("message")):
                say(f"{message.rstrip('.')}.")
        return ""

    def _misheard(self, event: dict[str, Any]) -> str:
        """How much of dev is misheard at a step; empty where the event does not say."""
        step, wer, low, high = (number(event.get(name)) for name in ("step", "wer", "wer_low", "wer_high"))
        if step is None or wer is None:
            return ""
        bounds = "" if low is None or high is None else f" [{100 * low:.1f}, {100 * high:.1f}]"
        base = self.state.base_wer
        before = f" (before: {100 * base:.1f} %)" if base is not None and step else ""
        rate = f"{100 * wer:.1f} %{bounds} of the words of dev misheard{before}"
        return f"Step {step:,.0f} of {self.state.steps:,}: {rate}."

    def _bar(self, line: ProgressLine) -> None:
        if self.state.status in ("running", "stalled"):
            line.show(*self._how_far())

    def _how_far(self) -> tuple[str, float | None]:
        """What the run is at, and the share of it that is done."""
        state = self.state
        doing = STAGES.get(state.stage, state.stage) or "beginning"
        if state.stage != "train" or not state.steps:
            if state.progress is None:
                return doing, None
            done, total = state.progress
            return f"{doing}, clip {done:,} of {total:,}", done / total if total else None
        parts = [f"step {state.step:,} of {state.steps:,}"]
        if state.loss_points:
            parts.append(f"loss {state.loss_points[-1][1]:.2f}")
        if state.evals:
            parts.append(f"dev {100 * state.evals[-1][1]:.1f} %")
        if state.eta is not None:
            parts.append(f"about {duration(state.eta)} left")
        return ", ".join(parts), state.step / state.steps

    def _ask_to_stop(self) -> None:
        from core.runs import launch

        try:
            launch.stop(self.run)
        except TROUBLE as error:
            say(str(error))
        else:
            say(f"Run {self.run.id} ends after this step and keeps what it learnt; ctrl+c again does not wait.")

    def _let_go(self) -> None:
        """Wait until the trainer is no more, so that another run can begin at once."""
        from core.runs import launch

        until = time.monotonic() + LETTING_GO
        while launch.alive(self.run) and time.monotonic() < until:
            time.sleep(LOOK / 4)


@dataclass(frozen=True, slots=True)
class Made:
    """What a run made, and what became of that."""

    version: ModelVersion | None = None
    verdict: Verdict | None = None
    promoted: bool = False
    rehearing: bool = False
    refused: str = ""
    """Why it was not promoted, although the verdict lets it."""


def follow(data: Path, follower: Follower, as_json: bool, promote: bool = False) -> int:
    """Show a run to its end, register what it made, and say what that is worth; the exit code.

    Args:
        promote: promote the version if its verdict lets it.
    """
    follower.follow()
    finished = follower.state.status == "finished"
    made = _settled(data, follower.run, promote) if finished else Made()
    if as_json:
        print(json.dumps(_last(follower, made), ensure_ascii=False), flush=True)
    elif finished:
        print("\n".join(_result(follower.run, made)))
    if sentence := made.refused or _unfinished(follower):
        say(sentence)
    return 0 if finished and not made.refused else 1


def _settled(data: Path, run: Run, promote: bool) -> Made:
    """Register what a finished run made, and promote it if that is wanted and right."""
    from core.versions import registry
    from store.database import Store

    with Store.open(data) as store:
        registry.settle(store)
        version = next((one for one in registry.all_versions(store) if one.run == run.id), None)
        verdict = None if version is None else registry.verdict_of(store, version)
        if version is None or verdict is None or not verdict.promotable or not promote:
            return Made(version, verdict)
        try:
            registry.promote(store, version.name)
        except SENTENCES as error:
            return Made(version, verdict, refused=str(error))
    return Made(version, verdict, promoted=True, rehearing=rehear(data))


def _result(run: Run, made: Made) -> Iterator[str]:
    """What a finished run made, in words."""
    version, verdict = made.version, made.verdict
    if version is None:
        yield f"Run {run.id} has finished and made no version."
        return
    yield f"Run {run.id} has finished and made the version {version.name}."
    if verdict is not None:
        yield from verdicts.said(verdict)
    if made.promoted:
        yield listens(version.name, made.rehearing)
    elif verdict is not None and verdict.promotable:
        yield f"It is not in use yet: promote it with `tertulia promote {version.name}`."
    else:
        yield f"It was not promoted; `tertulia promote {version.name} --force` does it all the same."


def _last(follower: Follower, made: Made) -> dict[str, Any]:
    """The last line: the trainer's own, with what came of it."""
    run, state, last = follower.run, follower.state, follower.last
    message, hint = state.error or (None, None)
    return {
        "event": "done", "status": state.status, "run": run.id, "folder": str(run.folder), "step": state.step,
        "steps": state.steps, "version": None if made.version is None else made.version.name,
        **verdicts.figures(made.verdict), "promoted": made.promoted, "rehearing": made.rehearing,
        "dev_before": last.get("wer_before"), "dev_after": last.get("wer_after"),
        "best_step": last.get("best_step"), "strength": state.strength, "message": message, "hint": hint,
    }  # fmt: skip


def rehear(data: Path) -> bool:
    """Transcribe the queue again, in the background; whether that was begun."""
    from core.versions.rehear import begin_rehearing

    try:
        begin_rehearing(data)
    except TROUBLE as error:
        say(f"The queue is not transcribed again: {error}")
        return False
    return True


def listens(name: str, rehearing: bool) -> str:
    """That a recogniser is in use now."""
    from core.versions.active import RECOGNISER, VARIABLES, asked_for

    now = f"{name} listens from now on."
    if wish := asked_for(RECOGNISER):
        now = f"{name} is the active version now, but {VARIABLES[RECOGNISER]} names {wish}, which goes before it."
    more = " The queue is transcribed again with it, in the background." if rehearing else ""
    return now + more


def _sentence(words: str) -> str:
    """Words with which a sentence begins."""
    return words[:1].upper() + words[1:]


def _unfinished(follower: Follower) -> str:
    """Why a run has no result, and what to do; empty where it has one."""
    run, state = follower.run, follower.state
    match state.status:
        case "finished":
            return ""
        case "stopped":
            where = f" at step {state.step:,} of {state.steps:,}" if state.steps else ""
            return f"Run {run.id} was stopped{where}: go on with `tertulia resume {run.id}`."
        case "failed":
            message, hint = state.error or ("the trainer failed", RESUME)
            return f"Run {run.id} failed: {message.rstrip('.')}; {hint.rstrip('.')}."
        case _:
            return f"Run {run.id} is still at work: `tertulia runs {run.id}` says how far it is."


@contextmanager
def _interrupts() -> Iterator[list[float]]:
    """Gathers the moments at which ctrl+c was pressed, instead of ending the process."""
    pressed: list[float] = []
    before = signal.signal(signal.SIGINT, lambda *_: pressed.append(time.monotonic()))
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)
