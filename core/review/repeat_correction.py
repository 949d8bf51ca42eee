"""The same correction wherever the same was heard.

A word that is wrong here is often right elsewhere ("a" for "ha"), so a correction is repeated only with so much
of what stood around it that no text which a person has accepted holds the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.review.realign import key, same
from core.review.replacing import ALL, Hit, ReplacementPlan, by_pattern, cased, hits, holding, planned
from store.database import Store
from store.errors import StoreError
from store.segments.table import segment as read_segment
from store.text import clean

CONTEXT = 2
"""Most words that are required on each side."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of one text that became others."""

    before: str
    """Empty where words were added."""
    after: str
    """Empty where words were taken away."""
    left: tuple[str, ...]
    """All words that stood before them."""
    right: tuple[str, ...]


def differences(before: str, after: str) -> list[Difference]:
    """What was changed from one text to another, in order. Punctuation and case count."""
    old, new = before.split(), after.split()
    unchanged = same([key(word) for word in old], [key(word) for word in new])
    found: list[Difference] = []

    def compare(first: int, last: int, start: int, stop: int) -> None:
        was, is_now = " ".join(old[first:last]), " ".join(new[start:stop])
        if was != is_now:
            found.append(Difference(*_without_shared_marks(was, is_now), tuple(old[:first]), tuple(old[last:])))

    i = j = 0
    for i_next, j_next in unchanged:
        compare(i, i_next, j, j_next)
        compare(i_next, i_next + 1, j_next, j_next + 1)
        i, j = i_next + 1, j_next + 1
    compare(i, len(old), j, len(new))
    return found


def like_this(store: Store, before: str, after: str, segment: int) -> ReplacementPlan:
    """What would follow if a correction were repeated wherever nobody has listened yet.

    Args:
        before: the words that were wrong, as `differences` has them; empty where some were missing.
        after: the words they were corrected to.
        segment: where that was done.

    Raises:
        StoreError: no such segment; it was not corrected like that.
    """
    before, after = _without_shared_marks(clean(before), clean(after))
    here = read_segment(store, segment)
    place = _place(here.heard or "", here.text, before, after)
    if place is None:
        raise StoreError(
            f"Segment {segment} has no correction of “{before}” to “{after}”", "correct it there first"
        )
    left, right = ([word for word in map(_bare, words) if word] for words in place)
    if not (before or left or right):
        raise StoreError(
            f"Nothing was heard around “{after}” that it could be found by", "type it where it is missing"
        )
    tried: list[tuple[bool, int, list[str], list[str], list[Hit]]] = []
    for sides in _contexts(before, after, len(left), len(right)):
        tried = []
        for many_left, many_right in sides:
            beside = left[len(left) - many_left :], right[:many_right]
            found = [hit for hit in _with_context(store, before, after, *beside) if hit.segment != segment]
            tried.append((not any(hit.verified for hit in found), len(found), *beside, found))
        if any(unrefuted for unrefuted, *_ in tried):
            break
    # Of contexts of one size the one that no accepted text speaks against, and that finds most.
    _, _, left, right, found = max(tried, key=lambda one: one[:2])
    shown = " ".join([*left, f"[{before}]" if left or right else before, *right])
    return planned(shown, after, [hit for hit in found if not hit.verified])


def _place(heard: str, text: str, before: str, after: str) -> tuple[Sequence[str], Sequence[str]] | None:
    """The words on both sides of a correction, in what was heard.

    Where no difference is just this one, the correction is part of one, or of another size than it.
    """
    made = differences(heard, text)
    for one in made:
        if (one.before, one.after) == (before, after):
            return one.left, one.right
    old, wanted = heard.split(), [key(word) for word in before.split()]
    for first in range(len(old) - len(wanted) + 1) if wanted else ():
        last = first + len(wanted)
        changed = any(len(one.left) < last and first < len(old) - len(one.right) for one in made)
        if changed and [key(word) for word in old[first:last]] == wanted:
            return old[:first], old[last:]
    return None


def _contexts(before: str, after: str, left: int, right: int) -> Iterator[list[tuple[int, int]]]:
    """How many words to require on each side, all ways to require one number of them at once, the fewest first.

    What is no word is wrong wherever it is heard; a word may be right elsewhere, and needs one beside it; where
    a word is missing, or one too many, is only known from both its sides.
    """
    from core.review.lint.spelling import is_word  # not at the top: it reads the word list

    left, right = min(left, CONTEXT), min(right, CONTEXT)
    least = 0 if before and after else 1
    sides = [(i, j) for i in range(min(least, left), left + 1) for j in range(min(least, right), right + 1)]
    if all(is_word(word) for word in map(key, before.split()) if word):
        sides = [pair for pair in sides if any(pair)] or sides
    for size in sorted({sum(pair) for pair in sides}):
        yield [pair for pair in sides if sum(pair) == size]


def _with_context(
    store: Store, before: str, after: str, left: Sequence[str], right: Sequence[str]
) -> tuple[Hit, ...]:
    """What would change if the correction were made wherever these words stand around it."""
    opening = r"(?<!\w)" + r"\W+".join(map(re.escape, left))
    closing = r"\W+".join(map(re.escape, right)) + r"(?!\w)"
    if before:
        opening += r"\W+" if left else ""
        closing = r"\W+" + closing if right else closing
    elif not right:  # added at the end
        closing = r"\W*$"
    else:
        opening = opening + r"\W+" if left else r"^\W*"
    flags = re.NOFLAG if before.lower() == after.lower() else re.IGNORECASE
    pattern = re.compile(f"({opening})({re.escape(before)})({closing})", flags)

    def corrected(match: re.Match[str]) -> str:
        new = cased(after, match[2], before)
        if not before:
            new = f"{new} " if right else f" {new}"
        return match[1] + new + match[3]

    return hits(store, ALL, holding(" ".join([*left, before, *right])), by_pattern(pattern, corrected))


def _without_shared_marks(before: str, after: str) -> tuple[str, str]:
    """Two runs of words without the punctuation around them, as far as they have it in common."""
    opening, closing = _marks(before), _marks(after)
    if before and after and opening[0] == closing[0]:
        before, after = before[len(opening[0]) :], after[len(opening[0]) :]
    if before and after and opening[1] and opening[1] == closing[1]:
        before, after = before[: -len(opening[1])], after[: -len(opening[1])]
    return before, after


def _marks(text: str) -> tuple[str, str]:
    """The punctuation before the first letter, and behind the last."""
    found = re.match(r"^(\W*)(?:.*\w)?(\W*)$", text)
    assert found is not None  # all of it may be missing
    return found[1], found[2]


def _bare(word: str) -> str:
    """A word without the punctuation around it."""
    return re.sub(r"^\W+|\W+$", "", word)
