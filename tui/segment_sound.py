"""The sound of a segment, as screens need it: a picture of its loudness, and how much louder it is to be played."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.segments.queue import SegmentRow

BIN = 160
"""Samples that share one peak: 10 ms."""
CONTEXT = 4000
"""Samples shown before and after a segment: a quarter of a second."""
LOUD_ENOUGH = -20.0
"""Quieter segments are played louder, up to this loudness (LUFS)."""
MOST_GAIN = 30.0


@dataclass(frozen=True, slots=True)
class Wave:
    """The peaks of a stretch of audio around a segment."""

    first: int
    """Sample of the recording at which the peaks begin."""
    start: int
    """First sample of the segment."""
    end: int
    """One past its last."""
    peaks: tuple[float, ...]
    """The greatest amplitude in each bin, 0 to 1."""

    @property
    def last(self) -> int:
        """One past the last sample that is shown."""
        return self.first + len(self.peaks) * BIN

    def heights(self, columns: int, most: int) -> list[int]:
        """Height of each column, 0 to `most`; the loudest of the segment reaches the top."""
        inside = self.peaks[max(0, (self.start - self.first) // BIN) : max(1, -(-(self.end - self.first) // BIN))]
        loudest = max(inside, default=0.0) or 1.0
        count = len(self.peaks)
        found = []
        for column in range(columns):
            at = column * count // columns
            peak = max(self.peaks[at : max(at + 1, (column + 1) * count // columns)], default=0.0)
            # Somewhat more than in proportion, so that soft consonants are seen beside loud vowels.
            found.append(min(most, round((peak / loudest) ** 0.8 * most)))
        return found


def gain(row: SegmentRow) -> float:
    """How much louder a segment is played, so that quiet speakers are heard as well."""
    if row.loudness is None:
        return 1.0
    return float(min(MOST_GAIN, max(1.0, 10 ** ((LOUD_ENOUGH - row.loudness) / 20))))


def wave(folder: Path, row: SegmentRow) -> Wave:
    """That of a segment, from the data folder. Raises StoreError when the audio cannot be read."""
    import numpy as np

    from store.audio.folder import AudioFolder

    first = max(0, row.start - CONTEXT)
    last = min(row.recording_samples, row.end + CONTEXT)
    samples = np.abs(AudioFolder(folder).span(row.sha256, first, last))
    bins = np.pad(samples, (0, -len(samples) % BIN)).reshape(-1, BIN)
    return Wave(first, row.start, row.end, tuple(bins.max(axis=1).tolist()) if len(bins) else ())
