"""What a learner of level A1 to B1 says, in the topics of the starter tutor, with the slips each sentence invites.

Each function writes one kind of sentence; `SENTENCES` lists them with their weight.  They are correct as written;
only their slips are mistakes.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import lru_cache

from trainer.starter.tutor.mistakes import REFLEXIVE, Draft, data_lines, lexicon, nouns, verb, verb_phrases
from trainer.synthesis.conjugation import conjugate

Writer = Callable[[random.Random], Draft]
NUMBERS = [
    "quince",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiún",
    "veintidós",
    "veinticinco",
    "treinta",
    "treinta y dos",
    "cuarenta",
    "cincuenta",
    "sesenta y cinco",
    "tres",
    "cinco",
    "siete",
    "nueve",
    "diez",
    "doce",
    "20",
    "25",
    "30",
    "18",
]
SINGULAR_PEOPLE = [
    ("mi hermano", "m"),
    ("mi hermana", "f"),
    ("mi padre", "m"),
    ("mi madre", "f"),
    ("mi amigo", "m"),
    ("mi amiga", "f"),
    ("mi novio", "m"),
    ("mi novia", "f"),
    ("mi hijo", "m"),
    ("mi hija", "f"),
    ("mi abuelo", "m"),
    ("mi abuela", "f"),
    ("mi primo", "m"),
    ("mi prima", "f"),
    ("mi tío", "m"),
    ("mi tía", "f"),
    ("mi marido", "m"),
    ("mi mujer", "f"),
    ("mi jefe", "m"),
    ("mi jefa", "f"),
    ("mi vecino", "m"),
    ("mi vecina", "f"),
    ("el profesor", "m"),
    ("la profesora", "f"),
    ("mi compañero", "m"),
    ("mi compañera", "f"),
]
PLURAL_PEOPLE = [
    ("mis padres", "m"),
    ("mis amigos", "m"),
    ("mis amigas", "f"),
    ("mis hermanos", "m"),
    ("mis hermanas", "f"),
    ("mis hijos", "m"),
    ("mis abuelos", "m"),
    ("mis primos", "m"),
    ("los niños", "m"),
    ("mis vecinos", "m"),
    ("mis compañeros", "m"),
    ("los estudiantes", "m"),
    ("mis tíos", "m"),
]
PRONOUNS = [
    ("yo", 0, ""),
    ("tú", 1, ""),
    ("él", 2, "m"),
    ("ella", 2, "f"),
    ("usted", 2, ""),
    ("nosotros", 3, "m"),
    ("nosotras", 3, "f"),
    ("vosotros", 4, "m"),
    ("ellos", 5, "m"),
    ("ellas", 5, "f"),
    ("ustedes", 5, ""),
]
TIMES = {"pres": "adv pres", "pret": "adv pret", "imp": "adv imp", "fut": "adv fut", "perf": "adv perf"}


def names(rng: random.Random) -> tuple[str, str]:
    gender = rng.choice("mf")
    return rng.choice(lexicon()[f"names {gender}"]), gender


def subject(rng: random.Random) -> tuple[str, int, str]:
    """A subject as said, its person (0 = yo … 5 = ellos) and gender ("" when open)."""
    roll = rng.random()
    if roll < 0.30:
        return "yo", 0, ""
    if roll < 0.50:
        return rng.choice(PRONOUNS)
    if roll < 0.72:
        text, gender = rng.choice(SINGULAR_PEOPLE)
        return text, 2, gender
    if roll < 0.80:
        name, gender = names(rng)
        return name, 2, gender
    if roll < 0.94:
        text, gender = rng.choice(PLURAL_PEOPLE)
        return text, 5, gender
    return f"{rng.choice(SINGULAR_PEOPLE)[0]} y yo", 3, ""


def begin(d: Draft, rng: random.Random, tense: str = "", chance: float = 0.4) -> None:
    if tense in TIMES and rng.random() < chance:
        d.add(rng.choice(lexicon()[TIMES[tense]]))


def city(rng: random.Random) -> str:
    return rng.choice(lexicon()["names city"] if rng.random() < 0.6 else lexicon()["names country"])


def actions(rng: random.Random) -> Draft:
    """Ayer yo fui al cine. Mis padres se levantan temprano."""
    d, tense = Draft(), rng.choices(("pres", "pret", "imp", "fut", "perf"), (5, 5, 1, 1, 2))[0]
    begin(d, rng, tense)
    who, person, _ = subject(rng)
    explicit = rng.random() < 0.75
    at = d.add(who) if explicit else -1
    if rng.random() < 0.1:
        d.add("no")
    infinitive, rest = rng.choice(verb_phrases())
    verb(d, infinitive, tense, person, (at, who) if explicit else None)
    complement(d, rest)
    if rng.random() < 0.2:
        d.add(
            rng.choice(
                [
                    "con mi hermano",
                    "con mis amigos",
                    "con mi familia",
                    "en casa",
                    "por la tarde",
                    "los sábados",
                ]
            )
        )
    return d


def complement(d: Draft, text: str) -> None:
    """Write the rest of a verb phrase, with the slips of al, del and the personal a."""
    words = text.split()
    for i, word in enumerate(words):
        at = d.add(word)
        if word in ("al", "del") and i + 1 < len(words):
            d.slip(
                at,
                at + 1,
                "a el" if word == "al" else "de el",
                f"{word[:-1] if word == 'al' else 'de'} + el = {word}",
                at,
                at + 1,
            )
        after = words[i + 1] if i + 1 < len(words) else ""
        if i and word in _GENDERED and words[i - 1] in ("el", "la", "un", "una"):
            det = {"el": "la", "la": "el", "un": "una", "una": "un"}[words[i - 1]]
            d.slip(
                at - 1,
                at,
                det,
                f"{word} is {'feminine' if _GENDERED[word] == 'f' else 'masculine'}",
                at - 1,
                at + 1,
            )
        if word in ("los", "las") and after:
            d.slip(at, at + 1, "el" if word == "los" else "la", f"plural: {word} {after}", at, at + 2)


_GENDERED = dict(
    nouns("food", "thing", "home", "place", "vehicle", "tech", "clothes", "abstract", "study", "culture")
)


def irregular(rng: random.Random) -> Draft:
    """The verbs a learner makes up: hice, tuve, sé, quiero."""
    d = Draft()
    tense = rng.choices(("pres", "pret", "perf"), (3, 4, 2))[0]
    begin(d, rng, tense)
    person = rng.choice((0, 0, 0, 2, 3, 5))
    infinitive, rest = rng.choice(_irregular_phrases()[tense])
    at = -1
    who = ""
    if rng.random() < 0.4:
        who, person, _ = subject(rng)
        at = d.add(who)
    verb(d, infinitive, tense, person, (at, who) if at >= 0 else None)
    complement(d, rest)
    return d


@lru_cache
def _irregular_phrases() -> dict[str, list[tuple[str, str]]]:
    """Tense → (infinitive, what follows)."""
    rows = (line.split(" | ") for line in data_lines("irregular.txt"))
    phrases: dict[str, list[tuple[str, str]]] = {}
    for tense, infinitive, rest in rows:
        phrases.setdefault(tense, []).append((infinitive, rest))
    return phrases


def plans(rng: random.Random) -> Draft:
    """Mañana voy a comer con mi familia. Tengo que estudiar."""
    d = Draft()
    begin(d, rng, "fut")
    who, person, _ = subject(rng)
    explicit = rng.random() < 0.4
    at = d.add(who) if explicit else len(d.words)
    infinitive, rest = rng.choice(verb_phrases())
    bare = infinitive.removesuffix("se")
    done = bare + (REFLEXIVE[person] if bare != infinitive else "")
    head = rng.choice(("ir a", "ir a", "tener que", "querer", "poder", "gustaría", "empezar a", "necesitar"))
    if head == "gustaría":
        return would_like(rng, done if person == 0 else bare, rest) if bare == infinitive else plans(rng)
    lead, _, link = head.partition(" ")
    verb(d, lead, "pres", person, (at, who) if explicit else None)
    begin_at = len(d.words) - 1
    if link:
        d.add(link)
        said_to = f"{head} + infinitive"
        here = len(d.words)
        d.add(done)
        d.slip(here - 1, here, "", f"say {said_to}", begin_at, here + 1)
        d.slip(here - 1, here, "", f"say {said_to}", begin_at, here + 1)
        if link == "que":
            d.slip(here - 1, here, "a" if rng.random() < 0.5 else "de", f"say {said_to}", begin_at, here + 1)
    else:
        here = d.add(done)
        d.slip(
            here,
            here,
            "a" if lead != "empezar" else "",
            f"no a after {d.words[begin_at]}",
            begin_at,
            here + 1,
        )
    if bare == infinitive:
        wrong = conjugate(bare, "pres")[person]
        d.slip(here, here + 1, wrong, f"use the infinitive: {done}", begin_at, here + 1)
    complement(d, rest)
    return d


def would_like(rng: random.Random, infinitive: str, rest: str) -> Draft:
    d = Draft()
    at = d.add(f"{rng.choice(('me gustaría', 'me gustaría', 'me encantaría'))} {infinitive}")
    d.slip(at, at + 1, "yo", f"say me {d.words[at + 1]}", at, at + 2)
    d.slip(at + 1, at + 2, d.words[at + 1] + "n", f"one thing to do: {d.words[at + 1]}", at, at + 2)
    complement(d, rest)
    return d
