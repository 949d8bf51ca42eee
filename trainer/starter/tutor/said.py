"""One sentence of a learner: right, wrong in a known way, from elsewhere in Spanish, or no Spanish at all."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from trainer.starter.tutor.fixed import fixed
from trainer.starter.tutor.mistakes import Draft, SlipNote, choose_slips, data_lines, lexicon, nouns
from trainer.starter.tutor.phrases import belongings, meetings, persons, places, qualities
from trainer.starter.tutor.sentences import PLURAL_PEOPLE, SINGULAR_PEOPLE, actions, irregular, plans
from trainer.starter.tutor.states import age, being, likes, needs
from trainer.synthesis import grammar, sentences
from trainer.synthesis.lexicon import read_lines
from trainer.synthesis.nouns import plural

Writer = Callable[[random.Random], Draft]

WRITERS: tuple[tuple[Writer, float], ...] = (
    (actions, 4),
    (irregular, 3),
    (plans, 2.5),
    (likes, 3),
    (age, 0.8),
    (needs, 1.2),
    (being, 2.5),
    (belongings, 2.5),
    (qualities, 2.5),
    (persons, 2.5),
    (places, 3),
    (meetings, 1.5),
    (fixed, 6),
)
BY_TOPIC: dict[str, tuple[Writer, ...]] = {
    "conocerse": (being, age, places, likes, fixed),
    "familia": (persons, age, being, meetings, likes),
    "comida": (likes, belongings, needs, qualities, fixed),
    "rutina": (actions, irregular, places, fixed),
    "tiempo_libre": (likes, actions, plans),
    "fin_de_semana": (actions, irregular, meetings, places),
    "viajes": (places, likes, actions, plans),
    "casa_y_ciudad": (qualities, places, belongings, fixed),
    "compras": (belongings, qualities, likes, fixed),
    "planes": (plans, places, actions),
}


def fill(text: str, rng: random.Random) -> str:
    """A line of the data files with its braces filled and, mostly, written as a sentence."""
    lex = lexicon()
    food, gender = rng.choice(nouns("food"))
    values = {
        "name": rng.choice(lex[f"names {rng.choice('mf')}"]),
        "nameB": rng.choice(lex["names f"]),
        "city": "",
        "rel": rng.choice(SINGULAR_PEOPLE)[0],
        "rels": rng.choice(PLURAL_PEOPLE)[0],
        "day": rng.choice(lex["names day"]),
        "lang": rng.choice(lex["names language"]),
        "inf": rng.choice(("comer", "salir", "viajar", "bailar", "leer", "cocinar", "nadar", "dormir")),
        "n": rng.choice(("dos", "tres", "ocho", "nueve")),
        "food": f"{'un' if gender == 'm' else 'una'} {food}",
        "foods": f"{'unos' if gender == 'm' else 'unas'} {plural(food)}",
    }
    text = text.replace("los {day}", "los " + plural(values["day"]))
    text = re.sub(r"\{city\}", lambda _: rng.choice(lex[rng.choice(("names city", "names country"))]), text)
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    return re.sub(r"\ba el ", "al ", re.sub(r"\bde el ", "del ", text))


@lru_cache
def outside_lines() -> list[tuple[str, str]]:
    return [
        (kind.strip(), text.strip()) for kind, text in (line.split("|", 1) for line in data_lines("outside.txt"))
    ]


@lru_cache
def _patterns() -> tuple[list[str], list[str]]:
    return grammar.pattern_lines("patterns.txt"), grammar.pattern_lines("chunks.txt")


def right_sentence(rng: random.Random) -> str:
    """A sentence from anywhere in Spanish that is right, so that nothing is to be noted."""
    roll = rng.random()
    if roll < 0.30:
        return grammar.fill(rng, rng.choice(_patterns()[0])).strip()
    if roll < 0.42:
        return grammar.fill(rng, rng.choice(_patterns()[1])).strip()
    if roll < 0.55:
        return rng.choice(sentences.prose())
    if roll < 0.65:
        return rng.choice(_example_sentences())
    return fill(rng.choice(_right()), rng)


@lru_cache
def _right() -> list[str]:
    return data_lines("right.txt")


@lru_cache
def _example_sentences() -> list[str]:
    # Every fourth line of the examples is a list of words, not a sentence.
    return [s for s in read_lines("sentences.txt") if not re.fullmatch(r"[\w, ]+\.", s) or " " in s.split(",")[0]]


def spoken(text: str, rng: random.Random) -> str:
    """The sentence as it reaches the tutor: typed neatly, typed carelessly or heard."""
    roll = rng.random()
    if roll < 0.5:
        text = text[0].upper() + text[1:]
        return text if text[-1] in ".?!…" else text + "."
    if roll < 0.75:
        text = text.rstrip(".")
    return text


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """One learner sentence with the notes it deserves and what it is, for choosing a reply."""

    text: str
    notes: tuple[SlipNote, ...]
    kind: str = "topic"
    right: str = ""


def drafted(rng: random.Random, writer: Writer, slips: float) -> LabelledSentence:
    draft = writer(rng)
    chosen = choose_slips(draft, rng) if rng.random() < slips else ()
    roll = rng.random()
    capital = roll < 0.65
    text, notes = draft.text(chosen, capital)
    right = draft.text((), capital)[0]
    if roll > 0.8 or 0.5 < roll < 0.65:
        text, right = text.rstrip(".") or text, right.rstrip(".") or right
    return LabelledSentence(text, tuple(notes), "topic", right)


def answer(rng: random.Random, topic: str) -> LabelledSentence:
    """What a learner may say next in a topic."""
    roll = rng.random()
    if roll < 0.60:
        return drafted(rng, rng.choice(BY_TOPIC[topic]), 0.35)
    if roll < 0.80:
        kind, text = rng.choice(outside_lines())
        return LabelledSentence(spoken(fill(text, rng), rng) if rng.random() < 0.5 else fill(text, rng), (), kind)
    return LabelledSentence(spoken(right_sentence(rng), rng), ())


def joined(rng: random.Random, said: LabelledSentence) -> LabelledSentence:
    """The sentence with another, right one before or after it."""
    other = right_sentence(rng) if rng.random() < 0.4 else drafted(rng, rng.choice(WRITERS)[0], 0.0).text
    other = (other[0].upper() + other[1:]).strip()
    if len(other) > 60 or rng.random() < 0.12:
        return LabelledSentence(_unaccented(said.text), ()) if not said.notes else said
    right = said.right or said.text
    if rng.random() < 0.5:
        first = other if other[-1] in ".?!" else other + "."
        return LabelledSentence(f"{first} {said.text}", said.notes, said.kind, f"{first} {right}")
    if rng.random() < 0.5 or said.text[-1] in "?!":
        stop = "" if said.text[-1] in ".?!" else "."
        return LabelledSentence(f"{said.text}{stop} {other}", said.notes, said.kind, f"{right}{stop} {other}")
    link = rng.choice((" y ", ", pero ", " porque ", ", así que "))
    tail = link + other[0].lower() + other[1:]
    return LabelledSentence(said.text.rstrip(".") + tail, said.notes, said.kind, right.rstrip(".") + tail)


def _unaccented(text: str) -> str:
    return text.translate(str.maketrans("áéíóú", "aeiou"))
