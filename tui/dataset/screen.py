"""The Dataset screen: what the corrections add up to, what is doubtful, and how much work is left.

The figures are counts that are always kept, so they are there at once; what compares segments with each
other comes a little later. Both are made in threads, again when something has changed, and never so often
that they take more than a small share of a processor.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from core.words import counted
from store.errors import StoreError
from store.segments import queue
from tui.database_worker import DatabaseWorker
from tui.dataset import checks
from tui.dataset.figures import sections, summary
from tui.dataset.keys import DATASET
from tui.dataset.panels import Panels
from tui.dataset.tasks import TaskScreen
from tui.keys import bindings, letter
from tui.shell.mode_screen import NO_FOLDER
from tui.shell.section_tabs import SectionTabs

if TYPE_CHECKING:
    from core.dataset.stats import Stats
    from core.review.desk import Desk

POLL_SECONDS = 1.0
"""How often to look for what has changed."""
REST = 10
"""Times as long as counting took, before it is done again by itself."""

EMPTY = (
    ("There is nothing to count yet.", "bold"),
    f"\n\nTalk with the tutor ({letter('mode.talk')}): every turn you speak is kept, waits for you to be corrected "
    f"({letter('mode.correct')}), and counts here.\n\nOr press {letter('import')} to import recordings of your "
    "own: audio alone, or with transcripts in the format of another tool.\n\nHere you will see how many minutes "
    "you have corrected, how well the ear hears each speaker, which recordings are too quiet or clipped, and what "
    "the next milestone brings.",
)


class DatasetScreen(TaskScreen):
    """Figures in sections, each line a key away from the segments it stands for."""

    MODE = "dataset"
    KEYS = DATASET
    CSS_PATH = "dataset.tcss"
    BINDINGS = bindings(DATASET)
    AUTO_FOCUS = "Panels"

    def __init__(self) -> None:
        super().__init__()
        self.figures: Stats | None = None
        self.doubts: checks.Doubts | None = None
        self.tabs = SectionTabs()
        self.panels = Panels()
        self.welcome = Static(id="welcome", markup=False)
        self._marker: queue.Marker | None = None
        """How far the figures have followed the changes …"""
        self._looked: queue.Marker | None = None
        """… and how far the doubts have."""
        self._counting = self._looking = False
        self._again = False
        """Whether to count once more, because somebody asked while it was counted."""
        self._count_after = self._look_after = 0.0
        """time.monotonic() from which it may be done again by itself."""

    def body(self) -> Iterable[Widget]:
        yield self.tabs
        yield self.panels
        yield self.welcome
        yield self.task_line

    def on_mount(self) -> None:
        self.set_interval(POLL_SECONDS, self._poll)

    def on_screen_resume(self) -> None:
        """Count; the first time, open the database."""
        if self._worker is None and self.tertulia.data is not None:
            self._worker = DatabaseWorker(self.tertulia.data)
        if self._worker is None:
            self._say(Content(NO_FOLDER))
        else:
            self._count()

    # --- counting -----------------------------------------------------------------------------------

    def data_changed(self) -> None:
        self._count(look=True)

    def action_refresh(self) -> None:
        self._count(look=True)

    def _count(self, look: bool = False) -> None:
        """Count now; `look` also compares segments with each other, whether they have changed or not."""
        if look:
            self._looked, self._look_after = None, 0.0
        if self._counting:
            self._again = True
        elif self._worker is not None:
            self._counting = True
            self.run_worker(self._count_all(), group="figures", exit_on_error=False)

    async def _count_all(self) -> None:
        try:
            began = time.monotonic()
            self._marker, self.figures = await self.worker.do(_counted)
            self._count_after = time.monotonic() + REST * (time.monotonic() - began)
        except StoreError as error:
            self._say(Content(str(error)))
            return
        finally:
            self._counting = False
        self._show()
        if self._again:
            self._again = False
            self._count()
        self.call_after_refresh(self._look)  # what is known is painted first

    def _look(self) -> None:
        if self._looking or self._looked == self._marker or time.monotonic() < self._look_after:
            return
        self._looking = True
        self.run_worker(self._look_through(), group="figures", exit_on_error=False)

    async def _look_through(self) -> None:
        marker, began = self._marker, time.monotonic()
        try:
            self.doubts = await self.worker.read(checks.look)
        except StoreError as error:
            self.tertulia.tell(str(error), "error")
            return
        finally:
            self._looking = False
            self._looked = marker
            self._look_after = time.monotonic() + REST * (time.monotonic() - began)
        self._show()

    def _poll(self) -> None:
        if self.is_current and self.figures is not None and not self._counting:
            self.run_worker(self._look_for_changes(), group="poll", exclusive=True, exit_on_error=False)

    async def _look_for_changes(self) -> None:
        try:
            marker, _ = await self.worker.do(lambda desk: queue.changed_since(desk.store, None))
        except StoreError:
            return  # counting says it
        if marker != self._marker and time.monotonic() >= self._count_after:
            self._count()
        else:
            self._look()

    # --- showing ------------------------------------------------------------------------------------

    def _show(self) -> None:
        figures = self.figures
        if figures is None:
            return
        if not figures.whole.segments:
            self._say(Content.assemble(*EMPTY))
            return
        self.welcome.display, self.panels.display = False, True
        first = sections(figures)
        self.panels.show([*first[:-1], checks.section(figures.warnings, self.doubts), first[-1]])
        self.tabs.names = tuple(section.name for section in self.panels.sections)
        self.tabs.summary = summary(figures)

    def _say(self, text: Content) -> None:
        self.welcome.update(text)
        self.welcome.display, self.panels.display = True, False
        self.tabs.names, self.tabs.summary = (), ()

    @on(Panels.Moved)
    def moved(self) -> None:
        self.tabs.here, self.tabs.in_sight = self.panels.section, self.panels.in_sight
        self._show_keys()

    # --- keys ---------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "open":
            return self.panels.display and self.panels.target is not None
        if action == "step":
            return self.panels.display
        return super().check_action(action, parameters)

    def action_move(self, step: int) -> None:
        self.panels.move(step)

    def action_page(self, step: int) -> None:
        self.panels.page(step)

    def action_end(self, place: int) -> None:
        self.panels.end(place)

    def action_step(self, step: int) -> None:
        self.panels.go(self.panels.section + step)

    def action_section(self, section: int) -> None:
        self.panels.go(section)

    @on(Panels.Clicked)
    async def action_open(self) -> None:
        target = self.panels.target
        if target is not None:
            await self.tertulia.open_view(target.view, target.title)

    def action_split(self) -> None:
        """Say what a split into train, dev and test would be, and do it when it is wanted."""
        from tui.dataset.split_form import SplitForm

        def chosen(shares: tuple[float, ...] | None) -> None:
            if shares is not None:
                self.run_worker(self._split(shares), group="figures", exit_on_error=False)

        self.app.push_screen(SplitForm(self.worker), chosen)

    async def _split(self, shares: tuple[float, ...]) -> None:
        from core.dataset.splits import assign

        try:
            done = await self.worker.do(lambda desk: assign(desk.store, shares))
        except StoreError as error:
            self.tertulia.tell(str(error), "error")
            return
        moved = counted(done.moved, "segment")
        self.tertulia.tell(f"{moved} moved, {len(done.kept_out):,} kept out.", "information")
        self._count(look=True)


def _counted(desk: Desk) -> tuple[queue.Marker, Stats]:
    from core.dataset.stats import stats

    marker, _ = queue.changed_since(desk.store, None)
    return marker, stats(desk.store, desk.author)
