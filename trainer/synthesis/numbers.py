"""Numbers, hours, prices, phone numbers and dates, always in words.

Digits never reach the recogniser's training text: it writes what it hears.
"""

from __future__ import annotations

import random
import re

from trainer.synthesis.irregular import words
from trainer.synthesis.lexicon import lexicon, pick

LEX = lexicon()
UNITS = words("""
    cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis
    diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco
    veintiséis veintisiete veintiocho veintinueve
""")
TENS = ["_", "_", "_", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
HUNDREDS = [
    "_",
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
]


def number(n: int) -> str:
    """A number below ten million in words."""
    if n < 30:
        return UNITS[n]
    if n < 100:
        return TENS[n // 10] + (f" y {UNITS[n % 10]}" if n % 10 else "")
    if n < 1000:
        return "cien" if n == 100 else HUNDREDS[n // 100] + (f" {number(n % 100)}" if n % 100 else "")
    if n < 1_000_000:
        head = "mil" if n < 2000 else f"{counted(n // 1000)} mil"
        return head + (f" {number(n % 1000)}" if n % 1000 else "")
    head = "un millón" if n < 2_000_000 else f"{counted(n // 1_000_000)} millones"
    return head + (f" {number(n % 1_000_000)}" if n % 1_000_000 else "")


def counted(n: int, feminine: bool = False) -> str:
    """A number before a noun: veintiún años, treinta y una mesas, doscientas casas."""
    text = number(n)
    if feminine:
        return re.sub("uno$", "una", re.sub(r"cientos\b|quinientos\b", lambda m: m[0][:-2] + "as", text))
    return re.sub("uno$", "un", text.replace("veintiuno", "veintiún"))


def hour(rng: random.Random) -> str:
    """A time of day, with its article."""
    h = rng.randrange(1, 13)
    tail = rng.choice(
        (
            "",
            "",
            " en punto",
            " y cuarto",
            " y media",
            " menos cuarto",
            " y diez",
            " y cinco",
            " y veinte",
            " menos diez",
            " menos veinte",
            " menos cinco",
            " y veinticinco",
        )
    )
    parts = (
        (" de la mañana", " de la tarde")
        if h < 8
        else (" de la mañana", " de la noche")
        if h < 12
        else (" del mediodía", " de la noche")
    )
    part = rng.choice(parts) if rng.random() < 0.5 else ""
    return ("la una" if h == 1 else f"las {UNITS[h]}") + tail + part


def price(rng: random.Random) -> str:
    """A price in euros."""
    n = rng.choice((rng.randrange(1, 30), rng.randrange(1, 100), rng.randrange(100, 2000)))
    euros = f"{counted(n)} euro{'s' if n > 1 else ''}"
    return euros + (f" con {number(rng.randrange(5, 100, 5))}" if rng.random() < 0.3 and n < 100 else "")


def any_number(rng: random.Random) -> str:
    """A number, small ones more often."""
    top = rng.choices((30, 100, 1000, 10_000, 2_000_000), (35, 35, 15, 10, 5))[0]
    return number(rng.randrange(top))


def phone(rng: random.Random) -> str:
    """A phone number as it is read out."""
    pairs = [rng.choice(["seis", "siete", "nueve"])] + [
        number(rng.randrange(10, 100)) for _ in range(rng.randrange(2, 5))
    ]
    digits = [UNITS[rng.randrange(10)] for _ in range(rng.randrange(4, 10))]
    return " ".join(rng.choice((pairs, digits)))


def date(rng: random.Random) -> str:
    """A date."""
    day = pick(rng, LEX.names["day"])
    text = f"{number(rng.randrange(1, 32))} de {rng.choice(LEX.names['month'])}"
    return rng.choice((text, text, f"{day} {text}", f"{text} de {number(rng.randrange(1950, 2031))}"))
