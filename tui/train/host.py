"""What the objects that work for the Train screen need of it: they know no screen and no widget beside this.

What they find out they post, and what they do beside everything else ends with the screen.
"""

from __future__ import annotations

from typing import Protocol

from textual.message import Message
from textual.worker import WorkType

from tui.database_worker import DatabaseWorker


class Host(Protocol):
    """Who hears of what was done; tui.train.screen.TrainScreen is the real one."""

    @property
    def database(self) -> DatabaseWorker:
        """The threads that read and write the database."""

    def post_message(self, message: Message) -> bool:
        """Let the host know, in the order in which things happened."""

    def run_worker(
        self,
        work: WorkType[None],
        *,
        group: str,
        exclusive: bool = ...,
        exit_on_error: bool,
    ) -> object:
        """Do this beside everything else; an exclusive one in the place of what its group was doing."""
