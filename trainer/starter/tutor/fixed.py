"""Set phrases: right sentences from a table, each with the usual slip in it."""

from __future__ import annotations

import random
from functools import lru_cache

from trainer.starter.tutor.mistakes import Draft, adjectives, data_lines, lexicon, people
from trainer.starter.tutor.sentences import city, names
from trainer.synthesis.nouns import feminine


def fixed(rng: random.Random) -> Draft:
    """Set phrases: one right sentence, the usual slip in it."""
    right, wrong, low, high, why = fixed_rows()[rng.randrange(len(fixed_rows()))]
    d = Draft()
    adverb = rng.random() < 0.2 and right.split()[0] in (
        "voy",
        "estoy",
        "quiero",
        "trabajo",
        "tengo",
        "estudio",
        "es",
        "me",
        "hace",
    )
    if adverb:
        d.add(rng.choice(("hoy", "ahora", "normalmente", "pues", "bueno,", "sí,", "en verano")))
    fill = {
        "{city}": city(rng),
        "{name}": names(rng)[0],
        "{job}": rng.choice(people("job"))[0],
        "{n}": rng.choice(("ocho", "nueve", "dos", "tres", "siete")),
        "{day}": rng.choice(lexicon()["names day"]),
        "{lang}": rng.choice(lexicon()["names language"]),
        "{adjm}": rng.choice([a for a in adjectives("person") if feminine(a) != a]),
        "{adjt}": rng.choice(("caro", "bonito", "pequeño", "nuevo", "barato", "largo")),
        "{inf}": rng.choice(
            (
                "comer",
                "salir",
                "viajar",
                "dormir",
                "bailar",
                "leer",
                "cocinar",
                "trabajar",
                "estudiar",
                "nadar",
            )
        ),
    }
    for key, value in fill.items():
        right, wrong = right.replace(key, value), wrong.replace(key, value)
        why = why.replace(key, value)
    at = d.add(right)
    r, w = right.split(), wrong.split()
    same = next((i for i, (a, b) in enumerate(zip(r, w, strict=False)) if a != b), min(len(r), len(w)))
    tail = next(
        (i for i, (a, b) in enumerate(zip(r[same:][::-1], w[same:][::-1], strict=False)) if a != b),
        min(len(r), len(w)) - same,
    )
    if same - low >= len(r) - tail + high:  # a word too many: a note must have something to say instead
        high += 1
    wrong_words = " ".join(w[same : len(w) - tail])
    d.slip(
        at + same,
        at + len(r) - tail,
        wrong_words,
        why,
        at + max(0, same - low),
        at + min(len(r), len(r) - tail + high),
    )
    return d


@lru_cache
def fixed_rows() -> tuple[tuple[str, str, int, int, str], ...]:
    """fixed.txt: right, wrong, words of the note before and after what differs, why."""
    rows = [[cell.strip() for cell in line.split("|")] for line in data_lines("fixed.txt")]
    return tuple((r[0], r[1], int(r[2]), int(r[3]), r[4]) for r in rows)
