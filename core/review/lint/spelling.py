"""Whether a word can be Spanish, as far as a list of some twenty thousand forms can tell.

Half of what people talk about is in no list of that size, so what can be derived from a listed word passes
(rápidamente, casita, dámelo, pudiéramos), and so does what merely looks Spanish: every three letters of it
occur in that order in some listed word. Slips of the hand and the inventions of a recogniser mostly do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from core.conversation.vocabulary import shipped

LETTERS = "abcdefghijklmnopqrstuvwxyzáéíóúüñ"
STRESSED = dict(zip("aeiou", "áéíóú", strict=True))
PLAIN = str.maketrans("áéíóú", "aeiou")
SOUND_ALIKE = (
    ("b", "v"), ("v", "b"), ("s", "c"), ("c", "s"), ("s", "z"), ("z", "s"), ("ll", "y"), ("y", "ll"), ("g", "j"),
    ("j", "g"), ("qu", "c"), ("c", "qu"), ("x", "s"), ("s", "x"), ("h", ""), ("^", "h"),
)  # fmt: skip
LONG = 7
"""Letters from which on a word one slip away from a known one is hardly another word by chance."""
MIDDLING = 5
"""The same for a word that only sounds like a known one."""
ENCLITIC = ("me", "te", "se", "nos", "os", "lo", "la", "le", "los", "las", "les")
PREFIXES = ("re", "des", "in", "im", "super", "ex", "pre", "sub", "anti", "auto", "inter")
SMALLER = re.compile(r"(.{2,}?)(e?c|z)?(it|ill|ic|ísim|az|uel)([oae])(s?)")
REGULAR = {
    "ar": "o as a amos áis an aba abas ábamos abais aban é aste ó asteis aron aré arás ará aremos aréis arán aría "
    "arías aríamos aríais arían e es emos éis en ando ado ada ados adas",
    "er": "o es e emos éis en ía ías íamos íais ían í iste ió imos isteis ieron eré erás erá eremos eréis erán "
    "ería erías eríamos eríais erían a as amos áis an iendo ido ida idos idas",
    "ir": "o es e imos ís en ía ías íamos íais ían í iste ió isteis ieron iré irás irá iremos iréis irán iría "
    "irías iríamos iríais irían a as amos áis an iendo ido ida idos idas",
}
SUBJUNCTIVE = re.compile("(.+)(?:ra|ras|ramos|rais|ran|se|ses|semos|seis|sen)")


@lru_cache(maxsize=65_536)
def is_word(word: str) -> bool:
    """Whether a word (lower case) is in the word list or can be derived from one that is."""
    return word in shipped() or any(base in shipped() for base in _bases(word)) or _conjugated(word)


def looks_spanish(word: str) -> bool:
    """Whether all its runs of three letters occur in listed words, accents apart; beginning and end are letters."""
    return all(run in _runs() for run in zip(*_shifted(f"^{word.translate(PLAIN)}$"), strict=False))


@lru_cache(maxsize=4096)
def similar(word: str) -> str:
    """The known word that this one is probably meant to be, else an empty text.

    It differs in an accent; or sounds the same, if it is not very short; or is one letter away, if it is long.
    """
    accented = (word[:i] + STRESSED[c] + word[i + 1 :] for i, c in enumerate(word) if c in STRESSED)
    for one in (*accented, word.translate(PLAIN)):
        if one != word and one in shipped():
            return one
    if len(word) >= MIDDLING:
        for wrong, right in SOUND_ALIKE:
            for match in re.finditer(wrong, word):
                one = word[: match.start()] + right + word[match.end() :]
                if one in shipped():
                    return one
    return next((one for one in _slips(word) if one in shipped()), "") if len(word) >= LONG else ""


@lru_cache(maxsize=1)
def _runs() -> frozenset[tuple[str, ...]]:
    text = "".join(f"^{word}$" for word in shipped().words()).translate(PLAIN)
    return frozenset(zip(*_shifted(text), strict=False))


def _shifted(text: str) -> tuple[str, str, str]:
    return text, text[1:], text[2:]


def _slips(word: str) -> Iterator[str]:
    """Every word that is one transposition, deletion, replacement or insertion away, likeliest first."""
    for i in range(len(word) - 1):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]
    for letter in LETTERS:
        for i in range(len(word)):
            yield word[:i] + letter + word[i + 1 :]
        for i in range(len(word) + 1):
            yield word[:i] + letter + word[i:]


def _conjugated(word: str) -> bool:
    """Whether it is a regular form of a listed infinitive, or goes with a listed -ron: pudiéramos, pudieron."""
    for infinitive, endings in REGULAR.items():
        for ending in endings.split():
            if word.endswith(ending) and word[: -len(ending)] + infinitive in shipped():
                return True
    match = SUBJUNCTIVE.fullmatch(word.translate(PLAIN))
    if not match:
        return False
    stem = match[1].removesuffix("e") if match[1].endswith("ie") else ""
    regular = match[1].endswith("a") and match[1] + "r" in shipped()
    return bool(
        match[1] + "ron" in shipped()
        or regular
        or (stem and any(stem[:-1] + end in shipped() for end in ("er", "ir")))
    )


def _bases(word: str) -> Iterator[str]:
    """Words from which this one can be made."""
    if word.endswith("mente"):
        yield word[:-5]
        yield word[:-6] + "o"
    if word.endswith(("s", "ar", "er")):  # aguantar, from aguanta
        yield word[:-1]
    if word.endswith("es"):
        yield word[:-2]
        yield _stressed_last(word[:-2])
        yield word[:-3] + "z"
    if ending := re.search("(?:[ao]s?)$", word):  # fea from feo, vecina from vecino, holgazana from holgazán
        stem = word[: ending.start()]
        yield from (stem + "o", stem + "a", stem, _stressed_last(stem))
    for prefix in PREFIXES:
        if word.startswith(prefix) and len(word) > len(prefix) + 3:
            yield word[len(prefix) :]
    yield from _without_clitics(word)
    yield from _without_size(word)


def _without_clitics(word: str) -> Iterator[str]:
    """The infinitive, gerund or command before one or two of me, te, lo … at the end of a word."""
    for last in ENCLITIC:
        stem = word.removesuffix(last)
        if stem == word or len(stem) < 2:
            continue
        yield from _verb(stem)
        for first in ENCLITIC[:5]:
            if last[0] == "l" and stem.endswith(first) and len(stem) > len(first) + 1:
                yield from _verb(stem.removesuffix(first))


def _verb(stem: str) -> Iterator[str]:
    """A form as it is written when nothing follows it: dá → da, comprándo → comprando, sentémo → sentemos."""
    plain = stem.translate(PLAIN)
    yield stem
    yield plain
    yield _stressed_last(plain)
    if plain.endswith("mo"):
        yield plain + "s"
    if plain[-1:] in "aei":  # levantaos, poneos
        yield plain + "d"


def _without_size(word: str) -> Iterator[str]:
    """The word that -ito, -illo, -ísimo or -azo made smaller or bigger."""
    match = SMALLER.fullmatch(word)
    if not match:
        return
    stem, bridge, _, gender, _ = match.groups()
    stems = {stem, stem + (bridge or "")}
    for changed, plain in (("qu", "c"), ("gu", "g"), ("c", "z"), ("bil", "ble")):
        if stem.endswith(changed):
            stems.add(stem.removesuffix(changed) + plain)
    for one in stems:
        yield from (one, _stressed_last(one), *(one + end for end in ("o", "a", "e", "os", "as", gender)))


def _stressed_last(stem: str) -> str:
    """The stem with an accent on its last vowel: camion → camión."""
    for place in range(len(stem) - 1, -1, -1):
        if stem[place] in STRESSED:
            return stem[:place] + STRESSED[stem[place]] + stem[place + 1 :]
    return stem
