"""Segments from files find their place among those that are there: new, known already, or in the way.

Everything that one file brings happens in one transaction. What was typed here is never overwritten, and what
is known is recognised even after it was trimmed, split or merged, by the spans that a segment ever had.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.dataset.audio_quality import Measures
from core.dataset.measures import keep
from core.review.derived_columns import refresh
from store.database import Store
from store.formats.item import Rejected
from store.segments.annotations import put_alignment
from store.segments.edits import Addition, SegmentChange, SegmentState, apply
from store.segments.splits import set_blocks
from store.segments.table import add_hypothesis, add_recording, add_segment
from store.units import SAMPLE_RATE

AUTHOR = "import"
"""The author, kind and model of what files say."""
SOURCE = "import"
"""How recordings came that were brought as files."""

SAME = SAMPLE_RATE // 50
"""Samples by which the edges of a span may be off and it is the same: formats round times to hundredths."""
OVERLAP = SAMPLE_RATE // 4
"""Samples that two segments of one speaker may share: people do not agree better where a word ends."""
BUCKET = 10 * SAMPLE_RATE

ADDED, REFERENCED, KNOWN = "added", "referenced", "known"
"""What becomes of a row: a new segment, the reference of one that had none, or nothing, for it is there."""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A segment to be: everything a file says about it, and what its audio is like."""

    where: str
    """For people, where it is rejected."""
    sha256: str
    samples: int
    """Of the whole recording."""
    start: int
    end: int
    measures: Measures
    origin: str
    """The name of the file that the recording came from."""
    block: str
    """Names what has to stay in one split together; empty where speaker and recording say that."""
    text: str = ""
    heard: str = ""
    speaker: str = ""
    note: str = ""
    split: str = ""
    status: str = ""
    reason: str = ""
    words: tuple[dict[str, Any], ...] = ()
    """word, start, end (seconds from the segment's start), probability (None)."""
    extra: str = "{}"
    found: bool = False
    """Whether it was found by listening, rather than described by somebody."""

    @property
    def reference(self) -> str | None:
        """What somebody says is said in it; empty where they say that nobody speaks."""
        return self.text if self.text or self.status == "corrected" else None

    def state(self) -> SegmentState:
        status = self.status or ("new" if self.reference is None else "corrected")
        return SegmentState(self.start, self.end, self.speaker, status, self.reason, self.note, self.reference)


@dataclass
class Placed:
    """What became of a file's rows."""

    outcomes: list[str | Rejected] = field(default_factory=list)
    """For each row: ADDED, REFERENCED, KNOWN, or why it was not taken."""
    recordings: int = 0
    """New ones."""
    segments: int = 0
    """New ones."""


def place(store: Store, rows: Sequence[ImportRow], summary: str) -> Placed:
    """Put a file's rows into the store: all of them or, where anything fails, none.

    Args:
        summary: what is imported, in a few words, for the journal.

    Raises:
        StoreError: the disk is full, or the database refuses.
    """
    with store.transaction():
        placing = _Placing(store)
        # What somebody wrote comes before what only has a place, and that before what was found by listening.
        order = sorted(range(len(rows)), key=lambda number: (rows[number].found, rows[number].reference is None))
        outcomes = {number: placing.decide(rows[number]) for number in order}
        placing.placed.outcomes = [outcomes[number] for number in range(len(rows))]
        placing.write(summary)
    return placing.placed


