"""What is known about a run from its events: the figures and curves that a screen shows.

Events come from a file that a dying process, a full disk or a newer trainer may have written, so whatever has
the wrong type is passed over, and unknown events and fields are ignored.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from store.text import clean
from trainer.contract.events import Name

POINTS = 2000
"""Points of a curve: more than any terminal has columns. Of a longer run every second, fourth … is kept."""
WARNINGS = 50
RECENT = 20
"""Steps over which throughput is averaged."""
STAGES = {
    "check": "checking the clips",
    "load": "loading the recogniser it starts from",
    "replay": "making speech that keeps the rest of Spanish alive",
    "train": "learning",
    "strength": "choosing how strongly to apply what was learnt",
    "merge": "merging what was learnt into the recogniser",
    "convert": "making it fast",
    "verify": "checking that the fast one hears the same",
    "evaluate": "hearing the test with the recogniser before and after",
}
"""What the trainer is at, as a person would say it."""
RESUME = "go on with `tertulia resume`: nothing up to the newest checkpoint is lost"


@dataclass(slots=True)
class RunState:
    """A run as its events have it."""

    status: str = "preparing"
    """preparing, running, stalled, stopped, failed or finished"""
    stage: str = ""
    """As `trainer.contract.events.Stage` names them."""
    step: int = 0
    steps: int = 0
    epoch: int = 0
    eta: float | None = None
    """Seconds of training still to go; None where nobody knows."""
    loss_points: list[tuple[int, float, float]] = field(default_factory=list)
    """Step, loss and learning rate; at most about POINTS of them."""
    evals: list[tuple[int, float, float, float]] = field(default_factory=list)
    """Step, and word error rate on dev with the bounds of its interval."""
    base_wer: float | None = None
    """On dev before the first step."""
    best_step: int | None = None
    speech_per_second: float | None = None
    """Seconds of speech trained on in a second, over the last steps."""
    step_seconds: float | None = None
    """Seconds of a step, likewise."""
    memory_mb: float | None = None
    gpu: dict[str, Any] | None = None
    """What the trainer says about the GPU, where there is one."""
    samples: list[tuple[str, str, str]] = field(default_factory=list)
    """Reference, as heard before training, as heard now."""
    strength: float | None = None
    """Of the adapter, chosen on dev."""
    progress: tuple[int, int] | None = None
    """How many of how many clips a stage that counts them is done with."""
    warnings: list[str] = field(default_factory=list)
    error: tuple[str, str] | None = None
    """What went wrong, and what to do about it."""
    train_seconds: float = 0.0
    """Spent in steps, those that were done twice included."""
    train_speech: float = 0.0
    """Seconds of speech they heard."""
    hello: dict[str, Any] = field(default_factory=dict)
    """Who is at work, with what, on what."""
    pid: int | None = None
    """Of the trainer that began last."""
    version: str = ""
    """Folder of the version that was made."""
    report: str = ""
    """File with what it was found to be worth."""
    why: str = ""
    """What asked it to stop."""
    first_ts: float | None = None
    last_ts: float | None = None
    """Seconds since 1970 of the first and the last event, as the trainer's clock had it: for people only."""
    stride: int = 1
    """Every so many steps there is a point in `loss_points`."""
    _recent: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=RECENT))

    def take(self, event: dict[str, Any]) -> None:
        """Take one event in; what is not as it should be is passed over."""
        self.last_ts = number(event.get("ts")) or self.last_ts
        self.first_ts = self.first_ts or self.last_ts
        taking = _TAKING.get(event["event"])
        if taking is not None:
            taking(self, event)

    @property
    def ended(self) -> bool:
        """Whether nothing more is to come, unless somebody resumes it."""
        return self.status in ("stopped", "failed", "finished")

    def _start(self, event: dict[str, Any]) -> None:
        self.status, self.stage, self.error, self.why, self.progress, self.eta = "running", "", None, "", None, None
        self.pid = whole(event.get("pid"))

    def _hello(self, event: dict[str, Any]) -> None:
        self.hello = event

    def _stage(self, event: dict[str, Any]) -> None:
        self.stage, self.progress = text(event.get("name")), None

    def _progress(self, event: dict[str, Any]) -> None:
        done, total = whole(event.get("done")), whole(event.get("total"))
        if done is not None and total is not None:
            self.progress = (done, total)

    def _train_begin(self, event: dict[str, Any]) -> None:
        step, steps = whole(event.get("step")), whole(event.get("steps"))
        if step is None or steps is None:
            return
        self.step, self.steps = step, steps
        # What came after the checkpoint that a run goes on from is about to happen again.
        self._recent.clear()
        while self.loss_points and self.loss_points[-1][0] > step:
            self.loss_points.pop()
        while self.evals and self.evals[-1][0] > step:
            self.evals.pop()

    def _step(self, event: dict[str, Any]) -> None:
        step, steps = event.get("step"), event.get("steps")
        if type(step) is not int or type(steps) is not int or not 0 <= step <= steps:
            return
        self.step, self.steps, self.stage = step, steps, "train"
        self.epoch = whole(event.get("epoch")) or 0
        self.eta = number(event.get("eta"))
        self.memory_mb = number(event.get("memory_mb")) or self.memory_mb
        gpu = event.get("gpu")
        self.gpu = gpu if isinstance(gpu, dict) else self.gpu
        seconds, speech = number(event.get("seconds")), number(event.get("speech_seconds"))
        if seconds is not None and speech is not None and seconds > 0:
            self.train_seconds += seconds
            self.train_speech += speech
            self._recent.append((seconds, speech))
            spent = sum(one for one, _ in self._recent)
            self.step_seconds = spent / len(self._recent)
            self.speech_per_second = sum(one for _, one in self._recent) / spent
        loss, rate = number(event.get("loss")), number(event.get("lr"))
        if loss is not None and rate is not None:
            self._point(step, loss, rate)

    def _point(self, step: int, loss: float, rate: float) -> None:
        points = self.loss_points
        while points and points[-1][0] >= step:
            points.pop()  # it happened again, after a resume
        if points and points[-1][0] % self.stride:
            points.pop()  # it was there only because it was the newest
        points.append((step, loss, rate))
        if len(points) > POINTS:
            self.stride *= 2
            self.loss_points = [point for point in points if not point[0] % self.stride or point[0] == step]

    def _eval(self, event: dict[str, Any]) -> None:
        step, wer = whole(event.get("step")), number(event.get("wer"))
        if step is None or wer is None:
            return
        low, high = number(event.get("wer_low")), number(event.get("wer_high"))
        while self.evals and self.evals[-1][0] >= step:
            self.evals.pop()
        self.evals.append((step, wer, wer if low is None else low, wer if high is None else high))
        if len(self.evals) > POINTS:
            del self.evals[1::2]
        if step == 0:
            self.base_wer = wer
        self.best_step = whole(event.get("best_step"))
        samples = event.get("samples")
        if isinstance(samples, list):
            self.samples = [
                (text(one.get("reference")), text(one.get("before")), text(one.get("heard")))
                for one in samples[:WARNINGS]
                if isinstance(one, dict)
            ]

    def _strength(self, event: dict[str, Any]) -> None:
        self.strength = number(event.get("chosen"))

    def _warning(self, event: dict[str, Any]) -> None:
        if message := text(event.get("message")):
            self.warnings = [*self.warnings, message][-WARNINGS:]

    def _stopping(self, event: dict[str, Any]) -> None:
        self.why = text(event.get("why"))

    def _error(self, event: dict[str, Any]) -> None:
        self.status, self.eta = "failed", None
        self.error = (text(event.get("message")) or "The trainer failed", text(event.get("hint")) or RESUME)

    def _done(self, event: dict[str, Any]) -> None:
        self.status, self.eta = "stopped" if event.get("status") == "stopped" else "finished", None
        self.version, self.report = text(event.get("version")), text(event.get("report"))
        strength = number(event.get("strength"))
        self.strength = self.strength if strength is None else strength


_TAKING: dict[Name, Callable[[RunState, dict[str, Any]], None]] = {
    "start": RunState._start,
    "hello": RunState._hello,
    "stage": RunState._stage,
    "replay": RunState._progress,
    "evaluate": RunState._progress,
    "train_begin": RunState._train_begin,
    "step": RunState._step,
    "eval": RunState._eval,
    "strength": RunState._strength,
    "warning": RunState._warning,
    "stopping": RunState._stopping,
    "error": RunState._error,
    "done": RunState._done,
}


def number(value: object) -> float | None:
    """A finite number, else None."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value) if math.isfinite(value) else None
        except OverflowError:
            return None
    return None


def whole(value: object) -> int | None:
    """A whole number that is not negative, else None."""
    return value if type(value) is int and 0 <= value < 1 << 62 else None


def text(value: object) -> str:
    """Text fit for a screen; empty for anything else."""
    return clean(value[:2000], limit=None) if isinstance(value, str) else ""
