"""Noun phrases, subjects, places and verb forms, drawn at random but agreeing."""

from __future__ import annotations

import random
from dataclasses import dataclass

from trainer.synthesis import conjugation as cj
from trainer.synthesis import nouns
from trainer.synthesis.lexicon import lexicon, pick
from trainer.synthesis.numbers import counted

LEX = lexicon()
SE = ("me", "te", "se", "nos", "os", "se")
_PRONOUNS = (
    ("yo",),
    ("tú",),
    ("él", "ella", "usted"),
    ("nosotros", "nosotras"),
    ("vosotros", "vosotras"),
    ("ellos", "ellas", "ustedes"),
)
_POSS = ("mi", "tu", "su", "nuestro", "vuestro", "su")
_THINGS = (
    "thing",
    "thing",
    "thing",
    "tech",
    "clothes",
    "home",
    "food",
    "vehicle",
    "study",
    "culture",
    "nature",
    "drink",
)


@dataclass
class Ctx:
    """What later slots of the same clause must agree with."""

    rng: random.Random
    person: int = 2
    gender: str = "m"
    many: bool = False
    noun_gender: str = "m"
    noun_many: bool = False
    depth: int = 0
    nobody: bool = False
    plain: bool = False  # without negation and time: the question word asks for them


# --- noun phrases ------------


def _article(gender: str, many: bool, definite: bool) -> str:
    return (
        {"m": ("el", "los"), "f": ("la", "las")}[gender][many]
        if definite
        else ({"m": ("un", "unos"), "f": ("una", "unas")}[gender][many])
    )


def noun_phrase(c: Ctx, kind: str, style: str = "any", many: bool | None = None) -> str:
    """A noun phrase of a semantic class, remembered for agreement."""
    rng = c.rng
    if kind == "any":
        kind = rng.choice(_THINGS)
    word, gender = pick(rng, LEX.nouns[kind])
    if many is None:
        many = rng.random() < 0.25
    if style == "any":
        style = rng.choices(("the", "a", "this", "poss", "num", "other"), (40, 22, 8, 16, 5, 4))[0]
    f, noun = gender == "f", nouns.plural(word) if many else word
    if style == "the":
        det = _article(gender, many, True)
    elif style == "a":
        det = _article(gender, many, False)
    elif style == "this":
        det = rng.choice(
            (
                ("este", "esta", "estos", "estas"),
                ("ese", "esa", "esos", "esas"),
                ("aquel", "aquella", "aquellos", "aquellas"),
            )
        )[f + 2 * many]
    elif style == "poss":
        det = _POSS[rng.choice((0, 0, 1, 1, 2, 3, 4))]
        det = nouns.agree(det, gender, many) if det[-1] == "o" else det + ("s" if many else "")
    elif style == "num":
        many, noun = True, nouns.plural(word)
        det = counted(rng.choice((2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 50, 100)), f)
    elif style == "other":
        det = rng.choice(
            (
                ("otro", "otros"),
                ("otro", "muchos"),
                ("algún", "algunos"),
                ("todo el", "todos los"),
                ("el mismo", "pocos"),
                ("cada", "varios"),
            )
        )[many]
        if f:
            det = {
                "algún": "alguna",
                "el mismo": "la misma",
                "todo el": "toda la",
                "todos los": "todas las",
            }.get(det, nouns.agree(det, "f", False) if det.endswith("o") else det.replace("os", "as"))
    else:
        det = ""
    c.noun_gender, c.noun_many = gender, many
    adj = ""
    adjectives = {
        "food": "food",
        "drink": "food",
        "clothes": "colour",
        "place": "place",
        "person": "person",
        "job": "nation",
        "abstract": "abstract",
        "nature": "ser",
        "body": "ser",
    }.get(kind, "thing")
    if rng.random() < 0.22 and style != "bare":
        base = pick(rng, LEX.adjectives[adjectives])
        adj = " " + nouns.agree(base, gender, many) if base not in ("rosa", "naranja", "violeta") else " " + base
    elif rng.random() < 0.06 and c.depth < 2 and style in ("the", "this"):
        adj = " " + relative(c)
        c.noun_gender, c.noun_many = gender, many
    elif rng.random() < 0.08 and style == "the":
        adj = " de " + person(c)
        c.noun_gender, c.noun_many = gender, many
    return f"{det} {noun}{adj}".strip()


