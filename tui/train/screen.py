"""The Train screen: whether it is worth it, the run as it goes, the verdict, and all versions.

Two layers lie below: a run is started and followed (run_follower), versions are judged and promoted
(version_actions). Here are the pages, and what is chosen on them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from core.errors import SENTENCES
from core.words import duration
from store.runs import Run
from store.versions import ModelVersion
from tui.database_worker import DatabaseWorker
from tui.keys import bindings, letter
from tui.shell.listing import LineRow, Listing
from tui.shell.mode_screen import NO_FOLDER
from tui.shell.section_tabs import SectionTabs
from tui.theme import MUTED
from tui.train.keys import TRAIN
from tui.train.reads import Prospect, prospect
from tui.train.verdict_page import verdict_rows
from tui.train.version_actions import VersionActionsScreen
from tui.train.versions_page import RUN as RUN_LINE
from tui.train.versions_page import VERSION as VERSION_LINE
from tui.train.versions_page import version_rows
from tui.train.worth_page import worth_rows

if TYPE_CHECKING:
    from core.importing.transcription import TranscriptionProgress
    from core.runs.snapshot import RunChoice
    from core.runs.watch import RunState

PAGES = ("Worth it?", "Run", "Verdict", "Versions")
WORTH, RUN, VERDICT, VERSIONS = range(4)
AUTO = "auto"
NO_RUN = (
    f"Nothing was trained yet. The first page (←) says whether it is worth it; {letter('begin')} starts it there."
)
NO_VERSION = "No version was made yet, so there is nothing to judge."


class TrainScreen(VersionActionsScreen):
    """Four pages, one key apart."""

    MODE = "train"
    KEYS = TRAIN
    CSS_PATH = "train.tcss"
    BINDINGS = bindings(TRAIN)
    AUTO_FOCUS = "#worth"

    def __init__(self) -> None:
        super().__init__()
        self.at = WORTH
        """The page that is shown."""
        self.preset = AUTO
        self.base = ""
        """Name of the version to train from; empty for what the recogniser in use was first made from."""
        self.knobs: dict[str, Any] = {}
        """Of job.json, in the place of the preset's."""
        self.prospect: Prospect | None = None
        self.tabs = SectionTabs()
        self.worth = Listing(id="worth")
        self.no_run = Static(NO_RUN, id="no-run", markup=False)
        self.verdict = Listing(id="verdict")
        self.versions = Listing(id="versions")
        self.quiet = Static(id="quiet", markup=False)
        """How far the queue is transcribed again."""
        self._attached: set[int] = set()
        """Runs that were come upon at work; whoever left one for another page is not taken back."""

    def body(self) -> Iterable[Widget]:
        yield self.tabs
        yield self.worth
        yield self.no_run
        yield self.view
        yield self.verdict
        yield self.versions
        yield self.quiet

    def on_mount(self) -> None:
        """Show the first page."""
        self.tabs.names = PAGES
        self.watch(self.app, "rehearing", self._show_rehearing)
        self._draw()
        self.go(WORTH)

    def on_screen_resume(self) -> None:
        """See what there is; the first time, open the database."""
        if self._worker is None and self.tertulia.data is not None:
            self._worker = DatabaseWorker(self.tertulia.data)
        if self._worker is None:
            self.worth.show(lambda width: [LineRow(Content(NO_FOLDER))])
        else:
            self._arrive()

    @work(group="arrive", exclusive=True, exit_on_error=False)
    async def _arrive(self) -> None:
        """Go on following a run that is at work; look whether another would be worth it."""
        await self.renew()
        at_work = next((run for run in self.overview.runs if run.id in self.overview.alive), None)
        if at_work is not None and at_work.id not in self._attached:
            self._attached.add(at_work.id)
            self.follow(at_work, awaited=True)
            self.go(RUN)
        elif self.run is None and self.overview.runs:
            self.follow(self.overview.runs[0])
        newest = self._newest()
        if self.judged is None and newest is not None:
            self.judge(newest.name)
        self.tertulia.renew_standing()
        self._look_ahead()

    # --- pages ------------------------------------------------------------------------------------

    def go(self, page: int) -> None:
        """Show a page."""
        self.at = page % len(PAGES)
        self.worth.display = self.at == WORTH
        self.view.display = self.at == RUN and self.run is not None
        self.no_run.display = self.at == RUN and self.run is None
        self.verdict.display = self.at == VERDICT
        self.versions.display = self.at == VERSIONS
        self.tabs.here, self.tabs.in_sight = self.at, range(self.at, self.at + 1)
        self._list.focus()
        self.show_keys()

    @property
    def _list(self) -> Listing:
        """What up and down work on."""
        return (self.worth, self.view.samples, self.verdict, self.versions)[self.at]

    def action_step(self, step: int) -> None:
        self.go(self.at + step)

    def action_section(self, page: int) -> None:
        self.go(page)

    def action_move(self, step: int) -> None:
        self._list.move(step)

    def action_page(self, step: int) -> None:
        self._list.page(step)

    def action_end(self, place: int) -> None:
        self._list.end(place)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "start":
                ready = self.prospect is not None and self.prospect.worth is not None
                return self.at == WORTH and ready and not self.at_work and not self.starting
            case "preset" | "base":
                return self.at == WORTH and self._worker is not None
            case "open":
                return self.at == VERSIONS and bool(self.versions.key)
            case "keep":
                return self.at == VERDICT and bool(super().check_action("promote", parameters))
            case "mark":
                return self.at == VERSIONS and bool(super().check_action(action, parameters))
            case "roll_back":
                return self.at in (VERDICT, VERSIONS) and bool(super().check_action(action, parameters))
            case "resume" | "log":
                return self.at == RUN and bool(super().check_action(action, parameters))
            case _:
                return super().check_action(action, parameters)

    # --- is it worth it? --------------------------------------------------------------------------

    @work(group="prospect", exclusive=True, exit_on_error=False)
    async def _look_ahead(self) -> None:
        """Find out what training would be."""
        choice = self._choice()
        try:
            self.prospect = await self.worker.read(lambda desk: prospect(choice)(desk.store))
        except SENTENCES as error:
            self.prospect = Prospect(refused=str(error))
        self._draw()
        self.show_keys()

    def _choice(self) -> RunChoice:
        from core.runs.snapshot import RunChoice

        return RunChoice(base=self.base, preset=self.preset, knobs=self.knobs)

    def action_start(self) -> None:
        self.start_run(self._choice())

    def action_preset(self, step: int) -> None:
        """Take another preset."""
        from core.runs.presets import PRESETS

        names = (AUTO, *PRESETS)
        self.preset = names[(names.index(self.preset) + step) % len(names)]
        self._other_choice()

    def action_base(self) -> None:
        """Start from the next of the versions, or from what the recogniser in use was first made from."""
        names = ["", *(one.name for one in self.overview.versions if one.run is not None and not one.deleted)]
        self.base = names[(names.index(self.base) + 1) % len(names)] if self.base in names else ""
        self._other_choice()

    def _other_choice(self) -> None:
        self.prospect = None
        self._draw()
        self.show_keys()
        self._look_ahead()

    def _preset_text(self) -> str:
        from core.runs.presets import PRESETS

        worth = None if self.prospect is None else self.prospect.worth
        found = PRESETS.get(self.preset if worth is None else worth.snapshot.preset.name)
        if found is None:
            return self.preset
        chosen = ", chosen by how much there is" if self.preset == AUTO else ""
        return f"{found.title}{chosen}. {found.about}"

    def _waiting(self) -> str:
        """A sentence about a version that was proven better and is not in use."""
        newest, active = self._newest(), self.overview.active
        if newest is None or newest.scores.get("outcome") != "better" or (active and active.id >= newest.id):
            return ""
        better = f"{newest.name} was proven better and waits for you"
        return f"{better}: the verdict (→ →) says more, {letter('promote')} promotes it."

    def _newest(self) -> ModelVersion | None:
        """The version that was made last, if it is still there."""
        return next((one for one in self.overview.versions if one.run is not None and not one.deleted), None)

    # --- what the layers below report -------------------------------------------------------------

    def show_state(self, state: RunState) -> None:
        if self.run is not None:
            self.view.show(state, f"Run {self.run.id}")
            self.tabs.summary = (summary(self.run, state),)
            if self.at == RUN and not self.view.display:
                self.go(RUN)

    def run_began(self) -> None:
        if self.run is not None:
            self._attached.add(self.run.id)
        self.go(RUN)

    def run_ended(self, run: Run, state: RunState) -> None:
        """Settle what it made, and show its verdict."""
        self.run_worker(self._ended(run, state), group="ended", exit_on_error=False)

    async def _ended(self, run: Run, state: RunState) -> None:
        await self.renew()  # which settles
        made = self.overview.made_by(run)
        if made is not None:
            self.judge(made.name)
            self.go(VERDICT)
            self.tertulia.tell(f"Run {run.id} is finished and made {made.name}.", "information")
        elif state.error is not None:
            self.tertulia.tell(f"Run {run.id}: {state.error[0]}; {state.error[1]}.", "error")
        else:
            self.tertulia.tell(f"Run {run.id} is {state.status}.", "information")
        self.tertulia.renew_standing()
        self._look_ahead()

    def overview_read(self) -> None:
        """Draw what was read."""
        if self.run is None:
            self.tabs.summary = ()
            self.go(self.at)
        self._draw()
        self.show_keys()

    def verdict_read(self) -> None:
        self._draw()
        self.show_keys()

    def _draw(self) -> None:
        """Draw all pages of text again."""
        self.worth.show(partial(worth_rows, self.prospect, self._preset_text(), self._waiting()))
        self.versions.show(partial(version_rows, self.overview, self.marked))
        known, standing = self.judged, self._standing()
        nothing = [LineRow(Content.styled(NO_VERSION, MUTED))]
        self.verdict.show(lambda width: verdict_rows(known, standing, width) or nothing)

    def _standing(self) -> str:
        """What the keys do with the version whose verdict is shown."""
        version, active = (
            self.chosen_version if self.at == VERDICT else self._judged_version(),
            self.overview.active,
        )
        if version is None:
            return ""
        if version.deleted:
            return "deleted"
        if active is not None and version.id == active.id:
            return "it is the ear"
        return f"{letter('promote')} promotes it, {letter('put aside')} keeps the present ear"

    def _show_rehearing(self, progress: TranscriptionProgress | None) -> None:
        self.quiet.display = progress is not None
        if progress is not None:
            left = f", about {duration(progress.left)} left" if progress.left else ""
            self.quiet.update(
                f"▶ The queue is transcribed again: {progress.done:,} of {progress.total:,} segments{left}"
            )

    # --- what keys work on ------------------------------------------------------------------------

    @property
    def chosen_version(self) -> ModelVersion | None:
        """The version whose verdict is shown, or that the cursor is on."""
        if self.at == VERDICT:
            return self._judged_version()
        if self.at == VERSIONS and self.versions.key.startswith(VERSION_LINE):
            return self.overview.version(self.versions.key.removeprefix(VERSION_LINE))
        return None

    def _judged_version(self) -> ModelVersion | None:
        """As it is known now, which may be later than when it was judged."""
        if self.judged is None:
            return None
        return self.overview.version(self.judged.version.name) or self.judged.version

    @property
    def chosen_run(self) -> Run | None:
        if self.at == VERSIONS and self.versions.key.startswith(RUN_LINE):
            return self.overview.run(int(self.versions.key.removeprefix(RUN_LINE)))
        return None

    @on(Listing.Moved, "#versions")
    def moved(self) -> None:
        self.show_keys()

    @on(Listing.Clicked, "#versions")
    def action_open(self) -> None:
        """Show the verdict on the version, or the run, under the cursor."""
        version, run = self.chosen_version, self.chosen_run
        if version is not None:
            self.judge(version.name)
            self.go(VERDICT)
        elif run is not None:
            self.follow(run)
            self.go(RUN)


def summary(run: Run, state: RunState) -> str:
    """A run in a few words."""
    share = f" {100 * state.step / state.steps:.0f} %" if state.steps and not state.ended else ""
    return f"run {run.id} {state.status}{share}"
