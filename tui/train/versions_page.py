"""How versions and runs read in a list: which one is in use, how well each hears, and what it came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from textual.content import Content

from models.evaluation.rates import LEAST_WORDS
from models.evaluation.spoken import RULE
from store.runs import Run
from store.versions import ModelVersion
from tui.shell.listing import LineRow
from tui.text import plain
from tui.theme import BAD, GOOD, MUTED, STRONG
from tui.train.reads import Overview
from tui.train.run_page import MARKS

VERSION, RUN = "version ", "run "
"""Beginnings of what a line stands for."""
NAME, WER, STATE, FROM = 13, 21, 12, 12
DAY, MINUTE = 11, 17
"""Cells of a moment, to the day or to the minute."""
ROOMY = NAME + WER + STATE + FROM + MINUTE + 12
NOTHING = "No version was made yet: the first page says whether it is worth it."


def version_rows(overview: Overview, marked: str, width: int) -> list[LineRow]:
    """All versions and then all runs, the newest first."""
    names = {version.id: version.name for version in overview.versions}
    moment = MINUTE if width >= ROOMY else DAY
    heads = f"    {'Versions':<{NAME}}{'WER on your test':<{WER}}{'':<{STATE}}{'from':<{FROM}}made"
    rows = [LineRow(Content.styled(heads, MUTED))]
    rows += [_version(version, overview, names, marked, moment) for version in overview.versions]
    if not overview.versions:
        rows.append(LineRow(Content.styled(NOTHING, MUTED)))
    heads = f"    {'Runs':<{NAME}}{'':<{WER}}{'made':<{STATE}}{'preset':<{FROM}}begun"
    rows += [LineRow(Content("")), LineRow(Content.styled(heads, MUTED))]
    rows += [_run(run, overview, moment) for run in overview.runs]
    if not overview.runs:
        rows.append(LineRow(Content.styled("Nothing was trained yet.", MUTED)))
    return rows


def _version(
    version: ModelVersion, overview: Overview, names: Mapping[int, str], marked: str, moment: int
) -> LineRow:
    on = overview.in_use(version)
    mark = ("●" if on else " ") + ("◆" if marked == version.name else " ")
    came = plain(names.get(version.base or 0, "")) or ("-" if version.run is None else "a folder")
    state = "deleted" if version.deleted else "the ear" if on else str(version.scores.get("outcome", ""))
    style = BAD if state == "harmful" else GOOD if state == "better" or on else MUTED
    line = Content.assemble(
        (f"{mark}  ", GOOD if on else STRONG),
        (_cut(plain(version.name), NAME), MUTED if version.deleted else STRONG if on else ""),
        _cut(_wer(version), WER),
        (_cut(plain(state), STATE), style),
        (_cut(came, FROM), MUTED),
        (_when(version.created_at, moment), MUTED),
        " ".join(f"#{plain(tag)}" for tag in version.tags),
    )
    return LineRow(line, VERSION + version.name)


def _wer(version: ModelVersion) -> str:
    scores = version.scores
    try:
        wer, low, high, words = (float(scores[key]) for key in ("wer", "wer_low", "wer_high", "words"))
    except (KeyError, TypeError, ValueError):
        return "not measured"
    if words < LEAST_WORDS:
        return "too little to say"
    if scores.get("rule") != RULE:  # not to be compared with the others
        return f"{100 * wer:.1f} % (older rule)"
    return f"{100 * wer:.1f} % [{100 * low:.1f} - {100 * high:.1f}]"


def _run(run: Run, overview: Overview, moment: int) -> LineRow:
    status = "running" if run.id in overview.alive else run.status
    mark, style = MARKS.get(status, ("?", STRONG))
    made = overview.made_by(run)
    line = Content.assemble(
        (f"{mark}   ", style),
        _cut(f"run {run.id}", NAME),
        _cut(status, WER),
        _cut(plain(made.name) if made is not None else "-", STATE),
        (_cut(plain(run.preset) or "own job", FROM), MUTED),
        (_when(run.started_at, moment), MUTED),
    )
    return LineRow(line, f"{RUN}{run.id}")


def _when(stamp: str, cells: int) -> str:
    """A moment in the time of this place, to the day or to the minute."""
    try:
        text = datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        text = plain(stamp)
    return text[: cells - 1].ljust(cells)


def _cut(text: str, room: int) -> str:
    return (text if len(text) < room else f"{text[: room - 2]}…").ljust(room)
