"""A word written twice in a row.

Speech repeats itself: “no no”, “muy muy”, “sí sí” are said on purpose, and learners repeat while they look
for the next word. So only the little words are asked about, which a slip of the hand or a loop of the
recogniser doubles most, and only where nothing shows that the repetition was heard: a comma, dots, a hyphen or
a hesitation between or after them does. Four times the same word are asked about whatever the word is.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.conversation.grammar import words
from core.review.lint.regional import HESITATIONS
from core.review.lint.warning import Transcript, Warned

LITTLE = words(
    "a al ante con de del desde e el en la las le les lo los me mi mis nos o os para pero por que se si sin su sus "
    "te tu tus u un una unos unas y yo es"
)
LOOP = 4
"""As often as this is too often for any word but laughter and the like."""
OFTEN = words("ja je ji jo jaja jeje no sí si bla tic tac la")


def find(said: Transcript) -> Iterator[Warned]:
    """Doubled little words, and any word four times in a row."""
    tokens = said.tokens
    first = 0
    while first < len(tokens):
        word = tokens[first].text.casefold()
        last = first
        while (
            last + 1 < len(tokens)
            and tokens[last + 1].text.casefold() == word
            and not said.between(tokens[last], tokens[last + 1]).strip()
        ):
            last += 1
        times = last - first + 1
        if (times >= LOOP and word not in OFTEN) or (times > 1 and word in LITTLE and not _searching(said, last)):
            span = tokens[first].start, tokens[last].end
            shown = said.text[slice(*span)]
            yield Warned(
                "double",
                f"“{shown}” is there {times} times: if it was heard so, write “{word}, {word}”, else once."
                if times > 2
                else f"“{shown}” is there twice: if it was heard so, write “{word}, {word}”, else once.",
                span,
            )
        first = last + 1


def _searching(said: Transcript, last: int) -> bool:
    """Whether what follows the repeated words shows that somebody was looking for the next one."""
    if last + 1 == len(said.tokens):
        return True  # broken off
    after = said.tokens[last + 1]
    gap = said.between(said.tokens[last], after)
    return "…" in gap or "..." in gap or after.text.casefold() in HESITATIONS or after.text.endswith("-")
