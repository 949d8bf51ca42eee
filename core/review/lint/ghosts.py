"""What Whisper writes where nobody speaks: the ends of subtitles, and the same thing again and again."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator

from core.review.lint.warning import Transcript, Warned
from models.whisper.ghosts import LOOP, SUBTITLES

LEAST_WORDS = 10
"""Fewer words are no loop, however alike."""
LEAST_VARIETY = 0.4
"""Share of different words below which a text is a loop (NVIDIA NeMo's speech data processor asks the same)."""
LONGEST_FIRST = sorted(SUBTITLES, key=len, reverse=True)
PHRASE = re.compile(rf"\b(?:{'|'.join(LONGEST_FIRST)})\b".replace(" ", r"[\W_]+"), re.IGNORECASE)


def find(said: Transcript) -> Iterator[Warned]:
    """Phrases of subtitles, and loops."""
    for match in PHRASE.finditer(said.text):
        shown = said.text[slice(*match.span())]
        yield Warned("ghost", f"“{shown}” is what subtitles end with: delete it unless you hear it.", match.span())
    words = [token.text.casefold() for token in said.tokens]
    if len(words) < LEAST_WORDS:
        return
    data = said.text.encode()
    if len(set(words)) < LEAST_VARIETY * len(words) or len(data) > LOOP * len(zlib.compress(data)):
        most, times = Counter(words).most_common(1)[0]
        yield Warned(
            "ghost", f"The same words come again and again (“{most}” {times} times): listen whether they do."
        )
