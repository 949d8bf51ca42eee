"""How it reads whether training is worth it: what it would learn from, what that brings, and what it takes.

What is not measured says so: an expected gain is a range, and a time is called an estimate until a run on this
machine has shown it.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from textual.content import Content

from core.words import counted, duration
from models.evaluation.rates import LEAST_WORDS
from tui.keys import letter
from tui.shell.listing import LineRow
from tui.text import plain
from tui.theme import BAD, GOOD, MUTED, STRONG
from tui.train.reads import Overview, Prospect

if TYPE_CHECKING:
    from core.runs.snapshot import Snapshot
    from core.runs.worth import Worth

LABEL = 18
"""Cells of the labels."""
ABOUT = (
    "Here your corrections teach the ear, on this machine. You see whether it is worth it before, how it goes "
    "meanwhile, and afterwards, with an interval, whether it really hears you better. Nothing is promoted by "
    "itself."
)
BESIDE = (
    "It runs beside the app: talk, correct, or close the terminal, and find it here again with its whole curve."
)
LEFT_OUT = 3
"""Segments that are named."""


def waiting(overview: Overview) -> str:
    """A sentence about a version that was proven better and is not in use; empty for none."""
    newest, active = overview.newest, overview.active
    if newest is None or newest.scores.get("outcome") != "better" or (active and active.id >= newest.id):
        return ""
    better = f"{newest.name} was proven better and waits for you"
    return f"{better}: the verdict (→ →) says more, {letter('promote')} promotes it."


def worth_rows(prospect: Prospect | None, preset: str, note: str, width: int) -> list[LineRow]:
    """What training would be.

    Args:
        prospect: None while it is being found out.
        preset: its name and what it is about.
        note: a sentence about a version that waits for a decision; empty for none.
    """
    rows = [*_say(note, width, STRONG), LineRow(Content(""))] if note else []
    if prospect is None:
        return [*rows, *_say("Looking through your corrections…", width, MUTED)]
    worth = prospect.worth
    if worth is None:
        return [*rows, *_say(ABOUT, width), LineRow(Content("")), *_say(f"× {prospect.refused}", width, BAD)]
    mark, style = ("✓ Worth it", GOOD) if worth.good else ("– Not yet", STRONG)
    rows += [LineRow(Content.styled(mark, style)), *_say(worth.advice, width), LineRow(Content(""))]
    rows += _figures(worth, width)
    base = worth.snapshot.base.name
    rows += [LineRow(Content("")), *_labelled("preset", preset, width), *_labelled("starts from", base, width)]
    return [*rows, *_left_out(worth.snapshot, width), LineRow(Content("")), *_say(BESIDE, width, MUTED)]


def _figures(worth: Worth, width: int) -> list[LineRow]:
    basis = "as earlier runs here took" if worth.measured else "an estimate: nothing was trained here yet"
    memory = f"about {_megabytes(worth.memory_mb)} of the {_megabytes(worth.free_memory_mb)} that are free"
    found = worth.snapshot
    clips, words = found.clips, found.words
    figures = {
        "hears you now": _now(worth),
        "learns from": f"{duration(found.seconds['train'])} of your speech, {counted(clips['train'], 'clip')}",
        "is proven on": f"{counted(clips['test'], 'clip')} set aside, {words['test']:,} words",
        "is steered by": f"{counted(clips['dev'], 'clip')} of dev",
        "expected gain": _gain(worth),
        "time": f"about {duration(60 * worth.minutes)} for {worth.steps:,} steps ({basis})",
        "memory": f"{memory}; {_megabytes(worth.disk_mb)} of disk",
    }
    return [row for label, text in figures.items() for row in _labelled(label, text, width)]


def _now(worth: Worth) -> str:
    if worth.wer is None or worth.words < LEAST_WORDS:
        return f"too little to say: {worth.words:,} words of yours are held out, {LEAST_WORDS} are needed"
    return (
        f"{100 * worth.wer.value:.1f} % of your words are misheard "
        f"[{100 * worth.wer.low:.1f} - {100 * worth.wer.high:.1f}], on {worth.words:,} words"
    )


def _gain(worth: Worth) -> str:
    if worth.gain is None:
        return "nobody can say yet"
    low, high = worth.gain
    text = f"{100 * low:.0f} to {100 * high:.0f} % fewer words misheard"
    if low < 0:
        text = f"from {-100 * low:.0f} % more to {100 * high:.0f} % fewer words misheard"
    if worth.wer is not None and worth.words >= LEAST_WORDS:
        after = (100 * worth.wer.value * (1 - share) for share in (high, low))
        text += ": {:.1f} to {:.1f} %".format(*after)
    return text


def _left_out(snapshot: Snapshot, width: int) -> list[LineRow]:
    left = snapshot.left_out
    if not left:
        return []
    reasons = " ".join(f"{segment}: {why}" for segment, why in left[:LEFT_OUT])
    more = f" … and {len(left) - LEFT_OUT:,} more." if len(left) > LEFT_OUT else ""
    return _labelled("left out", f"{len(left):,} corrected segments. {reasons}{more}", width)


def _megabytes(amount: float) -> str:
    return f"{amount / 1000:.1f} GB" if amount >= 1000 else f"{amount:.0f} MB"


def _labelled(label: str, text: str, width: int) -> list[LineRow]:
    """Text with a label before it; a long one goes on below."""
    lines = textwrap.wrap(plain(text), max(10, width - LABEL)) or [""]
    return [
        LineRow(Content.assemble((f"{label if not place else '':<{LABEL}}", MUTED), line))
        for place, line in enumerate(lines)
    ]


def _say(text: str, width: int, style: str = "") -> list[LineRow]:
    return [LineRow(Content.styled(part, style)) for part in textwrap.wrap(plain(text), max(10, width))]
