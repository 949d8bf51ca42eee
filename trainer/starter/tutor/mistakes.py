"""Learner sentences that know their own mistakes.

A draft is a correct Spanish sentence written word by word; whoever writes it also says which slips a learner makes
at that very place.  So every mistake in the training text comes with the exact words to point at, the exact
repair and the reason, and none is guessed afterwards from a finished sentence.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from trainer.synthesis.conjugation import conjugate, participle
from trainer.synthesis.lexicon import read_lines
from trainer.synthesis.nouns import agree, plural

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Slip:
    """One way to get a draft wrong: words[start:end] become `wrong`; words[low:high] is what a note shows."""

    start: int
    end: int
    wrong: str
    low: int
    high: int
    why: str


@dataclass(frozen=True, slots=True)
class SlipNote:
    """What the tutor should say about a slip."""

    said: str
    better: str
    why: str


@dataclass(slots=True)
class Draft:
    """A correct sentence as words, with the slips it invites."""

    words: list[str] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    ending: str = "."

    def add(self, text: str) -> int:
        """Write `text` on; the index of its first word."""
        at = len(self.words)
        self.words.extend(text.split())
        return at

    def slip(
        self, start: int, end: int, wrong: str, why: str, low: int | None = None, high: int | None = None
    ) -> None:
        """Note that words[start:end] may be said as `wrong`; `low` and `high` widen what the note shows."""
        low, high = start if low is None else low, end if high is None else high
        if " ".join(self.words[start:end]) != wrong:
            self.slips.append(Slip(start, end, wrong, low, high, why))

    def text(self, chosen: tuple[Slip, ...] = (), capital: bool = True) -> tuple[str, list[SlipNote]]:
        """The sentence with the `chosen` slips made (they must not overlap), and the notes it deserves."""
        words = list(self.words)
        notes: list[SlipNote] = []
        if capital:
            words[0] = words[0][0].upper() + words[0][1:]
        right = list(words)
        for slip in sorted(chosen, key=lambda s: -s.start):
            wrong = slip.wrong.split()
            if capital and slip.start == 0 and wrong:
                wrong[0] = wrong[0][0].upper() + wrong[0][1:]
            after = words[slip.end : slip.high]
            if capital and slip.start == 0 and not wrong and after:
                after[0] = after[0][0].upper() + after[0][1:]
                words[slip.end] = after[0]
            said = " ".join(words[slip.low : slip.start] + wrong + after)
            better = " ".join(right[slip.low : slip.high])
            notes.insert(0, SlipNote(said.strip(",.¿?¡!"), better.strip(",.¿?¡!"), slip.why))
            words[slip.start : slip.end] = wrong
        opening = {"?": "¿", "!": "¡"}.get(self.ending, "")
        return opening + " ".join(words) + self.ending, notes


def choose_slips(draft: Draft, rng: random.Random, two: float = 0.12) -> tuple[Slip, ...]:
    """One slip of a draft, sometimes two far enough apart; none when it has none."""
    if not draft.slips:
        return ()
    first = rng.choice(draft.slips)
    if rng.random() < two:
        apart = [s for s in draft.slips if s.low >= first.high or s.high <= first.low]
        if apart:
            return tuple(sorted((first, rng.choice(apart)), key=lambda s: s.start))
    return (first,)


def data_lines(name: str) -> list[str]:
    """The lines of one of the tutor's own data files."""
    return read_lines(name, DATA)


# --- the lexicon ----------------------------------------------------------------------------------


@lru_cache
def lexicon() -> dict[str, list[str]]:
    """Section of lexicon.txt ("noun food m") → its words."""
    sections: dict[str, list[str]] = {}
    name = ""
    for line in read_lines("lexicon.txt"):
        if line.startswith("["):
            name = line.strip("[] ")
        else:
            sections.setdefault(name, []).extend(w.strip() for w in line.split(",") if w.strip())
    return sections


_ODD_NOUNS = {
    "tijera",
    "gafa",
    "hambre",
    "canguro",
    "bebé",
    "gente",
    "deber",
    "vaquero",
    "media",
    "sal",
    "guía",
    "policía",
    "testigo",
    "soldado",
    "músico",
    "física",
    "oliva",
    "ropa",
    "parte",
    "vez",
    "basura",
    "miel",
    "harina",
    "arte",
    "mar",
    "azúcar",
    "radio",
    "sartén",
    "agua",
    "análisis",
    "pijama",
    "capital",
    "carpeta",
    "frente",
    "orden",
    "cura",
    "final",
    "pendiente",
    "televisión",
    "aula",
    "perejil",
}


@lru_cache
def nouns(*classes: str) -> tuple[tuple[str, str], ...]:
    """(noun, "m" or "f") of one word, of the given lexicon classes ("food"), without the odd ones."""
    found = []
    for name, words in lexicon().items():
        kind = name.split()
        if kind[0] == "noun" and kind[1] in classes and kind[2] in "mf":
            found += [(w, kind[2]) for w in words if " " not in w and w not in _ODD_NOUNS]
    return tuple(found)


