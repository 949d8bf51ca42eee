"""Runs a command that takes long as a process of its own, one at a time, and says how it goes.

It knows no widget: everything is posted as a message, to whoever shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.message import Message

from core.processes.events import Failed, Notice, Progress, Result
from core.processes.task import Task

MODULE = "tui.cli"
"""What is run; tests put another in its place."""


@dataclass
class TaskBegan(Message):
    """A task is at work from now on."""

    name: str
    """What it does: import, fetch."""


@dataclass
class TaskProgressed(Message):
    name: str
    text: str
    """How far it is, as a person reads it."""
    share: float | None = None
    """How much is done, 0 to 1; None where nobody knows."""


@dataclass
class TaskStopRequested(Message):
    """Somebody asked a task to stop; how it ended is still to come."""

    name: str


@dataclass
class TaskEnded(Message):
    """A task is over, and another one may begin."""

    name: str
    ended: Result | Failed
    stopped: bool = False
    """Whether it was asked to stop, and did before it was done."""
    notices: tuple[Notice, ...] = ()
    """What it said beside its result."""


class TaskRunner:
    """Runs tasks.

    Args:
        post: takes its messages.
    """

    def __init__(self, post: Callable[[Message], object]) -> None:
        self.task: Task | None = None
        """The one that is at work."""
        self._post = post

    async def run(self, name: str, arguments: Sequence[str], data: Path, command: Sequence[str] = ()) -> None:
        """Do a task to its end, unless one is at work; cancelled, it is stopped.

        Args:
            name: what it does.
            arguments: the rest of its command line.
            data: the data folder.
            command: the beginning of its command line; its name without one.
        """
        if self.task is not None:
            return
        words = [*(command or (name,)), "--json", "--progress=json", *arguments]
        self.task = task = Task(name, MODULE, words, {"TERTULIA_HOME": str(data)})
        notices: list[Notice] = []

        def on_event(event: Progress | Notice) -> None:
            if isinstance(event, Notice):
                notices.append(event)
            elif not task.stopped:
                self._post(TaskProgressed(name, event.text, event.share))

        self._post(TaskBegan(name))
        try:
            ended = await task.run(on_event)
        finally:
            self.task = None
        self._post(TaskEnded(name, ended, task.stopped and isinstance(ended, Failed), tuple(notices)))

    async def stop(self) -> None:
        """Ask the task at work, if there is one, to stop, and wait until its process has ended."""
        if self.task is not None:
            self._post(TaskStopRequested(self.task.name))
            await self.task.stop()