class _Placing:
    """One file's rows on their way; used inside one transaction."""

    def __init__(self, store: Store) -> None:
        self.placed = Placed()
        self._store = store
        self._recordings: dict[str, _Recording] = {}
        self._changes: list[tuple[SegmentChange, ImportRow | None]] = []
        self._added: list[ImportRow] = []

    def decide(self, row: ImportRow) -> str | Rejected:
        """What becomes of a row; nothing is written yet."""
        recording = self._recordings.get(row.sha256)
        if recording is None:
            recording = self._recordings[row.sha256] = _Recording(self._store, row)
        known = recording.same(row)
        said = row.reference is not None
        if known and known.id is None and said and known.state.reference not in (None, row.reference):
            return Rejected(row.where, "The same sound is there before with another text: leave one of them out.")
        waits = known is not None and known.id is not None and said and known.lacks_reference
        if (known and not waits) or (not said and recording.covers(row)):
            return KNOWN
        if any(other is not known for other in recording.in_the_way(row)):
            return Rejected(row.where, "It overlaps another segment of the same speaker: correct its times.")
        if known:
            self._change(known, _with_reference(known.state, row), row)
            return REFERENCED
        for stale in recording.stale(row):
            self._change(stale, replace(stale.state, status="retired"), None)
        recording.add(_Known(None, row.state(), 0, row.found, {(row.start, row.end)}, {row.speaker}))
        self._added.append(row)
        return ADDED

    def write(self, summary: str) -> None:
        """Write what was decided. Raises StoreError."""
        store = self._store
        numbers = {sha256: recording.ensure(store) for sha256, recording in self._recordings.items()}
        self.placed.recordings = sum(recording.new for recording in self._recordings.values())
        self.placed.segments = len(self._added)
        # A segment that somebody described has an entry in the journal; one that was only found has none.
        found = [row for row in self._added if row.found]
        described = [row for row in self._added if not row.found]
        changes = [change for change, _ in self._changes]
        additions = [Addition(numbers[row.sha256], row.state()) for row in described]
        numbered: list[int] = []
        if changes or additions:
            numbered += apply(store, AUTHOR, AUTHOR, changes, additions, summary=summary).segments
        numbered += [add_segment(store, numbers[row.sha256], row.start, row.end, row.speaker) for row in found]
        placed = [*(row for _, row in self._changes), *described, *found]
        for number, of in zip(numbered, placed, strict=True):
            if of is not None:
                _complete(store, number, of)
        refresh(store, numbered)

    def _change(self, known: _Known, to: SegmentState, row: ImportRow | None) -> None:
        assert known.id is not None
        self._changes.append((SegmentChange(known.id, to, known.revision), row))
        known.state, known.untouched, known.changed = to, False, True


@dataclass(slots=True, eq=False)
class _Known:
    """A segment of a recording, there already or about to be."""

    id: int | None
    state: SegmentState
    revision: int
    untouched: bool
    """Found by listening, and nobody has done anything about it."""
    spans: set[tuple[int, int]]
    """All that it ever had."""
    speakers: set[str]
    changed: bool = False
    """By this import; a segment is changed once."""

    @property
    def lacks_reference(self) -> bool:
        return self.state.reference is None and self.state.status != "retired" and not self.changed


