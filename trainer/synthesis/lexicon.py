"""The vocabulary of the starter's training text, read from plain text files.

The words live in ``data/`` so that a Spanish speaker can widen them without
reading code; this module only gives them a shape that the grammar can draw from.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

DATA = Path(__file__).parent / "data"
T = TypeVar("T")


@dataclass
class Lexicon:
    """Words by class. A noun is (word, gender); people also come as pairs."""

    nouns: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    adjectives: dict[str, list[str]] = field(default_factory=dict)
    verbs: dict[str, list[str]] = field(default_factory=dict)
    adverbs: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    other: dict[str, list[str]] = field(default_factory=dict)
    phrases: list[tuple[str, str]] = field(default_factory=list)


def pick(rng: random.Random, items: Sequence[T]) -> T:
    """Draw one item, the earlier (commoner) ones somewhat more often."""
    return items[int(len(items) * rng.random() ** 1.25)]


def read_lines(name: str, folder: Path = DATA) -> list[str]:
    """The lines of a data file, without blanks and comments."""
    text = (folder / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Read the whole vocabulary once."""
    words = Lexicon()
    section: list[str] = []
    for line in read_lines("lexicon.txt"):
        if line.startswith("["):
            section = line.strip("[]").split()
            continue
        items = [item.strip() for item in line.split(",") if item.strip()]
        kind, rest = section[0], section[1:]
        if kind == "noun":
            nouns = words.nouns.setdefault(rest[0], [])
            if rest[1] == "p":
                for item in items:
                    masculine, feminine = item.split("/")
                    nouns += [(masculine, "m"), (feminine, "f")]
            else:
                nouns += [(item, rest[1]) for item in items]
        else:
            target = {
                "adj": words.adjectives,
                "verb": words.verbs,
                "adv": words.adverbs,
                "names": words.names,
            }.get(kind, words.other)
            target.setdefault(rest[0] if rest else kind, []).extend(items)
    for key in words.nouns:
        # Masculine and feminine were written apart; mix them so that "early" does not mean "masculine".
        random.Random(1).shuffle(words.nouns[key])
    for line in read_lines("verb_phrases.txt"):
        verb, _, tail = line.partition(" ")
        words.phrases.append((verb, tail))
    random.Random(1).shuffle(words.phrases)
    return words
