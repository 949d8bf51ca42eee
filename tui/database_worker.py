"""What screens read and write in the database, away from the screen: four threads, each with what it works on.

Everything a person does goes through one thread in the order in which it was done, so that the key
pressed first is stored first. Reading the whole queue, which may take a second, has a connection of its
own, and so have decoding audio and learning from what was corrected; none makes a key wait. What was
asked is done even if nobody waits for the answer any more, because the app is being closed.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tui import segment_sound

if TYPE_CHECKING:
    from core.review.desk import Desk
    from store.segments.queue import SegmentRow

Result = TypeVar("Result")

THREADS = ("desk", "queue", "audio", "errors")


class DatabaseWorker:
    """Does in a thread what a screen must not wait for.

    Args:
        folder: the data folder; it is opened when there is first something to do.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads = [ThreadPoolExecutor(1, thread_name_prefix=name) for name in THREADS]
        self._desk: Desk | None = None
        self._reader: Desk | None = None
        self._closing = threading.Event()

    def do(self, job: Callable[[Desk], Result]) -> Awaitable[Result]:
        """Do something in order, after all that was asked before; awaiting it raises what it raises."""
        return self._run(0, lambda: job(self._own_desk()))

    def read(self, do: Callable[[Desk], Result]) -> Awaitable[Result]:
        """Read something that may take long; awaiting it raises what it raises."""
        return self._run(1, lambda: do(self._own_reader()))

    def wave(self, row: SegmentRow) -> Awaitable[segment_sound.Wave]:
        """The picture of a segment's sound. Raises StoreError when the audio cannot be read."""
        return self._run(2, lambda: segment_sound.wave(self._folder, row))

    def update_expected_errors(self) -> Awaitable[int]:
        """Expect errors by what was corrected since, too; how many segments that changed. Raises StoreError."""
        return self._run(3, self._update_expected_errors)

    def catch_up(self) -> Awaitable[int]:
        """Derive and judge what an older Tertulia or other rules left; of how many segments. Raises StoreError."""
        return self._run(3, self._catch_up)

    async def close(self) -> None:
        """Finish what was asked, and close the database."""
        self._closing.set()
        await self._run(0, lambda: self._close(self._desk))
        await self._run(1, lambda: self._close(self._reader))
        for thread in self._threads:
            thread.shutdown(wait=False)

    def _run(self, thread: int, do: Callable[[], Result]) -> Awaitable[Result]:
        # Asked for at once; and a shield, or whoever stops waiting would take the request back.
        return asyncio.shield(asyncio.get_running_loop().run_in_executor(self._threads[thread], do))

    def _own_desk(self) -> Desk:
        self._desk = self._desk or self._open()
        return self._desk

    def _own_reader(self) -> Desk:
        self._reader = self._reader or self._open()
        return self._reader

    def _open(self) -> Desk:
        from core.review.desk import Desk, author
        from store.database import Store

        return Desk(Store.open(self._folder), author())

    def _catch_up(self) -> int:
        from core.review import derived_columns

        with self._open().store as store:
            return derived_columns.catch_up(store, self._closing.is_set)

    def _update_expected_errors(self) -> int:
        from core.review import expected_errors

        self._catch_up()
        with self._open().store as store:
            return expected_errors.recalibrate(store, self._closing.is_set)

    @staticmethod
    def _close(desk: Desk | None) -> None:
        if desk is not None:
            desk.store.close()