@lru_cache
def people(kind: str) -> tuple[tuple[str, str], ...]:
    """(noun, gender) for persons ("person") or trades ("job") whose two forms differ."""
    pairs = [w.split("/") for w in lexicon()[f"noun {kind} p"]]
    return tuple((word, g) for m, f in pairs if m != f and m not in _ODD_NOUNS for word, g in ((m, "m"), (f, "f")))


@lru_cache
def adjectives(kind: str) -> tuple[str, ...]:
    """Masculine adjectives of a class that have a feminine of their own."""
    return tuple(a for a in lexicon()[f"adj {kind}"] if a.endswith("o"))


@lru_cache
def verb_phrases() -> tuple[tuple[str, str], ...]:
    """(infinitive, what follows) from verb_phrases.txt, without those that fit only one person."""
    split = [tuple(line.split(" ", 1)) for line in read_lines("verb_phrases.txt") if " " in line]
    tied = re.compile(
        r"\b(mis?|sus?|ti|cansado|solo|sola|enfermo|nervioso|puntual|harto|enamorado|resfriado|igual|vegetariano"
        r"|falta|dormido|orgulloso|viviendo|estudiando|caso|llover)\b"
    )
    return tuple((s[0], s[1]) for s in split if not tied.search(s[1]) and re.search("[aeií]r(se)?$", s[0]))


# --- agreement ------------------------------------------------------------------------------------

ARTICLES = {
    "def": {"ms": "el", "fs": "la", "mp": "los", "fp": "las"},
    "indef": {"ms": "un", "fs": "una", "mp": "unos", "fp": "unas"},
    "este": {"ms": "este", "fs": "esta", "mp": "estos", "fp": "estas"},
    "mucho": {"ms": "mucho", "fs": "mucha", "mp": "muchos", "fp": "muchas"},
    "nuestro": {"ms": "nuestro", "fs": "nuestra", "mp": "nuestros", "fp": "nuestras"},
    "otro": {"ms": "otro", "fs": "otra", "mp": "otros", "fp": "otras"},
    "mi": {"ms": "mi", "fs": "mi", "mp": "mis", "fp": "mis"},
    "tu": {"ms": "tu", "fs": "tu", "mp": "tus", "fp": "tus"},
}
GENDER = {"m": "masculine", "f": "feminine"}


def noun_phrase(draft: Draft, det: str, noun: str, gender: str, many: bool = False, adjective: str = "") -> int:
    """Write determiner, noun and adjective in agreement, with the slips of gender and number; index of the first
    word."""
    key = gender + ("p" if many else "s")
    forms = ARTICLES[det]
    shown = plural(noun) if many else noun
    at = draft.add(f"{forms[key]} {shown}")
    other = ("f" if gender == "m" else "m") + key[1]
    if forms[other] != forms[key]:
        draft.slip(at, at + 1, forms[other], f"{shown} is {GENDER[gender]}", at, at + 2)
    if many:
        if shown != noun:
            draft.slip(at + 1, at + 2, noun, f"plural: {forms[key]} {shown}", at, at + 2)
        draft.slip(at, at + 1, forms[gender + "s"], f"plural: {forms[key]} {shown}", at, at + 2)
    if adjective:
        right = agree(adjective, gender, many)
        place = draft.add(right)
        wrong = agree(adjective, "f" if gender == "m" else "m", many)
        draft.slip(place, place + 1, wrong, f"{shown} is {GENDER[gender]}: {right}", at + 1, place + 1)
        if many:
            draft.slip(
                place,
                place + 1,
                agree(adjective, gender, False),
                f"{shown} is plural: {right}",
                at + 1,
                place + 1,
            )
    return at


def predicate(draft: Draft, adjective: str, gender: str, many: bool, about: str, low: int) -> None:
    """Write an adjective after ser or estar, agreeing with `about`; the note begins at word `low`."""
    right = agree(adjective, gender, many)
    at = draft.add(right)
    if gender:
        wrong = agree(adjective, "f" if gender == "m" else "m", many)
        draft.slip(at, at + 1, wrong, f"{about} is {GENDER[gender]}: {right}", low, at + 1)
    if many:
        draft.slip(at, at + 1, agree(adjective, gender, False), f"{about} is plural: {right}", low, at + 1)


# --- verbs ----------------------------------------------------------------------------------------

REFLEXIVE = ("me", "te", "se", "nos", "os", "se")
_PLAUSIBLE = {0: (2, 2, 1), 1: (2, 2, 0), 2: (0, 5), 3: (2, 5, 0), 4: (1, 5), 5: (2, 2, 3)}


# Nobody does these to another without saying to whom: "me levanta" and "yo levanto" can be taken for slips.
_SELF = {"levantar", "acostar", "duchar", "afeitar"}


