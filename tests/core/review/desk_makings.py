"""Recordings and segments for tests that never listen: rows without audio, made quickly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.review.derived_columns import refresh
from store.database import Store
from store.segments.edits import SegmentChange, apply, state
from store.segments.table import add_hypothesis, add_segment
from store.units import SAMPLE_RATE, now


def recording(store: Store, number: int, seconds: float = 600.0) -> int:
    """A recording that differs from those of other numbers."""
    return store.insert(
        "recordings",
        sha256=f"{number:064x}",
        samples=int(seconds * SAMPLE_RATE),
        source="file",
        origin=f"grabación {number}",
        created_at=now(),
    )


def heard(
    store: Store,
    recording: int,
    text: str,
    *,
    start: float = 0.0,
    seconds: float = 3.0,
    speaker: str = "",
    sure: float = 0.9,
) -> int:
    """A segment in which a recogniser heard a text."""
    first = int(start * SAMPLE_RATE)
    number = add_segment(store, recording, first, first + int(seconds * SAMPLE_RATE), speaker)
    words = [{"word": word, "start": 0.0, "end": 0.1, "probability": sure} for word in text.split()]
    with store.transaction():
        add_hypothesis(store, number, "ear", text, words, 0.1)
        refresh(store, [number])
    return number


def correct(store: Store, segment: int, text: str, author: str = "ana", seconds: float = 6.0) -> None:
    """Accept a text for a segment."""
    was, seen = state(store, segment)
    to = replace(was, status="corrected", reference=text, proposal=None)
    kind = "accept" if text == store.get("segments", segment)["text"] else "correct"
    with store.transaction():
        apply(store, author, kind, [SegmentChange(segment, to, seen, 3.0)], seconds=seconds, keystrokes=2)
        refresh(store, [segment])


def corrected(
    store: Store, recording: int, texts: Sequence[str], seconds: float = 3.0, speaker: str = ""
) -> list[int]:
    """Segments one after the other in a recording, heard and accepted as they were heard."""
    found = []
    with store.transaction():
        for place, text in enumerate(texts):
            found.append(heard(store, recording, text, start=place * seconds, seconds=seconds, speaker=speaker))
            correct(store, found[-1], text)
    return found
