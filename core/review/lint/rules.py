"""All rules. They warn and never block: whoever listened knows better.

The numbers of the bits are kept with every segment, so a rule keeps its bit for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.review.lint import casing, digits, doubles, ghosts, longest, marks, pace, sound, unknown
from core.review.lint.warning import Transcript as Transcript
from core.review.lint.warning import Warned as Warned


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is looked for."""

    code: str
    bit: int
    """Its bit in `segments.warnings`."""
    sentence: str
    """What it looks for, as the heading of a list."""
    find: Callable[[Transcript], Iterator[Warned]]


RULES = (
    Rule("digits", 1 << 0, "Numbers written in figures", digits.find),
    Rule("casing", 1 << 1, "Capitals in unusual places", casing.find),
    Rule("double", 1 << 2, "A word written twice", doubles.find),
    Rule("marks", 1 << 3, "¿ ? or ¡ ! without its partner", marks.find),
    Rule("unknown", 1 << 4, "Words that are in no word list", unknown.find),
    Rule("pace", 1 << 5, "Too many or too few words for the audio", pace.find),
    Rule("ghost", 1 << 6, "Text a recogniser makes up in silence", ghosts.find),
    Rule("long", 1 << 7, "Words too long to be one", longest.find),
    Rule("clipped", 1 << 8, "Overdriven audio", sound.clipped),
    Rule("quiet", 1 << 9, "Quiet audio", sound.quiet),
    Rule("noisy", 1 << 10, "Noisy audio", sound.noisy),
    Rule("narrow", 1 << 11, "Audio without high tones", sound.narrow),
)

BITS = {rule.code: rule.bit for rule in RULES}
"""Which bit of `segments.warnings` a rule has."""


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
