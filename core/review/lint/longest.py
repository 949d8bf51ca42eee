"""Words too long to be one: the longest in use, electroencefalografista, has 23 letters."""

from __future__ import annotations

from collections.abc import Iterator

from core.review.lint.warning import Transcript, Warned

MOST = 25
"""Letters."""


def find(said: Transcript) -> Iterator[Warned]:
    """Every word that is longer, hyphens apart."""
    for token in said.tokens:
        if max(map(len, token.text.split("-"))) > MOST:
            yield Warned(
                "long", f"“{token.text[:12]}…” has {len(token.text)} letters: is a space missing in it?", token.span
            )
