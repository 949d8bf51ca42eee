"""What every format speaks of: one segment as a file describes it, or the reason why a row is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TimedWord:
    """One word with its time, where a format holds such times."""

    text: str
    start: float
    """Seconds from the beginning of the audio file."""
    end: float


@dataclass(frozen=True, slots=True)
class Item:
    """One segment: a span of an audio file, and what is known of it.

    Read from a file, it is what the file says; to be written, it is what the file shall say.
    """

    audio: Path
    """The audio file."""
    where: str
    """The file and the place in it, for people: `metadata.csv, row 12`. Empty when writing."""
    start: float | None = None
    """Seconds from the beginning of the audio; None is the beginning."""
    end: float | None = None
    """Seconds; None is the end of the audio."""
    text: str = ""
    """The reference. Empty: still to be corrected."""
    heard: str = ""
    """What a recogniser heard, where the format holds that beside the reference."""
    speaker: str = ""
    note: str = ""
    split: str = ""
    """train, dev, test, or empty."""
    status: str = ""
    """As in the database (new, corrected, skipped, flagged, unsure); empty follows from the text."""
    reason: str = ""
    """Why it was flagged."""
    words: tuple[TimedWord, ...] = ()
    """The reference's words with their times, where the format holds them."""
    samples: tuple[int, int] | None = None
    """First sample and one past the last, at 16 kHz: exact, where seconds would be rounded."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """What else the format holds of it, by the format's own names; kept, and written back."""


REMARKS = ("heard", "note", "split", "status", "reason")
"""Fields of an item that formats for times have no place for, and that are written into them all the same."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not a segment."""

    where: str
    """The file and the place in it: `metadata.csv, row 12`."""
    reason: str
    """One sentence: what is wrong, and what to do."""
