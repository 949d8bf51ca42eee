"""One turn of the conversation, laid out in lines.

A plain function of the turn and the width, so that a long conversation is a list of ready lines. All
turns share one grid: who speaks, what is said, and a margin. With room the margin holds the notes
beside the words they are about; without, they stand under them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from textual.content import Content

from tui.text import plain
from tui.theme import DOUBT, KEY, MUTED, STRONG

DOUBTFUL = 0.6
"""Words the recogniser gives less than this are underlined."""
LEFT = 9
"""Cells before the text: the cursor, who speaks, a gap."""
ROOMY = 96
"""Width from which the notes have a margin of their own."""
LONGEST_LINE = 76
"""Longer lines of text are hard to read."""
MARGIN = 8


@dataclass(frozen=True, slots=True)
class MarginNote:
    """One correction of the learner's words."""

    said: str
    better: str
    why: str


@dataclass(slots=True)
class ShownTurn:
    """A turn as the screen knows it."""

    id: int
    role: str
    """learner or tutor"""
    text: str = ""
    origin: str = "generated"
    """spoken, typed or generated"""
    revision: int = 1
    seconds: float = 0.0
    """Length of its audio."""
    doubtful: tuple[str, ...] = ()
    """Words the recogniser was unsure of, in the order they were said."""
    probability: float | None = None
    """Mean probability of the words heard; None for what was not heard."""
    notes: list[MarginNote] = field(default_factory=list)
    lost: str = ""
    """Why it could not be finished."""
    final: bool = True
    """False while the reply is still being written."""
    you_to_voice: float | None = None
    """Of a tutor's turn: seconds from the end of the learner's turn to the first sound."""


def doubtful_words(words: Iterable[Any]) -> tuple[str, ...]:
    """The words below DOUBTFUL of a Heard event; entries it cannot read are passed over."""
    found = []
    for word in words:
        try:
            if float(word["probability"]) < DOUBTFUL:
                found.append(plain(word["word"]))
        except (KeyError, TypeError, ValueError):
            continue
    return tuple(word for word in found if word)


def lay_out(turn: ShownTurn, width: int) -> list[Content]:
    """The lines of a turn, none wider than `width` cells, the first cell left free for the cursor."""
    text = _text(turn)
    margin = _margin(turn)
    if width >= ROOMY:
        wide = min(LONGEST_LINE, (width - LEFT) * 4 // 7)
        room = width - LEFT - wide - 4
        beside = _wrapped([margin] if margin else [], room) + [
            line for note in turn.notes for line in _note(note, room, under=False)
        ]
        body = _columns(_wrapped([text], wide), beside, wide, Content.styled(" │ ", MUTED))
    elif width >= 60:
        wide = width - LEFT - MARGIN - 3
        body = _columns(_wrapped([text], wide), [_right(margin, MARGIN)], wide, Content("  "))
        body += [line for note in turn.notes for line in _note(note, width - LEFT - 1, under=True)]
    else:
        wide = max(8, width - LEFT - 1)
        # No room for a margin: of what stands there only the probability is worth a place in the text.
        body = _wrapped([text + "  " + margin] if turn.probability is not None else [text], wide)
        body += [line for note in turn.notes for line in _note(note, wide, under=True)]
    who = ("Tutor", STRONG) if turn.role == "tutor" else ("You", KEY)
    first = Content.assemble(" ", who).pad_right(LEFT - 1 - len(who[0]))
    return [(first if i == 0 else Content(" " * LEFT)) + line for i, line in enumerate(body)]


def _text(turn: ShownTurn) -> Content:
    text = plain(turn.text)
    if not text and not turn.lost:
        words = f"… {turn.seconds:.1f} s of speech" if turn.role == "learner" and turn.seconds else "…"
        return Content.styled(words, MUTED)
    content = Content(text)
    start = 0
    for word in turn.doubtful:
        at = text.find(word, start)
        if at >= 0:
            start = at + len(word)
            content = content.stylize(DOUBT, at, start)
    if not turn.final:
        content += "▌"
    if turn.lost:
        content += Content.styled(f"{' ' if text else ''}({plain(turn.lost)})", MUTED)
    return content


def _margin(turn: ShownTurn) -> Content:
    if turn.probability is not None:
        return Content.styled(f"{turn.probability * 100:.0f} %", MUTED)
    if turn.you_to_voice is not None:
        return Content.styled(f"{turn.you_to_voice * 1000:.0f} ms", MUTED)
    return Content.styled("typed", MUTED) if turn.origin == "typed" else Content("")


def _note(note: MarginNote, width: int, under: bool) -> list[Content]:
    """A note as wrapped lines: what was said, what is better, and why."""
    said, better, why = plain(note.said), plain(note.better), plain(note.why)
    arrow = Content.styled(f"“{said}” → ", MUTED) if said else Content("")
    change = arrow + Content.styled(f"“{better}”", STRONG)
    lines = _wrapped([change, Content.styled(why, MUTED)] if why else [change], width - 2)
    if not under:
        return lines
    tie = Content.styled("└ ", MUTED)
    return [(tie if i == 0 else Content("  ")) + line for i, line in enumerate(lines)]


def _wrapped(paragraphs: Sequence[Content], width: int) -> list[Content]:
    return [line for paragraph in paragraphs for line in paragraph.wrap(max(1, width))]


def _right(content: Content, width: int) -> Content:
    return content.pad_left(max(0, width - content.cell_length))


def _columns(left: list[Content], right: list[Content], wide: int, rule: Content) -> list[Content]:
    """Two columns side by side; the rule is drawn only beside lines of the right one."""
    rows = []
    for i in range(max(len(left), len(right))):
        row = left[i] if i < len(left) else Content("")
        if i < len(right) and right[i].plain:
            row = row.pad_right(wide - row.cell_length) + rule + right[i]
        rows.append(row)
    return rows
