"""A training run as it goes: how far it is, its two curves, and sentences before and after.

It is given the whole state each time and draws what changed, so that a run that is attached to late looks as if
it had been watched from its first step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from core.runs.state import STAGES
from core.words import duration
from store.runs import Run
from store.versions import ModelVersion
from tui.dataset.bars import bar
from tui.keys import letter
from tui.shell.listing import LineRow, Listing
from tui.text import plain
from tui.theme import ACCENT, BAD, FAINT, GOOD, MUTED, STRONG
from tui.train.curve import Curve, Plot, Point, thinned
from tui.train.differences import LEGEND, marked, wrapped

if TYPE_CHECKING:
    from core.runs.watch import RunState

MARKS = {
    "preparing": ("▶", STRONG),
    "running": ("▶", STRONG),
    "stalled": ("!", BAD),
    "stopped": ("■", STRONG),
    "failed": ("×", BAD),
    "finished": ("✓", GOOD),
}
LABEL = 8
"""Cells of the labels before sentences."""


class RunView(Vertical):
    """One run, from its state."""

    DEFAULT_CSS = """
    RunView { padding: 0; height: 1fr; }
    RunView #how { height: auto; padding: 0 1 0 3; margin-bottom: 1; }
    RunView #curves { height: 10; padding: 0 1 0 3; }
    RunView Curve { width: 1fr; height: 1fr; }
    RunView #wer { margin-left: 2; }
    RunView #samples { height: 1fr; min-height: 3; }
    RunView.-tall #curves { height: 16; }
    RunView.-low #curves { height: 6; }
    RunView.-slim #loss { display: none; }
    RunView.-slim #wer { margin-left: 0; }
    """

    def __init__(self) -> None:
        super().__init__(id="run")
        self._how = Static(id="how", markup=False)
        self.loss = Curve(id="loss")
        self.wer = Curve(id="wer")
        self.samples = Listing(id="samples")
        self._state: RunState | None = None
        self._title = ""

    def compose(self) -> ComposeResult:
        yield self._how
        with Horizontal(id="curves"):
            yield self.loss
            yield self.wer
        yield self.samples

    def show(self, state: RunState, title: str) -> None:
        """Show this state of the run of that name."""
        known = self._state
        self._state, self._title = state, title
        self._show_figures()
        last = float(state.steps or 0)
        self.loss.plot = Plot(
            "Loss", thinned([(s, loss) for s, loss, _ in state.loss_points if loss is not None]), last=last,
            empty="It is drawn when learning has begun.",
        )  # fmt: skip
        self.wer.plot = Plot(
            "Words misheard on dev", points(state.evals), marks=True, beat=state.base_wer, last=last,
            beat_name=f"before {percent(state.base_wer)}" if state.base_wer is not None else "", number=percent,
            empty="The dev clips are heard now and then.",
        )  # fmt: skip
        if known is None or known.samples != state.samples:
            self.samples.show(lambda width: sample_rows(state.samples, width))

    def on_resize(self) -> None:
        """Fold the figures anew; where there is little room, one curve is enough."""
        self.set_class(self.size.width < 60, "-slim")
        self.set_class(self.size.height > 30, "-tall")
        self.set_class(self.size.height < 17, "-low")
        self._show_figures()

    def _show_figures(self) -> None:
        if self._state is not None:
            self._how.update(Content("\n").join(how(self._state, self._title, max(20, self.size.width - 5))))


def summary(run: Run, state: RunState) -> str:
    """A run in a few words."""
    share = f" {100 * state.step / state.steps:.0f} %" if state.steps and not state.ended else ""
    return f"run {run.id} {state.status}{share}"


def ending(run: Run, state: RunState, made: ModelVersion | None) -> str:
    """How a run ended, and what it made, in a sentence."""
    if made is not None:
        return f"Run {run.id} is finished and made {made.name}."
    return (
        f"Run {run.id}: {state.error[0]}; {state.error[1]}." if state.error else f"Run {run.id} is {state.status}."
    )


def how(state: RunState, title: str, width: int) -> list[Content]:
    """How the run is doing: what it is at and how far, its figures, and what went wrong."""
    mark, style = MARKS.get(state.status, ("?", STRONG))
    doing = STAGES.get(state.stage, plain(state.stage)) if state.status in ("running", "stalled") else ""
    first = Content.assemble((f"{mark} {plain(title)}: {state.status}", style), f"  {doing}" if doing else "")
    lines = [first.truncate(width, ellipsis=True)]
    lines += _how_far(state, width)
    if figures := _figures(state):
        lines.append(Content.styled(" · ".join(figures), MUTED).truncate(width, ellipsis=True))
    if state.gpu:
        lines.append(Content.styled(gpu(state.gpu), MUTED).truncate(width, ellipsis=True))
    if state.error is not None:
        message, hint = state.error
        lines += wrapped(Content.styled(f"{plain(message)}.", BAD), width, "", 0)
        lines += wrapped(Content(plain(f"What helps: {hint}")), width, "", 0) if hint else []
    elif state.status == "stalled":
        silent = (
            "The trainer has said nothing for a while. "
            f"Wait, or force it to stop ({letter('force')}): it can be resumed."
        )
        lines += wrapped(Content.styled(silent, BAD), width, "", 0)
    if state.warnings:
        more = f" (and {len(state.warnings) - 1} before)" if len(state.warnings) > 1 else ""
        lines.append(Content.assemble(("! ", BAD), plain(state.warnings[-1]) + more).truncate(width, ellipsis=True))
    return lines


def _how_far(state: RunState, width: int) -> list[Content]:
    if state.progress is not None and state.status in ("running", "stalled"):
        done, whole, unit = *state.progress, "clips"
    else:
        done, whole, unit = state.step, state.steps, "steps"
    if not whole:
        return []
    share = done / whole
    ends = f" {done:,} of {whole:,} {unit}, {100 * share:.0f} %"
    if state.status == "running" and state.stage == "train" and state.eta is not None:
        ends += f", about {duration(state.eta)} left"
    room = min(48, width - len(ends) - 2)
    drawn = (("▕", FAINT), (bar(share, room), ACCENT), ("▏", FAINT)) if room >= 6 else ()
    return [Content.assemble(*drawn, ends)]


def _figures(state: RunState) -> list[str]:
    found = []
    if state.speech_per_second:
        found.append(f"{state.speech_per_second:.1f}× real time")
    if state.memory_mb:
        found.append(f"memory {state.memory_mb:,.0f} MB")
    if state.loss_points:
        rate = state.loss_points[-1][2]
        found.append(f"learning rate {rate:.1e}" if rate is not None else "")
    if state.best_step is not None:
        found.append(f"best step {state.best_step}")
    if state.strength is not None:
        found.append(f"strength {state.strength:g}")
    return [one for one in found if one]


def gpu(found: dict[str, object]) -> str:
    """The graphics processor in a line, from whatever is known of it."""
    parts = [plain(found.get("name", "GPU"))]
    used, whole = found.get("memory_used_mb"), found.get("memory_total_mb")
    if isinstance(used, int | float) and isinstance(whole, int | float):
        parts.append(f"{used:,.0f} of {whole:,.0f} MB")
    for key, unit in (("utilisation", "% busy"), ("temperature", "°C"), ("watts", "W")):
        value = found.get(key)
        if isinstance(value, int | float):
            parts.append(f"{value:.0f} {unit}")
    return " · ".join(parts)


def points(evals: Sequence[tuple[int, float, float | None, float | None]]) -> tuple[Point, ...]:
    """Error rates on dev as points of a curve."""
    return tuple(Point(step, wer, low, high) for step, wer, low, high in evals if wer is not None)


def sample_rows(samples: Sequence[tuple[str, str, str]], width: int) -> list[LineRow]:
    """Sentences of the dev split: what was said, and what was heard before and now; misheard ones first."""
    if not samples:
        return [
            LineRow(Content.styled("Sentences before and after stand here when the dev clips were heard.", MUTED))
        ]
    rows = [LineRow(Content.assemble(("Sentences before and now  ", STRONG), (LEGEND, MUTED)))]
    for reference, before, heard in sorted(samples, key=lambda sample: sample[0] == sample[1]):
        for label, line in (
            ("said", Content(plain(reference))),
            ("before", marked(reference, before)),
            ("now", marked(reference, heard)),
        ):
            rows += [LineRow(part) for part in wrapped(line, width, label, LABEL)]
        rows.append(LineRow(Content("")))
    return rows


def percent(value: float) -> str:
    return f"{100 * value:.1f} %"
