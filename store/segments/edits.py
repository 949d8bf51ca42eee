"""Changing segments so that nothing is ever lost: every change is an action that can be undone.

An action is one thing a person did, from accepting a segment to replacing a word in three hundred of
them. It has an entry in `corrections` for every segment it touched, with the segment's whole state
before and after. Undoing is one more action, whose entries lead back; redoing undoes the undoing. So
the journal only grows, and undo works across restarts and between terminals.

Whoever changes a segment says which revision of it they saw. If another process has changed it since,
nothing is written and `ConflictError` holds both texts.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from store.database import Store
from store.errors import StoreError
from store.text import clean
from store.units import now

STATUSES = ("new", "corrected", "skipped", "flagged", "unsure")
"""new: waiting; corrected: has a reference; skipped, flagged, unsure: put aside, and why."""
RETIRED = "retired"
"""Replaced by the parts it was split into, or by what it was merged into: nobody gives or asks for this one."""


@dataclass(frozen=True, slots=True)
class SegmentState:
    """All that a person can change about a segment."""

    start: int
    """First sample in its recording."""
    end: int
    """One past the last sample."""
    speaker: str
    status: str = "new"
    reason: str = ""
    """Why it is flagged."""
    note: str = ""
    reference: str | None = None
    """The human-verified text."""
    proposal: str | None = None
    """Offered instead of what was heard, and not verified: by replacing a word everywhere, or by splitting."""


@dataclass(frozen=True, slots=True)
class SegmentChange:
    """A segment's new state, made from the revision of it that was seen."""

    segment: int
    to: SegmentState
    seen: int
    """Its revision when it was read: the number of its newest correction, 0 where it has none."""
    listened: float = 0.0
    """Seconds of its audio that were played before this change."""


@dataclass(frozen=True, slots=True)
class Addition:
    """A segment that comes into being by an action: a part of one that was split, or a merged one."""

    recording: int
    state: SegmentState


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person did."""

    id: int
    author: str
    kind: str
    summary: str
    """What it was, in a few words for the person who may undo it."""
    undoes: int | None
    """The action it takes back, where it does."""
    seconds: float
    """The person's time it took."""
    keystrokes: int
    created_at: str


@dataclass(frozen=True, slots=True)
class ActionDone:
    """What an action did."""

    action: Action
    segments: tuple[int, ...]
    """The segments it changed or made, in the order of its changes and additions."""


class ConflictError(StoreError):
    """Somebody changed the segment after it was read, or after what would be undone. Nothing was written."""

    def __init__(
        self,
        segment: int,
        theirs: SegmentState,
        yours: SegmentState,
        revision: int,
        author: str,
        action: int | None = None,
    ) -> None:
        self.segment = segment
        self.theirs = theirs
        """What it is now."""
        self.yours = yours
        """What it would have become."""
        self.revision = revision
        """The revision that `theirs` is."""
        self.author = author
        """Who changed it."""
        self.action = action
        """The action that would have been undone or redone, where that was wanted."""
        super().__init__(
            f"Segment {segment} was changed by {author} meanwhile: {_brief(theirs)}, yours {_brief(yours)}; "
            "choose one of them",
            place=f"segment {segment}",
        )


