"""The four pages of the Train screen, one of which is shown, and a line below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from core.words import duration
from tui.keys import letter
from tui.shell.listing import Listing
from tui.shell.section_tabs import SectionTabs
from tui.train.run_page import RunView
from tui.train.versions_page import RUN as RUN_LINE
from tui.train.versions_page import VERSION as VERSION_LINE

if TYPE_CHECKING:
    from core.importing.transcription import TranscriptionProgress

PAGES = ("Worth it?", "Run", "Verdict", "Versions")
WORTH, RUN, VERDICT, VERSIONS = range(4)
NO_RUN = (
    f"Nothing was trained yet. The first page (←) says whether it is worth it; {letter('begin')} starts it there."
)


class Pages(Vertical):
    """Shows a page; the screen says which, and fills them."""

    def __init__(self) -> None:
        super().__init__()
        self.at = WORTH
        """The page that is shown."""
        self.tabs = SectionTabs()
        self.worth = Listing(id="worth")
        self.no_run = Static(NO_RUN, id="no-run", markup=False)
        self.run = RunView()
        self.verdict = Listing(id="verdict")
        self.versions = Listing(id="versions")
        self._rehearing = Static(id="rehearing", markup=False)

    def compose(self) -> ComposeResult:
        yield self.tabs
        yield self.worth
        yield self.no_run
        yield self.run
        yield self.verdict
        yield self.versions
        yield self._rehearing

    def on_mount(self) -> None:
        self.tabs.names = PAGES
        self.watch(self.app, "rehearing", self._show_rehearing)

    def go(self, page: int, with_run: bool) -> None:
        """Show a page; without a run, a sentence stands in its place."""
        self.at = page % len(PAGES)
        self.worth.display = self.at == WORTH
        self.run.display = self.at == RUN and with_run
        self.no_run.display = self.at == RUN and not with_run
        self.verdict.display = self.at == VERDICT
        self.versions.display = self.at == VERSIONS
        self.tabs.here, self.tabs.in_sight = self.at, range(self.at, self.at + 1)
        self.list.focus()

    @property
    def list(self) -> Listing:
        """What up and down work on."""
        return (self.worth, self.run.samples, self.verdict, self.versions)[self.at]

    @property
    def version(self) -> str:
        """Name of the version that the cursor is on, in the list of versions and runs; empty for none."""
        return self._chosen(VERSION_LINE)

    @property
    def run_number(self) -> int:
        """Number of the run that the cursor is on there; 0 for none."""
        return int(self._chosen(RUN_LINE) or 0)

    def choose_version(self, name: str) -> None:
        """Put the cursor on a version of that list."""
        self.versions.choose(VERSION_LINE + name)

    def _chosen(self, beginning: str) -> str:
        key = self.versions.key if self.at == VERSIONS else ""
        return key.removeprefix(beginning) if key.startswith(beginning) else ""

    def _show_rehearing(self, progress: TranscriptionProgress | None) -> None:
        """How far the queue is transcribed again."""
        self._rehearing.display = progress is not None
        if progress is not None:
            left = f", about {duration(progress.left)} left" if progress.left else ""
            self._rehearing.update(
                f"▶ The queue is transcribed again: {progress.done:,} of {progress.total:,} segments{left}"
            )
