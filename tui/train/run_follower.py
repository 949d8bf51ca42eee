"""Starts a run, follows it, and asks it to stop.

The run is a process of its own, and its folder says everything: what is here only reads what is there, so
closing the app or losing the terminal changes nothing, and whoever comes back gets the whole curve.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from core.errors import TROUBLE
from store.runs import Run
from tui.shell.host import DatabaseHost

if TYPE_CHECKING:
    from core.runs.snapshot import RunChoice
    from core.runs.watch import RunState, RunWatch
    from store.database import Store

POLL_SECONDS = 0.5
"""How often the folder of the run is looked at."""
AT_WORK = ("preparing", "running", "stalled")


@dataclass
class RunBegan(Message, bubble=False):
    """A run was started or goes on, and is followed."""

    run: Run


@dataclass
class RunFailedToStart(Message, bubble=False):
    """No run was started, and none goes on."""

    why: str


@dataclass
class RunStateChanged(Message, bubble=False):
    """The folder of the followed run says something new, or was read for the first time."""

    run: Run
    state: RunState


@dataclass
class RunEnded(Message, bubble=False):
    """The followed run was at work and no longer is, one way or another."""

    run: Run
    state: RunState


@dataclass
class RunAskedToStop(Message, bubble=False):
    """A run ends after its step, or was ended where it stood."""

    run: Run
    forced: bool


@dataclass
class RunFailedToStop(Message, bubble=False):
    """A run goes on, or had ended before it was asked to."""

    why: str


class RunFollower:
    """Follows one run at a time."""

    def __init__(self, host: DatabaseHost) -> None:
        self.run: Run | None = None
        """The one that is followed."""
        self.state: RunState | None = None
        """How far it is; None until its folder was read."""
        self.starting = False
        """Whether a run is being started or resumed."""
        self._host = host
        self._awaited = False
        """Whether the end of the run is still to be announced."""

    @property
    def at_work(self) -> bool:
        """Whether the followed run goes on just now."""
        return self._status in AT_WORK

    @property
    def can_stop(self) -> bool:
        return self._status in ("preparing", "running")

    @property
    def can_force(self) -> bool:
        return self._status == "stalled"

    @property
    def can_resume(self) -> bool:
        return self._status in ("stopped", "failed") and not self.starting

    @property
    def _status(self) -> str:
        return self.state.status if self.state is not None else ""

    # --- following --------------------------------------------------------------------------------

    def follow(self, run: Run, awaited: bool = False) -> None:
        """Follow this run from now on; all it has reported so far comes with the first look.

        Args:
            awaited: it is at work, or was a moment ago, and its end is to be announced.
        """
        from core.runs.watch import RunWatch

        self.run, self.state, self._awaited = run, None, awaited
        self._host.run_worker(
            partial(self._watch, run, RunWatch(run.folder)), group="watch", exclusive=True, exit_on_error=False
        )

    def forget(self) -> None:
        """Follow no run any more."""
        self.run = self.state = None

    async def _watch(self, run: Run, watch: RunWatch) -> None:
        while True:
            state = await asyncio.to_thread(_looked, watch)
            if self.run is not run:
                return
            if state != self.state:
                self._take(run, state)
            await asyncio.sleep(POLL_SECONDS)

    def _take(self, run: Run, state: RunState) -> None:
        self.state = state
        self._host.post_message(RunStateChanged(run, state))
        if self.at_work:
            self._awaited = True
        elif self._awaited:
            self._awaited = False
            self._host.post_message(RunEnded(run, state))

    # --- starting and stopping --------------------------------------------------------------------

    def start(self, choice: RunChoice) -> None:
        """Start a run and follow it, unless one is being started."""

        def begun(store: Store) -> Run:
            from core.runs.launch import begin

            return begin(store, choice)

        self._launch(begun)

    def resume(self) -> None:
        """Let the followed run go on, unless one is being started."""
        run = self.run
        if run is None:
            return

        def resumed(store: Store) -> Run:
            from core.runs.launch import resume

            resume(store, run)
            return run

        self._launch(resumed)

    def _launch(self, do: Callable[[Store], Run]) -> None:
        if not self.starting:
            self.starting = True
            self._host.run_worker(partial(self._launched, do), group="start", exit_on_error=False)

    async def _launched(self, do: Callable[[Store], Run]) -> None:
        try:
            run = await self._host.database.do(lambda desk: do(desk.store))
        except TROUBLE as error:
            self._host.post_message(RunFailedToStart(str(error)))
            return
        finally:
            self.starting = False
        self.follow(run, awaited=True)
        self._host.post_message(RunBegan(run))

    def stop(self, run: Run, force: bool = False) -> None:
        """Ask a run to end after its step; `force` ends it where it stands."""
        self._host.run_worker(partial(self._stopped, run, force), group="stop", exit_on_error=False)

    async def _stopped(self, run: Run, force: bool) -> None:
        from core.runs.launch import stop

        try:
            await asyncio.to_thread(stop, run, force)
        except TROUBLE as error:
            self._host.post_message(RunFailedToStop(str(error)))
        else:
            self._host.post_message(RunAskedToStop(run, force))


def _looked(watch: RunWatch) -> RunState:
    """The state after another look; a copy, because the next look changes it while this one is being drawn."""
    watch.poll()
    state = watch.state
    return replace(state, loss_points=list(state.loss_points), evals=list(state.evals))
