"""All rules. They warn and never block: whoever listened knows better.

A rule is a file in this folder and its row below. What the rules find is kept with every segment as their bits, and
beside it the `version` of the rules that found it: where that is another one, the segment is judged again
(`core.review.derived_columns.judge_again`). So a rule that is new, changed or gone needs nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.review.lint import casing, digits, doubles, ghosts, longest, marks, pace, sound, unknown
from core.review.lint.warning import Transcript as Transcript
from core.review.lint.warning import Warned as Warned


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is looked for."""

    code: str
    bit: int
    """Its bit in `segments.warnings`, which is never given to another rule, not even when this one is gone."""
    sentence: str
    """What it looks for, as the heading of a list."""
    find: Callable[[Transcript], Iterator[Warned]]
    by: tuple[str, ...] = ()
    """Files outside this folder that what it finds depends on, by their paths from the project's root."""


WORD_LIST = ("core/conversation/words.txt", "core/conversation/vocabulary.py", "core/conversation/grammar.py")

RULES = (
    Rule("digits", 1 << 0, "Numbers written in figures", digits.find),
    Rule("casing", 1 << 1, "Capitals in unusual places", casing.find, WORD_LIST),
    Rule("double", 1 << 2, "A word written twice", doubles.find, WORD_LIST),
    Rule("marks", 1 << 3, "¿ ? or ¡ ! without its partner", marks.find),
    Rule("unknown", 1 << 4, "Words that are in no word list", unknown.find, WORD_LIST),
    Rule("pace", 1 << 5, "Too many or too few words for the audio", pace.find, ("core/words.py",)),
    Rule("ghost", 1 << 6, "Text a recogniser makes up in silence", ghosts.find, ("models/whisper/ghosts.py",)),
    Rule("long", 1 << 7, "Words too long to be one", longest.find),
    Rule("clipped", 1 << 8, "Overdriven audio", sound.clipped),
    Rule("quiet", 1 << 9, "Quiet audio", sound.quiet),
    Rule("noisy", 1 << 10, "Noisy audio", sound.noisy),
    Rule("narrow", 1 << 11, "Audio without high tones", sound.narrow),
)

BITS = {rule.code: rule.bit for rule in RULES}
"""Which bit of `segments.warnings` a rule has."""


@cache
def version() -> int:
    """A number that is another one as soon as the rules are: 64 bits of their rows, their source and their data.

    Comments count too, which costs no more than judging all segments once for nothing.
    """
    here = Path(__file__).parent
    digest = hashlib.blake2b(repr([(rule.code, rule.bit) for rule in RULES]).encode(), digest_size=8)
    outside = sorted({here.parents[2] / path for rule in RULES for path in rule.by})
    for path in (*sorted(here.glob("*.py")), *outside):
        digest.update(hashlib.blake2b(path.read_bytes()).digest())
    return int.from_bytes(digest.digest(), "big", signed=True) or 1  # 0: judged by none


def check(said: Transcript) -> list[Warned]:
    """All that may be wrong with a transcript and its audio, by place, then what is about the whole."""
    found = [warned for rule in RULES for warned in rule.find(said)]
    return sorted(found, key=lambda warned: warned.span or (len(said.text) + 1, 0))


def mask(warned: list[Warned]) -> int:
    """The bits of all rules that found something."""
    bits = 0
    for one in warned:
        bits |= BITS[one.code]
    return bits