@lru_cache
def known_forms() -> frozenset[str]:
    """Every form of the verbs this module may conjugate: a slip that is a real word needs more care."""
    verbs = {v.removesuffix("se") for v, _ in verb_phrases()}
    verbs |= {
        v.removesuffix("se") for n, ws in lexicon().items() if n.startswith("verb") for v in ws if " " not in v
    }
    forms = {
        f
        for v in verbs
        if re.search("[aeií]r$", v)
        for tense in ("pres", "pret", "imp", "fut", "cond", "subj")
        for f in conjugate(v, tense)
    }
    return frozenset(forms | {w for ws in lexicon().values() for w in ws})


def regularised(infinitive: str, tense: str, person: int) -> str:
    """The form a learner makes up by the regular rule ("hací"), or "" when that is right or another real word."""
    kind = infinitive[-2].replace("í", "i")
    endings = {
        "pres": {"a": "o as a amos áis an", "e": "o es e emos éis en", "i": "o es e imos ís en"},
        "pret": {
            "a": "é aste ó amos asteis aron",
            "e": "í iste ió imos isteis ieron",
            "i": "í iste ió imos isteis ieron",
        },
    }
    if tense not in endings:
        return ""
    stem = infinitive[:-2]
    form = stem + endings[tense][kind].split()[person]
    right = conjugate(infinitive, tense)[person]
    if tense == "pret" and person == 3:
        return ""  # "tenimos" may as well be meant for tenemos
    if (
        form == right
        or form in known_forms()
        or infinitive in ("ser", "ir", "oír", "reír", "sonreír", "haber", "ver", "dar")
    ):
        return ""
    # Only the spelling differs (toqué, empecé): that is writing, not speaking.
    sound = [
        re.sub("qu(?=[eéií])|c(?=[aoóá])", "k", re.sub("z|c(?=[eéií])", "s", f)).replace("gu", "g")
        for f in (form, right)
    ]
    return "" if sound[0] == sound[1] else form


def verb(draft: Draft, infinitive: str, tense: str, person: int, subject: tuple[int, str] | None = None) -> int:
    """Write a verb form (reflexive when it ends in -se) with its slips; index of its first word.

    `subject` is where the subject begins in the draft and how the reason names it; without one the person of the
    verb cannot be wrong, for Spanish needs no subject.
    """
    bare = infinitive.removesuffix("se")
    reflexive = infinitive != bare
    begin = draft.add(REFLEXIVE[person]) if reflexive else len(draft.words)
    if tense == "perf":
        return _perfect(draft, bare, person, subject, begin)
    right = conjugate(bare, tense)[person]
    at = draft.add(right)
    low = subject[0] if subject else begin
    if subject:
        for other in _PLAUSIBLE[person]:
            wrong = conjugate(bare, tense)[other]
            why = f"with {subject[1]}, say {right}"
            draft.slip(at, at + 1, wrong, why, low, at + 1)
        if not reflexive and tense == "pres":  # "yo comer" says nothing of the past
            draft.slip(at, at + 1, bare, f"with {subject[1]}, say {right}", low, at + 1)
    if reflexive:
        for other in (2, 0, 5) if person == 3 else (0, 2) if person != 2 else (0,):
            wrong = conjugate(bare, tense)[other]
            if wrong != right and not subject and person == 0 and tense == "pres" and bare in _SELF:
                draft.slip(at, at + 1, wrong, f"with {REFLEXIVE[person]}, say {right}", begin, at + 1)
        if subject and person in (0, 1, 3):
            draft.slip(begin, begin + 1, "se", f"with {subject[1]}, say {REFLEXIVE[person]} {right}", low, at + 1)
        if subject and bare in _SELF:
            draft.slip(begin, begin + 1, "", f"{bare}se needs {REFLEXIVE[person]}", low, at + 1)
    made_up = regularised(bare, tense, person)
    if made_up:
        why = f"{bare} is irregular: {right}"
        draft.slip(at, at + 1, made_up, why, begin, at + 1)
        draft.slip(at, at + 1, made_up, why, begin, at + 1)
    return begin


_REGULAR_PARTICIPLE = {
    "abrir",
    "escribir",
    "hacer",
    "poner",
    "romper",
    "ver",
    "volver",
    "devolver",
    "decir",
    "morir",
    "descubrir",
    "resolver",
    "envolver",
}


def _perfect(draft: Draft, bare: str, person: int, subject: tuple[int, str] | None, begin: int) -> int:
    haber = conjugate("haber", "pres")
    at = draft.add(f"{haber[person]} {participle(bare)}")
    low = subject[0] if subject else begin
    if subject:
        for other in _PLAUSIBLE[person]:
            draft.slip(at, at + 1, haber[other], f"with {subject[1]}, say {haber[person]}", low, at + 2)
    if bare in _REGULAR_PARTICIPLE:
        made_up = bare[:-2] + ("ado" if bare.endswith("ar") else "ido")
        draft.slip(at + 1, at + 2, made_up, f"{bare} is irregular: {participle(bare)}", at, at + 2)
        draft.slip(at + 1, at + 2, made_up, f"{bare} is irregular: {participle(bare)}", at, at + 2)
    draft.slip(at + 1, at + 2, bare, f"after {haber[person]}, say {participle(bare)}", at, at + 2)
    return begin
