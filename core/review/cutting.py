"""Where a segment is cut in two, and what each part or the joined whole was heard as.

Text and audio are cut together. The person has two cursors: where only one of them says where, the times of the
words say where the other cut must be. Words of a hypothesis go to the part in which most of them was spoken, so
split and merged again they are what they were.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.review.card import CardWord
from core.review.realign import SpokenWord, realign, spoken
from store.errors import StoreError
from store.segments.edits import SegmentState
from store.segments.table import Alternative, StoredHypothesis
from store.units import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a segment is cut."""

    text: int
    """The first character of the right part."""
    sample: int
    """The first sample of the right part, in the recording."""


def cut(
    text: str, words: Sequence[SpokenWord | CardWord], text_at: int | None, sample: int | None, start: int, end: int
) -> Cut:
    """Where to cut a segment that was pointed at in its text, in its audio, or in both.

    Both given are taken as they are. A text cursor alone is moved to the nearest gap between two words, and the
    audio is cut in the middle of the pause there; an audio cursor alone parts the words as they were spoken.

    Args:
        words: those of the text, in order.
        text_at: index of a character.
        sample: in the recording.
        start, end: the segment's samples.

    Raises:
        StoreError: a cursor that leaves nothing on one side.
    """
    if sample is not None and not start < sample < end:
        raise StoreError(
            "The audio cursor stands at the edge of the segment", "move it to where the parts shall meet"
        )
    if text_at is not None and not 0 <= text_at <= len(text):
        raise StoreError(
            f"The text has {len(text)} characters, and none is number {text_at}", "move the text cursor"
        )
    begins = [*(found.start() for found in re.finditer(r"\S+", text)), len(text)]
    if text_at is None:
        if sample is None:
            raise StoreError(
                "A segment is split at a cursor", "put the one in the text or the one in the audio there"
            )
        at = (sample - start) / SAMPLE_RATE
        return Cut(begins[left_of(words, at)], sample)
    if sample is not None:
        return Cut(text_at, sample)
    if not text[:text_at].strip() or not text[text_at:].strip() or len(words) < 2:
        raise StoreError(
            "The text cursor leaves no word on one side", "put it between two words, or point at a sample"
        )
    gap = min(range(1, len(words)), key=lambda word: abs(begins[word] - text_at))
    middle = start + round((words[gap - 1].end + words[gap].start) / 2 * SAMPLE_RATE)
    return Cut(begins[gap], min(max(middle, start + 1), end - 1))


def parts(text: str, at: int) -> tuple[str, str]:
    """A text cut before a character."""
    return text[:at].strip(), text[at:].strip()


def left_of(words: Sequence[SpokenWord | CardWord], at: float) -> int:
    """How many of the words were spoken before a moment: those with their middle before it, from the first on."""
    count = 0
    while count < len(words) and (words[count].start + words[count].end) / 2 < at:
        count += 1
    return count


def halves(hypothesis: StoredHypothesis, at: float, seconds: float) -> tuple[StoredHypothesis, StoredHypothesis]:
    """What was heard in each part of a segment that is cut.

    Other readings go with their words; one that goes over the cut belongs to neither part.

    Args:
        at: where it is cut, in seconds from its start.
        seconds: its length.
    """
    words = spoken(hypothesis.words) or realign(hypothesis.text, (), seconds)
    count = left_of(words, at)
    left, right = (" ".join(word.text for word in part) for part in (words[:count], words[count:]))
    return (
        replace(
            hypothesis,
            text=left,
            words=hypothesis.words[:count],
            alternatives=tuple(one for one in hypothesis.alternatives if one[1] <= count),
        ),
        replace(
            hypothesis,
            text=right,
            words=tuple(later(word, -at) for word in hypothesis.words[count:]),
            alternatives=_moved([one for one in hypothesis.alternatives if one[0] >= count < one[1]], -count),
        ),
    )


def whole(left: StoredHypothesis, right: StoredHypothesis, seconds: float) -> StoredHypothesis:
    """What was heard in two segments that are joined; the right one began `seconds` after the left one."""
    return replace(
        left,
        text=joined(left.text, right.text),
        words=(*left.words, *(later(word, seconds) for word in right.words)),
        compute_seconds=left.compute_seconds + right.compute_seconds,
        alternatives=(*left.alternatives, *_moved(right.alternatives, len(left.words))),
    )


def wholes(
    left: Sequence[StoredHypothesis], right: Sequence[StoredHypothesis], seconds: float
) -> list[StoredHypothesis]:
    """The joined hypotheses of all models that heard both segments, each's newest with the newest, oldest first.

    What heard only one of them would seem to have missed the other.
    """
    unpaired = list(right)
    found = []
    for one in reversed(left):
        partner = next((other for other in reversed(unpaired) if other.model == one.model), None)
        if partner is not None:
            unpaired.remove(partner)
            found.append(whole(one, partner, seconds))
    return found[::-1]


def joined(left: str, right: str) -> str:
    return f"{left} {right}".strip()


def merged(left: SegmentState, right: SegmentState) -> SegmentState:
    """The state of two segments joined, the earlier first.

    Its reference is empty where both have one, and None else: the text is for the caller to set.
    """
    longer = left if left.end - left.start >= right.end - right.start else right
    statuses = {left.status, right.status}
    mixed = next((status for status in ("flagged", "unsure") if status in statuses), "new")
    status = left.status if len(statuses) == 1 else mixed
    return SegmentState(
        start=left.start,
        end=max(left.end, right.end),
        speaker=longer.speaker,
        status=status,
        reason="" if status == "new" else _both(left.reason, right.reason),
        note=_both(left.note, right.note),
        reference=None if left.reference is None or right.reference is None else "",
    )


def _both(left: str, right: str) -> str:
    return "; ".join(dict.fromkeys(filter(None, (left, right))))


def later(word: dict[str, Any], seconds: float) -> dict[str, Any]:
    """A word of a hypothesis with its times moved; to the nanosecond, so that moving it back is exact."""
    return {**word, "start": round(word["start"] + seconds, 9), "end": round(word["end"] + seconds, 9)}


def _moved(alternatives: Sequence[Alternative], words: int) -> tuple[Alternative, ...]:
    """Alternatives that stand so many words later."""
    return tuple((first + words, last + words, text, weight) for first, last, text, weight in alternatives)
