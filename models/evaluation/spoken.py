"""The rule of scores: what is said alike is one word, however it is written.

A recogniser writes “Son las 5:30” where a person wrote “Son las cinco y media”, and neither misheard. So both
texts are read aloud before they are compared, and only what is said otherwise is an error:

- Figures are read as words: 42 is *cuarenta y dos*, 2024 *dos mil veinticuatro*; 1.500, 1,500 and 1 500 are *mil
  quinientos*, 3,5 and 3.5 *tres coma cinco*, 007 *cero cero siete*, XXI *veintiuno*, 3.ª *tercera*.
- A figure says less than a word, and is read as the other text has it: 1 is *uno*, *un* or *una*, 200
  *doscientos* or *doscientas*, 3,5 *tres coma*, *punto* or *con cinco*, VI *seis* or *sexto*, 1 de mayo *uno* or
  *primero*. Two words stay two words: *un* is not *una*.
- A time of day is its hour and its minutes, as clocks show them: 5:30, *las cinco y media* and *las cinco
  treinta* are *cinco treinta*, *las seis menos cuarto* is *cinco cuarenta y cinco*. 15:30 is not 3:30.
- A date in figures, 3/5/2024, is *tres de mayo de dos mil veinticuatro*; 20 % is *veinte por ciento*, 2,50 €
  *dos euros con cincuenta*, 5 km *cinco kilómetros*, Sr. *señor*, EE. UU. *Estados Unidos*.
- Spellings that the Real Academia allows for one word are one (vídeo, video; sólo, solo): `spelling.toml` has
  them.

Everything else is compared as before: case and punctuation never count, accents do. The length of a reference is
the number of its words when it is read so, whatever was heard: 42 counts three, *cinco y media* two, EE. UU.
two. Who corrects may write figures or words, abbreviations or not, and pays for neither. Figures that are said
one by one (*nueve uno dos* for 912) are the exception: they have to be written as they are said, in words or
apart: 9 1 2.
"""

from __future__ import annotations

import re
from functools import lru_cache

from models.evaluation.clock import told
from models.evaluation.spellings import spellings
from models.evaluation.written import COINS, WITH, read

RULE = "spoken 1"
"""Kept with every score. Whoever changes what is one word gives the rule another number."""
STRICT = "strict"
"""The rule of scores that name none: a word is another one where it is written otherwise."""
CENTS = ("céntimo", "céntimos", "centavo", "centavos")
CENTS_WITHIN = 5
"""Words between a coin and its cents, at most: con noventa y nueve."""


def spoken(text: str) -> list[str]:
    """The words of a text read aloud; one with several readings has all: uno/un/una."""
    known = spellings()
    words: list[str] = []
    for word in read(text):
        words += known.words.get(word) or [_respelled(word)]
    return _without_cents(_phrased(told(words)))


def alike(one: str, other: str) -> bool:
    """Whether two words of `spoken` can be the same."""
    return one == other or not {*one.split("/")}.isdisjoint(other.split("/"))


@lru_cache(maxsize=4096)
def _respelled(word: str) -> str:
    for part, instead in spellings().parts:
        word = part.sub(instead, word)
    return word


def _phrased(words: list[str]) -> list[str]:
    """Words with every phrase that is also one word as that word."""
    if spellings().phrases.keys().isdisjoint(words):
        return words
    found: list[str] = []
    place = 0
    while place < len(words):
        length, instead = _phrase(words, place)
        found += instead
        place += length
    return found


def _phrase(words: list[str], place: int) -> tuple[int, list[str]]:
    """How many words from a place on are a phrase, and what stands for it; else the one word that is there."""
    for phrase, instead in spellings().phrases.get(words[place], ()):
        here = [word.split("/") for word in words[place : place + len(phrase)]]
        if len(here) == len(phrase) and all(one == word[0] for one, word in zip(phrase, here, strict=True)):
            # A figure in it (veinte y 1) leaves open which of several it is.
            others = [found[0] for one, found in spellings().phrases[words[place]] if _reads(one, here)]
            return len(phrase), ["/".join(dict.fromkeys([*instead, *others]))] if len(instead) == 1 else instead
    return 1, [words[place]]


def _reads(phrase: tuple[str, ...], here: list[list[str]]) -> bool:
    return len(phrase) == len(here) and all(one in word for one, word in zip(phrase, here, strict=True))


def _without_cents(words: list[str]) -> list[str]:
    """Words without the céntimos of dos euros con cincuenta céntimos, which 2,50 € leaves out too."""
    if not any(word in CENTS for word in words):
        return words
    found: list[str] = []
    coin = -CENTS_WITHIN - 1
    for word in words:
        if word in CENTS and 2 <= len(found) - coin <= CENTS_WITHIN and _is_coin(found[coin]):
            continue
        if word in WITH.split("/") or word == WITH:
            coin = len(found) - 1 if found and _is_coin(found[-1]) else coin
        found.append(word)
    return found


def _is_coin(word: str) -> bool:
    return all(re.fullmatch(COINS, name) for name in word.split("/"))