class _Recording:
    """A recording's segments, found by time."""

    def __init__(self, store: Store, row: ImportRow) -> None:
        self._row = row
        self._buckets: dict[int, list[_Known]] = {}
        rows = store.execute("SELECT id, source FROM recordings WHERE sha256 = ?", (row.sha256,))
        self.new = not rows
        self._id = int(rows[0]["id"]) if rows else 0
        for known in _known(store, self._id, rows[0]["source"] == SOURCE) if rows else ():
            self.add(known)

    def ensure(self, store: Store) -> int:
        """Its number; it is added where it is new. Raises StoreError."""
        if self.new:
            row = self._row
            self._id = add_recording(store, row.sha256, row.samples, SOURCE, row.origin)
            if row.block:
                set_blocks(store, {self._id: row.block})
        return self._id

    def add(self, known: _Known) -> None:
        """Let it be found under all the spans it ever had."""
        for bucket in {bucket for span in known.spans for bucket in _buckets(*span)}:
            self._buckets.setdefault(bucket, []).append(known)

    def same(self, row: ImportRow) -> _Known | None:
        """The segment that is or was of this very span, and of this speaker where both are known."""
        at = [
            known
            for known in self._near(row)
            if any(abs(a - row.start) <= SAME and abs(b - row.end) <= SAME for a, b in known.spans)
        ]
        for known in at:
            if row.speaker in known.speakers:
                return known
        return next((known for known in at if not row.speaker or "" in known.speakers), None)

    def covers(self, row: ImportRow) -> bool:
        """Whether more than half of a row is in segments that are or were there."""
        spans = sorted(span for known in self._near(row) for span in known.spans)
        covered, reached = 0, row.start
        for start, end in spans:
            covered += max(0, min(end, row.end) - max(start, reached))
            reached = max(reached, min(end, row.end))
        return covered * 2 > row.end - row.start

    def in_the_way(self, row: ImportRow) -> list[_Known]:
        """Segments of the same speaker that a row overlaps, other than those that it replaces."""
        replaced = self.stale(row)
        return [
            known
            for known in self._overlapped(row)
            if known not in replaced and known.state.speaker == row.speaker and not (row.found or known.untouched)
        ]

    def stale(self, row: ImportRow) -> list[_Known]:
        """Segments found by listening that a text takes the place of: nobody has touched them."""
        if row.reference is None:
            return []
        return [known for known in self._overlapped(row) if known.untouched and known.id is not None]

    def _overlapped(self, row: ImportRow) -> Iterator[_Known]:
        for known in self._near(row):
            shared = min(known.state.end, row.end) - max(known.state.start, row.start)
            shorter = min(known.state.end - known.state.start, row.end - row.start)
            if known.state.status != "retired" and shared > min(OVERLAP, shorter // 2):
                yield known

    def _near(self, row: ImportRow) -> list[_Known]:
        found = {
            id(known): known for bucket in _buckets(row.start, row.end) for known in self._buckets.get(bucket, ())
        }
        return list(found.values())


def _buckets(start: int, end: int) -> range:
    return range(max(0, start - SAME) // BUCKET, (end + SAME) // BUCKET + 1)


def _known(store: Store, recording: int, imported: bool) -> Iterator[_Known]:
    spans: dict[int, set[tuple[int, int]]] = {}
    speakers: dict[int, set[str]] = {}
    for entry in store.execute(
        "SELECT segment_id, was ->> 'start' AS start, was ->> 'end' AS \"end\", was ->> 'speaker' AS speaker "
        "FROM corrections WHERE was IS NOT NULL AND segment_id IN (SELECT id FROM segments WHERE recording_id = ?)",
        (recording,),
    ):
        spans.setdefault(entry["segment_id"], set()).add((entry["start"], entry["end"]))
        speakers.setdefault(entry["segment_id"], set()).add(entry["speaker"])
    for row in store.execute("SELECT * FROM segments WHERE recording_id = ?", (recording,)):
        now = SegmentState(**{name: row[name] for name in SegmentState.__dataclass_fields__})
        number = row["id"]
        yield _Known(
            number,
            now,
            row["revision"],
            imported and row["revision"] == 0 and row["journal"] is None,
            spans.get(number, set()) | {(now.start, now.end)},
            speakers.get(number, set()) | {now.speaker},
        )


def _with_reference(was: SegmentState, row: ImportRow) -> SegmentState:
    """A segment that had no reference, with what the file says; what was typed about it stays."""
    return replace(
        was,
        reference=row.reference,
        status="corrected" if was.status == "new" else was.status,
        speaker=was.speaker or row.speaker,
        note=was.note or row.note,
    )


def _complete(store: Store, number: int, row: ImportRow) -> None:
    """Everything about a segment that no action changes. Raises StoreError."""
    keep(store, number, row.measures)
    store.execute(
        "UPDATE segments SET extra = json_patch(?, extra), split = CASE WHEN split = '' THEN ? ELSE split END "
        "WHERE id = ?",
        (row.extra, row.split, number),
    )
    if row.words:
        put_alignment(store, number, row.text, row.words, AUTHOR)
    if row.heard and store.get("segments", number)["heard"] is None:
        add_hypothesis(store, number, AUTHOR, row.heard, [], 0.0)
