"""A screen as its parts know it: they have no widget, and know no screen beside this.

A part answers what it is asked by what it returns, and posts what happens by itself, in the past tense. What it has
the host do beside everything else ends with the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from textual.message import Message
from textual.worker import WorkType

from tui.database_worker import DatabaseWorker


class Stoppable(Protocol):
    """A timer, as far as it is needed."""

    def stop(self) -> None:
        """Let it not go off."""


class Host(Protocol):
    """Who hears of what was done; every screen of Textual is one."""

    def post_message(self, message: Message) -> bool:
        """Let the host know, in the order in which things happened."""

    def set_timer(self, delay: float, callback: Callable[[], None]) -> Stoppable:
        """Call back after so many seconds."""

    def run_worker(
        self,
        work: WorkType[None],
        *,
        group: str,
        exclusive: bool = ...,
        exit_on_error: bool,
    ) -> object:
        """Do this beside everything else; an exclusive one in the place of what its group was doing."""


class DatabaseHost(Host, Protocol):
    """One that has a database open."""

    @property
    def database(self) -> DatabaseWorker:
        """The threads that read and write the database."""
