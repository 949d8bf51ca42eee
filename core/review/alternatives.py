"""Other ways to read what was said, from the recogniser's other guesses and from other recognisers.

All of them are spans of the newest hypothesis and the words that could stand there instead. Where they are
shown they wear the punctuation and the capital of the words they would replace, so that taking one is one key
and leaves nothing to repair.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.review.realign import SpokenWord, key, same
from store.segments.table import StoredHypothesis

MOST = 5
"""Alternatives offered at one place; more take longer to read than the word takes to type."""
LONGEST = 4
"""Words that one alternative may replace; beyond that two readings have little in common but their audio."""

MARKS = re.compile(r"^([^\w]*)(.*?)([^\w]*)$", re.DOTALL)
"""Opening marks, the words, closing marks."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Words that may have been said instead of those heard."""

    first: int
    """The first word of the newest hypothesis that it replaces."""
    last: int
    """One past the last."""
    text: str
    """Empty: perhaps nothing was said there."""
    weight: float
    """How likely, 0 to 1."""


def readings(hypotheses: Sequence[StoredHypothesis]) -> list[Reading]:
    """All other readings of the newest hypothesis: its own n-best list, and other models' newest hypotheses."""
    if not hypotheses:
        return []
    newest = hypotheses[-1]
    heard = [str(word["word"]) for word in newest.words]
    found = [Reading(*alternative) for alternative in newest.alternatives]
    others = {other.model: other for other in hypotheses if other.model != newest.model}
    for other in others.values():
        found += _differences(heard, other)
    return [reading for one in found if (reading := _narrowed(one, heard)) is not None]


def offered(words: Sequence[SpokenWord], readings: Sequence[Reading]) -> list[list[tuple[str, int]]]:
    """For each word of a text, what could stand there instead: the text, and how many words it replaces.

    The strongest first, at most MOST. A reading is offered at the first word it replaces, and only where all
    of the words it replaces are still there.
    """
    at = {word.hypothesis_word: place for place, word in enumerate(words) if word.hypothesis_word is not None}
    weighed: list[dict[tuple[str, int], float]] = [{} for _ in words]
    for reading in readings:
        count = reading.last - reading.first
        first = at.get(reading.first)
        if first is None or any(at.get(reading.first + step) != first + step for step in range(count)):
            continue
        now = " ".join(word.text for word in words[first : first + count])
        text = dressed(reading.text, now)
        if text != now and not _is_there(text, words, first, count):
            best = weighed[first].get((text, count), 0.0)
            weighed[first][text, count] = max(best, reading.weight)
    return [sorted(choices, key=lambda one: (-choices[one], one))[:MOST] for choices in weighed]


def _is_there(text: str, words: Sequence[SpokenWord], first: int, count: int) -> bool:
    """Whether a word that a reading puts in beside others has been typed there already."""
    wanted = [key(word) for word in text.split()]
    if len(wanted) <= count:
        return False
    last = first + count
    beside = (words[first : first + len(wanted)], words[max(0, last - len(wanted)) : last])
    return any([key(word.text) for word in side] == wanted for side in beside)


def dressed(text: str, now: str) -> str:
    """An alternative with the punctuation and the capital of the words it would replace.

    Where it differs from them in nothing else, its punctuation is what it offers, and stays.
    """
    if not text or key(text) == key(now):
        return text
    opening, core, closing = _parts(text)
    now_opening, now_core, now_closing = _parts(now)
    if now_core[:1].isupper():
        core = core[:1].upper() + core[1:]
    return (opening or now_opening) + core + (closing or now_closing)


def _parts(text: str) -> tuple[str, str, str]:
    found = MARKS.match(text)
    assert found is not None  # each of its parts may be empty
    return found[1], found[2], found[3]


def _differences(heard: Sequence[str], other: StoredHypothesis) -> Iterator[Reading]:
    """Where another hypothesis differs, word for word where it has as many."""
    theirs = [str(word["word"]) for word in other.words] or other.text.split()
    sure = [float(word["probability"]) for word in other.words] or [0.0] * len(theirs)
    i = j = 0
    for i_next, j_next in [*same([key(w) for w in heard], [key(w) for w in theirs]), (len(heard), len(theirs))]:
        spans = [(i, i_next, j, j_next)]
        if i_next - i == j_next - j:
            spans = [(i + step, i + step + 1, j + step, j + step + 1) for step in range(i_next - i)]
        for first, last, start, stop in spans:
            weights = sure[start:stop]
            yield Reading(first, last, " ".join(theirs[start:stop]), sum(weights) / max(1, len(weights)))
        i, j = i_next + 1, j_next + 1


def _narrowed(reading: Reading, heard: Sequence[str]) -> Reading | None:
    """A reading without the words that it shares with what was heard; None where nothing can be offered.

    Words to be put in between take their neighbour along, so that every reading has words to stand at.
    """
    first, last, text = reading.first, reading.last, reading.text.split()
    if not 0 <= first <= last <= len(heard) or not heard:
        return None
    while first < last and text and text[0] == heard[first]:
        first, text = first + 1, text[1:]
    while first < last and text and text[-1] == heard[last - 1]:
        last, text = last - 1, text[:-1]
    if (first == last and not text) or last - first > LONGEST:
        return None
    if first == last and first:
        first, text = first - 1, [heard[first - 1], *text]
    elif first == last:
        last, text = 1, [*text, heard[0]]
    return replace(reading, first=first, last=last, text=" ".join(text))
