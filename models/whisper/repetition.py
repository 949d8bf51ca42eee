"""Where a text says one thing again and again, as a decoder does that has lost its way: "mira, mira, mira, …"."""

from __future__ import annotations

import re

TIMES = 6
"""Something said so many times on end is a loop: people say "no" four or five times."""
LETTERS = 15
"""Fewer in all are laughter, or an ellipsis."""
_ANY = re.compile(r"\b(\w.{0,199}?)\1+|(\w)\2+", re.IGNORECASE | re.DOTALL)
"""From the beginning of a word on, or one letter."""


def repeated(text: str, times: int = TIMES) -> tuple[int, int] | None:
    """Where the first thing begins that is said so many times on end, and where its first time ends.

    Returns:
        Places in the text, in letters; None where nothing is repeated so.
    """
    for found in _ANY.finditer(text):
        length, once = found.end() - found.start(), len(found[1] or found[2])
        if length >= LETTERS and length >= times * once:
            return found.start(), found.start() + once
    return None
