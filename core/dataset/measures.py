"""Measures of a segment's audio, computed where they are missing, and kept in its row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.dataset.audio_quality import Measures, measure
from core.importing.segmentation import Activity, probabilities
from models.activity import Span
from store.audio.clipping import BIN, Clipping
from store.database import Store
from store.units import SAMPLE_RATE


def measured(activity: Activity, audio: NDArray[np.float32], clipped: float | None = None) -> Measures:
    """What the audio of a segment is like.

    Args:
        audio: float32, shape (samples,), 16 kHz.
        clipped: share of its samples that are cut off; without one it is looked for in this audio, which has
            to be as it was recorded for that.
    """
    if clipped is None:
        clipping = Clipping()
        clipping.look(audio[np.newaxis], SAMPLE_RATE)
        clipped = share(clipping.counts(), Span(0, len(audio)))
    return measure(audio, probabilities(activity, audio), clipped)


def share(counts: NDArray[np.uint16], span: Span) -> float:
    """The share of a span's samples that are cut off, from the counts of its recording."""
    inside = counts[span.start // BIN : -(-span.end // BIN)]
    return min(1.0, float(inside.sum()) / max(1, span.end - span.start))


def keep(store: Store, segment: int, measures: Measures) -> None:
    """Write a segment's measures into its row; `derived_columns.refresh` looks at them. Raises StoreError."""
    with store.transaction():
        store.execute(
            "UPDATE segments SET loudness = ?, snr = ?, clipped = ?, band = ?, fingerprint = ? WHERE id = ?",
            (measures.loudness, measures.snr, measures.clipped, measures.band, measures.fingerprint, segment),
        )


def stored(store: Store, sha256: str, start: int, end: int) -> Measures | None:
    """The measures of that span of a recording, where a segment has them already. Raises StoreError."""
    rows = store.execute(
        "SELECT loudness, snr, clipped, band, fingerprint FROM segments WHERE loudness IS NOT NULL AND start = ? "
        'AND "end" = ? AND recording_id = (SELECT id FROM recordings WHERE sha256 = ?) LIMIT 1',
        (start, end, sha256),
    )
    return Measures(**rows[0]) if rows else None
