"""How a learner says what they like, are, have and feel, with the slips of gustar, ser, estar and tener."""

from __future__ import annotations

import random

from trainer.starter.tutor.mistakes import Draft, adjectives, noun_phrase, nouns, people, predicate, verb_phrases
from trainer.starter.tutor.sentences import (
    NUMBERS,
    PLURAL_PEOPLE,
    SINGULAR_PEOPLE,
    begin,
    city,
    complement,
    subject,
)
from trainer.synthesis.conjugation import conjugate
from trainer.synthesis.nouns import agree, plural


def likes(rng: random.Random) -> Draft:
    """Me gustan los gatos. A mi hermano le encanta bailar."""
    d = Draft()
    word = rng.choices(("gustar", "encantar", "interesar"), (6, 3, 1))[0]
    who = rng.choices(
        ("", "a mí", "a ti", "a él", "a ella", "a nosotros", "a ellos", "person", "people"),
        (8, 2, 1, 1, 1, 1, 1, 3, 2),
    )[0]
    person = {"": 0, "a mí": 0, "a ti": 1, "a nosotros": 3, "a ellos": 5, "people": 5}.get(who, 2)
    if who in ("person", "people"):
        who = "a " + rng.choice(SINGULAR_PEOPLE if who == "person" else PLURAL_PEOPLE)[0].replace(
            "el profesor", "mi profesor"
        )
        low = d.add(who)
        pronoun = "le" if person == 2 else "les"
        d.slip(low, low + 1, "", f"say {who} {pronoun}", low, low + len(who.split()) + 1)
    elif who:
        low = d.add(who)
        if who == "a mí":
            d.slip(low, low + 2, "yo", "say a mí me", low, low + 3)
    else:
        low = len(d.words)
    pronoun = ("me", "te", "le", "nos", "os", "les")[person]
    if rng.random() < 0.15:
        d.add("no")
    at = d.add(pronoun)
    if person == 5:
        d.slip(at, at + 1, "le", f"{who} takes les", low, at + 1)
    if person == 2:
        d.slip(at, at + 1, "se", f"{word} takes le", at, at + 2)
    forms = conjugate(word, "pres")
    many = rng.random() < 0.45
    doing = not many and rng.random() < 0.5
    shown = forms[5] if many else forms[2]
    here = d.add(shown)
    if rng.random() < 0.3:
        d.add(rng.choice(["mucho", "bastante", "muchísimo"]))
    if doing:
        infinitive, rest = rng.choice([p for p in verb_phrases() if not p[0].endswith("se")])
        d.add(infinitive)
        reason = f"one thing to do: {shown}"
        d.slip(here, here + 1, forms[5], reason, at, here + 1)
        complement(d, rest)
    else:
        noun, gender = rng.choice(nouns("food", "clothes", "thing", "culture", "nature", "vehicle"))
        first = noun_phrase(d, "def", noun, gender, many)
        reason = f"{d.words[first]} {d.words[first + 1]} is {'plural' if many else 'singular'}: {shown}"
        d.slip(here, here + 1, forms[2] if many else forms[5], reason, at, first + 2)
        d.slip(here, here + 1, forms[2] if many else forms[5], reason, at, first + 2)
        if here + 1 == first:
            d.slip(first, first + 1, "", f"say {d.words[first]} {d.words[first + 1]}", here, first + 2)
    if person == 0:
        if who == "" and at == 0:
            d.slip(at, at + 1, "yo", f"say me {shown}", at, here + 1)
            d.slip(
                at,
                here + 1,
                "yo " + forms[0] if here == at + 1 else "yo no " + forms[0],
                f"say me {shown}",
                at,
                here + 1,
            )
            d.slip(at, at, "yo", "no yo before me", at, here + 1)
        d.slip(here, here + 1, forms[0], f"say me {shown}", at, here + 1)
    return d


def age(rng: random.Random) -> Draft:
    """Tengo veinte años. Mi hijo tiene cinco años."""
    d = Draft()
    who, person, _ = subject(rng)
    explicit = rng.random() < 0.6
    low = d.add(who) if explicit else 0
    at = len(d.words)
    right = conjugate("tener", "pres")[person]
    number = rng.choice(NUMBERS)
    size = len(number.split())
    d.add(f"{right} {number} años")
    for wrong in ("ser", "ser", "ser", "estar") if explicit or person in (0, 1, 3) else ():
        d.slip(at, at + 1, conjugate(wrong, "pres")[person], f"age takes tener: {right}", at, at + 2 + size)
    if explicit:
        wrong = conjugate("tener", "pres")[2 if person != 2 else 0]
        d.slip(at, at + 1, wrong, f"with {who}, say {right}", low, at + 1)
    d.slip(at + 1 + size, at + 2 + size, "año", "plural: años", at + 1, at + 2 + size)
    if rng.random() < 0.3:
        d.add(
            rng.choice(
                ["y vivo en Madrid", "y soy estudiante", "y trabajo en un banco"]
                if person == 0
                else ["y yo también"]
            )
        )
    return d


