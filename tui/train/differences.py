"""A text beside the one it should be: words that differ are bold and underlined, missing ones stand in brackets.

Words are compared as error rates are: without case and punctuation, with their accents.
"""

from __future__ import annotations

from textual.content import Content

from models.evaluation.scoring import aligned, normalise
from tui.text import plain
from tui.theme import MUTED

WRONG = "bold underline"
LEGEND = "underlined: heard otherwise · [word]: not heard"


def marked(reference: str, heard: str) -> Content:
    """What was heard, with its differences from the reference marked."""
    wanted, words = plain(reference).split(), plain(heard).split()
    if not words:
        return Content.styled("(nothing)", MUTED)
    said, compared = [normalise(word) for word in wanted], [normalise(word) for word in words]
    parts: list[Content] = []
    for row, column in aligned(said, compared):
        if column is None:
            parts += [Content.styled(f"[{wanted[row]}]", MUTED)] if row is not None else []
        else:
            right = row is not None and said[row] == compared[column]
            parts.append(Content(words[column]) if right else Content.styled(words[column], WRONG))
    return Content(" ").join(parts)


def wrapped(text: Content, width: int, label: str = "", below: int = 0) -> list[Content]:
    """Content on lines of that many cells; the first begins with a label, the others are set below its text."""
    room = max(8, width - below)
    lines = text.wrap(room) or [Content("")]
    return [
        Content.assemble((f"{label:<{below}}" if not place else " " * below, MUTED), line)
        for place, line in enumerate(lines)
    ]
