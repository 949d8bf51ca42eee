"""Capitals where there should be none, and one sentence that begins small beside others that do not.

A segment may begin in the middle of a sentence, so a small first letter is right there. Short words in
capitals are initials (DVD, ONU).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.conversation.grammar import words
from core.review.lint.warning import Token, Transcript, Warned

INITIALS = 4
"""Letters that initials may have; two such words in a row are shouting all the same."""
HUMP = re.compile(r"[^\W\d_][a-záéíóúüñ]*[A-ZÁÉÍÓÚÜÑ]")
PREFIXES = ("Mc", "Mac", "De", "Di", "La", "Le", "O’", "O'", "i", "e")
"""McDonald, DeSantis, iPhone."""
FULL_STOP = re.compile(r"(\w+)(?<![.…])[.](?![.…])[\s\"”»)]+[\"“«(]*(?=([^\W\d_]))")
ABBREVIATED = words("sr sra srta dr dra prof d dña etc ej pág ud uds vd vds av avda núm tel aprox")
"""Words whose full stop ends no sentence, and so are single letters."""


def find(said: Transcript) -> Iterator[Warned]:
    """Shouted words, capitals inside words, and sentences that begin small after a full stop."""
    for number, token in enumerate(said.tokens):
        if _shouted(token) and (len(token.text) > INITIALS or _among_others(said, number)):
            yield Warned("casing", f"“{token.text}” is in capitals: write “{token.text.lower()}”.", token.span)
        elif not token.text.isupper() and HUMP.match(token.text) and not token.text.startswith(PREFIXES):
            shown = token.text
            yield Warned("casing", f"“{shown}” has a capital inside: write “{_smaller(shown)}”.", token.span)
    if said.tokens and said.tokens[0].text[0].isupper():
        for match in FULL_STOP.finditer(said.text):
            if match[2].islower() and len(match[1]) > 1 and match[1].casefold() not in ABBREVIATED:
                token = next(t for t in said.tokens if t.start == match.start(2))
                yield Warned(
                    "casing",
                    f"“{token.text}” begins a sentence with a small letter, and the one before has a capital: "
                    "write both alike.",
                    token.span,
                )


def _shouted(token: Token) -> bool:
    return len(token.text) > 1 and token.text.isupper()


def _among_others(said: Transcript, number: int) -> bool:
    """Whether a word beside it is in capitals too, and long enough not to be an initial."""
    beside = said.tokens[max(0, number - 1) : number] + said.tokens[number + 1 : number + 2]
    return any(_shouted(token) and len(token.text) > INITIALS for token in beside)


def _smaller(word: str) -> str:
    return word[0] + word[1:].lower()
