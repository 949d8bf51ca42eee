"""What stands for words in a text, figures, signs and abbreviations, read as words; spoken.py has the rule.

A word with several readings has all of them, parted by strokes, as in `numerals`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from models.evaluation import numerals
from models.evaluation.plain import normalise
from models.evaluation.spellings import letters, spellings

GROUPED = r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?:,[0-9]{3})+|(?:['\u00a0\u202f\u2009][0-9]{3})+)(?![0-9])"
"""Thousands. Three digits behind a comma are thousands too, as in Mexico: decimals are seldom three."""
SPACED = r"[1-9][0-9]?(?: [0-9]{3})+(?! ?[0-9])|[1-9][0-9]{2} [0-9]{3}(?! ?[0-9])"
"""Behind three digits a third group may be a telephone's."""
NUMBER = rf"(?:{GROUPED}|{SPACED}|[0-9]+)(?:[.,][0-9]+)?"
SCALES = "mil|millón|millones|billón|billones"
COINS = r"euros?|dólar(?:es)?|pesos?|libras?|soles?|reales|quetzales|bolívares|francos?"
MONEY = ("€", "EUR", "$", "US$", "USD", "£", "¥")
MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre"),
    *("noviembre", "diciembre"),
)
FRACTIONS = {
    "½": "medio/media", "1/2": "medio/media", "¼": f"{numerals.ONE} cuarto", "1/4": f"{numerals.ONE} cuarto",
    "¾": "tres cuartos", "3/4": "tres cuartos", "1/3": f"{numerals.ONE} tercio", "2/3": "dos tercios",
}  # fmt: skip
NUMBERED = (
    "siglo",
    "Siglo",
    "capítulo",
    "tomo",
    "acto",
    "Alfonso",
    "Carlos",
    "Felipe",
    "Fernando",
    "Isabel",
    "Jaime",
)
"""What a single Roman letter stands behind; elsewhere it is a letter."""
HOTTEST = 20
"""Above it, 30º without a point are degrees."""
ENDINGS = {
    "er": "13", "ro": "13", "ra": "13", "era": "13", "do": "2", "da": "2", "to": "456", "ta": "456",
    "mo": "70", "ma": "70", "vo": "8", "va": "8", "no": "9", "na": "9",
}  # fmt: skip
"""Of ordinals (2do, 3ra), and the last digits that they stand behind."""
ONE_BY_ONE = 4
"""So many decimals are said digit by digit."""
COMMA, WITH, OF = "coma/punto/con", "con/y", "de/del"
FIRST = "uno/primero"
"""Of a month."""

TIMES = re.compile(r"(?<=[0-9])\s?[x×]\s?(?=[0-9])")
PARTS = re.compile("[½¼¾]")
MAYBE = re.compile(r"[0-9½¼¾]|[IVX]{2}|\w [IVX]\b|^I\b|\w/|\w\.(?=.)|°", re.I)
"""Most texts have nothing to read, and this says so soon."""


def read(text: str) -> list[str]:
    """The words of a text, with what stands for words read as words."""
    if not MAYBE.search(text):
        return normalise(text).split()
    text = unicodedata.normalize("NFC", text)
    if text.isupper():
        text = text.lower()  # or any word of I, V and X would be a Roman numeral
    text = PARTS.sub(r" \g<0> ", TIMES.sub(" por ", text))
    words: list[str] = []
    end = 0
    for found in _pattern().finditer(text):
        if (said := READERS[found.lastgroup or ""](found)) is not None:
            words += normalise(text[end : found.start()]).split()
            words += said
            end = found.end()
    return words + normalise(text[end:]).split()


def _number(found: re.Match[str]) -> list[str]:
    """A number, and what it counts: 3,5 km, 20 %, 2,50 €, 5 millones €."""
    if found["first"] is not None:
        return [FIRST]
    whole, decimals = _parted(found["figure"])
    unit, coin, scale = found["unit"] or found["before"], found["coin"], found["scale"]
    one = whole == "1" and not decimals and not scale
    name = _unit(unit, one) if unit else [coin.lower()] if coin else []
    if name and (coin or unit.upper() in MONEY) and len(decimals) == 2 and not scale:
        cents = int(decimals)
        return [*_whole(whole), *name, *([WITH, *numerals.cardinal(cents)] if cents else [])]
    words = ["menos"] if found["minus"] else ["más"] if found["plus"] else []
    words += _whole(whole) + ([COMMA, *_decimals(decimals)] if decimals else [])
    if scale:
        words += [scale.lower(), *(["de"] if name and scale.lower() != "mil" else [])]
    return words + name


def _parted(figure: str) -> tuple[str, str]:
    """The digits of a number before and behind its decimal sign."""
    grouped = re.match(rf"(?:{GROUPED}|{SPACED})", figure)
    whole = grouped[0] if grouped else re.split("[.,]", figure)[0]
    return re.sub("[^0-9]", "", whole), figure[len(whole) + 1 :]


def _whole(digits: str) -> list[str]:
    if (len(digits) > 1 and digits[0] == "0") or int(digits) > numerals.LARGEST:
        return _one_by_one(digits)
    return numerals.cardinal(int(digits))


