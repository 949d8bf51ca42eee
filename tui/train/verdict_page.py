"""How a verdict reads on a screen: the sentence first, then every figure it rests on, with its interval.

Before and after stand on one scale, so that whether they lie apart can be seen as well as read.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.content import Content

from models.evaluation.rates import Interval
from models.evaluation.scoring import Errors
from store.versions import ModelVersion
from tui.dataset.bars import interval
from tui.keys import letter
from tui.shell.listing import LineRow
from tui.text import plain
from tui.theme import ACCENT, BAD, GOOD, MUTED, STRONG
from tui.train.reads import Judged, Overview

if TYPE_CHECKING:
    from core.versions.gate import Report, Verdict
    from models.evaluation.evaluate import Evaluation

OUTCOMES = {
    "better": ("✓ Better", GOOD),
    "no better": ("= Not proven better", STRONG),
    "harmful": ("× Harmful", BAD),
    "too little": ("? Too little to say", STRONG),
}
NAME = 9
FIGURES = 32
"""Cells of a rate with its interval and words."""
SETS = {"test": "Your own speech, held out", "general": "Spanish at large"}
MOST = 12
"""Speakers that are named."""
NO_VERSION = "No version was made yet, so there is nothing to judge."


def standing_of(version: ModelVersion | None, overview: Overview) -> str:
    """What the keys do with the version whose verdict is shown."""
    if version is None:
        return ""
    if version.deleted:
        return "deleted"
    keys = f"{letter('promote')} promotes it, {letter('put aside')} keeps the present ear"
    return "it is the ear" if overview.in_use(version) else keys


def verdict_rows(known: Judged | None, standing: str, width: int) -> list[LineRow]:
    """All there is to say of a version; `standing` says what keys do with it."""
    if known is None:
        return [LineRow(Content.styled(NO_VERSION, MUTED))]
    version, verdict, report = known.version, known.verdict, known.report
    if verdict is None:
        text = known.trouble or "It was never tested: train once, and what it was trained from is tested beside it."
        return [LineRow(Content.styled(plain(version.name), STRONG)), *_say(text, width)]
    mark, style = OUTCOMES.get(verdict.outcome, ("?", STRONG))
    rows = [
        LineRow(Content.assemble((f"{mark}: {plain(version.name)}", style), ("   " + standing, MUTED))),
        *_say(verdict.sentence, width),
        LineRow(Content("")),
        *_scale(verdict, width),
    ]
    if report is not None:
        rows += [LineRow(Content("")), *_details(report, width)]
    return rows


def _scale(verdict: Verdict, width: int) -> list[LineRow]:
    """Before, after and the change, of both sets, on one scale."""
    sets = [("test", verdict.before, verdict.after, verdict.change)]
    if verdict.general_before and verdict.general_after and verdict.general_change:
        sets.append(("general", verdict.general_before, verdict.general_after, verdict.general_change))
    most = max(one.high for _, before, after, _ in sets for one in (before, after)) or 1.0
    room = min(60, width - NAME - FIGURES - 2)
    rows = []
    for name, before, after, change in sets:
        ends = f"0{100 * most:>{room - 3}.0f} %" if room >= 12 else ""
        head = f"{SETS[name]} ({before.words:,} words)"
        rows.append(LineRow(_columns((head, STRONG), (ends, MUTED), NAME + FIGURES)))
        for label, rate in (("before", before), ("after", after)):
            drawn = interval(rate.value, rate.low, rate.high, most, room) if room >= 12 else ""
            rows.append(
                LineRow(
                    Content.assemble((f"{label:<{NAME}}", MUTED), f"{rate_text(rate):<{FIGURES}}", (drawn, ACCENT))
                )
            )
        rows.append(LineRow(Content.assemble((f"{'change':<{NAME}}", MUTED), change_text(change))))
    return rows


def _columns(left: tuple[str, str], right: tuple[str, str], at: int) -> Content:
    text = Content.styled(*left)
    return text + " " * max(1, at - text.cell_length) + Content.styled(*right) if right[0] else text


def rate_text(rate: Interval) -> str:
    return f"{100 * rate.value:5.1f} % [{100 * rate.low:.1f} - {100 * rate.high:.1f}]"


def change_text(change: Interval) -> Content:
    """Points, and in words what they mean: the interval decides."""
    if change.low == change.high == 0:
        meaning, style = "no difference at all", MUTED
    elif change.high < 0:
        meaning, style = "fewer errors, and not by chance", GOOD
    elif change.low > 0:
        meaning, style = "more errors, and not by chance", BAD
    else:
        meaning, style = "could be chance", MUTED
    points = f"{100 * change.value:+5.1f} points [{100 * change.low:+.1f} - {100 * change.high:+.1f}]  "
    return Content.assemble(points.replace(" - ", " … "), (meaning, style))


def _details(report: Report, width: int) -> list[LineRow]:
    before, after = report.before, report.after
    rows = [_head("", width, "before", "after")]
    for name in [one for one in SETS if before.sets.get(one) and after.sets.get(one)]:
        rows.append(LineRow(Content.styled(SETS[name], STRONG)))
        rows.append(_pair("words wrong, strict", _share(before.strict(name)), _share(after.strict(name)), width))
        rows.append(_pair("letters wrong (CER)", _share(before.cer(name)), _share(after.cer(name)), width))
        rows += _kinds(before.kinds(name), after.kinds(name), width)
        rows += _groups("speaker", before.by_speaker(name), after.by_speaker(name), width)
        rows += _groups("loudness", before.by_loudness(name), after.by_loudness(name), width)
    rows.append(LineRow(Content.styled("What must not break", STRONG)))
    rows.append(_pair("words in silence", _ghosts(before), _ghosts(after), width))
    rows.append(_pair("timestamps alive", _stamps(before), _stamps(after), width))
    rows.append(_pair("strength of what is new", "", f"{report.strength:g}", width))
    return rows


def _kinds(before: Errors, after: Errors, width: int) -> list[LineRow]:
    kinds = (
        ("misheard words", before.sub, after.sub),
        ("words added", before.ins, after.ins),
        ("words dropped", before.del_, after.del_),
    )
    return [_pair(label, f"{one:,}", f"{other:,}", width) for label, one, other in kinds]


def _groups(kind: str, before: dict[str, Interval], after: dict[str, Interval], width: int) -> list[LineRow]:
    if len(before) < 2:
        return []  # one speaker, or all equally loud, is what stands above
    rows = [
        _pair(
            f"{kind} {plain(name) or 'nobody named'}",
            _share(rate),
            _share(after[name]) if name in after else "",
            width,
        )
        for name, rate in list(before.items())[:MOST]
    ]
    if len(before) > MOST:
        rows.append(LineRow(Content.styled(f"  … and {len(before) - MOST} more", MUTED)))
    return rows


def _share(rate: Interval) -> str:
    return f"{100 * rate.value:.1f} % [{100 * rate.low:.1f} - {100 * rate.high:.1f}]" if rate.words else "-"


def _ghosts(evaluation: Evaluation) -> str:
    return f"{evaluation.silence.words} in {evaluation.silence.clips} clips"


def _stamps(evaluation: Evaluation) -> str:
    return "not asked" if evaluation.timestamps is None else f"{100 * evaluation.timestamps:.0f} %"


def _head(label: str, width: int, *heads: str) -> LineRow:
    return LineRow(Content.styled(_cells(label, heads, width), MUTED))


def _pair(label: str, before: str, after: str, width: int) -> LineRow:
    room = _room(width)
    name = label if len(label) <= room - 3 else f"{label[: room - 4]}…"
    return LineRow(Content.assemble((f"  {name:<{room - 2}}", MUTED), _cells("", (before, after), width)[room:]))


def _cells(label: str, values: Iterable[str], width: int) -> str:
    room = _room(width)
    each = max(12, min(26, (width - room) // 2))
    return f"{label:<{room}}" + "".join(f"{value:<{each}}" for value in values)


def _room(width: int) -> int:
    return max(14, min(26, width // 3))


def _say(text: str, width: int) -> list[LineRow]:
    return [LineRow(Content(part)) for part in textwrap.wrap(plain(text), max(10, width))]
