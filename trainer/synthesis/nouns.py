"""Plurals and genders of Spanish nouns and adjectives; only what cannot be computed is listed."""

from __future__ import annotations

import re

from trainer.synthesis.conjugation import PLAIN

_UNCHANGED = {
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "paraguas",
    "crisis",
    "cumpleaños",
    "gratis",
    "sacapuntas",
    "abrelatas",
    "rascacielos",
    "análisis",
    "tesis",
    "virus",
}
_IRREGULAR = {
    "joven": "jóvenes",
    "examen": "exámenes",
    "imagen": "imágenes",
    "orden": "órdenes",
    "origen": "orígenes",
    "carácter": "caracteres",
    "régimen": "regímenes",
    "sofá": "sofás",
    "mamá": "mamás",
    "papá": "papás",
    "volumen": "volúmenes",
    "crimen": "crímenes",
    "menú": "menús",
    "champú": "champús",
    "bebé": "bebés",
    "café": "cafés",
    "té": "tés",
    "puré": "purés",
    "pie": "pies",
    "país": "países",
    "esquí": "esquís",
}


def plural(word: str) -> str:
    """The plural of a noun or adjective (of the first word of a phrase with 'de')."""
    head, space, rest = word.partition(" ")
    if space:
        return (
            plural(head)
            + space
            + (rest if rest.startswith(("de ", "para ", "sin ", "con ", "al ")) else plural(rest))
        )
    if word in _UNCHANGED:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word[-1] in "aeiouéá":
        return word + "s"
    if word.endswith("z"):
        return word[:-1] + "ces"
    if re.search("[áéíóú][ns]$", word) and not re.search("[aeo]í[ns]$", word):
        return word[:-2] + word[-2].translate(PLAIN) + word[-1] + "es"
    return word + "es"


_NO_FEMININE = {
    "mejor",
    "peor",
    "mayor",
    "menor",
    "superior",
    "inferior",
    "anterior",
    "posterior",
    "interior",
    "exterior",
    "marrón",
    "cortés",
}


def feminine(adjective: str) -> str:
    """The feminine of an adjective: alta, trabajadora, inglesa, feliz."""
    if adjective in _NO_FEMININE:
        return adjective
    if adjective.endswith("o"):
        return adjective[:-1] + "a"
    if adjective.endswith(("or",)):
        return adjective + "a"
    if re.search("(és|án|ón|ín)$", adjective):
        return adjective[:-2] + adjective[-2].translate(PLAIN) + adjective[-1] + "a"
    if adjective in ("español", "andaluz"):
        return adjective + "a"
    return adjective


def agree(adjective: str, gender: str, many: bool) -> str:
    """An adjective made to agree with a noun."""
    form = feminine(adjective) if gender == "f" else adjective
    return plural(form) if many else form
