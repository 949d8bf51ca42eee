"""Segments to correct, for the tests of the desk: one recording, and what recognisers heard in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.review.derived_columns import refresh
from store.audio.folder import AudioFolder
from store.database import Store
from store.segments.table import add_hypothesis, add_recording, add_segment

SECOND = 16_000


def recording(store: Store, seconds: float = 60.0, seed: int = 0) -> int:
    """A recording of faint noise that nobody listens to."""
    pcm = np.random.default_rng(seed).integers(-9, 9, int(seconds * SECOND)).astype(np.int16)
    return add_recording(store, AudioFolder(store.folder).put(pcm), len(pcm), "file", f"{seed}.wav")


def words(text: str, start: float = 0.0, pace: float = 0.5, probability: float = 0.9) -> list[dict[str, Any]]:
    """Words that follow each other, each followed by a short pause."""
    return [
        {"word": word, "start": start + n * pace, "end": start + n * pace + 0.8 * pace, "probability": probability}
        for n, word in enumerate(text.split())
    ]


def heard(
    store: Store,
    text: str,
    start: float = 0.0,
    end: float | None = None,
    *,
    where: int | None = None,
    model: str = "ear",
    doubtful: Sequence[str] = (),
    alternatives: Sequence[tuple[int, int, str, float]] = (),
    speaker: str = "Ana",
) -> int:
    """A segment in which a recogniser heard this text, half a second a word."""
    timed = words(text)
    for word in timed:
        if word["word"] in doubtful:
            word["probability"] = 0.3
    where = recording(store) if where is None else where
    last = start + max(1.0, 0.5 * len(timed)) if end is None else end
    segment = add_segment(store, where, int(start * SECOND), int(last * SECOND), speaker)
    add_hypothesis(store, segment, model, text, timed, 0.1, alternatives)
    refresh(store, [segment])
    return segment
