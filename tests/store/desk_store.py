"""A store with segments to correct, for tests of the desk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from store.audio.folder import SAMPLE_RATE, AudioFolder
from store.database import Store
from store.segments.edits import ActionDone, SegmentChange, apply, state
from store.segments.table import add_hypothesis, add_recording, add_segment


def record(store: Store, seconds: int = 60, source: str = "file", seed: int = 0) -> int:
    """A recording that is nearly silent, another for each seed."""
    sound = np.zeros(seconds * SAMPLE_RATE, np.int16)
    sound[0] = seed + 1
    return add_recording(store, AudioFolder(store.folder).put(sound), sound.size, source, "grabación")


def hear(store: Store, recording: int, texts: list[str], speaker: str = "Ana", chance: float = 0.9) -> list[int]:
    """Segments of a second each, one after the other, in which this was heard."""
    segments = []
    with store.transaction():
        for position, text in enumerate(texts):
            start = position * SAMPLE_RATE
            segments.append(add_segment(store, recording, start, start + SAMPLE_RATE, speaker))
            words = [
                {"word": word, "start": at / 9, "end": at / 9 + 0.1, "probability": chance}
                for at, word in enumerate(text.split())
            ]
            add_hypothesis(store, segments[-1], "ear", text, words, 0.1)
    return segments


def correct(store: Store, segment: int, text: str, author: str = "ana") -> ActionDone:
    """Make this the segment's reference, as it is now."""
    was, revision = state(store, segment)
    to = replace(was, status="corrected", reference=text)
    return apply(store, author, "correct", [SegmentChange(segment, to, revision)])
