"""Rules of usage: ser, estar, tener or hacer; the little words; made-up forms and set phrases.

Each rule says whether the words around a change prove that it mends a slip.
"""

from __future__ import annotations

from core.conversation.grammar import (
    CLITICS,
    DETERMINERS,
    FEELINGS,
    PEOPLE,
    PRONOUNS,
    SETS,
    TIMES,
    VERY,
    Edit,
    subject,
    words,
)
from core.conversation.vocabulary import DAYS, NUMBER_WORDS, NUMBERS

MUCH = SETS[4]
NEEDS = words("hambre sed prisa suerte razón frío calor sueño miedo")
WEATHER_OPENERS = words(
    "hoy ahora aquí allí en verano invierno primavera otoño enero febrero julio agosto diciembre por la mañana "
    "noche pero y porque"
)
EVENTS = words(
    "fiesta concierto clase reunión boda examen partido cena comida cita entrevista película función exposición "
    "curso"
)


def _other_verb(e: Edit) -> bool:
    """ser, estar, tener, hacer and haber, where what follows decides."""
    pair = e.one()
    if not pair:
        return False
    persons = {(a.person, a.tense) for a in e.v.readings(pair[0], "V") if a.lemma in ("ser", "estar", "tener")}
    lemmas = {a.lemma for a in e.v.readings(pair[0], "V")}
    new = {b.lemma for b in e.v.readings(pair[1], "V") if (b.person, b.tense) in persons}
    rest = list(e.right)
    first = next((w for w in rest if w not in VERY | {"mucha"}), "")
    found = subject(e.left, e.v)
    if "tener" in new and lemmas & {"ser", "estar"}:
        years = next((i for i, w in enumerate(rest[:4]) if w in ("años", "año")), 0)
        if not all(w.isdecimal() or w in NUMBERS | NUMBER_WORDS | {"y", "casi"} for w in rest[:years]):
            years = 0
        # Only somebody is cold in this way; the weather and the coffee are otherwise.
        weather = first in ("frío", "calor") and persons & {(2, "pres"), (5, "pres")} and not _somebody(e)
        return bool(years and (found or min(persons)[0] in (0, 1, 3))) or (first in NEEDS and not weather)
    if "estar" in new and "ser" in lemmas:
        if first in ("mal", "bien") and rest[-1] != first and e.v.readings(rest[rest.index(first) + 1], "N"):
            return False  # "es mal año"
        if (
            FEELINGS.search(first)
            or (rest and e.v.readings(rest[0], "G"))
            or first in ("bien", "mal", "lejos", "cerca", "aquí", "allí")
        ):
            return not (first in ("bien", "aquí", "allí") and not persons & {(0, "pres"), (1, "pres")})
        if rest[:1] == ["en"] and len(rest) > 1 and not EVENTS & set(e.left):
            return bool(
                found or persons & {(0, "pres"), (3, "pres")} or (e.left and e.v.readings(e.left[-1], "C"))
            ) and rest[1] not in ("serio", "broma")
        if e.left[-1:] == ["dónde"] and len(rest) > 1 and rest[0] in DETERMINERS:
            return not EVENTS & set(rest) and e.v.noun(rest[1]) is not None
        return False
    if "ser" in new and "estar" in lemmas:
        origin = (
            rest[:1] == ["de"]
            and len(rest) > 1
            and bool(e.v.readings(rest[1], "C"))
            and not e.v.readings(rest[1], "N")
        )
        trade = bool(rest) and rest[0] in _TRADES
        return origin or trade
    if pair[1] == "hay" and pair[0] in ("es", "son", "está", "están") and rest:
        return e.left[:1] == ["en"] and rest[0] in (
            "un",
            "una",
            "unos",
            "unas",
            "muchos",
            "muchas",
            "mucha",
            "mucho",
        )
    if pair[1] == "hace" and pair[0] in ("es", "está"):
        return first in ("frío", "calor", "sol", "viento") and _about_weather(e)
    return False


