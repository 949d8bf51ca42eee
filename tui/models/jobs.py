"""What takes long and is done with models: fetching, adding, verifying; one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from textual.message import Message

from core.processes.events import Failed, Notice, Result
from models.catalog import Entry
from tui.shell.host import Host
from tui.shell.task_runner import TaskBegan, TaskEnded, TaskProgressed, TaskRunner, TaskStopRequested

FETCH, ADD, VERIFY = "pull", "add", "verify"
"""Actions of `tertulia models`."""
SAID = {FETCH: "fetching", ADD: "adding", VERIFY: "verifying"}


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work."""

    action: str
    what: str
    """The model's name, the set's, or a path."""
    part: str = ""
    """What the model is for; empty where nobody knows, or for a set."""
    then_use: bool = False
    """Whether it is to be used afterwards without another question."""

    def __str__(self) -> str:
        return f"{SAID[self.action]} {self.what}"

    @property
    def arguments(self) -> list[str]:
        return ["--", self.what]


@dataclass
class JobsChanged(Message):
    """Something began, came on, or waits."""


@dataclass
class JobEnded(Message):
    """A job is over; the next one has begun, if there is one."""

    job: Job
    ended: Result | Failed
    stopped: bool
    notices: tuple[Notice, ...]


class Jobs:
    """Does jobs.

    Args:
        host: hears how they go.
    """

    def __init__(self, host: Host) -> None:
        self.now: Job | None = None
        """The one at work."""
        self.waiting: list[Job] = []
        self.text = ""
        """How far it is, as a person reads it."""
        self.share: float | None = None
        self._host = host
        self._runner = TaskRunner(self._heard)

    def doing(self, set_name: str, of_set: Iterable[Entry]) -> dict[str, str]:
        """Name of a model → what is being done with it, in a word.

        Args:
            set_name: what stands for several models.
            of_set: those.
        """
        doing = {job.what: "waits" for job in self.waiting}
        if self.now is not None:
            doing[self.now.what] = f"{self.share:.0%}" if self.share is not None else "at work"
        if said := doing.get(set_name):
            doing |= {entry.name: said for entry in of_set}
        return doing

    def add(self, job: Job, data: Path) -> None:
        """Do it, after those that wait already; not twice."""
        if job == self.now or job in self.waiting:
            return
        self.waiting.append(job)
        self._host.post_message(JobsChanged())
        if self.now is None:
            self._begin_next(data)

    def has(self, what: str) -> bool:
        """Whether something is done, or waits to be done, with this model or set."""
        return any(job.what == what for job in (*([self.now] if self.now else []), *self.waiting))

    def drop(self, what: str) -> bool:
        """Let one that waits wait no longer; whether there was one."""
        kept = [job for job in self.waiting if job.what != what]
        dropped = len(kept) < len(self.waiting)
        self.waiting = kept
        if dropped:
            self._host.post_message(JobsChanged())
        return dropped

    async def stop(self) -> None:
        """Ask the one at work to stop, and wait until it has."""
        await self._runner.stop()

    async def close(self) -> None:
        """Stop everything."""
        self.waiting.clear()
        await self._runner.stop()

    def _begin_next(self, data: Path) -> None:
        self.now = self.waiting.pop(0)
        self.text, self.share = f"{self.now.what}: begins…", None
        self._host.run_worker(partial(self._do, self.now, data), group="jobs", exit_on_error=False)

    async def _do(self, job: Job, data: Path) -> None:
        await self._runner.run(str(job), job.arguments, data, ("models", job.action))
        self.now = None
        if self.waiting:
            self._begin_next(data)
        self._host.post_message(JobsChanged())

    def _heard(self, message: Message) -> None:
        match message:
            case TaskBegan():
                self._host.post_message(JobsChanged())
            case TaskProgressed(text=text, share=share):
                self.text, self.share = text, share
                self._host.post_message(JobsChanged())
            case TaskStopRequested():
                self.text, self.share = "stopping…", None
                self._host.post_message(JobsChanged())
            case TaskEnded() as ended if self.now is not None:
                self._host.post_message(JobEnded(self.now, ended.ended, ended.stopped, ended.notices))
