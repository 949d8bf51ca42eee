"""A text beside the one it should be: words that differ are bold and underlined, missing ones stand in brackets.

Words are compared as error rates are: without case and punctuation, with their accents.
"""

from __future__ import annotations

from difflib import SequenceMatcher

from textual.content import Content

from models.scoring import normalise
from tui.looks import MUTED
from tui.text import plain

WRONG = "bold underline"
LEGEND = "underlined: heard otherwise · [word]: not heard"


def marked(reference: str, heard: str) -> Content:
    """What was heard, with its differences from the reference marked."""
    wanted, words = plain(reference).split(), plain(heard).split()
    if not words:
        return Content.styled("(nothing)", MUTED)
    matcher = SequenceMatcher(None, [normalise(w) for w in wanted], [normalise(w) for w in words], autojunk=False)
    parts: list[Content] = []
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind == "equal":
            parts += [Content(word) for word in words[start:end]]
            continue
        parts += [Content.styled(word, WRONG) for word in words[start:end]]
        missing = wanted[first + (end - start) : last]  # as many as were heard otherwise stand for theirs
        parts += [Content.styled(f"[{word}]", MUTED) for word in missing]
    return Content(" ").join(parts)


def wrapped(text: Content, width: int, label: str = "", below: int = 0) -> list[Content]:
    """Content on lines of that many cells; the first begins with a label, the others are set below its text."""
    room = max(8, width - below)
    lines = text.wrap(room) or [Content("")]
    return [
        Content.assemble((f"{label:<{below}}" if not place else " " * below, MUTED), line)
        for place, line in enumerate(lines)
    ]