def _decimals(digits: str) -> list[str]:
    if len(digits) >= ONE_BY_ONE:
        return _one_by_one(digits)
    rest = digits.lstrip("0")
    return ["cero"] * (len(digits) - len(rest)) + (numerals.cardinal(int(rest)) if rest else [])


def _one_by_one(digits: str) -> list[str]:
    return [word for digit in digits for word in numerals.cardinal(int(digit))]


def _unit(unit: str, one: bool) -> list[str]:
    known = spellings().units
    return (known.get(unit) or known.get(unit.lower()) or known[unit.upper()])[0 if one else 1].split()


def _time(found: re.Match[str]) -> list[str] | None:
    hour, minute = (int(digits) for digits in re.findall("[0-9]+", found[0]))
    if hour > 24 or minute > 59:
        return None
    return [*numerals.cardinal(hour), *(numerals.cardinal(minute) if minute else [])]


def _date(found: re.Match[str]) -> list[str] | None:
    parts = re.findall("[0-9]+", found[0])
    day, month, *year = (int(part) for part in (reversed(parts) if len(parts[0]) == 4 else parts))
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    first = [FIRST] if day == 1 else numerals.cardinal(day)
    return [*first, "de", MONTHS[month - 1], *([OF, *numerals.cardinal(year[0])] if year else [])]


def _ordinal(found: re.Match[str]) -> list[str] | None:
    digits, ending = found["place"], found["ending"].lower()
    if ending not in "ºª" and digits[-1] not in ENDINGS[ending]:
        return None
    if ending == "º" and "." not in found[0] and int(digits) > HOTTEST:
        return [*numerals.cardinal(int(digits)), *_unit("°", False)]
    words = numerals.ordinal(int(digits), ending == "ª" or ending.endswith("a"))
    return [*words[:-1], words[-1].split("/")[-1]] if ending == "er" else words


def _roman(found: re.Match[str]) -> list[str] | None:
    """A number of a century, a king or a congress; it may be said as an ordinal, too."""
    if (number := numerals.roman(found[0])) is None:
        return None
    both = [numerals.cardinal(number), *(numerals.ordinal(number, feminine) for feminine in (False, True))]
    return ["/".join(words[0] for words in both)] if all(len(words) == 1 for words in both) else both[0]


def _fraction(found: re.Match[str]) -> list[str]:
    return [*(["y"] if found["and"] is not None else []), *FRACTIONS[found["part"]].split()]


def _abbreviation(found: re.Match[str]) -> list[str]:
    return spellings().signs[letters(found[0])]


READERS: dict[str, Callable[[re.Match[str]], list[str] | None]] = {
    "date": _date, "time": _time, "fraction": _fraction, "ordinal": _ordinal, "number": _number, "roman": _roman,
    "abbreviation": _abbreviation,
}  # fmt: skip


@cache
def _pattern() -> re.Pattern[str]:
    """Everything that is read, each kind a group; what can be taken for another comes before it."""
    units, coins = (
        "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))
        for signs in (spellings().units, MONEY)
    )
    hour, minute, hours = "[0-9]{1,2}", "[0-5][0-9](?![0-9])", r"\s?(?:h|hs|hrs)(?!\w)\.?"
    groups = {
        "date": r"[0-9]{1,2}([/.-])[0-9]{1,2}\2[0-9]{4}(?![\w/])|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![\w-])"
        r"|(?:(?<=\bel )|(?<=\bdía ))[0-9]{1,2}/[0-9]{1,2}(?![\w/])",
        "time": rf"{hour}:{minute}(?!:)(?:{hours})?|{hour}\s?h\s?{minute}(?:\s?min\b\.?)?|{hour}\.{minute}{hours}"
        rf"|(?:(?<=\blas )|(?<=\bla )){hour}\.{minute}(?![.,%])",
        "fraction": rf"(?P<and>(?<=[0-9] )|(?<=[0-9]  ))?(?P<part>{'|'.join(FRACTIONS)})(?![\w/])",
        "ordinal": rf"(?P<place>[1-9][0-9]?)\s?\.?(?P<ending>[ºª](?![CF]\b)|{'|'.join(ENDINGS)})(?!\w)",
        "number": rf"(?:(?P<minus>(?<=\s)[-−])|(?P<plus>\+\s?))?(?:(?P<before>{coins})\s?)?(?P<figure>{NUMBER})"
        rf"(?:(?<=\b1)(?P<first>(?=\sde\s(?:{'|'.join(MONTHS)}|setiembre)\b))"
        rf"|(?:\s(?P<scale>{SCALES})(?!\w))?(?:\s?(?P<unit>{units})|\s(?P<coin>{COINS}))?)(?!\w)",
        "roman": rf"(?-i:[IVX]{{2,}}|I(?= Guerra)|(?:{'|'.join(f'(?<={name} )' for name in NUMBERED)})[IVX])(?!\w)",
        "abbreviation": spellings().sign,
    }
    return re.compile(
        r"(?<!\w)(?:" + "|".join(f"(?P<{name}>{group})" for name, group in groups.items()) + ")", re.I
    )