def _somebody(e: Edit) -> bool:
    """A person is named before the change."""
    return any(w in PEOPLE or w in PRONOUNS or e.v.readings(w, "P") for w in e.left)


def _about_weather(e: Edit) -> bool:
    """Nothing stands before the verb that could be what is cold: "el café con leche está frío"."""
    return all(w in WEATHER_OPENERS or e.v.readings(w, "C") for w in e.left)


_TRADES = words(
    "profesor profesora médico médica estudiante abogado abogada ingeniero ingeniera enfermero enfermera "
    "camarero camarera cocinero "
    "cocinera periodista arquitecto arquitecta secretario secretaria maestro maestra carpintero carpintera"
)


def _joined(e: Edit) -> bool:
    """a el → al, de el → del; muy mucho → mucho."""
    change = (" ".join(e.old), " ".join(e.new))
    if change in (("a el", "al"), ("de el", "del")):
        noun = e.v.noun(e.right[0]) if e.right else None
        return noun is not None and noun[0] == "m"
    if change in (("con ti", "contigo"), ("con tú", "contigo"), ("con mí", "conmigo"), ("con yo", "conmigo")):
        return not e.right or not e.v.readings(e.right[0], "N")
    return change in (("muy mucho", "mucho"), ("también no", "tampoco")) or (
        change == ("muy mucho", "muy") and bool(e.right) and bool(e.v.readings(e.right[0], "A"))
    )


def _how_much(e: Edit) -> bool:
    pair = e.one()
    if not pair or not e.right:
        return False
    if pair == ("muy", "mucho") and e.right[0] in ("mejor", "peor"):
        return True
    if pair == ("mucho", "muy"):
        adjective = (
            bool(e.v.readings(e.right[0], "A"))
            and not e.v.readings(e.right[0], "N")
            and e.right[0] not in NEEDS
            and e.right[0] not in ("mejor", "peor", "mayor", "menor")
        )
        copula = bool(e.left) and any(r.lemma in ("ser", "estar") for r in e.v.readings(e.left[-1], "V"))
        return (adjective or e.right[0] in ("bien", "lejos", "cerca", "pequeño", "grande")) and copula
    noun = e.v.noun(e.right[0])
    return (
        pair[0] == "muy"
        and e.right[0] not in TIMES  # "muy tarde"
        and noun is not None
        and pair[1] == MUCH["".join(noun)]
        and not e.v.readings(e.right[0], "A")
    )


def _little_word(e: Edit) -> bool:
    """The prepositions that the words around them fix."""
    text, better = " ".join(e.old), " ".join(e.new)
    verb = {r.lemma for w in e.left[-1:] for r in e.v.readings(w, "V")}
    following = e.right[0] if e.right else ""
    infinitive = bool(e.v.readings(following, "I"))
    if (text, better) == ("", "a"):
        if "ir" in verb and infinitive:
            return True
        person = following in ("mi", "mis", "tu", "tus") and len(e.right) > 1 and e.right[1] in PEOPLE
        if e.left[-2:-1] and e.left[-2] in CLITICS:
            return False  # "os conocisteis tu mujer y tú"
        own = subject(e.left[:-1], e.v)
        clear = own is not None or any(r.person in (0, 1, 3, 4) for w in e.left[-1:] for r in e.v.readings(w, "V"))
        return (
            bool(verb & {"visitar", "ver", "llamar", "conocer", "ayudar", "esperar", "invitar"})
            and person
            and clear
        )
    if (text, better) in (("más", ""), ("más", "mucho")):
        return following in ("mejor", "peor") and "cuanto" not in e.left
    if better in ("los", "las") and not text:
        noun = e.v.noun(following)
        return e.left[-1:] == [{"los": "todos", "las": "todas"}[better]] and noun == (
            "m" if better == "los" else "f",
            "p",
        )
    if text in ("en", "en el") and following in DAYS:
        return better == "el" and "pensar" not in verb
    if text == "en" and better == "a" and following == "las":
        return (
            e.right[1:2] != [] and e.right[1] in NUMBERS and (len(e.right) < 3 or e.right[2] in ("de", "y", "en"))
        )
    if text == "para" and better == "por":
        return e.left[-1:] == ["gracias"]
    if (text, better) == ("", "que"):
        return "tener" in verb and infinitive
    if text in ("a", "de") and not better:
        return infinitive and bool(verb & {"poder", "querer", "necesitar", "gustar"})
    if text == "en" and better == "a":
        place = following in ("la", "el") and len(e.right) > 1 and e.right[1] in _PLACES
        return (
            "ir" in verb
            and (place or bool(e.v.readings(following, "C")))
            and "ser" not in {r.lemma for r in e.v.readings(e.left[-1], "V")} - verb
        )
    if text == "a" and better == "en":
        return bool(verb & {"vivir", "trabajar", "estudiar"}) and bool(e.v.readings(following, "C"))
    if (text, better) == ("a", "al") or (text, better) == ("en el", "al"):
        return "ir" in verb and following in _PLACES and (e.v.noun(following) or ("", ""))[0] == "m"
    if text == "por" and better == "para":
        return infinitive and bool(
            {"estudiar", "aprender"} & {r.lemma for w in e.left for r in e.v.readings(w, "V")}
        )
    return False


