"""What the starter tutor may say: the script of moves.toml and the words its slots take."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import Any

from models.tutor.moves import Moves, Topic, plain
from trainer.starter.tutor.mistakes import DATA, lexicon, nouns, people, verb_phrases
from trainer.starter.tutor.sentences import PLURAL_PEOPLE, SINGULAR_PEOPLE
from trainer.synthesis.nouns import plural


@lru_cache
def script() -> dict[str, Any]:
    """moves.toml, with the questions and rows split."""
    body = tomllib.loads((DATA / "moves.toml").read_text(encoding="utf-8"))
    for topic in body["topics"].values():
        topic["questions"] = [(int(q[0]), q[2:].strip()) for q in topic["questions"].strip().splitlines()]
    rows = [[c.strip() for c in row.split("|")] for row in body["followups"]["rows"].strip().splitlines()]
    body["followups"] = [
        (slot, None if topics == "*" else topics.split(","), tense, int(level), text)
        for slot, topics, tense, level, text in rows
    ]
    return body


def _the(word: str, gender: str, many: bool = False) -> str:
    article = {"ms": "el", "fs": "la", "mp": "los", "fp": "las"}[gender + ("p" if many else "s")]
    return f"{article} {plural(word) if many else word}"


@lru_cache
def slots() -> dict[str, dict[str, str]]:
    """Slot → what the learner says (plain) → how the tutor says it."""
    lex = lexicon()
    to, within = {}, {}
    for word, gender in nouns("place"):
        to[word] = f"al {word}" if gender == "m" else f"a la {word}"
        within[word] = f"en {_the(word, gender)}"
    drinks = [
        ("café", "m"),
        ("té", "m"),
        ("vino", "m"),
        ("zumo", "m"),
        ("leche", "f"),
        ("cerveza", "f"),
        ("refresco", "m"),
        ("limonada", "f"),
    ]
    sports = {
        "fútbol": "al fútbol",
        "tenis": "al tenis",
        "baloncesto": "al baloncesto",
        "ajedrez": "al ajedrez",
        "cartas": "a las cartas",
    }
    instruments = {
        "guitarra": "la guitarra",
        "piano": "el piano",
        "violín": "el violín",
        "flauta": "la flauta",
        "tambor": "el tambor",
    }
    listed = (
        "bailar leer cocinar viajar nadar correr dormir cantar pasear jugar escribir escuchar montar comer caminar"
    )
    doing = {v for v, _ in verb_phrases()} & {*listed.split(), "estudiar"} | {"dibujar", "pintar"}
    return {
        "name": {plain(n): n for g in "mf" for n in lex[f"names {g}"]},
        "city": {plain(n): n for n in (*lex["names city"], *lex["names country"])},
        "relative": {plain(p): p.replace("mi ", "tu ") for p, _ in SINGULAR_PEOPLE if p.startswith("mi ")},
        "relatives": {plain(p): p.replace("mis ", "tus ") for p, _ in PLURAL_PEOPLE if p.startswith("mis ")},
        "food": {w: _the(w, g) for w, g in nouns("food")},
        "foods": {plural(w): _the(w, g, True) for w, g in nouns("food") if plural(w) != w},
        "drink": {w: _the(w, g) for w, g in drinks},
        "activity": {w: w for w in sorted(doing)},
        "day": {f"el {d}": f"el {d}" for d in lex["names day"]}
        | {f"los {plural(d)}": f"los {plural(d)}" for d in lex["names day"]},
        "place_to": to,
        "place_in": within,
        "job": {w: w for w, _ in people("job")},
        "language": {n: n for n in lex["names language"]},
        "vehicle": {
            f"en {w}": f"en {w}"
            for w in ("tren", "avión", "coche", "autobús", "barco", "metro", "moto", "bicicleta", "taxi")
        },
        "animal": {
            f"{d} {w}": f"tu {w}"
            for w in ("perro", "gato", "perra", "gata", "caballo", "conejo", "pájaro")
            for d in ("un", "una", "mi")
        },
        "wear": {w: _the(w, g) for w, g in nouns("clothes")},
        "wears": {plural(w): _the(w, g, True) for w, g in nouns("clothes") if plural(w) != w},
        "sport": sports,
        "instrument": instruments,
    }


@lru_cache
def moves() -> Moves:
    """Everything the starter tutor may say, in the form its model file carries."""
    body = script()
    topics = {}
    for name, topic in body["topics"].items():
        own = [question for _, question in topic["questions"]]
        follow = [text for _, fits, _, _, text in body["followups"] if fits is None or name in fits]
        topics[topic["about"]] = Topic(topic["greeting"], tuple(own + follow + body["closing"]["questions"]))
    reactions = dict.fromkeys(r for group in body["reactions"].values() for r in group)
    gentle = body["gentle"]
    return Moves(topics, tuple(reactions), slots(), tuple(gentle["words"].split()), tuple(gentle["reactions"]))
