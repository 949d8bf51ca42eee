"""The set phrases in which beginners slip: things and their qualities, places, people, quantities, comparisons.

The second half of what a learner says (see sentences.py), one function a kind of sentence.
"""

from __future__ import annotations

import random

from trainer.starter.tutor.mistakes import (
    ARTICLES,
    Draft,
    adjectives,
    lexicon,
    noun_phrase,
    nouns,
    people,
    predicate,
    verb,
)
from trainer.starter.tutor.sentences import PLURAL_PEOPLE, SINGULAR_PEOPLE, begin, city, names, subject
from trainer.synthesis.conjugation import conjugate
from trainer.synthesis.nouns import agree, plural

QUALITIES = {
    "food": "food",
    "drink": "food",
    "thing": "thing",
    "clothes": "thing",
    "home": "thing",
    "place": "place",
    "vehicle": "thing",
    "abstract": "abstract",
    "culture": "abstract",
    "tech": "thing",
    "study": "abstract",
}
# The nouns whose ending deceives; learners meet them early.
DECEIVING = (
    ("problema", "m"),
    ("día", "m"),
    ("mano", "f"),
    ("foto", "f"),
    ("mapa", "m"),
    ("programa", "m"),
    ("idioma", "m"),
    ("tema", "m"),
    ("sistema", "m"),
    ("moto", "f"),
    ("clase", "f"),
    ("noche", "f"),
    ("tarde", "f"),
    ("leche", "f"),
    ("coche", "m"),
    ("café", "m"),
    ("viaje", "m"),
    ("calle", "f"),
    ("ciudad", "f"),
    ("universidad", "f"),
    ("canción", "f"),
    ("habitación", "f"),
    ("planeta", "m"),
    ("restaurante", "m"),
    ("hotel", "m"),
    ("carne", "f"),
    ("sofá", "m"),
    ("flor", "f"),
    ("tren", "m"),
    ("país", "m"),
    ("lección", "f"),
)


def thing(rng: random.Random, classes: tuple[str, ...] = ()) -> tuple[str, str, str]:
    """(noun, gender, an adjective that fits it)."""
    kind = rng.choice(classes or tuple(QUALITIES))
    if not classes and rng.random() < 0.25:
        noun, gender = rng.choice(DECEIVING)
        return noun, gender, rng.choice(("nuevo", "bonito", "pequeño", "bueno", "largo", "caro", "favorito"))
    noun, gender = rng.choice(nouns(kind))
    return noun, gender, rng.choice(adjectives(QUALITIES[kind]))


def belongings(rng: random.Random) -> Draft:
    """Tengo una casa pequeña. Mi hermana compró unos zapatos nuevos."""
    d = Draft()
    tense = rng.choice(("pres", "pret", "perf"))
    begin(d, rng, tense, 0.25)
    who, person, _ = subject(rng)
    explicit = rng.random() < 0.5
    at = d.add(who) if explicit else -1
    infinitive = rng.choice(
        (
            "tener",
            "comprar",
            "querer",
            "necesitar",
            "ver",
            "buscar",
            "llevar",
            "comer",
            "vender",
            "preferir",
            "probar",
        )
    )
    noun, gender, adjective = thing(rng, ("food",)) if infinitive in ("comer", "probar") else thing(rng)
    verb(
        d,
        infinitive,
        "pres" if infinitive in ("tener", "querer", "preferir") else tense,
        person,
        (at, who) if explicit else None,
    )
    many = rng.random() < 0.4
    det = rng.choice(("indef", "indef", "def", "este", "mi", "otro"))
    if det == "mi" and person:
        det = "nuestro" if person == 3 else "indef"
    here = noun_phrase(d, det, noun, gender, many, adjective if rng.random() < 0.55 else "")
    if det == "otro":
        d.slip(
            here,
            here,
            ARTICLES["indef"][gender + ("p" if many else "s")],
            f"no un before {d.words[here]}",
            here,
            here + 2,
        )
    return d