_PLACES = words(
    "cine parque mercado supermercado banco hospital restaurante bar hotel museo teatro colegio gimnasio "
    "aeropuerto centro playa "
    "piscina tienda farmacia panadería librería biblioteca escuela universidad oficina estación iglesia plaza "
    "montaña "
    "discoteca cafetería peluquería trabajo"
)


def _made_up(e: Edit) -> bool:
    pair = e.one()
    if pair is None:
        return False
    if pair[0] not in e.v and pair[1] in e.v.made_up.get(pair[0], frozenset()):
        return True
    if pair[1] not in e.v.maybe_made_up.get(pair[0], frozenset()):
        return False
    if e.left and any(r.lemma == "haber" for r in e.v.readings(e.left[-1], "V")):
        return bool(e.v.readings(pair[1], "A"))  # "he rompido"
    found = subject(e.left, e.v)
    persons = {r.person for r in e.v.readings(pair[0], "V")}
    return (
        found is not None
        and found[0] not in persons
        and any(r.person == found[0] for r in e.v.readings(pair[1], "V"))
    )


def _set_phrase(e: Edit) -> bool:
    """A slip that somebody wrote down, with up to three words of the sentence around it."""
    if e.new == ["no"] and not e.old and any(w in NEGATIVE for w in e.left):
        return False
    if e.old[:1] == ["de"] and e.new[:1] == ["que"]:
        # "es más alto de mi hermano", but "es el más alto de la clase", "el amor más grande de mi vida"
        more = len(e.left) - 1 - e.left[::-1].index("más") if "más" in e.left else 0
        if e.right[:1] in (["mí"], ["ti"]):
            return False  # "que yo"
        if not more or not any(r.lemma in ("ser", "estar") for r in e.v.readings(e.left[more - 1], "V")):
            return False
    if _somebody(e) and {"bueno", "buena", "buenos", "buenas"} & set(e.old):
        return False  # "es más bueno que el pan"
    if "hace" in e.new and not _about_weather(e):
        return False
    if {"está", "están"} & set(e.new) and EVENTS & set(e.left):
        return False
    for before in range(min(4, len(e.left) + 1)):
        for after in range(min(4, len(e.right) + 1)):
            near = e.left[len(e.left) - before :], e.right[:after]
            said, better = (" ".join([*near[0], *part, *near[1]]) for part in (e.old, e.new))
            if e.v.is_set_phrase(said, better):
                return True
    return False


NEGATIVE = words("no nunca tampoco nadie nada ni jamás sin")
RULES = (
    (_other_verb, "here the verb is {new}"),
    (_joined, "these words go together: {new}"),
    (_how_much, "here it is {new}"),
    (_little_word, "the small word matters: {better}"),
    (_made_up, "an irregular verb: {new}"),
    (_set_phrase, "this is how it is said: {better}"),
)
"""Each rule and why, in plain English: {new} is the new words, {better} what the note shows."""
