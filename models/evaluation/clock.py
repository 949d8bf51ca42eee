"""Times of day in words, brought to what a clock shows: las cinco y media to cinco treinta."""

from __future__ import annotations

from functools import cache

from models.evaluation import numerals

PARTS = {"media": 30, "cuarto": 15}
ARTICLES = ("la", "las")


def told(words: list[str]) -> list[str]:
    """Words with every time of day as its hour and its minutes.

    An hour with *y media* or *y cuarto* is one anywhere, with *y diez* or *menos diez* behind la and las only.
    """
    if "y" not in words and "menos" not in words and "cero" not in words:
        return words
    found: list[str] = []
    place = 0
    while place < len(words):
        found.append(words[place])
        place += 1
        hour = _hours().get(words[place - 1])
        if hour is None or place == len(words):
            continue
        exact = place > 1 and words[place - 2] in ARTICLES
        minutes, behind = _minutes(words, place + 1)
        if not behind or not (exact or words[place + 1] in PARTS):
            continue
        if words[place] == "y" or (words[place] == "cero" and minutes < 10):
            found += numerals.cardinal(minutes)
        elif words[place] == "menos":
            found[-1:] = [*numerals.cardinal(hour - 1 or 12), *numerals.cardinal(60 - minutes)]
        else:
            continue
        place = behind
    return found


def _minutes(words: list[str], place: int) -> tuple[int, int]:
    """How many minutes the words from a place on say, and the place behind them; no place where they say none."""
    if place < len(words) and words[place] in PARTS:
        return PARTS[words[place]], place + 1
    for length in (3, 1):
        if (minutes := _spelled().get(" ".join(words[place : place + length]))) is not None:
            return minutes, place + length
    return 0, 0


@cache
def _hours() -> dict[str, int]:
    return {"una": 1} | {numerals.SMALL[hour]: hour for hour in range(1, 25)} | {"veintiuna": 21}


@cache
def _spelled() -> dict[str, int]:
    """The minutes from 1 to 59, one as it is said and as it is read from a figure."""
    found = {" ".join(numerals.cardinal(minute)): minute for minute in range(1, 60)}
    for words, minute in list(found.items()):
        one = words.split()[-1].split("/")
        if len(one) > 1:
            found |= {" ".join([*words.split()[:-1], word]): minute for word in one}
    return found