def qualities(rng: random.Random) -> Draft:
    """La casa es bonita. Mis zapatos están sucios. Esta sopa está fría."""
    d = Draft()
    noun, gender, adjective = thing(rng)
    many = rng.random() < 0.4
    at = noun_phrase(d, rng.choice(("def", "def", "este", "mi", "tu", "nuestro")), noun, gender, many)
    about = " ".join(d.words[at:])
    states = ("limpio", "sucio", "roto", "lleno", "vacío", "abierto", "cerrado")
    infinitive = "estar" if adjective in states else "ser"
    forms = conjugate(infinitive, rng.choice(("pres", "pres", "imp")) if infinitive == "ser" else "pres")
    here = d.add(forms[5 if many else 2])
    d.slip(
        here,
        here + 1,
        forms[2 if many else 5],
        f"{about} is {'plural' if many else 'singular'}: {d.words[here]}",
        at,
        here + 1,
    )
    if rng.random() < 0.35:
        very = d.add("muy")
        d.slip(very, very + 1, "mucho", "before an adjective, say muy", very, very + 2)
        d.slip(very, very + 1, "muy mucho", "say muy", very, very + 2)
    predicate(
        d,
        "bonito" if adjective == "favorito" else adjective,
        gender,
        many,
        noun if not many else plural(noun),
        at,
    )
    return d


def persons(rng: random.Random) -> Draft:
    """Tengo dos hermanos mayores. Mi hermana es alta. Ella es una chica simpática."""
    d = Draft()
    roll = rng.random()
    if roll < 0.4:
        noun, gender = rng.choice([p for p in people("person") if p[0] not in ("bebé",)])
        many = rng.random() < 0.5
        who, person, _ = subject(rng)
        if rng.random() < 0.5:
            at = d.add(who)
            verb(d, "tener", "pres", person, (at, who))
        else:
            d.add("tengo")
        if many:
            number = d.add(rng.choice(("dos", "tres", "cuatro", "muchos" if gender == "m" else "muchas")))
            d.add(plural(noun))
            d.slip(number + 1, number + 2, noun, f"plural: {d.words[number]} {plural(noun)}", number, number + 2)
            if d.words[number].startswith("much"):
                d.slip(
                    number,
                    number + 1,
                    "muchas" if gender == "m" else "muchos",
                    f"{plural(noun)} is {'masculine' if gender == 'm' else 'feminine'}",
                    number,
                    number + 2,
                )
                d.slip(number, number + 1, "muy", f"before a noun, say {d.words[number]}", number, number + 2)
        else:
            noun_phrase(d, "indef", noun, gender, False, rng.choice(adjectives("person")))
    elif roll < 0.8:
        text, gender = rng.choice(SINGULAR_PEOPLE + PLURAL_PEOPLE)
        many = text.startswith(("mis", "los"))
        at = d.add(text)
        if text.startswith("mis "):
            d.slip(at, at + 1, "mi", f"plural: {text}", at, at + 2)
        here = d.add(conjugate("ser", "pres")[5 if many else 2])
        d.slip(
            here,
            here + 1,
            conjugate("ser", "pres")[2 if many else 5],
            f"with {text}, say {d.words[here]}",
            at,
            here + 1,
        )
        if rng.random() < 0.4:
            very = d.add("muy")
            d.slip(very, very + 1, "mucho", "before an adjective, say muy", very, very + 2)
            d.slip(very, very + 1, "muy mucho", "say muy", very, very + 2)
        predicate(
            d,
            rng.choice([*adjectives("person"), "inteligente", "amable", "hablador"]),
            gender,
            many,
            text,
            at,
        )
        if rng.random() < 0.2:
            second = rng.choice(adjectives("person"))
            d.add(f"y {agree(second, gender, many)}")
    else:
        name, gender = names(rng)
        at = d.add(f"{name} es")
        noun_phrase(
            d,
            "indef",
            rng.choice([w for w, g in people("job") if g == gender]),
            gender,
            False,
            rng.choice(("famoso", "bueno", "simpático", "nuevo")),
        )
    return d


