"""Recordings, their segments, what recognisers heard in them, and what people say is in them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.database import Store
from store.errors import StoreError
from store.paths import audio_path
from store.text import clean, shown
from store.units import now

Alternative = tuple[int, int, str, float]
"""Other words for the words from the first to before the last (counted from 0), and how likely: 0 to 1."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One stretch of audio, kept losslessly as 16 kHz mono."""

    id: int
    sha256: str
    """Names its file: `AudioFolder.get`."""
    samples: int
    source: str
    """How it came: microphone, file (spoken to the tutor) or import."""
    origin: str
    """The device's or the file's name."""
    created_at: str
    block: str
    """Recordings of one block go to one split; empty until somebody says so."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A span of a recording, in samples."""

    id: int
    recording: int
    start: int
    end: int
    speaker: str
    status: str
    """One of `store.segments.edits.STATUSES`, or RETIRED."""
    journal: str | None
    """The journal it was captured in, where it came from a microphone."""
    created_at: str
    reason: str
    note: str
    reference: str | None
    """The human-verified text."""
    proposal: str | None
    """Offered instead of what was heard, and not verified."""
    heard: str | None
    """What the newest hypothesis says, and below the recogniser and the mean probability of its words."""
    model: str | None
    confidence: float | None
    text: str
    """What is said in it as far as known: the reference, else what is proposed, else what was heard."""
    revision: int
    """The number of its newest correction, 0 where it has none."""
    split: str


@dataclass(frozen=True, slots=True)
class StoredHypothesis:
    """What a recogniser heard in a segment."""

    id: int
    segment: int
    model: str
    text: str
    words: tuple[dict[str, Any], ...]
    """Objects with word, start, end (seconds from the segment's start) and probability."""
    compute_seconds: float
    created_at: str
    alternatives: tuple[Alternative, ...]
    """What else some of the words may be."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One entry of the journal of what people say is in a segment."""

    id: int
    segment: int
    author: str
    kind: str
    before: str | None
    after: str | None
    """The reference from then on; None takes it back without another."""
    listened_seconds: float
    created_at: str
    action: int | None
    """The action it is part of, which can be undone; None before there were any."""


def add_recording(
    store: Store, audio_sha: str, samples: int, source: str, origin: str, created_at: str | None = None
) -> int:
    """Add a recording whose audio is already in place, and return its number.

    The same audio is one recording: adding it again returns the first one's number.

    Args:
        audio_sha: what `AudioFolder.put` returned.
        source: how it came: microphone, file or import.
        origin: the device's or the file's name.
        created_at: when it was spoken, UTC ISO 8601; now without one.

    Raises:
        StoreError: the audio file is not there.
    """
    if not re.fullmatch("[0-9a-f]{64}", audio_sha) or not audio_path(store.folder, audio_sha).is_file():
        raise StoreError(
            f"No audio {clean(audio_sha)} lies in {shown(store.folder)}", "put it there first", store.folder
        )
    with store.transaction():
        if rows := store.execute("SELECT id FROM recordings WHERE sha256 = ?", (audio_sha,)):
            return int(rows[0]["id"])
        return store.insert(
            "recordings",
            sha256=audio_sha,
            samples=int(samples),
            source=clean(source),
            origin=clean(origin),
            created_at=created_at or now(),
        )


def recording(store: Store, number: int) -> Recording:
    """The recording of that number. Raises StoreError when there is none."""
    return Recording(**store.get("recordings", number))


def add_segment(
    store: Store, recording: int, start: int, end: int, speaker: str, journal: str | None = None
) -> int:
    """Add a span of a recording and return its number.

    Args:
        start: first sample.
        end: one past the last sample.
        journal: name of the journal it was captured in; a journal becomes a segment only once.

    Raises:
        StoreError: no such recording, a span outside it, a journal that already has its segment.
    """
    with store.transaction():
        samples = store.get("recordings", recording)["samples"]
        if not 0 <= start < end <= samples:
            raise StoreError(
                f"Samples {start} to {end} are not a span of recording {recording}, which has {samples}"
            )
        return store.insert(
            "segments",
            recording_id=recording,
            start=int(start),
            end=int(end),
            speaker=clean(speaker),
            journal=journal,
            created_at=now(),
        )


def segment(store: Store, number: int) -> Segment:
    """The segment of that number. Raises StoreError when there is none."""
    row = dict(store.get("segments", number))
    row["recording"] = row.pop("recording_id")
    return Segment(**{name: row[name] for name in Segment.__dataclass_fields__})


def add_hypothesis(
    store: Store,
    segment: int,
    model: str,
    text: str,
    words: Sequence[Mapping[str, Any]],
    compute_seconds: float,
    alternatives: Sequence[tuple[int, int, str, float]] = (),
) -> int:
    """Add what a recogniser heard, which is the segment's newest hypothesis then, and return its number.

    Args:
        words: objects with word, start, end (seconds from the segment's start) and probability.
        alternatives: for words from the first to before the last (counted from 0): another text, and its
            weight, 0 to 1.

    Raises:
        StoreError: no such segment; times, probabilities or weights that are not finite numbers.
    """
    tidy = [
        {
            "word": clean(str(word["word"])),
            **{key: _finite(word[key], f"the {key} of a word") for key in ("start", "end", "probability")},
        }
        for word in words
    ]
    others = [
        (int(begin), int(end), clean(other), _finite(weight, "the weight of an alternative"))
        for begin, end, other, weight in alternatives
    ]
    heard, by = clean(text), clean(model)
    confidence = sum(float(word["probability"]) for word in words) / len(words) if words else None
    with store.transaction():
        store.get("segments", segment)
        number = store.insert(
            "hypotheses",
            segment_id=segment,
            model=by,
            text=heard,
            words=json.dumps(tidy, ensure_ascii=False),
            compute_seconds=_finite(compute_seconds, "the computing time"),
            created_at=now(),
            alternatives=json.dumps(others, ensure_ascii=False),
        )
        store.execute(
            "UPDATE segments SET heard = ?, model = ?, confidence = ? WHERE id = ?",
            (heard, by, confidence, segment),
        )
    return number


def hypotheses(store: Store, segment: int) -> list[StoredHypothesis]:
    """What recognisers heard in a segment, oldest first. Raises StoreError."""
    rows = store.execute("SELECT * FROM hypotheses WHERE segment_id = ? ORDER BY id", (segment,))
    return [
        StoredHypothesis(
            row["id"],
            row["segment_id"],
            row["model"],
            row["text"],
            tuple(json.loads(row["words"])),
            row["compute_seconds"],
            row["created_at"],
            tuple((first, last, other, weight) for first, last, other, weight in json.loads(row["alternatives"])),
        )
        for row in rows
    ]


def corrections(store: Store, segment: int) -> list[Correction]:
    """The journal of a segment, oldest first. Raises StoreError."""
    rows = store.execute("SELECT * FROM corrections WHERE segment_id = ? ORDER BY id", (segment,))
    return [
        Correction(
            row["id"],
            row["segment_id"],
            row["author"],
            row["kind"],
            row["before"],
            row["after"],
            row["listened_seconds"],
            row["created_at"],
            row["action_id"],
        )
        for row in rows
    ]


def reference(store: Store, segment: int) -> str | None:
    """The human-verified text of a segment, or None while it has none. Raises StoreError."""
    rows = store.execute("SELECT reference FROM segments WHERE id = ?", (segment,))
    return rows[0]["reference"] if rows else None


def _finite(number: float, what: str) -> float:
    if not math.isfinite(number):
        raise StoreError(f"Nothing was stored, because {what} is {number}, which is not a number of seconds")
    return float(number)
