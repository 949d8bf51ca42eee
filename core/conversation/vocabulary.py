"""The Spanish words this app can vouch for, and what each can be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

WORDS = Path(__file__).parent / "words.txt"


@dataclass(frozen=True, slots=True)
class WordAnalysis:
    """One thing that a word can be; see the head of words.txt."""

    kind: str
    """N noun, A adjective, V verb, I infinitive, G gerund, P person's name, C place name"""
    lemma: str = ""
    gender: str = ""
    """m, f or * (both)"""
    number: str = ""
    """s or p"""
    tense: str = ""
    person: int = -1
    """0 yo … 5 ellos"""


class Vocabulary:
    """Words with their readings, made-up forms, and set phrases said wrong.

    Args:
        path: a word list in the format of words.txt.
    """

    def __init__(self, path: Path = WORDS) -> None:
        self._lines: dict[str, str] = {}
        self.made_up: dict[str, frozenset[str]] = {}
        self.maybe_made_up: dict[str, frozenset[str]] = {}
        """Made-up forms that are Spanish words as well."""
        self._phrases: set[str] = set()
        self._patterns: list[re.Pattern[str]] = []
        for line in path.read_text(encoding="utf-8").splitlines():
            word, _, tags = line.partition("\t")
            if word.startswith("!"):
                self.made_up[word[1:]] = frozenset(tags.split())
            elif word.startswith("?"):
                self.maybe_made_up[word[1:]] = frozenset(tags.split())
            elif word.startswith("~"):
                if "{" in word:
                    self._patterns.append(_pattern(f"{word[1:]}|{tags}"))
                else:
                    self._phrases.add(f"{word[1:]}|{tags}")
            elif not word.startswith("#"):
                self._lines[word] = tags
        self._cache: dict[str, tuple[WordAnalysis, ...]] = {}

    def __contains__(self, word: str) -> bool:
        return word.casefold() in self._lines

    def words(self) -> tuple[str, ...]:
        """All words, in lower case."""
        return tuple(self._lines)

    def readings(self, word: str, kind: str = "") -> tuple[WordAnalysis, ...]:
        """What the word can be, of one kind or of all."""
        key = word.casefold()
        if key not in self._cache:
            self._cache[key] = tuple(filter(None, (_reading(tag) for tag in self._lines.get(key, "").split(" "))))
        return tuple(r for r in self._cache[key] if not kind or r.kind == kind)

    def noun(self, word: str) -> tuple[str, str] | None:
        """(gender, number) of a noun that leaves no doubt about them."""
        found = {(r.gender, r.number) for r in self.readings(word, "N")}
        return found.pop() if len(found) == 1 else None

    def is_set_phrase(self, said: str, better: str) -> bool:
        """Whether somebody wrote down that `said` is wrong and `better` is how to say it."""
        pair = f"{said}|{better}".casefold()
        if pair in self._phrases:
            return True
        hits = (pattern.fullmatch(pair) for pattern in self._patterns)
        return any(hit and all(self._is(name, words) for name, words in hit.groupdict().items()) for hit in hits)

    def _is(self, name: str, words: str) -> bool:
        kinds = {r.kind for w in words.split() for r in self.readings(w)}
        return {
            "day": words in DAYS,
            "n": words in NUMBERS,
            "inf": "I" in kinds,
            "city": "C" in kinds,
            "job": "N" in kinds,
            "adjt": "A" in kinds,
            "adjm": "A" in kinds,
            "lang": words in _LANGUAGES,
        }.get(name, True)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DAYS = _words("lunes martes miércoles jueves viernes sábado domingo")
NUMBER_WORDS = _words(
    "trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte veintiún veintidós veintitrés "
    "veinticuatro "
    "veinticinco veintiséis veintisiete veintiocho veintinueve treinta cuarenta cincuenta sesenta setenta ochenta "
    "noventa cien"
)
NUMBERS = _words("dos tres cuatro cinco seis siete ocho nueve diez once doce")
_LANGUAGES = _words("español inglés francés alemán italiano portugués chino japonés ruso árabe griego catalán")


def _pattern(text: str) -> re.Pattern[str]:
    """A set phrase as a regular expression: {day} is any word the first time, and the same one after that."""
    head, *rest = re.split(r"\{(\w+)\}", text)
    regex, seen = re.escape(head), set[str]()
    for name, literal in zip(rest[::2], rest[1::2], strict=True):
        regex += (f"(?P={name})" if name in seen else rf"(?P<{name}>\w+)") + re.escape(literal)
        seen.add(name)
    return re.compile(regex)


def _reading(tag: str) -> WordAnalysis | None:
    parts = tag.split(":")
    match parts:
        case ["N" | "A" as kind, gender, number, lemma]:
            return WordAnalysis(kind, lemma, gender, number)
        case ["V", lemma, tense, person]:
            return WordAnalysis("V", lemma, tense=tense, person=int(person))
        case ["I" | "G" as kind, lemma]:
            return WordAnalysis(kind, lemma)
        case ["P", gender]:
            return WordAnalysis("P", gender=gender, number="s")
        case ["C"]:
            return WordAnalysis("C")
    return None


@lru_cache(maxsize=1)
def shipped() -> Vocabulary:
    """The word list that comes with the app, read once."""
    return Vocabulary()
