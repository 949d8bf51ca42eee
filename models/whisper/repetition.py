"""Where a text says one thing again and again, as a decoder does that has lost its way: "mira, mira, mira, …"."""

from __future__ import annotations

import re

WORD, PHRASE = 6, 3
"""A word said so many times on end is a loop, and so are several words: people say "no" four or five times, and
"muchas gracias" twice."""
LETTERS = 15
"""Fewer in all are laughter, or an ellipsis."""
_ANY = re.compile(r"\b(\w.{0,199}?)\1+|(\w)\2+", re.IGNORECASE | re.DOTALL)
"""From the beginning of a word on, or one letter."""


def repeated(text: str, times: int | None = None) -> tuple[int, int] | None:
    """Where the first thing begins that is said again and again, and where its first time ends.

    Args:
        times: how often on end it is said at least; as a loop says it without.

    Returns:
        Places in the text, in letters; None where nothing is repeated so.
    """
    for found in _ANY.finditer(f"{text} "):
        length, once = found.end() - found.start(), found[1] or found[2]
        least = times or (PHRASE if " " in once.strip() else WORD)
        if length >= LETTERS and length >= least * len(once):
            return found.start(), found.start() + len(once)
    return None
