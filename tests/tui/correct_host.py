"""A host for the parts of the Correct screen where there is no screen: it keeps what they post."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.message import Message

from tests.patience import PATIENCE
from tui.correct.jobs import Jobs


class Timer:
    """A timer of the event loop."""

    def __init__(self, handle: asyncio.TimerHandle) -> None:
        self._handle = handle

    def stop(self) -> None:
        self._handle.cancel()


class Host:
    """Takes messages, and runs what is to be run."""

    def __init__(self) -> None:
        self.posted: list[Message] = []
        """Since this was last emptied."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: list[Timer] = []
        self._news = asyncio.Event()

    def post_message(self, message: Message) -> bool:
        self.posted.append(message)
        self._news.set()
        return True

    def set_timer(self, delay: float, callback: Callable[[], None]) -> Timer:
        self._timers.append(Timer(asyncio.get_running_loop().call_later(delay, callback)))
        return self._timers[-1]

    def run_worker(self, work: Any, *, group: str, exclusive: bool = False, exit_on_error: bool) -> object:
        task = asyncio.get_running_loop().create_task(work() if callable(work) else work, name=group)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def kinds(self) -> list[type[Message]]:
        """Of each message that was posted, in their order."""
        return [type(message) for message in self.posted]

    def all(self, kind: type[Message]) -> list[Any]:
        return [message for message in self.posted if isinstance(message, kind)]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for the message after which this holds."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def get(self, kind: type[Message]) -> Any:
        """The first message of a kind."""
        await self.until(lambda: self.all(kind))
        return self.all(kind)[0]

    async def end(self) -> None:
        """Let what reads the database end, and stop the rest."""
        for timer in self._timers:
            timer.stop()
        while self._tasks:
            for task in self._tasks:
                if task.get_name() != "database":
                    task.cancel()
            await asyncio.wait(self._tasks)


@asynccontextmanager
async def hosted(folder: Path) -> AsyncIterator[tuple[Host, Jobs]]:
    """A host, and a data folder's database in the background."""
    host = Host()
    jobs = Jobs(host)
    jobs.open(folder)
    try:
        yield host, jobs
    finally:
        await host.end()
        await jobs.close()