def apply(
    store: Store,
    author: str,
    kind: str,
    changes: Sequence[SegmentChange],
    additions: Sequence[Addition] = (),
    *,
    summary: str = "",
    seconds: float = 0.0,
    keystrokes: int = 0,
) -> ActionDone:
    """Do one action: all of it or nothing, on disk on return.

    Args:
        kind: accept, correct, replace, split, merge, trim, skip, flag, unsure, reopen, speaker, note, import.
        changes: the segments it changes; those that stay as they are get an entry all the same.
        additions: the segments it makes.
        seconds: the person's time it took.
        keystrokes: keys pressed for it.

    Raises:
        ConflictError: a segment has another revision than was seen.
        StoreError: no such segment, one that was split or merged, a span outside its recording, an unknown
            status, a text too long.
    """
    if not changes and not additions:
        raise StoreError("There is nothing to change", "choose at least one segment")
    touched = [change.segment for change in changes]
    with store.transaction():
        action = _action(store, author, kind, summary, None, seconds, keystrokes)
        for change in sorted(changes, key=_number):
            was, revision = state(store, change.segment)
            if revision != change.seen:
                raise ConflictError(change.segment, was, change.to, revision, _last_author(store, revision))
            if was.status == "retired":
                raise StoreError(f"Segment {change.segment} was split or merged", "change what was made of it")
            _enter(store, action, change.segment, was, change.to, change.listened)
        for addition in additions:
            to = addition.state
            number = store.insert(
                "segments",
                recording_id=addition.recording,
                start=to.start,
                end=max(to.end, to.start + 1),  # what is wrong with it is said by _enter
                speaker=clean(to.speaker),
                created_at=now(),
            )
            _enter(store, action, number, None, to, 0.0)
            touched.append(number)
        if additions:
            _keep_tested(store, action)
        return ActionDone(action, tuple(touched))


def state(store: Store, segment: int) -> tuple[SegmentState, int]:
    """The present state of a segment, and its revision. Raises StoreError when there is none."""
    row = store.get("segments", segment)
    return _state(row), row["revision"]


def undo(store: Store, author: str, before: int | None = None) -> ActionDone | None:
    """Take back the newest action of this author that stands; None when nothing is left to take back.

    Args:
        before: only an action older than this one, such as the one that a conflict keeps from being undone.

    Raises:
        ConflictError: a segment was changed since by somebody else; nothing is undone then.
    """
    return _reverse(store, author, "undo", STANDING, before)


def redo(store: Store, author: str) -> ActionDone | None:
    """Do again what was undone last, unless something else was done since; None when there is nothing.

    Raises:
        ConflictError: as `undo`.
    """
    return _reverse(store, author, "redo", UNDONE, None)


STANDING = """
SELECT * FROM actions a WHERE author = ?1 AND undoes IS NULL AND kind != 'import' AND id < coalesce(?2, 1 << 62)
    AND NOT EXISTS (
        SELECT 1 FROM actions u WHERE u.undoes = a.id AND NOT EXISTS (SELECT 1 FROM actions r WHERE r.undoes = u.id)
    )
ORDER BY id DESC LIMIT 1
"""
UNDONE = """
SELECT * FROM actions u WHERE author = ?1 AND kind = 'undo' AND id < coalesce(?2, 1 << 62)
    AND NOT EXISTS (SELECT 1 FROM actions r WHERE r.undoes = u.id)
    AND id > coalesce(
        (SELECT max(id) FROM actions WHERE author = ?1 AND undoes IS NULL AND kind != 'import'), 0
    )
ORDER BY id DESC LIMIT 1
"""


def _reverse(store: Store, author: str, kind: str, newest: str, before: int | None) -> ActionDone | None:
    with store.transaction():
        rows = store.execute(newest, (clean(author), before))
        if not rows:
            return None
        target = _as_action(rows[0])
        action = _action(store, author, kind, target.summary, target.id, 0.0, 0)
        entries = store.execute(
            "SELECT segment_id, was, became FROM corrections WHERE action_id = ? ORDER BY segment_id", (target.id,)
        )
        others = False
        for entry in entries:
            segment, became = entry["segment_id"], _loads(entry["became"])
            now_is, revision = state(store, segment)
            # What came into being by the action goes; its row stays, for the redo.
            back = _loads(entry["was"]) if entry["was"] else replace(became, status="retired")
            if now_is != became:
                raise ConflictError(segment, now_is, back, revision, _last_author(store, revision), target.id)
            _enter(store, action, segment, now_is, back, 0.0)
            others |= "retired" in (now_is.status, back.status)
        if others:
            _keep_tested(store, action)
        return ActionDone(action, tuple(entry["segment_id"] for entry in entries))