def relative(c: Ctx) -> str:
    """A relative clause whose antecedent is the object or the place."""
    inner = Ctx(c.rng, depth=2)
    who = subject(inner)
    verb = pick(c.rng, LEX.verbs["thing"])
    tense = c.rng.choice(("pret", "pres", "perf", "imp"))
    return f"que {who} {finite(verb, tense, inner.person)}".replace("  ", " ")


def person(c: Ctx, many: bool | None = None) -> str:
    """A human being: a name or a noun phrase."""
    rng = c.rng
    if rng.random() < 0.35:
        gender = rng.choice("mf")
        c.noun_gender, c.noun_many = gender, False
        return pick(rng, LEX.names[gender])
    return noun_phrase(
        c, rng.choice(("person", "person", "job")), rng.choice(("the", "poss", "poss", "a", "this")), many
    )


def subject(c: Ctx, overt: bool = False, third: bool = False) -> str:
    """Choose who does it; may be silent, as Spanish likes it."""
    rng = c.rng
    roll = rng.random()
    if third or roll < 0.42:
        text = person(c, False if third else None)
        c.gender, c.many, c.person = c.noun_gender, c.noun_many, 5 if c.noun_many else 2
        return text
    if roll < 0.5:
        text, c.person, c.gender, c.many = rng.choice(
            (
                ("mis padres", 5, "m", True),
                ("la gente", 2, "f", False),
                ("todo el mundo", 2, "m", False),
                ("mi familia", 2, "f", False),
                ("los niños", 5, "m", True),
                ("mis amigos", 5, "m", True),
                ("mi mujer y yo", 3, "m", True),
                ("mi marido y yo", 3, "m", True),
                ("todos", 5, "m", True),
                ("alguien", 2, "m", False),
                ("nadie", 2, "m", False),
                ("mis hijas", 5, "f", True),
                ("los dos", 5, "m", True),
                ("mi hermano y tú", 4, "m", True),
                ("los españoles", 5, "m", True),
            )
        )
        c.nobody = text == "nadie"
        return text
    c.person = rng.choices(range(6), (30, 22, 12, 16, 8, 12))[0]
    c.many = c.person > 2
    pronoun = rng.choice(_PRONOUNS[c.person])
    c.gender = "f" if pronoun.endswith(("a", "as")) else rng.choice("mmf") if c.person < 2 else "m"
    return pronoun if overt or rng.random() < 0.22 else ""


# --- verbs ------------


def finite(verb: str, tense: str, who: int, clitics: str = "") -> str:
    """A finite form with its reflexive and other pronouns before it."""
    reflexive = verb.endswith("se")
    verb, _, rest = verb.partition(" ")
    if reflexive or verb.endswith("se"):
        verb = verb[:-2]
        clitics = f"{SE[who]} {clitics}".strip()
    compound = {
        "perf": "pres",
        "pluperf": "imp",
        "condperf": "cond",
        "subjperf": "subj",
        "subjplu": "subjimp",
    }.get(tense)
    form = cj.perfect(verb, compound)[who] if compound else cj.conjugate(verb, tense)[who]
    return " ".join(part for part in (clitics, form, rest) if part)


def nonfinite(verb: str, who: int, clitics: str = "", doing: bool = False) -> str:
    """An infinitive or a gerund with its pronouns hanging on it."""
    verb, _, rest = verb.partition(" ")
    if verb.endswith("se"):
        verb, clitics = verb[:-2], SE[who] + clitics
    form = cj.gerund(verb) if doing else verb
    return " ".join(part for part in (cj.attach(form, clitics) if clitics else form, rest) if part)


def place(c: Ctx, prep: str) -> str:
    """A place with its preposition: en el parque, a Madrid, de la tienda."""
    roll = c.rng.random()
    if roll < 0.25:
        return f"{prep} {pick(c.rng, LEX.names['city'])}"
    if roll < 0.37:
        return f"{prep} {pick(c.rng, LEX.names['country'])}"
    return f"{prep} {noun_phrase(c, 'place', c.rng.choice(('the', 'the', 'the', 'a', 'this', 'poss')), False)}"
