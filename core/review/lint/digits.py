"""Figures: nobody says “3”, somebody says tres, and the recogniser learns from what is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.review.lint.warning import Transcript, Warned

NUMBER = re.compile(r"\d+(?:[.,:]\d+)*(?:\s?[%€$ºª°])?")
SMALL, TENS, HUNDREDS = (
    names.split()
    for names in (
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
        "diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis "
        "veintisiete veintiocho veintinueve",
        "treinta cuarenta cincuenta sesenta setenta ochenta noventa",
        "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos",
    )
)


def find(said: Transcript) -> Iterator[Warned]:
    """Every figure in the text, with how it would be said where that is simple."""
    for match in NUMBER.finditer(said.text):
        shown = match.group()
        words = spelled(int(shown)) if shown.isdecimal() and len(shown) < 5 else ""
        remedy = f"such as “{words}”" if words else "in words"
        yield Warned("digits", f"“{shown}” is in figures: write what was said, {remedy}.", match.span())


def spelled(number: int) -> str:
    """A number from 0 to 9999 in Spanish words.

    >>> spelled(1998)
    'mil novecientos noventa y ocho'
    """
    thousands, rest = divmod(number, 1000)
    said = [] if not thousands else ["mil"] if thousands == 1 else [SMALL[thousands], "mil"]
    hundreds, rest = divmod(rest, 100)
    if hundreds:
        said.append("cien" if hundreds == 1 and not rest else HUNDREDS[hundreds - 1])
    if rest >= 30:
        tens, units = divmod(rest, 10)
        said += [TENS[tens - 3], *(["y", SMALL[units]] if units else [])]
    elif rest or not said:
        said.append(SMALL[rest])
    return " ".join(said)
