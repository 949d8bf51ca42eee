"""Whole numbers as Spanish says them, and the other ways in which their words are written.

A figure says less than a word: 1 is uno, un or una, 200 is doscientos or doscientas. Such a word is given with
all its readings, the first of them the one that is meant where nothing else decides: `uno/un/una`.
"""

from __future__ import annotations

from functools import cache
from itertools import product

ONE = "uno/un/una"
SMALL = (
    *("cero", ONE, "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"),
    *("trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte"),
    *("veintiuno/veintiún/veintiuna", "veintidós", "veintitrés", "veinticuatro", "veinticinco", "veintiséis"),
    *("veintisiete", "veintiocho", "veintinueve"),
)
TENS = ("treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
HUNDREDS = ("dos", "tres", "cuatro", "quinient", "seis", "sete", "ocho", "nove")
"""Two hundred to nine hundred, without -cientos."""
LARGEST = 10**12 - 1
"""Beyond it nobody says a number in words."""
FIRST = ("primer", "segund", "tercer", "cuart", "quint", "sext", "séptim", "octav", "noven", "décim")
TENTHS = ("trigésim", "cuadragésim", "quincuagésim", "sexagésim", "septuagésim", "octogésim", "nonagésim")
"""Ordinals without their last letter: one to ten; thirty to ninety."""
PREFIXES = ("decimo", "vigesimo")
OWN = {11: "undécim", 12: "duodécim"}
"""Ordinals that have a second name."""
SHORT = ("primer", "tercer")
"""They stand before a masculine noun as they are."""
ROMAN = {"I": 1, "V": 5, "X": 10}


def cardinal(number: int) -> list[str]:
    """The words of a number from 0 to LARGEST, each with all its readings."""
    if number < 30:
        return [SMALL[number]]
    if number < 100:
        tens, rest = divmod(number, 10)
        return [TENS[tens - 3], *(["y", SMALL[rest]] if rest else [])]
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        stem = HUNDREDS[hundreds - 2] + ("" if hundreds == 5 else "cient")
        hundred = f"{stem}os/{stem}as" if hundreds > 1 else "ciento" if rest else "cien"
        return [hundred, *(cardinal(rest) if rest else [])]
    thousands, rest = divmod(number, 1000)
    if number < 10**6:
        name = [*cardinal(thousands), "mil"] if thousands > 1 else ["mil"]
    else:
        millions, rest = divmod(number, 10**6)
        name = [*cardinal(millions), "millones"] if millions > 1 else [ONE, "millón"]
    return [*name, *(cardinal(rest) if rest else [])]


def ordinal(number: int, feminine: bool) -> list[str]:
    """The words of an ordinal from 1 to 99, each with all its readings."""
    tens, rest = divmod(number, 10)
    if number <= 10:
        return [_ended(FIRST[number - 1], feminine)]
    if tens < 3:
        if not rest:
            return [_ended("vigésim", feminine)]
        names = [_ended(_joined(PREFIXES[tens - 1], FIRST[rest - 1]), feminine)]
        return ["/".join([*names, *([_ended(OWN[number], feminine)] if number in OWN else [])])]
    return [_ended(stem, feminine) for stem in (TENTHS[tens - 3], *([FIRST[rest - 1]] if rest else []))]


def roman(letters: str) -> int | None:
    """The value of a Roman numeral of I, V and X; None where it is none."""
    units = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    return next((n for n in range(1, 40) if "X" * (n // 10) + units[n % 10] == letters), None)


@cache
def spellings() -> dict[str, list[str]]:
    """Number words that are also written otherwise (treintaitrés, veintidos), and what they are here."""
    stressed = {"dos": "dós", "tres": "trés", "seis": "séis", "un": "ún"}
    found = {
        f"{tens}i{written}": [tens, "y", word]
        for tens, word in product(TENS, (*ONE.split("/"), *SMALL[2:10]))
        for written in (word, stressed.get(word, word))
    }
    plain = {"dieciseis": "dieciséis", "veintiun": "veintiún", "veintidos": "veintidós", "veintitres": "veintitrés"}
    return found | {word: [right] for word, right in (plain | {"veintiseis": "veintiséis"}).items()}


@cache
def phrases() -> dict[tuple[str, ...], list[str]]:
    """Numbers that are also written as several words (diez y seis, décimo tercero): what they are here."""
    found: dict[tuple[str, ...], list[str]] = {("diez", "y", SMALL[n]): [SMALL[10 + n]] for n in range(6, 10)}
    found |= {("veinte", "y", SMALL[n]): [SMALL[20 + n]] for n in range(2, 10)}
    for one, joined in zip(ONE.split("/"), SMALL[21].split("/"), strict=True):
        found["veinte", "y", one] = [joined]
    for prefix, stem, end in product(PREFIXES, FIRST[:9], ("o", "a", "")):
        if end or stem in SHORT:
            tenth = {"decimo": "décim", "vigesimo": "vigésim"}[prefix] + (end or "o")
            found[tenth, stem + end] = [_joined(prefix, stem) + end]
    return found


def _ended(stem: str, feminine: bool) -> str:
    short = stem.endswith(SHORT) and not feminine
    return f"{stem}{'a' if feminine else 'o'}" + (f"/{stem}" if short else "")


def _joined(prefix: str, stem: str) -> str:
    return prefix[:-1] + stem if stem.startswith("o") else prefix + stem
