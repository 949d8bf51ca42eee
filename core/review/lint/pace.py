"""More or fewer words than the audio can hold: words left out, too many, or boundaries in the wrong place.

Quick Spanish has about twenty letters a second; a learner's turn with long pauses has a word in two.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.review.lint.warning import Transcript, Warned
from core.words import counted

MOST_LETTERS = 25.0
"""A second."""
MOST_WORDS = 7.0
"""A second."""
LEAST_WORDS = 0.4
"""A second, and only …"""
LONG = 5.0
"""… in audio of so many seconds."""
MARGIN = 0.15
"""Seconds that the cut may have taken from the edges."""


def find(said: Transcript) -> Iterator[Warned]:
    """Whether the words fit the seconds; a text without words is silence, and fits."""
    count = len(said.tokens)
    if not count or said.seconds <= 0:
        return
    letters = sum(len(token.text) for token in said.tokens)
    room = said.seconds + MARGIN
    words = counted(count, "word")
    if count > MOST_WORDS * room or letters > MOST_LETTERS * room:
        yield Warned(
            "pace", f"{words} in {said.seconds:.1f} s is faster than speech: is text there that nobody said?"
        )
    elif said.seconds >= LONG and count < LEAST_WORDS * said.seconds:
        yield Warned("pace", f"{words} in {said.seconds:.1f} s is very slow: were words left out?")
