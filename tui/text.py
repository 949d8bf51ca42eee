"""Text from outside, made safe to show.

What a learner says, what a model answers and what a file is called may hold escape codes that would
drive the terminal, or characters that turn the line around. Markup needs no care: the screens build
Content, and never parse a string that came from outside.
"""

from __future__ import annotations

from store.text import clean

EIGHTHS = " ▁▂▃▄▅▆▇█"
"""Blocks from the bottom of a cell, nothing to all of it."""


def plain(text: object) -> str:
    """One line of visible text: no escape sequence, no control or direction character, single spaces.

    Anything that is not a string is shown as Python writes it, so that an odd message from a newer
    engine cannot stop the screen.
    """
    return clean(text if isinstance(text, str) else str(text), limit=None)
