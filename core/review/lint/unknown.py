"""Words that nobody vouches for: a slip of the hand, or something the recogniser made of sounds.

A word passes when it can be Spanish (see `spelling`), is speech as it is heard (see `spoken`), is the beginning
of a word that was broken off (pala-), is a name, or was accepted by this user in other segments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.review.lint.casing import ABBREVIATED
from core.review.lint.digits import HUNDREDS, SMALL, TENS
from core.review.lint.regional import HESITATIONS, INTERJECTIONS, REGIONAL, standard
from core.review.lint.spelling import is_word, looks_spanish, similar
from core.review.lint.warning import Token, Transcript, Warned

INITIALS = 4
"""Letters that initials (DVD, ONU) may have."""
LISTED = HESITATIONS | INTERJECTIONS | REGIONAL | ABBREVIATED | {*SMALL, *TENS, *HUNDREDS, "mil"}
"""Right beside what the word list has."""
BROKEN = ("…", "...", "..", "–", "—")
"""What shows that a word was not finished, beside a hyphen."""
BEGINNING = 2
"""Letters that an unmarked false start must have: “pa para”."""


def find(said: Transcript) -> Iterator[Warned]:
    """Every unknown word, with the known one that it may be meant to be."""
    for number, token in enumerate(said.tokens):
        word = token.text.casefold().strip("-'’‘")
        if _vouched(token.text.casefold()) or _is_name(said, number) or _broken_off(said, number):
            continue
        better = similar(word)
        if (not better and looks_spanish(word)) or said.known(word):
            continue
        remedy = f"is “{better}” meant?" if better else "listen once more, and leave it if it was said so."
        yield Warned("unknown", f"“{token.text}” is in no word list: {remedy}", token.span)


def _vouched(word: str) -> bool:
    """Whether a word is in a list, or one that is in a list is pronounced like it in some region."""
    bare = word.strip("-'’‘")
    if len(bare) <= 1 or bare in LISTED or is_word(bare):
        return True
    if "-" in bare:
        return all(_vouched(part) for part in bare.split("-"))
    return any(is_word(one) or one in REGIONAL for one in standard(word.strip("-")))


def _is_name(said: Transcript, number: int) -> bool:
    """Initials, a capital inside a sentence, or one inside the word (iPhone)."""
    token = said.tokens[number]
    if token.text.isupper():
        return len(token.text) <= INITIALS
    if not token.text[1:].islower() and len(token.text) > 1:
        return True
    before = said.text[: token.start]
    return (
        token.text[0].isupper() and re.search(r"[\w,;:]\W*$", before) is not None and not _begins_sentence(before)
    )


def _begins_sentence(before: str) -> bool:
    return re.search(r"[.?!…¿¡—«“\"-]\W*$", before) is not None


def _broken_off(said: Transcript, number: int) -> bool:
    """The beginning of a word: marked by a hyphen or dots, or said in full at once afterwards."""
    token = said.tokens[number]
    if token.text.endswith("-") or said.text.startswith(BROKEN, token.end):
        return True
    return any(_begins(token, after) for after in said.tokens[number + 1 : number + 3])


def _begins(token: Token, after: Token) -> bool:
    word, whole = token.text.casefold(), after.text.casefold()
    return BEGINNING <= len(word) < len(whole) and whole.startswith(word)