def _keep_tested(store: Store, action: Action) -> None:
    """Sound that was in the test stays there, whichever segments it is in after a split, a merge or an undo."""
    tested = store.execute(
        'SELECT recording_id, start, "end" FROM segments '
        "WHERE split = 'test' AND id IN (SELECT segment_id FROM corrections WHERE action_id = ?)",
        (action.id,),
    )
    for recording, start, end in tested:
        store.execute(
            "UPDATE segments SET split = 'test' WHERE recording_id = ? AND start < ? AND \"end\" > ? "
            "AND split != 'test' AND id IN (SELECT segment_id FROM corrections WHERE action_id = ?)",
            (recording, end, start, action.id),
        )


def _number(change: SegmentChange) -> int:
    """Segments are written in the order of their numbers, which the index of their texts is quickest with."""
    return change.segment


def _brief(state: SegmentState) -> str:
    """What a segment says, or what became of it instead."""
    text = state.proposal if state.reference is None else state.reference
    return f"“{text}”" if text is not None else state.status


def _enter(
    store: Store, action: Action, segment: int, was: SegmentState | None, to: SegmentState, listened: float
) -> None:
    """Write one entry and the state it leads to. Raises StoreError."""
    to = _checked(store, segment, to)
    if not math.isfinite(listened) or listened < 0:
        raise StoreError(f"Nothing was stored, because the listening time is {listened}, not a number of seconds")
    entry = store.insert(
        "corrections",
        segment_id=segment,
        author=action.author,
        kind=action.kind,
        before=was.reference if was else None,
        after=to.reference,
        listened_seconds=listened,
        created_at=action.created_at,
        action_id=action.id,
        was=_dumps(was) if was else None,
        became=_dumps(to),
    )
    store.execute(
        'UPDATE segments SET start = ?, "end" = ?, speaker = ?, status = ?, reason = ?, note = ?, reference = ?, '
        "proposal = ?, revision = ? WHERE id = ?",
        (*asdict(to).values(), entry, segment),
    )


def _checked(store: Store, segment: int, to: SegmentState) -> SegmentState:
    [row] = store.execute(
        "SELECT samples FROM recordings WHERE id = (SELECT recording_id FROM segments WHERE id = ?)", (segment,)
    )
    if not 0 <= to.start < to.end <= row["samples"]:
        raise StoreError(
            f"Samples {to.start} to {to.end} are not a span of the recording of segment {segment}, which has "
            f"{row['samples']}",
            "choose other boundaries",
        )
    if to.status not in (*STATUSES, RETIRED):
        raise StoreError(f"“{clean(to.status)}” is no status of a segment", f"use one of {', '.join(STATUSES)}")
    if to.status == "corrected" and to.reference is None:
        raise StoreError(f"Segment {segment} cannot be corrected without a text", "give one, or skip it")
    return replace(
        to,
        speaker=clean(to.speaker),
        reason=clean(to.reason),
        note=clean(to.note),
        reference=None if to.reference is None else clean(to.reference),
        proposal=None if to.proposal is None else clean(to.proposal),
    )


def _action(
    store: Store, author: str, kind: str, summary: str, undoes: int | None, seconds: float, keystrokes: int
) -> Action:
    values = {
        "author": clean(author),
        "kind": clean(kind),
        "summary": clean(summary),
        "undoes": undoes,
        "seconds": seconds if math.isfinite(seconds) else 0.0,
        "keystrokes": keystrokes,
        "created_at": now(),
    }
    return Action(store.insert("actions", **values), **values)  # type: ignore[arg-type]


def _last_author(store: Store, revision: int) -> str:
    rows = store.execute("SELECT author FROM corrections WHERE id = ?", (revision,))
    return str(rows[0]["author"]) if rows else "somebody"


def _as_action(row: sqlite3.Row) -> Action:
    return Action(**dict(row))


def _state(row: sqlite3.Row) -> SegmentState:
    return SegmentState(**{name: row[name] for name in SegmentState.__dataclass_fields__})


def _dumps(state: SegmentState) -> str:
    return json.dumps(asdict(state), ensure_ascii=False, separators=(",", ":"))


def _loads(text: str) -> SegmentState:
    return SegmentState(**json.loads(text))
