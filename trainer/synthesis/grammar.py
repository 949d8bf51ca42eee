"""A small generative grammar of spoken Spanish.

Patterns (``data/patterns.txt``) give the shape of a sentence; the slots in them
are filled here, left to right, each one agreeing with what came before.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache

from trainer.synthesis import nouns, numbers
from trainer.synthesis.clauses import clause, command, gustar, infinitive, predicate
from trainer.synthesis.lexicon import pick, read_lines
from trainer.synthesis.phrases import LEX, Ctx, finite, noun_phrase, person, place, subject


def _cl(c: Ctx, a: list[str]) -> str:
    return clause(Ctx(c.rng, depth=1), a[0])


def _clitic(c: Ctx, a: list[str]) -> str:
    return ("lo", "la", "los", "las")[(c.noun_gender == "f") + 2 * c.noun_many]


def _the(style: str, many: bool | None = None) -> Callable[[Ctx, list[str]], str]:
    return lambda c, a: noun_phrase(c, c.rng.choice(a), style, many)


def _plain(c: Ctx, a: list[str]) -> str:
    c.plain = True
    return predicate(c, a[0])


def _set_person(c: Ctx, who: int) -> str:
    c.person, c.many = who, who > 2
    c.gender = c.rng.choice("mf")
    return ""


SLOTS: dict[str, Callable[[Ctx, list[str]], str]] = {
    "S": lambda c, a: subject(c),
    "S!": lambda c, a: subject(c, True),
    "S3": lambda c, a: subject(c, third=True),
    "V": lambda c, a: predicate(c, a[0]),
    "v": lambda c, a: finite(a[0], a[1], c.person),
    "Vp": _plain,
    "inf": lambda c, a: infinitive(c),
    "ger": lambda c, a: infinitive(c, True),
    "cl": _cl,
    "P": lambda c, a: _set_person(c, int(a[0])),
    "imp": lambda c, a: command(c, a[0]),
    "noimp": lambda c, a: command(c, a[0], True),
    "gustar": lambda c, a: gustar(c, a[0]),
    "the": _the("the"),
    "a": _the("a"),
    "one": _the("the", False),
    "many": _the("the", True),
    "bare": _the("bare", False),
    "bares": _the("bare", True),
    "a1": _the("a", False),
    "this": _the("this"),
    "my": _the("poss"),
    "np": _the("any"),
    "num": lambda c, a: numbers.any_number(c.rng),
    "hour": lambda c, a: numbers.hour(c.rng),
    "price": lambda c, a: numbers.price(c.rng),
    "phone": lambda c, a: numbers.phone(c.rng),
    "date": lambda c, a: numbers.date(c.rng),
    "count": lambda c, a: numbers.counted(c.rng.randrange(2, 100), a[0] == "f"),
    "adj": lambda c, a: nouns.agree(pick(c.rng, LEX.adjectives[c.rng.choice(a)]), c.noun_gender, c.noun_many),
    "sadj": lambda c, a: nouns.agree(pick(c.rng, LEX.adjectives[c.rng.choice(a)]), c.gender, c.many),
    "person": lambda c, a: person(c, False),
    "place": lambda c, a: place(c, a[0]),
    "adv": lambda c, a: pick(c.rng, LEX.adverbs[a[0]]),
    "name": lambda c, a: pick(c.rng, LEX.names[a[0] if a else c.rng.choice("mf")]),
    "city": lambda c, a: pick(c.rng, LEX.names["city"]),
    "country": lambda c, a: pick(c.rng, LEX.names["country"]),
    "surname": lambda c, a: pick(c.rng, LEX.names["surname"]),
    "lang": lambda c, a: pick(c.rng, LEX.names["language"]),
    "day": lambda c, a: pick(c.rng, LEX.names["day"]),
    "month": lambda c, a: pick(c.rng, LEX.names["month"]),
    "job": lambda c, a: pick(c.rng, LEX.nouns["job"])[0],
    "clq": lambda c, a: clause(Ctx(c.rng, depth=1, plain=True), a[0]),
    "lo": _clitic,
    "this1": _the("this", False),
    "agr": lambda c, a: nouns.agree(c.rng.choice(a), c.noun_gender, c.noun_many),
    "w": lambda c, a: c.rng.choice(a).replace("_", " "),
}


@cache
def _compiled(pattern: str) -> list[tuple[str, list[str]]]:
    parts: list[tuple[str, list[str]]] = []
    for piece in re.split(r"(\{[^}]*\})", pattern):
        if piece.startswith("{"):
            name, *args = piece[1:-1].split()
            parts.append((name, args))
        elif piece:
            parts.append(("", [piece]))
    return parts


def fill(rng: random.Random, pattern: str) -> str:
    c = Ctx(rng)
    return "".join(args[0] if not name else SLOTS[name](c, args) for name, args in _compiled(pattern))


@cache
def pattern_lines(name: str) -> list[str]:
    return read_lines(name)
