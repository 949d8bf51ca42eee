"""Split, merge and trim: the segments change, and what was heard, typed and measured comes along.

What was cut up or joined is retired, not removed, so that undoing brings it back as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from core.review import card as cards
from core.review import carrying, cutting
from core.review.actions import act, state_of
from core.review.card import Card
from store.database import Store
from store.errors import StoreError
from store.segments import drafts
from store.segments.edits import ActionDone, Addition, SegmentChange, SegmentState
from store.segments.queue import SegmentRow
from store.segments.table import StoredHypothesis, hypotheses
from store.text import clean
from store.units import SAMPLE_RATE

SHORTEST = SAMPLE_RATE // 20
"""Samples of the shortest segment: no word is shorter."""

Towards = Literal["previous", "next"]


def split(store: Store, author: str, card: Card, text_at: int | None, sample: int | None) -> ActionDone:
    """Cut a segment in two, each with its part of the text, of what was heard, and of the draft.

    The parts are what the whole was: corrected ones if it was corrected.

    Args:
        card: with the text as it is typed (`Card.with_text`).
        text_at: index of a character of `card.text`, or None: where the audio cursor says.
        sample: in the recording, or None: where the text cursor says.

    Returns:
        Its segments are the whole, the left and the right part.

    Raises:
        ConflictError: the segment was changed meanwhile.
        StoreError: a cursor that leaves nothing on one side.
    """
    row = card.row
    cut = cutting.cut(card.text, card.words, text_at, sample, row.start, row.end)
    typed = cutting.parts(card.text, cut.text)
    shown = typed
    if card.text != card.shown:
        there = cutting.cut(card.shown, _words(card), None, cut.sample, row.start, row.end)
        shown = cutting.parts(card.shown, there.text)
    with store.transaction():
        at = (cut.sample - row.start) / SAMPLE_RATE
        halves = [cutting.halves(one, at, row.seconds) for one in hypotheses(store, row.id)]
        heard = [[half[side] for half in halves] for side in (0, 1)]
        states = [_says(state_of(row), text, side) for text, side in zip(shown, heard, strict=True)]
        count = len(shown[0].split())
        words = _words(card)[:count], _words(card)[count:]
        placed = carrying.has_own_times(store, card) and [one.text for one in words[1]] == shown[1].split()

        def carry(done: ActionDone) -> None:
            for side, segment in enumerate(done.segments[1:]):
                _carry(store, author, segment, [row], heard[side], typed[side], shown[side])
                if placed:
                    carrying.put_times(store, segment, shown[side], words[side], -at * side)

        return act(
            store,
            author,
            "split",
            [_retired(row)],
            [
                Addition(row.recording, replace(states[0], end=cut.sample)),
                Addition(row.recording, replace(states[1], start=cut.sample)),
            ],
            summary=" | ".join(shown),
            in_same_transaction=carry,
        )


def merge(store: Store, author: str, card: Card, towards: Towards) -> ActionDone:
    """Join a segment with its neighbour in the recording.

    Two of one status make one of that status; else it is flagged or unsure if one of them is, or new,
    because not all of the text is verified.

    Returns:
        Its segments are the earlier, the later and the whole.

    Raises:
        ConflictError: one of them was changed meanwhile.
        StoreError: there is no neighbour; they are in different splits.
    """
    beside = card.before[-1:] if towards == "previous" else card.after[:1]
    if not beside or beside[0].recording != card.row.recording:
        raise StoreError(f"Segment {card.row.id} has no {towards} one in its recording to be merged with")
    with store.transaction():
        other = cards.read(store, beside[0].id, author)
        left, right = (other, card) if towards == "previous" else (card, other)
        seconds = (right.row.start - left.row.start) / SAMPLE_RATE
        heard = cutting.wholes(hypotheses(store, left.row.id), hypotheses(store, right.row.id), seconds)
        shown, typed = cutting.joined(left.shown, right.shown), cutting.joined(left.text, right.text)
        to = _says(cutting.merged(state_of(left.row), state_of(right.row)), shown, heard)
        seen = {card.row.id: card.row.revision, beside[0].id: beside[0].revision}

        def carry(done: ActionDone) -> None:
            _carry(store, author, done.segments[-1], [left.row, right.row], heard, typed, shown)
            if not heard or any(carrying.has_own_times(store, one) for one in (left, right)):
                words = [replace(w, start=w.start + seconds, end=w.end + seconds) for w in _words(right)]
                carrying.put_times(store, done.segments[-1], shown, [*_words(left), *words])

        return act(
            store,
            author,
            "merge",
            [replace(_retired(one.row), seen=seen[one.row.id]) for one in (left, right)],
            [Addition(card.row.recording, to)],
            summary=shown,
            in_same_transaction=carry,
        )


def trim(store: Store, author: str, card: Card, start: int, end: int) -> ActionDone:
    """Move a segment's boundaries; its words stay where they were spoken.

    A boundary that is moved outward stops at the recording's edge and at the neighbour's boundary.

    Args:
        start, end: samples in the recording.

    Raises:
        ConflictError: the segment was changed meanwhile.
        StoreError: nothing would be left of it; it already reaches as far as it can.
    """
    row = card.row
    low, high = _room(store, row)
    start, end = max(start, low), min(end, high)
    if end - start < SHORTEST:
        raise StoreError(f"Segment {row.id} would be shorter than {SHORTEST / SAMPLE_RATE:g} s", "move it less")
    if (start, end) == (row.start, row.end):
        raise StoreError(f"Segment {row.id} reaches as far as it can", "trim its neighbour first, or merge them")
    change = SegmentChange(row.id, replace(state_of(row), start=start, end=end), row.revision)
    moved = {"start": start - row.start, "end": end - row.end}
    summary = ", ".join(f"{side} {by / SAMPLE_RATE:+.2f} s" for side, by in moved.items() if by)
    return act(store, author, "trim", [change], summary=f"trim: {summary}")


def _retired(row: SegmentRow) -> SegmentChange:
    return SegmentChange(row.id, replace(state_of(row), status="retired"), row.revision)


def _words(card: Card) -> Sequence[cards.CardWord]:
    return card.with_text(card.shown).words


def _says(state: SegmentState, text: str, heard: Sequence[StoredHypothesis]) -> SegmentState:
    """The state with a text: as its reference where it has one, else proposed where it is not what was heard."""
    if state.reference is not None:
        return replace(state, reference=text, proposal=None)
    return replace(state, proposal=None if text == (heard[-1].text if heard else "") else text)


def _carry(
    store: Store,
    author: str,
    segment: int,
    parents: Sequence[SegmentRow],
    heard: Sequence[StoredHypothesis],
    typed: str,
    shown: str,
) -> None:
    """Give a new segment what its parents had; what was typed and not accepted stays a draft."""
    carrying.add_hypotheses(store, segment, heard)
    carrying.inherit(store, segment, parents)
    if clean(typed) != shown:
        drafts.put(store, segment, author, typed)


def _room(store: Store, row: SegmentRow) -> tuple[int, int]:
    """How far a segment's boundaries may go: to the nearest segments that lie wholly beside it."""
    [found] = store.execute(
        """
        SELECT max("end") FILTER (WHERE "end" <= ?3), min(start) FILTER (WHERE start >= ?4)
        FROM segments WHERE recording_id = ?1 AND id != ?2 AND status != 'retired'
        """,
        (row.recording, row.id, row.start, row.end),
    )
    return found[0] or 0, row.recording_samples if found[1] is None else found[1]
