"""A text beside the one it should be: words that differ are bold and underlined, missing ones stand in brackets.

Words are compared as error rates are (`models.evaluation.spoken`): 42 beside cuarenta y dos is no difference.
"""

from __future__ import annotations

from itertools import groupby

from textual.content import Content

from models.evaluation.scoring import aligned, normalise, word_errors
from tui.text import plain
from tui.theme import MUTED

WRONG = "bold underline"
BEFORE, BEHIND = 1, 2
"""Words around a difference that may decide how it is read: las 5:30, 1 de mayo."""
LEGEND = "underlined: heard otherwise · [word]: not heard"


def marked(reference: str, heard: str) -> Content:
    """What was heard, with its differences from the reference marked."""
    wanted, words = plain(reference).split(), plain(heard).split()
    if not words:
        return Content.styled("(nothing)", MUTED)
    said, compared = [normalise(word) for word in wanted], [normalise(word) for word in words]
    path = list(aligned(said, compared))
    groups = [
        (same, list(steps))
        for same, steps in groupby(path, lambda at: None not in at and said[at[0] or 0] == compared[at[1] or 0])
    ]
    parts: list[Content] = []
    for place, (same, steps) in enumerate(groups):
        before = groups[place - 1][1][-BEFORE:] if place else []
        behind = groups[place + 1][1][:BEHIND] if place + 1 < len(groups) else []
        around = [*before, *steps, *behind]
        one = " ".join(wanted[row] for row, _ in around if row is not None)
        other = " ".join(words[column] for _, column in around if column is not None)
        is_wrong = not same and word_errors(one, other).count > 0
        for row, column in steps:
            if column is not None:
                parts.append(Content.styled(words[column], WRONG) if is_wrong else Content(words[column]))
            elif row is not None and is_wrong:
                parts.append(Content.styled(f"[{wanted[row]}]", MUTED))
    return Content(" ").join(parts)


def wrapped(text: Content, width: int, label: str = "", below: int = 0) -> list[Content]:
    """Content on lines of that many cells; the first begins with a label, the others are set below its text."""
    room = max(8, width - below)
    lines = text.wrap(room) or [Content("")]
    return [
        Content.assemble((f"{label:<{below}}" if not place else " " * below, MUTED), line)
        for place, line in enumerate(lines)
    ]