def needs(rng: random.Random) -> Draft:
    """Tengo hambre. Mi hijo tiene mucho sueño."""
    d = Draft()
    begin(d, rng, "pres", 0.2)
    who, person, _ = subject(rng)
    explicit = rng.random() < 0.4
    low = d.add(who) if explicit else len(d.words)
    right = conjugate("tener", "pres")[person]
    at = d.add(right)
    noun, gender = rng.choice(
        [
            ("hambre", "f"),
            ("hambre", "f"),
            ("sed", "f"),
            ("sueño", "m"),
            ("frío", "m"),
            ("calor", "m"),
            ("prisa", "f"),
            ("miedo", "m"),
            ("razón", "f"),
            ("suerte", "f"),
        ]
    )
    much = {"m": "mucho", "f": "mucha"}[gender]
    intense = rng.random() < 0.4 and noun != "razón"
    if intense:
        place = d.add(much)
        d.slip(place, place + 1, "muy", f"{noun} takes {much}", place, place + 2)
        if noun != "suerte":
            d.slip(
                place,
                place + 1,
                {"mucho": "mucha", "mucha": "mucho"}[much],
                f"{noun} is {'masculine' if gender == 'm' else 'feminine'}",
                place,
                place + 2,
            )
    d.add(noun)
    for wrong in (
        ("estar", "ser", "estar") if explicit or person != 2 or noun not in ("frío", "calor") else ()
    ):  # es frío: hace frío?
        d.slip(at, at + 1, conjugate(wrong, "pres")[person], f"{noun} takes tener: {right}", at, len(d.words))
    if explicit:
        d.slip(
            at,
            at + 1,
            conjugate("tener", "pres")[2 if person != 2 else 0],
            f"with {who}, say {right}",
            low,
            at + 1,
        )
    return d


def being(rng: random.Random) -> Draft:
    """Estoy cansada. Mi hermana es médica. Madrid está en España."""
    d = Draft()
    who, person, gender = subject(rng)
    explicit = rng.random() < 0.7
    low = d.add(who) if explicit else 0
    many = person in (3, 4, 5)
    if not gender or not explicit:
        gender_shown = rng.choice("mf") if not (who.endswith(" y yo")) else "m"
    else:
        gender_shown = gender
    ser, estar = conjugate("ser", "pres")[person], conjugate("estar", "pres")[person]
    kind = rng.choice(("state", "state", "trait", "job", "from", "where", "well", "busy"))
    at = len(d.words)
    right, wrong = (estar, ser) if kind in ("state", "where", "well", "busy") else (ser, estar)
    d.add(right)
    if kind in ("state", "trait"):
        adjective = rng.choice(
            [a for a in adjectives("state" if kind == "state" else "person") if kind != "state" or a in _FEELINGS]
            if kind == "state"
            else _TRAITS
        )
        if rng.random() < 0.35:
            here = d.add("muy")
            d.slip(here, here + 1, "mucho", "before an adjective, say muy", here, here + 2)
            d.slip(here, here + 1, "muy mucho", "say muy", here, here + 2)
        if explicit and gender:
            predicate(d, adjective, gender_shown, many, who, low)
        else:
            form = agree(adjective, gender_shown, many)
            here = d.add(form)
            if many and explicit:
                d.slip(
                    here,
                    here + 1,
                    agree(adjective, gender_shown, False),
                    f"{who} is plural: {form}",
                    low,
                    here + 1,
                )
        if kind == "state":  # the other way round is no mistake: "hoy estás muy simpático"
            d.slip(at, at + 1, wrong, f"feelings take estar: {right}", at, len(d.words))
    elif kind == "job":
        trades = [w for w, g in people("job") if g == gender_shown]
        noun = rng.choice(trades)
        d.add(plural(noun) if many else noun)
        d.slip(at, at + 1, wrong, f"jobs take ser: {right}", at, len(d.words))
    elif kind == "from":
        here = d.add(f"de {city(rng)}")
        d.slip(at, at + 1, wrong, f"origin takes ser: {right}", at, len(d.words))
        d.slip(here, here + 1, "desde", "say ser de", at, len(d.words))
    elif kind == "where":
        places = "casa|la oficina|el trabajo|clase|el hotel|la playa|la cocina|el parque"
        here = d.add(f"en {rng.choice([*places.split('|'), city(rng)])}")
        d.slip(at, at + 1, wrong, f"places take estar: {right}", at, len(d.words))
        d.slip(here, here + 1, "a", "say estar en", at, len(d.words))
    elif kind == "well":
        d.add(rng.choice(["bien", "muy bien", "mal", "bastante bien"]))
        d.slip(at, at + 1, wrong, f"say {right} {d.words[-1]}", at, len(d.words))
        if d.words[-2] == "muy":
            here = len(d.words) - 2
            d.slip(here, here + 1, "mucho", "before bien, say muy", here, here + 2)
    else:
        done = rng.choice(
            [
                "trabajando",
                "comiendo",
                "estudiando español",
                "leyendo un libro",
                "viendo la televisión",
                "cocinando",
                "durmiendo",
            ]
        )
        d.add(done)
        d.slip(at, at + 1, wrong, f"before {done.split()[0]}, say {right}", at, at + 2)
    if explicit:
        for other in (2,) if person != 2 else (0, 5):
            bad = conjugate("estar" if right == estar else "ser", "pres")[other]
            d.slip(at, at + 1, bad, f"with {who}, say {right}", low, at + 1)
    return d


_FEELINGS = {
    "contento",
    "cansado",
    "enfermo",
    "preocupado",
    "enfadado",
    "ocupado",
    "perdido",
    "resfriado",
    "mareado",
    "estresado",
    "emocionado",
    "agotado",
}
_TRAITS = [
    "simpático",
    "antipático",
    "generoso",
    "trabajador",
    "tímido",
    "sincero",
    "inteligente",
    "amable",
    "alto",
    "bajo",
    "creativo",
    "cariñoso",
    "egoísta",
    "puntual",
    "responsable",
    "sociable",
    "optimista",
]
