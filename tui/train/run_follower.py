"""The first layer of the Train screen: a run is started, followed, stopped and resumed.

The run is a process of its own, and its folder says everything: this screen only reads what is there, so
leaving it, closing the app or losing the terminal changes nothing, and coming back shows the whole curve.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from core.errors import SENTENCES, TROUBLE
from store.runs import Run
from tui.database_worker import DatabaseWorker
from tui.shell.header_and_keys import KeysLine
from tui.shell.mode_screen import ModeScreen
from tui.train.reads import Overview, overview
from tui.train.run_page import RunView

if TYPE_CHECKING:
    from core.runs.snapshot import RunChoice
    from core.runs.watch import RunState, RunWatch

POLL_SECONDS = 0.5
"""How often the folder of the run is looked at."""
AT_WORK = ("preparing", "running", "stalled")
STOP = "It ends after this step and keeps what it learnt; you can resume it whenever you like."
FORCE = "It does not answer. Its process is ended; the newest checkpoint stays, and the run can be resumed from it."


class RunFollowingScreen(ModeScreen):
    """A screen that follows one run."""

    class StateChanged(Message):
        """The folder of a run says something new, or was read for the first time."""

        def __init__(self, run: Run, state: RunState) -> None:
            super().__init__()
            self.run = run
            self.state = state

    def __init__(self) -> None:
        super().__init__()
        self.overview = Overview()
        self.run: Run | None = None
        """The one that is followed."""
        self.state: RunState | None = None
        self.view = RunView()
        self.starting = False
        """Whether a run is being started or resumed."""
        self._worker: DatabaseWorker | None = None
        self._watch: RunWatch | None = None
        self._polling = False
        self._awaited = False
        """Whether the end of the run is still to be announced."""

    @property
    def worker(self) -> DatabaseWorker:
        """The threads that read and write the database."""
        assert self._worker is not None, "the screen has not been shown yet"
        return self._worker

    @property
    def at_work(self) -> bool:
        """Whether the followed run goes on just now."""
        return self.state is not None and self.state.status in AT_WORK

    def on_mount(self) -> None:
        self.set_interval(POLL_SECONDS, self._poll)

    async def on_unmount(self) -> None:
        """Close the database; the run goes on."""
        if self._worker is not None:
            await self._worker.close()

    # --- following --------------------------------------------------------------------------------

    def follow(self, run: Run, awaited: bool = False) -> None:
        """Follow this run from now on; all it has reported so far comes with the first look.

        Args:
            awaited: it is at work, or was a moment ago, and its end is to be announced.
        """
        from core.runs.watch import RunWatch

        self.run, self.state, self._awaited = run, None, awaited
        self._watch = RunWatch(run.folder)
        self._poll()

    def _poll(self) -> None:
        if self._watch is not None and self.run is not None and not self._polling:
            self._polling = True
            self.run_worker(self._look(self._watch, self.run), group="poll", exit_on_error=False)

    async def _look(self, watch: RunWatch, run: Run) -> None:
        try:
            state = await asyncio.to_thread(_looked, watch)
        finally:
            self._polling = False
        if state != self.state:
            self.post_message(self.StateChanged(run, state))

    def on_run_following_screen_state_changed(self, message: StateChanged) -> None:
        """Show where the run is; when it has ended, settle what it made."""
        if self.run is None or message.run.id != self.run.id:
            return
        before = self.state.status if self.state is not None else ""
        self.state = message.state
        self.show_state(self.state)
        if self.at_work:
            self._awaited = True
        elif self._awaited:
            self._awaited = False
            self.run_ended(message.run, self.state)
        if before != self.state.status:
            self.show_keys()

    async def renew(self) -> None:
        """Read all runs and versions again."""
        try:
            self.overview = await self.worker.do(lambda desk: overview(desk.store))
        except SENTENCES as error:
            self.tertulia.tell(str(error), "error")
            return
        if self.run is not None and self.overview.run(self.run.id) is None:
            self.run = self.state = self._watch = None
        self.overview_read()

    # --- keys ---------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        status = self.state.status if self.state is not None else ""
        match action:
            case "stop":
                return status in ("preparing", "running")
            case "force":
                return status == "stalled"
            case "resume":
                return status in ("stopped", "failed") and not self.starting
            case "log":
                return self.run is not None
            case _:
                return super().check_action(action, parameters)

    def start_run(self, choice: RunChoice) -> None:
        """Start a run, unless one is being started."""
        if not self.starting and self._worker is not None:
            self.starting = True
            self.show_keys()
            self.run_worker(self._start(choice), group="start", exit_on_error=False)

    async def _start(self, choice: RunChoice) -> None:
        from core.runs.launch import begin

        try:
            run = await self.worker.do(lambda desk: begin(desk.store, choice))
        except TROUBLE as error:
            self.tertulia.tell(str(error), "error")
            return
        finally:
            self.starting = False
            self.show_keys()
        self.follow(run, awaited=True)
        self.run_began()
        await self.renew()

    def action_resume(self) -> None:
        if self.run is not None and not self.starting:
            self.starting = True
            self.show_keys()
            self.run_worker(self._resume(self.run), group="start", exit_on_error=False)

    async def _resume(self, run: Run) -> None:
        from core.runs.launch import resume

        try:
            await self.worker.do(lambda desk: resume(desk.store, run))
        except TROUBLE as error:
            self.tertulia.tell(str(error), "error")
            return
        finally:
            self.starting = False
            self.show_keys()
        self.follow(run, awaited=True)
        self.run_began()

    def action_stop(self) -> None:
        """Ask, then let the run end after its step."""
        self._ask_to_stop(False)

    def action_force(self) -> None:
        """Ask, then end a run that does not answer."""
        self._ask_to_stop(True)

    def _ask_to_stop(self, force: bool) -> None:
        from tui.shell.confirm import Confirm

        run = self.run
        if run is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.run_worker(self._stop(run, force), group="stop", exit_on_error=False)

        question = f"Force run {run.id} to stop?" if force else f"Stop run {run.id}?"
        self.app.push_screen(Confirm(question, FORCE if force else STOP), answered)

    async def _stop(self, run: Run, force: bool) -> None:
        from core.runs.launch import stop

        try:
            await asyncio.to_thread(stop, run, force)
        except TROUBLE as error:
            self.tertulia.tell(str(error), "error")
        else:
            self.tertulia.tell(
                f"Run {run.id} ends after this step." if not force else "It was ended.", "information"
            )

    def action_log(self) -> None:
        from core.runs.launch import log_of
        from tui.shell.text_view import TextView

        if self.run is not None:
            self.app.push_screen(TextView(f"Log of run {self.run.id}", log_of(self.run), tail=True))

    def show_keys(self) -> None:
        for keys in self.query(KeysLine):
            keys.refresh()
        self.refresh_bindings()

    # --- what the layers above do -------------------------------------------------------------------

    def show_state(self, state: RunState) -> None:
        """Show how far the run is."""
        raise NotImplementedError

    def run_began(self) -> None:
        """A run was started, or goes on."""
        raise NotImplementedError

    def run_ended(self, run: Run, state: RunState) -> None:
        """The run that was watched is over, one way or another."""
        raise NotImplementedError

    def overview_read(self) -> None:
        """Runs and versions were read again."""
        raise NotImplementedError


def _looked(watch: RunWatch) -> RunState:
    """The state after another look; a copy, because the next look changes it while this one is being drawn."""
    watch.poll()
    state = watch.state
    return replace(state, loss_points=list(state.loss_points), evals=list(state.evals))
