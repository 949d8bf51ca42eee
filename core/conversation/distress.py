"""What a tutor must not answer with its next question: a wish to die, an emergency, violence, a death, despair.

Such a turn is answered with a fixed text, before any model is asked, and nobody corrects it. It is told by kinds
(who, which verb in whatever form, of what) and by cues that say much together, not by a list of sentences.  A
missed wish to die is worse than a false alarm, but "me muero de hambre" is hunger, and what a novel tells happens
to nobody: so each rule may name what makes it another matter.

The rules lie in distress_rules.toml, their words in distress_words.toml.  They and the text are both spelt as they
sound, because learners and recognisers write by ear ("kiero bibir mas").
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

ANSWERS = Path(__file__).with_name("distress.toml")
RULES = Path(__file__).with_name("distress_rules.toml")
WORDS = Path(__file__).with_name("distress_words.toml")


class Kind(StrEnum):
    """What somebody may be in; the first that fits counts. Each has its answer in distress.toml."""

    SELF_HARM = "self_harm"
    OTHER_AT_RISK = "other_at_risk"
    EMERGENCY = "emergency"
    VIOLENCE = "violence"
    ROBBERY = "robbery"
    DEATH = "death"
    ILLNESS = "illness"
    DESPAIR = "despair"


def kind_of(said: str) -> Kind | None:
    """What a learner's turn tells of, in Spanish or English; None where it can be left to the tutor."""
    sentences = _sentences(said)
    for kind, (rules, elsewhere) in _rules().items():
        for sentence in sentences:
            if any(_tells(rule, elsewhere, sentence) for rule in rules):
                return kind
    return None


def answer(said: str) -> str | None:
    """The answer to a learner in distress: Spanish and then English, on one line; None to all others."""
    kind = kind_of(said)
    return None if kind is None else " ".join(_answers()[kind])


def is_answer(reply: str) -> bool:
    """Whether a reply is one of the answers given here."""
    return aloud(reply) != reply


def aloud(reply: str) -> str:
    """What the voice says of a reply: of an answer given here the Spanish part, its numbers digit by digit."""
    for spanish, english in _answers().values():
        if reply == f"{spanish} {english}":
            return re.sub(r"\*?\d+(?: \d+)*", _digits, spanish)
    return reply


@cache
def _answers() -> dict[Kind, tuple[str, str]]:
    """Kind → the answer in Spanish and in English."""
    body = tomllib.loads(ANSWERS.read_text(encoding="utf-8"))
    filled = {}
    for kind in Kind:
        texts = []
        for language, last in (("es", " y "), ("en", " and ")):
            *lines, end = [f"{line['number']} ({line[language]})" for line in body["helpline"]]
            known = {"emergency": body["emergency"][language], "helplines": ", ".join(lines) + last + end}
            texts.append(" ".join(body["answers"][kind][language].format(**known).split()))
        filled[kind] = (texts[0], texts[1])
    return filled


_DIGITS = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")


def _digits(number: re.Match[str]) -> str:
    said = [_DIGITS[int(c)] if c.isdecimal() else {"*": "asterisco", " ": ","}[c] for c in number[0]]
    return " ".join(said).replace(" ,", ",")


def _sentences(said: str) -> list[str]:
    """Its sentences, as words with spaces around each; the comma of "no, …" counts as a word."""
    said = re.sub(r"\bno\s*,", "no\0 ", said.replace("\0", ""), flags=re.IGNORECASE)
    found = []
    for sentence in re.split(r"[.!?;:…\n¿¡()]+", said):
        words = re.findall(r"[\w\0]+", re.sub(r"(?<=\w)['’´`](?=\w)", "", _spelt(sentence)))
        found.append(f" {' '.join(words)} ".replace("\0", " ,"))
    return found


def _spelt(text: str) -> str:
    """Lower case, without accents, all spellings of a sound made one; the marks of a pattern are left alone."""
    text = "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    for before, after in (
        (r"ch", "C"), (r"h", ""), (r"qu(?=[ei])|c(?![ei])", "k"), (r"c|z", "s"), (r"v", "b"), (r"ll", "y"),
        (r"([a-z])\1+", r"\1"),
    ):  # fmt: skip
        text = re.sub(before, after, text)
    return text


class DistressRule(NamedTuple):
    """A line of the rules: what tells of distress, what must stand near it, and what makes it another matter."""

    signs: str
    near: tuple[str, ...]
    unless: str


@cache
def _rules() -> dict[Kind, tuple[list[DistressRule], str]]:
    """Kind → its rules, and what says that it is of a novel."""
    written = tomllib.loads(RULES.read_text(encoding="utf-8"))["rules"]
    found = {}
    for kind in Kind:
        rules = []
        for family in written[kind].values():
            for line in family.strip().splitlines():
                cues, _, unless = line.partition(" -- ")
                signs, *near = cues.split(" & ")
                rules.append(DistressRule(signs, tuple(near), unless))
        found[kind] = rules, "{recited}" if kind is Kind.SELF_HARM else "{in_fiction}|{joke}"
    return found


NEAR = 10
"""How many words before and after a find are looked at for what belongs to it, or makes it another matter: without
marks a whole turn is one sentence, and a film at its beginning says nothing of its end."""


def _tells(rule: DistressRule, elsewhere: str, sentence: str) -> bool:
    for match in _pattern(rule.signs).finditer(sentence):
        before, after = sentence[: match.start()].split(), sentence[match.end() :].split()
        start = sum(len(word) + 1 for word in before[:-NEAR])
        end = match.end() + sum(len(word) + 1 for word in after[:NEAR]) + 1
        if all(_pattern(cue).search(sentence, start, end) for cue in rule.near) and not any(
            other and _pattern(other).search(sentence, start, end) for other in (rule.unless, elsewhere)
        ):
            return True
    return False


@cache
def _words() -> dict[str, str]:
    """Name → alternatives."""
    written = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    return {name: "|".join(text.strip().splitlines()) for name, text in written.items()}


@cache
def _pattern(rule: str) -> re.Pattern[str]:
    """A rule as a regular expression."""
    words = _words()
    while (filled := re.sub(r"\{([a-z_]+)\}", lambda name: f"({words[name[1]]})", rule)) != rule:
        rule = filled
    rule = rule.replace("^", "(?<=^ )")
    rule = re.sub(r"\.\.(\d)", r"([\\w,]+ ){0,\1}", rule)
    rule = re.sub(r"~(\d)", rf"((?!({words['other_thought']}) )[\\w,]+ ){{0,\1}}", rule)
    return re.compile(re.sub(r"\((?!\?)", "(?:", f" ({_spelt(rule)})(?= )"))
