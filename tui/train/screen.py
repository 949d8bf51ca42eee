"""The Train screen: whether it is worth it, the run as it goes, the verdict, and all versions.

Three objects work for it: the plan of the next run, the follower of the present one, and what can be done with
versions. What they find out they post; here it is shown, and what keys do goes back to them.

Nothing is promoted by itself. A version that was proven better is promoted by one key, and rolled back by
another; any other only by somebody who writes that it must be so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from textual import on
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget

from store.runs import Run
from store.versions import ModelVersion
from tui.database_worker import DatabaseWorker
from tui.keys import bindings
from tui.messages import PromotionEnded
from tui.shell.listing import LineRow, Listing
from tui.shell.mode_screen import NO_FOLDER, ModeScreen
from tui.shell.text_view import TextView
from tui.train import dialogs
from tui.train.keys import TRAIN
from tui.train.pages import RUN, VERDICT, VERSIONS, WORTH, Pages
from tui.train.run_follower import (
    RunAskedToStop,
    RunBegan,
    RunEnded,
    RunFailedToStart,
    RunFailedToStop,
    RunFollower,
    RunStateChanged,
)
from tui.train.run_page import ending, summary
from tui.train.training_plan import ChoiceChanged, ProspectRead, TrainingPlan
from tui.train.verdict_page import standing_of, verdict_rows
from tui.train.version_actions import (
    ActionRefused,
    CardFound,
    OverviewRead,
    PromotionWeighed,
    RunSettled,
    VerdictRead,
    VersionActions,
)
from tui.train.versions_page import version_rows
from tui.train.worth_page import waiting, worth_rows


class TrainScreen(ModeScreen):
    """Composes the pages, routes keys and messages, and asks before what cannot be undone."""

    MODE = "train"
    KEYS = TRAIN
    CSS_PATH = "train.tcss"
    BINDINGS = bindings(TRAIN)
    AUTO_FOCUS = "#worth"

    def __init__(self) -> None:
        super().__init__()
        self.plan = TrainingPlan(self)
        self.follower = RunFollower(self)
        self.actions = VersionActions(self)
        self.pages = Pages()
        self.marked = ""
        """Name of the version that others are compared with."""
        self._database: DatabaseWorker | None = None
        self._shown: set[int] = set()
        """Runs that were come upon at work; whoever left one for another page is not taken back."""

    @property
    def database(self) -> DatabaseWorker:
        """The threads that read and write the database."""
        assert self._database is not None, "there is no data folder yet, so that there is nothing to ask for"
        return self._database

    def body(self) -> Iterable[Widget]:
        yield self.pages

    def on_mount(self) -> None:
        self._draw()
        self.go(WORTH)

    def on_screen_resume(self) -> None:
        """See what there is; the first time, open the database."""
        if self._database is None and self.tertulia.data is not None:
            self._database = DatabaseWorker(self.tertulia.data)
        if self._database is None:
            self.pages.worth.show(lambda width: [LineRow(Content(NO_FOLDER))])
        else:
            self.actions.read()

    async def on_unmount(self) -> None:
        """Close the database; a run goes on."""
        if self._database is not None:
            await self._database.close()

    # --- pages ------------------------------------------------------------------------------------

    def go(self, page: int) -> None:
        """Show a page."""
        self.pages.go(page, with_run=self.follower.run is not None)
        self.show_keys()

    @on(ChoiceChanged)
    @on(ProspectRead)
    @on(VerdictRead)
    def _draw(self) -> None:
        """Draw all pages of text again."""
        overview, judged = self.actions.overview, self.actions.judged
        pages, standing = self.pages, standing_of(self._judged_version, overview)
        pages.worth.show(partial(worth_rows, self.plan.prospect, self.plan.preset_text, waiting(overview)))
        pages.versions.show(partial(version_rows, overview, self.marked))
        pages.verdict.show(partial(verdict_rows, judged, standing))
        self.show_keys()

    @on(Listing.Moved, "#versions")
    def draw_keys(self) -> None:
        self.show_keys()

    # --- what keys work on ------------------------------------------------------------------------

    @property
    def chosen_version(self) -> ModelVersion | None:
        """The version whose verdict is shown, or that the cursor is on."""
        if self.pages.at == VERDICT:
            return self._judged_version
        return self.actions.overview.version(self.pages.version)

    @property
    def _judged_version(self) -> ModelVersion | None:
        """As it is known now, which may be later than when it was judged."""
        if (judged := self.actions.judged) is None:
            return None
        return self.actions.overview.version(judged.version.name) or judged.version

    @property
    def chosen_run(self) -> Run | None:
        """The run that the cursor is on in the list."""
        return self.actions.overview.run(self.pages.run_number)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        page, run, overview, version = self.pages.at, self.follower, self.actions.overview, self.chosen_version
        there = version is not None and not version.deleted
        free = not self.tertulia.is_promoting
        other = version is not None and there and not overview.in_use(version)
        match action:
            case "start":
                return page == WORTH and self.plan.ready and not run.at_work and not run.starting
            case "preset" | "base":
                return page == WORTH and self._database is not None
            case "stop":
                return run.can_stop
            case "force":
                return run.can_force
            case "resume":
                return page == RUN and run.can_resume
            case "log":
                return page == RUN and run.run is not None
            case "promote":
                return other and free
            case "keep":
                return page == VERDICT and other and free
            case "roll_back":
                return page in (VERDICT, VERSIONS) and overview.before is not None and free
            case "open":
                return page == VERSIONS and bool(version or self.chosen_run)
            case "mark":
                return page == VERSIONS and there
            case "compare" | "tag":
                return there
            case "card":
                return there and version is not None and version.run is not None
            case "delete":
                return there or self.chosen_run is not None
            case _:
                return super().check_action(action, parameters)

    # --- keys: pages ------------------------------------------------------------------------------

    def action_step(self, step: int) -> None:
        self.go(self.pages.at + step)

    def action_section(self, page: int) -> None:
        self.go(page)

    def action_move(self, step: int) -> None:
        self.pages.list.move(step)

    def action_page(self, step: int) -> None:
        self.pages.list.page(step)

    def action_end(self, place: int) -> None:
        self.pages.list.end(place)

    @on(Listing.Clicked, "#versions")
    def action_open(self) -> None:
        """Show the verdict on the version, or the run, under the cursor."""
        version, run = self.chosen_version, self.chosen_run
        if version is not None:
            self.actions.judge(version.name)
            self.go(VERDICT)
        elif run is not None:
            self.follower.follow(run)
            self.go(RUN)

    # --- the next run -----------------------------------------------------------------------------

    def action_preset(self, step: int) -> None:
        self.plan.other_preset(step)

    def action_base(self) -> None:
        self.plan.other_base([version.name for version in self.actions.overview.made_here])

    # --- the run ----------------------------------------------------------------------------------

    def action_start(self) -> None:
        self.follower.start(self.plan.choice)
        self.show_keys()

    def action_resume(self) -> None:
        self.follower.resume()
        self.show_keys()

    def action_stop(self) -> None:
        if (run := self.follower.run) is not None:
            self._ask(dialogs.stop(run), lambda: self.follower.stop(run))

    def action_force(self) -> None:
        if (run := self.follower.run) is not None:
            self._ask(dialogs.force_stop(run), lambda: self.follower.stop(run, force=True))

    def action_log(self) -> None:
        from core.runs.launch import log_of

        if (run := self.follower.run) is not None:
            self.app.push_screen(TextView(f"Log of run {run.id}", log_of(run), tail=True))

    @on(RunBegan)
    def show_new_run(self, message: RunBegan) -> None:
        self._shown.add(message.run.id)
        self.go(RUN)
        self.actions.read()

    @on(RunStateChanged)
    def show_run(self, message: RunStateChanged) -> None:
        if message.run is self.follower.run:
            self.pages.run.show(message.state, f"Run {message.run.id}")
            self.pages.tabs.summary = (summary(message.run, message.state),)
            self.show_keys()

    @on(RunEnded)
    def settle_run(self, message: RunEnded) -> None:
        self.actions.settle(message.run, message.state)

    @on(RunSettled)
    def announce_end(self, message: RunSettled) -> None:
        """Say how the run ended, and show the verdict on what it made."""
        made, failed = message.made, message.made is None and message.state.error is not None
        if made is not None:
            self.actions.judge(made.name)
            self.pages.choose_version(made.name)
            self.go(VERDICT)
        self.tertulia.tell(ending(message.run, message.state, made), "error" if failed else "information")

    @on(RunAskedToStop)
    def tell_of_stop(self, message: RunAskedToStop) -> None:
        text = "It was ended." if message.forced else f"Run {message.run.id} ends after this step."
        self.tertulia.tell(text, "information")

    @on(RunFailedToStart)
    @on(RunFailedToStop)
    @on(ActionRefused)
    def tell_why(self, message: RunFailedToStart | RunFailedToStop | ActionRefused) -> None:
        self.tertulia.tell(message.why, "error")
        self.show_keys()

    # --- runs and versions ------------------------------------------------------------------------

    @on(OverviewRead)
    def show_overview(self) -> None:
        """Go on following a run that is at work; look whether another would be worth it."""
        overview, follower = self.actions.overview, self.follower
        if follower.run is not None and overview.run(follower.run.id) is None:
            follower.forget()
            self.pages.tabs.summary = ()
        at_work = overview.run_at_work
        if at_work is not None and at_work.id not in self._shown:
            self._shown.add(at_work.id)
            follower.follow(at_work, awaited=True)
            self.go(RUN if self.pages.at == WORTH else self.pages.at)
        elif follower.run is None:
            if overview.runs:
                follower.follow(overview.runs[0])
            self.go(self.pages.at)
        if self.actions.judged is None and overview.newest is not None:
            self.actions.judge(overview.newest.name)
        self.tertulia.renew_standing()
        self.plan.look_ahead()
        self._draw()

    def action_mark(self) -> None:
        """Compare others with this one, or no longer."""
        if (version := self.chosen_version) is not None:
            self.marked = "" if self.marked == version.name else version.name
            self._draw()

    def action_compare(self) -> None:
        from tui.train.compare_screen import CompareScreen

        if (version := self.chosen_version) is None:
            return
        other = self.actions.overview.beside(version, self.marked)
        if other is None:
            self.tertulia.tell("Mark another version first (space): two are needed.", "warning")
            return
        first, second = sorted((version, other), key=lambda one: one.id)
        self.app.push_screen(CompareScreen(first.name, second.name, self.database))

    def action_tag(self) -> None:
        if (version := self.chosen_version) is None:
            return

        def chosen(tags: tuple[str, ...] | None) -> None:
            if tags is not None:
                self.actions.tag(version.name, tags)

        self.app.push_screen(dialogs.Tags(version.name, version.tags), chosen)

    def action_delete(self) -> None:
        if (version := self.chosen_version) is not None:
            self._ask(dialogs.delete_version(version), lambda: self.actions.delete_version(version.name))
        elif (run := self.chosen_run) is not None:
            self._ask(dialogs.delete_run(run), lambda: self.actions.delete_run(run))

    def action_card(self) -> None:
        if (version := self.chosen_version) is not None:
            self.actions.find_card(version)

    @on(CardFound)
    def show_card(self, message: CardFound) -> None:
        self.app.push_screen(TextView(f"Card of {message.name}", message.path))

    # --- which version is in use ------------------------------------------------------------------

    def action_promote(self) -> None:
        if (version := self.chosen_version) is not None:
            self.actions.weigh(version.name)

    @on(PromotionWeighed)
    def promote_if_better(self, message: PromotionWeighed) -> None:
        """Promote the version; one that is not proven better only when somebody writes so."""
        version, question = message.judged.version, dialogs.promote(message.judged)
        if question is None:
            self.tertulia.promote(version.name)
            self.show_keys()
        else:
            self._ask(question, lambda: self.tertulia.promote(version.name, force=version.run is not None))

    def action_keep(self) -> None:
        active = self.actions.overview.active
        name = active.name if active is not None else "The present ear"
        self.tertulia.tell(f"{name} stays in use; the new version is in the list of versions.", "information")

    def action_roll_back(self) -> None:
        if (before := self.actions.overview.before) is not None:
            self._ask(dialogs.roll_back(before), self.tertulia.roll_back)

    @on(PromotionEnded)
    def show_active(self, message: PromotionEnded) -> None:
        """Another version is in use, or the same one still."""
        if self._database is None:
            return
        self.actions.read()
        if not message.trouble and self.is_current:
            self.tertulia.tell(
                f"{message.version} is in use now. The rest of the queue is transcribed again with it.",
                "information",
            )

    def _ask(self, question: ModalScreen[bool], do: Callable[[], None]) -> None:
        """Do this when somebody says yes."""

        def answered(yes: bool | None) -> None:
            if yes:
                do()
                self.show_keys()

        self.app.push_screen(question, answered)
