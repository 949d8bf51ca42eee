"""The general set shows whether Spanish at large is heard as before: Spanish that nothing else here has."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from difflib import SequenceMatcher
from functools import lru_cache

from tests.places import ROOT
from trainer.synthesis.lexicon import DATA, read_lines
from trainer.synthesis.sentences import corpus, evaluation_texts, normalise

ALLOWED = re.compile(r"[a-záéíóúüñA-ZÁÉÍÓÚÜÑ ,.¿?¡!]+")
WHOLE = re.compile(r"[¿¡]?[A-ZÁÉÍÓÚÑ].*[.?!]")
COUNT = 300
ALIKE = 0.7
"""Share of words in common, and in the same order, from which two sentences are nearly the same."""


@lru_cache(maxsize=1)
def others() -> tuple[str, ...]:
    return tuple(read_lines("others.txt"))


@lru_cache(maxsize=1)
def elsewhere() -> frozenset[str]:
    """Every sentence that a person wrote for something else, normalised."""
    lines = [
        line for name in ("sentences", "free_sentences", "general_sentences") for line in read_lines(f"{name}.txt")
    ]
    said = (ROOT / "tests/data/learner_sentences.jsonl").read_text(encoding="utf-8")
    lines += [json.loads(line)["text"] for line in said.splitlines()]
    lines += (ROOT / "core/bench/sentences.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(normalise(line) for line in lines)


def nearly(text: str, places: dict[str, list[str]]) -> list[str]:
    """The texts that are nearly this one; `places` has, for every word, the texts that it is in."""
    words = text.split()
    shared = Counter(other for word in set(words) for other in places.get(word, ()))
    return [
        other
        for other, count in shared.items()
        if count >= ALIKE * len(words) / 2  # most are not, and this is quickly seen
        and SequenceMatcher(None, words, other.split(), autojunk=False).ratio() > ALIKE
    ]


def test_they_are_whole_short_sentences() -> None:
    assert len(others()) == COUNT
    for text in others():
        assert ALLOWED.fullmatch(text), text
        assert WHOLE.fullmatch(text), text
        assert 4 <= len(text.split()) <= 12, text
        assert text.count("¿") == text.count("?") and text.count("¡") == text.count("!"), text


def test_none_is_nearly_another_one_or_one_of_another_set() -> None:
    texts = [normalise(text) for text in others()]
    assert len(set(texts)) == COUNT
    places: dict[str, list[str]] = defaultdict(list)
    for text in (*elsewhere(), *texts):
        for word in set(text.split()):
            places[word].append(text)
    for text in texts:
        assert nearly(text, places) == [text]


def test_they_are_wide() -> None:
    """They ask, they exclaim, and they use many words that nothing else here uses."""
    assert sum(text.endswith("?") for text in others()) >= 20
    assert sum(text.endswith("!") for text in others()) >= 15
    known = {
        word
        for path in DATA.iterdir()
        if path.suffix == ".txt" and path.name != "others.txt"
        for word in normalise(path.read_text(encoding="utf-8")).split()
    }
    used = {word for text in others() for word in normalise(text).split()}
    assert len(used) >= 1000
    assert len(used - known) >= 250


def test_what_is_replayed_never_is_one_of_them() -> None:
    kept = {normalise(text) for text in others()}
    assert kept <= evaluation_texts()
    replayed = {normalise(text) for text in corpus(2000, seed=3, shipped=True)}
    assert len(replayed) == 2000
    assert not kept & replayed
