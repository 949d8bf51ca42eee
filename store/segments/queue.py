"""Which segments wait to be corrected, what a page of them shows, and which have changed meanwhile."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.database import Store
from store.segments.views import MOST_FOUND, ORDERS, View, count, query
from store.units import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "MOST_FOUND", "ORDERS", "Marker", "SegmentRow", "View", "changed_since", "count", "first", "ids", "neighbours",
    "numbers", "rows",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment as a page shows it."""

    id: int
    """0 for a turn of a session that has no segment (see `neighbours`)."""
    recording: int
    start: int
    """First sample in the recording."""
    end: int
    """One past the last sample."""
    speaker: str
    status: str
    reason: str
    note: str
    reference: str | None
    proposal: str | None
    heard: str | None
    text: str
    """What is said in it as far as known: the reference, else what is proposed, else what was heard."""
    revision: int
    model: str | None
    confidence: float | None
    """Mean probability of its words, 0 to 1."""
    doubt: float | None
    expected: float
    """Errors that its text is expected to have."""
    length: int
    """Words in its text."""
    warnings: int
    errors: int | None
    """Word errors of what was heard, against the reference."""
    words: int | None
    """Words of the reference those are counted in."""
    loudness: float | None
    snr: float | None
    clipped: float | None
    band: float | None
    split: str
    source: str
    origin: str
    sha256: str
    """Names the recording's file."""
    recording_samples: int

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / SAMPLE_RATE


def first(store: Store, view: View, limit: int) -> list[int]:
    """The first segments of a view, at most `limit`. Raises StoreError for an unknown order or status."""
    sql, values = query(store, view)
    return [row["id"] for row in store.execute(f"{sql} LIMIT ?", (*values, limit))]


def ids(store: Store, view: View) -> NDArray[np.int64]:
    """All segments of a view in its order.

    A million take half a second, during which a Store does nothing else: a thread that calls this opens
    its own. Raises StoreError for an unknown order or status.
    """
    import numpy as np

    return np.frombuffer(numbers(store, view), dtype=np.int64)


def numbers(store: Store, view: View) -> array[int]:
    """What `ids` gives, for a process that does without numpy. Raises as `ids`."""
    sql, values = query(store, view)
    # One long text instead of a million rows: three times as fast.
    [row] = store.execute(f"SELECT group_concat(id) FROM ({sql})", values)
    return array("q", map(int, row[0].split(","))) if row[0] else array("q")


PAGE = """SELECT segments.id, recording_id AS recording, start, "end", speaker, status, reason, note, reference,
    proposal, heard, text, segments.revision, model, confidence, doubt, expected, length, warnings, errors, words,
    loudness, snr, clipped, band, split, source, origin, sha256, samples AS recording_samples
FROM segments CROSS JOIN recordings ON recordings.id = recording_id"""


def rows(store: Store, ids: Iterable[int]) -> list[SegmentRow]:
    """The segments of those numbers in the order asked for; unknown ones are left out. Raises StoreError."""
    wanted = [int(number) for number in ids]
    found = {
        row["id"]: SegmentRow(**row)
        for row in store.execute(
            f"{PAGE} WHERE segments.id IN (SELECT value FROM json_each(?))", (json.dumps(wanted),)
        )
    }
    return [found[number] for number in wanted if number in found]


def neighbours(
    store: Store, segment: int, before: int = 2, after: int = 2
) -> tuple[list[SegmentRow], list[SegmentRow]]:
    """What is said before and after a segment in its recording, each in the order of time.

    A recording that is one segment alone may be a turn of a conversation. Then the turns around it are
    given; those without audio as a row whose id is 0, with their role as speaker and their text.

    Raises:
        StoreError: no such segment.
    """
    row = store.get("segments", segment)
    sides = []
    for limit, ahead in ((before, False), (after, True)):
        sign, turn = (">", "") if ahead else ("<", "DESC")
        found = store.execute(
            f"SELECT id FROM segments WHERE recording_id = ?1 AND (start, id) {sign} (?2, ?3) "
            f"AND status != 'retired' ORDER BY start {turn}, id {turn} LIMIT ?4",
            (row["recording_id"], row["start"], segment, limit),
        )
        sides.append(rows(store, [one["id"] for one in found]))
    if any(sides):
        return sides[0][::-1], sides[1]
    return _turns_around(store, segment, before, after)


def _turns_around(store: Store, segment: int, before: int, after: int) -> tuple[list[SegmentRow], list[SegmentRow]]:
    """The turns before and after the one that was spoken as this segment."""
    here = store.execute("SELECT session_id, position FROM turns WHERE segment_id = ? LIMIT 1", (segment,))
    if not here:
        return [], []
    session, position = here[0]
    around = store.execute(
        "SELECT position, role, text, segment_id FROM turns "
        "WHERE session_id = ? AND position BETWEEN ? AND ? AND position != ? ORDER BY position",
        (session, position - before, position + after, position),
    )
    known = {row.id: row for row in rows(store, [turn["segment_id"] for turn in around if turn["segment_id"]])}
    sides: tuple[list[SegmentRow], list[SegmentRow]] = ([], [])
    for turn in around:
        row = known.get(turn["segment_id"]) or _typed(turn["role"], turn["text"])
        sides[turn["position"] > position].append(row)
    return sides


def _typed(role: str, text: str) -> SegmentRow:
    """A turn that has no audio, as a row."""
    return SegmentRow(
        id=0, recording=0, start=0, end=0, speaker=role, status="", reason="", note="", reference=None,
        proposal=None, heard=None, text=text, revision=0, model=None, confidence=None, doubt=None, expected=0.0,
        length=len(text.split()), warnings=0, errors=None, words=None, loudness=None, snr=None, clipped=None,
        band=None, split="", source="", origin="", sha256="", recording_samples=0,
    )  # fmt: skip


Marker = tuple[int, int, int]
"""How far a reader has followed the changes: the newest correction, hypothesis and segment it knows."""


def changed_since(store: Store, marker: Marker | None) -> tuple[Marker, list[int]]:
    """The segments that any process changed or added since `marker`, and the marker for the next time.

    Cheap enough to be called every second. Without a marker nothing has changed yet. Raises StoreError.
    """
    [newest] = store.execute(
        "SELECT (SELECT coalesce(max(id), 0) FROM corrections), (SELECT coalesce(max(id), 0) FROM hypotheses), "
        "(SELECT coalesce(max(id), 0) FROM segments)"
    )
    corrections, hypotheses, segments = newest
    if marker is None or marker == (corrections, hypotheses, segments):
        return (corrections, hypotheses, segments), []
    changed = store.execute(
        "SELECT segment_id FROM corrections WHERE id > ?1 AND id <= ?4 UNION "
        "SELECT segment_id FROM hypotheses WHERE id > ?2 AND id <= ?5 UNION "
        "SELECT id FROM segments WHERE id > ?3 AND id <= ?6 ORDER BY 1",
        (*marker, corrections, hypotheses, segments),
    )
    return (corrections, hypotheses, segments), [row[0] for row in changed]
