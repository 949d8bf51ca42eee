"""What the Correct screen reads of the queue, all of it in a thread."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING

from store import queue
from store.queue import View

if TYPE_CHECKING:
    from core.review.card import Card
    from core.review.desk import Desk

FIRST_PAGE = 60
"""Segments that are shown before the whole order is known."""


def costed(desk: Desk, view: View) -> View:
    """The view with what a segment costs this person by now, where its order asks for that."""
    from core.review import cost

    return replace(view, cost=cost.of(desk.store, desk.author).terms) if view.order == "worth" else view


def opened(desk: Desk, view: View) -> tuple[View, array[int]]:
    """The view, at its present costs where none are known yet, and its first segments."""
    if view.cost == View().cost:
        view = costed(desk, view)
    return view, array("q", queue.first(desk.store, view, FIRST_PAGE))


def with_rest(desk: Desk, view: View, passed: array[int]) -> array[int]:
    """The segments that were passed, and after them all others of the view in its order."""
    import numpy as np

    ids = queue.ids(desk.store, view)
    rest = ids[~np.isin(ids, np.frombuffer(passed, dtype=np.int64))] if len(passed) else ids
    return passed + array("q", rest.astype(np.int64).tobytes())


def card(desk: Desk, segment: int, view: View, blind: bool) -> Card:
    """A segment's card; a blind one shows only what was heard."""
    return desk.second_card(segment) if blind else desk.card(segment, view)
