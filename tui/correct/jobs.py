"""What the parts of the Correct screen share: a home that takes their messages, and the database in the background.

A part answers what it is asked by what it returns, and posts what happens by itself, in the past tense. Such
a message often carries nothing: what is so by now is read from the part when the message is handled, so that
one that comes late cannot show what is no longer true.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from textual.message import Message

from store.errors import StoreError
from store.segments.edits import ConflictError
from tui.database_worker import DatabaseWorker


class Stoppable(Protocol):
    """A timer, as far as it is needed."""

    def stop(self) -> None:
        """Let it not go off."""


class Home(Protocol):
    """The screen, as its parts know it; every screen of Textual is one."""

    def post_message(self, message: Message) -> bool:
        """Take a message."""

    def set_timer(self, delay: float, callback: Callable[[], None]) -> Stoppable:
        """Call back after so many seconds."""

    def run_worker(self, work: Coroutine[Any, Any, None], *, group: str, exit_on_error: bool) -> object:
        """Run it beside everything else."""


@dataclass
class Failed(Message, bubble=False):
    """Something could not be done."""

    sentence: str


@dataclass
class Conflicted(Message, bubble=False):
    """Nothing was done, because the segment is not what it was."""

    error: ConflictError


@dataclass
class Said(Message):
    """Something that is of use to the person until the next key."""

    sentence: str


class Jobs:
    """Starts what takes time; what goes wrong is posted and ends nothing.

    Args:
        home: runs it, and is told.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._worker: DatabaseWorker | None = None

    @property
    def is_open(self) -> bool:
        return self._worker is not None

    @property
    def worker(self) -> DatabaseWorker:
        """The threads that read and write the database."""
        assert self._worker is not None, "there is no database yet"
        return self._worker

    def open(self, folder: Path) -> None:
        """Use the database of this data folder from now on."""
        self._worker = DatabaseWorker(folder)

    async def close(self) -> None:
        """Finish what was asked of the database, and close it."""
        if self._worker is not None:
            await self._worker.close()

    def start(self, job: Coroutine[Any, Any, None]) -> None:
        """Do this meanwhile; without a database nothing can be done."""
        if self._worker is None:
            job.close()
        else:
            self._home.run_worker(self._guarded(job), group="database", exit_on_error=False)

    async def _guarded(self, job: Coroutine[Any, Any, None]) -> None:
        try:
            await job
        except ConflictError as error:
            self._home.post_message(Conflicted(error))
        except StoreError as error:
            self._home.post_message(Failed(str(error)))
