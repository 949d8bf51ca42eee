"""What is written in more than one way, as `spelling.toml` has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.evaluation import numerals
from models.evaluation.plain import normalise

FILE = Path(__file__).with_name("spelling.toml")
VOWELS = "aeiouáéíóú"


@dataclass(frozen=True, slots=True)
class Spellings:
    """Each with the words that are compared in its place."""

    words: dict[str, list[str]]
    phrases: dict[str, list[tuple[tuple[str, ...], list[str]]]]
    """By their first word: the whole phrase, and what stands for it; the longest first."""
    parts: list[tuple[re.Pattern[str], str]]
    """Parts of words, and what stands for them."""
    signs: dict[str, list[str]]
    """Abbreviations that need their full stops, by what `letters` makes of them."""
    sign: str
    """The regular expression that finds them."""
    units: dict[str, list[str]]
    """Behind a number: of one, of several."""


@cache
def spellings() -> Spellings:
    """All of them, read once."""
    import tomllib

    body = tomllib.loads(FILE.read_text(encoding="utf-8"))
    phrases = {(word,): said for word, said in numerals.spellings().items()} | numerals.phrases()
    for group in body["variants"]:
        first, *others = group.lower().split(", ")
        for other in others:
            phrases |= {tuple(one.split()): instead.split() for one, instead in _inflected(other, first)}
    for name, said in body["abbreviations"].items():
        phrases[tuple(normalise(name).split())] = phrases[letters(name),] = said.split()
    return Spellings(
        {phrase[0]: instead for phrase, instead in phrases.items() if len(phrase) == 1},
        _by_first({phrase: instead for phrase, instead in phrases.items() if len(phrase) > 1}),
        [(re.compile(part), instead) for part, instead in body["parts"]],
        {letters(name): said.split() for name, said in body["signs"].items()},
        "|".join(_spaced(name) for name in sorted(body["signs"], key=len, reverse=True)),
        body["units"],
    )


def letters(abbreviation: str) -> str:
    """An abbreviation without stops and spaces, in lower case."""
    return re.sub(r"[.\s]", "", abbreviation).lower()


def _inflected(other: str, first: str) -> Iterator[tuple[str, str]]:
    """A spelling and what stands for it, and their plurals."""
    yield other, first
    if " " not in other:
        yield (other + "s", first + "s") if other[-1] in VOWELS else (other + "es", first + "es")


def _by_first(phrases: dict[tuple[str, ...], list[str]]) -> dict[str, list[tuple[tuple[str, ...], list[str]]]]:
    found: dict[str, list[tuple[tuple[str, ...], list[str]]]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        found.setdefault(phrase[0], []).append((phrase, phrases[phrase]))
    return found


def _spaced(name: str) -> str:
    """The regular expression of an abbreviation, with or without its space."""
    return "".join(r"\s?" if sign == " " else re.escape(sign) for sign in name)
