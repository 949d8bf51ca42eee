"""Reads the figures of the dataset in threads, and again when something has changed.

The figures are counts that are always kept, so they are there at once; the doubts, which compare segments with
each other, take longer and are asked for apart. Neither is read again by itself so often that it takes more than
a small share of a processor. It knows no widget: what was read is posted as a message, to whoever shows it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from store.errors import StoreError
from store.segments import queue
from tui.database_worker import DatabaseWorker
from tui.dataset import checks

if TYPE_CHECKING:
    from core.dataset.stats import Stats
    from core.review.desk import Desk

REST = 10
"""Times as long as reading took, before it is done again by itself."""


@dataclass
class FiguresRead(Message):
    """Everything was counted."""

    figures: Stats


@dataclass
class DoubtsRead(Message):
    """Segments were compared with each other."""

    doubts: checks.Doubts


@dataclass
class FiguresFailed(Message):
    """Nothing could be counted."""

    reason: str
    """One sentence with the remedy."""


@dataclass
class DoubtsFailed(Message):
    """Segments could not be compared."""

    reason: str
    """One sentence with the remedy."""


class FiguresReader:
    """Reads figures and doubts.

    Args:
        worker: the threads in which it does.
        post: takes its messages.
    """

    def __init__(self, worker: DatabaseWorker, post: Callable[[Message], object]) -> None:
        self._worker = worker
        self._post = post
        self._counted: queue.Marker | None = None
        """How far the figures have followed the changes …"""
        self._compared: queue.Marker | None = None
        """… and how far the doubts have."""
        self._counting = self._comparing = self._polling = False
        self._again = False
        """Whether to count once more, because somebody asked while it was counted."""
        self._count_after = self._compare_after = 0.0
        """time.monotonic() from which it may be done again by itself."""

    async def count(self) -> None:
        """Count now; where that is going on, once more after it."""
        self._again = True
        if self._counting:
            return
        self._counting = True
        try:
            while self._again:
                self._again = False
                began = time.monotonic()
                self._counted, figures = await self._worker.do(_count)
                self._count_after = time.monotonic() + REST * (time.monotonic() - began)
                self._post(FiguresRead(figures))
        except StoreError as error:
            self._post(FiguresFailed(str(error)))
        finally:
            self._counting = False

    async def catch_up(self) -> None:
        """Have what other rules judged judged again, and count what that changes."""
        with contextlib.suppress(StoreError):  # counting says it
            if await self._worker.catch_up():
                await self.count()

    async def compare(self) -> None:
        """Compare segments with each other, if something was counted that was not compared, and it is time."""
        if self._comparing or self._compared == self._counted or time.monotonic() < self._compare_after:
            return
        self._comparing, self._compared, began = True, self._counted, time.monotonic()
        try:
            self._post(DoubtsRead(await self._worker.read(checks.look)))
        except StoreError as error:
            self._post(DoubtsFailed(str(error)))
        finally:
            self._comparing = False
            self._compare_after = time.monotonic() + REST * (time.monotonic() - began)

    def forget_doubts(self) -> None:
        """Have the next `compare` compare, whether something has changed or not."""
        self._compared, self._compare_after = None, 0.0

    async def poll(self) -> None:
        """Do what is due again by itself."""
        if self._counting or self._polling:
            return
        self._polling = True
        try:
            marker = await self._worker.do(_marker)
        except StoreError:
            return  # counting says it
        finally:
            self._polling = False
        if marker != self._counted and time.monotonic() >= self._count_after:
            await self.count()
        else:
            await self.compare()


def _marker(desk: Desk) -> queue.Marker:
    marker, _ = queue.changed_since(desk.store, None)
    return marker


def _count(desk: Desk) -> tuple[queue.Marker, Stats]:
    from core.dataset.stats import stats

    return _marker(desk), stats(desk.store, desk.author)
