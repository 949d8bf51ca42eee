"""What a format says of a segment, against the sound that it says it of."""

from __future__ import annotations

import json
from dataclasses import dataclass

from core.dataset.audio_quality import Measures
from core.importing.intake import ImportedAudio
from core.importing.placement import ImportRow
from models.activity import Span
from store.errors import StoreError
from store.formats.item import Item
from store.segments.edits import STATUSES
from store.text import clean
from store.units import SAMPLE_RATE

SHORTEST = SAMPLE_RATE // 10
"""Samples below which nothing can be heard."""
SLACK = SAMPLE_RATE // 4
"""Samples that a span may reach beyond its audio: encoders pad and trim up to this much."""


@dataclass
class Sound:
    """Where the sound of an audio file lies in the data folder."""

    source: ImportedAudio
    start: int
    """First sample of the recording that belongs to the file …"""
    end: int
    """… and one past the last: a clip that was exported from here is a part of its recording."""
    together: str
    """Names the clips that are of one recording elsewhere; empty for all other files."""
    name: str


def span_of(item: Item, sound: Sound) -> Span:
    """The span of the recording that an item is.

    Raises:
        StoreError: it runs backwards, reaches beyond its audio, or is too short to hear anything in it.
    """
    length = sound.end - sound.start
    start, end = 0, length
    if item.samples:
        start, end = item.samples
    else:
        start = start if item.start is None else round(item.start * SAMPLE_RATE)
        end = end if item.end is None else round(item.end * SAMPLE_RATE)
    if start < 0 or (end <= start and length > start):
        raise StoreError(
            f"The span from {start / SAMPLE_RATE:g} to {end / SAMPLE_RATE:g} s does not run forward",
            "correct its times",
        )
    if end > length + SLACK or start >= length:
        raise StoreError(
            f"It reaches to {end / SAMPLE_RATE:.2f} s, and its audio has {length / SAMPLE_RATE:.2f} s",
            "correct its times, or see whether it is the right file",
        )
    end = min(end, length)
    if end - start < SHORTEST:
        raise StoreError(
            f"It has {(end - start) / SAMPLE_RATE:.2f} s of sound, in which nothing can be heard", "leave it out"
        )
    return Span(sound.start + start, sound.start + end)


def row_of(item: Item, sound: Sound, span: Span, measures: Measures, found: bool, speaker: str) -> ImportRow:
    """One segment of an item, ready to be placed.

    Args:
        found: whether it was found by listening, as one of several.
        speaker: who speaks where the item does not say so.

    Raises:
        StoreError: text that is too long, an unknown status.
    """
    speaker = clean(item.speaker) or speaker
    start, end = span
    if item.status and item.status not in STATUSES:
        raise StoreError(f"“{clean(item.status)[:40]}” is no status", f"use one of {', '.join(STATUSES)}")
    length = (end - start) / SAMPLE_RATE
    first = (start - sound.start) / SAMPLE_RATE
    words = [
        {
            "word": clean(word.text),
            "start": round(min(max(word.start - first, 0.0), length), 4),
            "end": round(min(max(word.end - first, 0.0), length), 4),
            "probability": None,
        }
        for word in item.words
    ]
    return ImportRow(
        item.where,
        sound.source.sha256,
        sound.source.samples,
        start,
        end,
        measures,
        clean(sound.name, limit=None),
        "" if speaker else sound.together,
        text=clean(item.text),
        heard=clean(item.heard),
        speaker=speaker,
        note=clean(item.note),
        split=item.split,
        status=item.status,
        reason=clean(item.reason),
        words=tuple(words) if item.text else (),
        extra=json.dumps({clean(k): clean(v) for k, v in item.extra.items()}, ensure_ascii=False),
        found=found,
    )
