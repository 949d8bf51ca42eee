"""Where a text says one thing again and again, as a decoder does that has lost its way: "mira, mira, mira, …"."""

from __future__ import annotations

import re

TIMES = 6
"""Something said so many times on end is a loop: people say "no" four or five times."""
LETTERS = 15
"""Fewer in all are laughter, or an ellipsis."""
_ANY = re.compile(r"(.{1,60}?)\1+", re.DOTALL)


def repeated(text: str, times: int = TIMES) -> tuple[int, int] | None:
    """Where the first thing begins that is said so many times on end, and where its first time ends.

    Args:
        text: case counts, so that the first time often has a capital letter and lies before what is found.

    Returns:
        Places in the text, in letters; None where nothing is repeated so.
    """
    for found in _ANY.finditer(text):
        length = found.end() - found.start()
        if length >= LETTERS and length >= times * len(found[1]):
            return found.start(), found.start() + len(found[1])
    return None
