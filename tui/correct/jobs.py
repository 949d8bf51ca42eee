"""What the parts of the Correct screen share: the database in the background, and messages about it.

A message often carries nothing: what is so by now is read from the part when it is handled, so that one that comes
late cannot show what is no longer true.
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.message import Message

from store.errors import StoreError
from store.segments.edits import ConflictError
from tui.database_worker import DatabaseWorker
from tui.shell.host import Host


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
        host: runs it, and is told.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
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
            self._host.run_worker(self._guarded(job), group="database", exit_on_error=False)

    async def _guarded(self, job: Coroutine[Any, Any, None]) -> None:
        try:
            await job
        except ConflictError as error:
            self._host.post_message(Conflicted(error))
        except StoreError as error:
            self._host.post_message(Failed(str(error)))
