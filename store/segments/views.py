"""A view of the segments: an order and some filters, and the query that says which ones it holds.

The order `worth` puts first what removes most errors for a second of the person's time; how long a
segment takes depends on the person, so their cost model is part of the view and the order is computed
when it is asked for. Every order has an index that holds its keys and the status, so that even a
million segments are put in order without touching their rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from store.database import Store, Value
from store.errors import StoreError
from store.segments.edits import STATUSES
from store.segments.search import match
from store.text import clean
from store.units import SAMPLE_RATE

MOST_FOUND = 5_000
"""Segments that a search in a view gives at most; nobody pages through more."""

KEYS = {
    "worth": f'expected / max(1e-9, ? + ? * ("end" - start) / {SAMPLE_RATE}.0 + ? * expected) DESC, id',
    "time": "recording_id, start, id",
    "confidence": "confidence NULLS LAST, id",
    "speaker": "speaker, recording_id, start, id",
    "length": '"end" - start, id',
}
INDEXES = {
    "worth": "segments_queue",
    "time": "segments_recording",
    "confidence": "segments_confidence",
    "speaker": "segments_speaker",
    "length": "segments_queue",
}
"""Named in the queries, because SQLite would guess: it knows nothing of how many segments are new."""
ORDERS = tuple(KEYS)
"""worth: expected errors for a second of the person's time, most first; time: as it was spoken;
confidence: least first; speaker: by name, then time; length: shortest audio first."""

GROUPS = {"all": STATUSES, "open": ("new", "unsure", "flagged", "skipped")}
"""Names for several statuses at once; `retired` belongs to none."""


@dataclass(frozen=True, slots=True)
class View:
    """Some of the segments, in an order; empty filters let everything through."""

    order: str = "worth"
    """One of ORDERS."""
    status: str = "new"
    """new, corrected, skipped, flagged, unsure; open: all that still wait; all."""
    speaker: str = ""
    split: str = ""
    source: str = ""
    """How the recording came: microphone, file…"""
    warnings: int = 0
    """Bits, any of which a segment has."""
    search: str = ""
    """Words that all occur in the segment's present text; see `store.segments.search`."""
    segments: tuple[int, ...] | None = None
    """Only these."""
    cost: tuple[float, float, float] = (2.5, 1.3, 4.5)
    """Seconds of work that a segment takes, for `worth`: a, plus b for each second of audio, plus c for
    each expected error."""


BY_RECORDING = "INDEXED BY segments_recording"
SOURCE = "SELECT id FROM recordings WHERE source = ?"
WARNED = "SELECT id FROM segments INDEXED BY segments_warnings WHERE warnings != 0 AND warnings & ?"
LISTED = "SELECT value FROM json_each(?)"
FOUND_AMONG_FEW = f"""
SELECT rowid FROM texts WHERE texts MATCH ? AND +rowid IN (SELECT id FROM segments {{index}} WHERE {{condition}})
LIMIT {MOST_FOUND}
"""
FOUND_AMONG_MANY = f"""
SELECT id FROM texts CROSS JOIN segments ON id = texts.rowid WHERE texts MATCH ? AND {{condition}}
LIMIT {MOST_FOUND}
"""
# Looking at each segment found is slow where most are not in the view, and listing the view where most are.


def query(store: Store, view: View) -> tuple[str, list[Value]]:
    """The SQL that gives the ids of a view in its order, and its values.

    Raises:
        StoreError: an unknown order or status.
    """
    if view.order not in KEYS:
        raise StoreError(f"“{clean(view.order)}” is no order of segments", f"use one of {', '.join(ORDERS)}")
    condition, values = _plain(view)
    index = f"INDEXED BY {INDEXES[view.order]}"
    if view.split:
        condition, index = f"{condition} AND split != ''", "INDEXED BY segments_split"
    if view.speaker:
        index = "INDEXED BY segments_speaker"
    if view.source:
        # By recording, what lies together on the disk is read together.
        condition, index = f"{condition} AND recording_id IN ({SOURCE})", index if view.speaker else BY_RECORDING
        values.append(view.source)
    for listed, value in ((WARNED, view.warnings), (LISTED, _json(view.segments))):
        if value:
            condition, index = f"{condition} AND id IN ({listed})", "NOT INDEXED"
            values.append(value)
    if words := match(view.search):
        among, everywhere = replace(view, search=""), View(status="all")
        few = index == "NOT INDEXED" or 10 * count(store, among) < count(store, everywhere)
        found = FOUND_AMONG_FEW if few else FOUND_AMONG_MANY
        condition, index = f"id IN ({found.format(index=index, condition=condition)})", "NOT INDEXED"
        values.insert(0, words)
    if view.order == "worth":
        values += view.cost
    return f"SELECT id FROM segments {index} WHERE {condition} ORDER BY {KEYS[view.order]}", values


def count(store: Store, view: View) -> int:
    """How many segments are in a view; with a search, MOST_FOUND stands for that many or more.

    Raises:
        StoreError: an unknown order or status.
    """
    if view.warnings or view.search or view.segments is not None:
        sql, values = query(store, view)
        return int(store.execute(f"SELECT count(*) FROM ({sql})", values)[0][0])
    condition, values = _plain(view)
    if view.source:
        condition, values = f"{condition} AND source = ?", [*values, view.source]
    return int(store.execute(f"SELECT coalesce(sum(segments), 0) FROM tallies WHERE {condition}", values)[0][0])


def _plain(view: View) -> tuple[str, list[Value]]:
    """The filters that `tallies` knows too: their SQL, and its values."""
    if view.status not in (*GROUPS, *GROUPS["all"]):
        raise StoreError(
            f"“{clean(view.status)}” is no status to choose by",
            f"use one of {', '.join((*GROUPS['all'], *GROUPS))}",
        )
    statuses = GROUPS.get(view.status, (view.status,))
    parts, values = [f"status IN ({', '.join('?' * len(statuses))})"], list[Value](statuses)
    for column, value in (("speaker", view.speaker), ("split", view.split)):
        if value:
            parts.append(f"{column} = ?")
            values.append(value)
    return " AND ".join(parts), values


def _json(numbers: Iterable[int] | None) -> str:
    return "" if numbers is None else json.dumps([int(number) for number in numbers])
