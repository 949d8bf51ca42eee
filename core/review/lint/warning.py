"""What every rule is given and what it gives back.

The transcripts are verbatim, and their speakers are learning: hesitations, false starts, repetitions and
regional pronunciation are what was said, and no rule may talk anybody out of writing them down.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

WORD = re.compile(r"[^\W\d_]+(?:['’‘-][^\W\d_]+)*['’‘-]?")
"""A word as written, with inner and closing apostrophes and hyphens: pa', tol, pala-, ex-mujer."""


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing that may be wrong."""

    code: str
    """The rule's name."""
    sentence: str
    """What is seen, and what to do about it."""
    span: tuple[int, int] | None = None
    """The characters it is about, first and one past the last; None where it is about the whole."""
    brief: bool = False
    """Whether the rule's name says it all to somebody who listens, such as quiet."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text."""

    text: str
    start: int
    """Its first character."""
    end: int
    """One past its last character."""

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


@dataclass(frozen=True)
class Transcript:
    """A transcript and what is known of the audio it was made from."""

    text: str
    seconds: float
    """Length of the audio."""
    loudness: float | None = None
    """dBFS, None where it was not measured (so for the others)."""
    snr: float | None = None
    """Decibels of the speech above the noise."""
    clipped: float | None = None
    """Share of the samples at full scale."""
    band: float | None = None
    """Hertz up to which there is speech."""
    known: Callable[[str], bool] = lambda word: False
    """Whether the user has accepted this word (lower case) often enough to be right about it."""

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The words of the text in order."""
        return tuple(Token(m.group(), m.start(), m.end()) for m in WORD.finditer(self.text))

    def between(self, left: Token, right: Token) -> str:
        """The characters between two words."""
        return self.text[left.end : right.start]
