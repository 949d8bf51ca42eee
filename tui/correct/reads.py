"""What the Correct screen reads of the queue, all of it in a thread."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from store.segments import queue
from store.segments.queue import SegmentRow, View

if TYPE_CHECKING:
    from core.review.card import Card
    from core.review.desk import Desk

FIRST_PAGE = 60
"""Segments that are shown before the whole order is known."""


def costed(desk: Desk, view: View) -> View:
    """The view with what a segment costs this person by now, where its order asks for that."""
    from core.review import cost

    return replace(view, cost=cost.of(desk.store, desk.author).terms) if view.order == "worth" else view


class Opened(NamedTuple):
    """All that the first picture of a view needs, read at once."""

    view: View
    """At the costs that its order was made with."""
    ids: array[int]
    """The first segments."""
    rows: list[SegmentRow]
    """Those of the first page."""
    card: Card | None
    """That of the first segment, where there is one."""


def opened(desk: Desk, view: View, blind: bool) -> Opened:
    """A view, at its present costs where none are known yet, with what is seen of it first."""
    if view.cost == View().cost:
        view = costed(desk, view)
    ids = array("q", queue.first(desk.store, view, FIRST_PAGE))
    return Opened(view, ids, queue.rows(desk.store, ids), card(desk, ids[0], view, blind) if ids else None)


def with_rest(desk: Desk, view: View, passed: array[int]) -> array[int]:
    """The segments that were passed, and after them all others of the view in its order."""
    import numpy as np

    ids = queue.ids(desk.store, view)
    rest = ids[~np.isin(ids, np.frombuffer(passed, dtype=np.int64))] if len(passed) else ids
    return passed + array("q", rest.astype(np.int64).tobytes())


def card(desk: Desk, segment: int, view: View, blind: bool) -> Card:
    """A segment's card; a blind one shows only what was heard."""
    return desk.second_card(segment) if blind else desk.card(segment, view)