def places(rng: random.Random) -> Draft:
    """Voy al cine. Vivo en Sevilla. Vengo del trabajo. Hay un parque cerca."""
    d = Draft()
    tense = rng.choice(("pres", "pret", "pres", "perf"))
    begin(d, rng, tense, 0.4)
    who, person, _ = subject(rng)
    explicit = rng.random() < 0.5
    at = d.add(who) if explicit else -1
    holder = (at, who) if explicit else None
    kind = rng.choice(("to", "to", "to", "from", "live", "city", "hay"))
    noun, gender = rng.choice(nouns("place"))
    if kind == "hay":
        d = Draft()
        begin(d, rng, "", 0)
        where = rng.choice(
            ("en mi barrio", "en mi ciudad", "en mi calle", "en mi pueblo", "cerca de mi casa", "aquí")
        )
        low = d.add(where)
        here = d.add("hay")
        many = rng.random() < 0.4
        if many:
            first = noun_phrase(d, rng.choice(("mucho", "indef")), noun, gender, True)
        else:
            first = noun_phrase(d, "indef", noun, gender, False)
        d.slip(here, here + 1, "son" if many else "es", "to say what exists, use hay", here, first + 2)
        d.slip(here, here + 1, "están" if many else "está", "to say what exists, use hay", here, first + 2)
        del low
        return d
    if kind == "live":
        verb(d, rng.choice(("vivir", "trabajar", "estudiar")), tense, person, holder)
        here = d.add(f"en {rng.choice(lexicon()['names city'])}")
        d.slip(here, here + 1, "a", f"say {d.words[here - 1]} en", here - 1, len(d.words))
        return d
    if kind == "from":
        verb(d, rng.choice(("venir", "salir", "volver")), tense, person, holder)
        link, bad = "de", "de el"
    else:
        verb(
            d,
            rng.choice(
                ("ir", "ir", "ir", "volver", "llegar", "viajar")
                if kind == "city"
                else ("ir", "ir", "ir", "volver", "llegar")
            ),
            tense,
            person,
            holder,
        )
        link, bad = "a", "a el"
    here_verb = len(d.words) - 1
    if kind == "city":
        here = d.add(f"a {city(rng)}")
        d.slip(here, here + 1, "en", f"say {d.words[here_verb]} a", here_verb, len(d.words))
        return d
    if gender == "m":
        here = d.add("al" if link == "a" else "del")
        d.add(noun)
        d.slip(here, here + 1, bad, f"{link} + el = {d.words[here]}", here, here + 2)
        d.slip(here, here + 1, f"{link} la", f"{noun} is masculine", here, here + 2)
        if link == "a":
            d.slip(here, here + 1, "en el", f"say {d.words[here_verb]} a", here_verb, here + 2)
            d.slip(here, here + 1, "a", f"say al {noun}", here, here + 2)
    else:
        here = d.add(f"{link} la {noun}")
        d.slip(here, here + 2, "al" if link == "a" else "del", f"{noun} is feminine", here, here + 3)
        if link == "a":
            d.slip(here, here + 1, "en", f"say {d.words[here_verb]} a", here_verb, here + 3)
    if rng.random() < 0.3:
        d.add(rng.choice(("con mi familia", "con mis amigos", "en autobús", "a pie", "en coche", "con mi perro")))
    return d


def meetings(rng: random.Random) -> Draft:
    """Visité a mi abuela. Conozco a tu hermano."""
    d = Draft()
    tense = rng.choice(("pres", "pret", "perf", "pret"))
    begin(d, rng, tense, 0.5)
    who, person, _ = subject(rng)
    explicit = rng.random() < 0.35
    at = d.add(who) if explicit else -1
    verb(
        d,
        rng.choice(
            (
                "visitar",
                "ver",
                "llamar",
                "conocer",
                "ayudar",
                "esperar",
                "invitar",
                "buscar",
                "visitar",
                "ver",
            )
        ),
        tense,
        person,
        (at, who) if explicit else None,
    )
    here = d.add("a")
    text = rng.choice(SINGULAR_PEOPLE + PLURAL_PEOPLE)[0] if rng.random() < 0.8 else names(rng)[0]
    if text.startswith("el "):
        text = "mi profesor"
    d.add(text)
    if explicit or person not in (2, 5):  # "llamó Pablo" is right: it was Pablo who called
        d.slip(here, here + 1, "", "people take a", here - 1, len(d.words))
        d.slip(here, here + 1, "", "people take a", here - 1, len(d.words))
    if text.startswith("mis "):
        d.slip(here + 1, here + 2, "mi", f"plural: {text}", here + 1, here + 3)
    if rng.random() < 0.3:
        d.add(rng.choice(("en el parque", "el domingo", "por la tarde", "en su casa")))
    return d
