"""The Dataset screen: what the corrections add up to, what is doubtful, and how much work is left.

It composes, routes and owns what is shown. A FiguresReader counts and compares, a TaskRunner imports, exports and
splits; both post messages, and the handlers here change the screen. How a task ended stays to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.database_worker import DatabaseWorker
from tui.dataset import checks
from tui.dataset.figures import sections, summary
from tui.dataset.figures_reader import DoubtsFailed, DoubtsRead, FiguresFailed, FiguresRead, FiguresReader
from tui.dataset.keys import DATASET
from tui.dataset.outcome import STOPPING, outcome
from tui.dataset.panels import Panels
from tui.keys import bindings, letter
from tui.shell.mode_screen import NO_FOLDER, ModeScreen
from tui.shell.section_tabs import SectionTabs
from tui.shell.task_line import TaskLine
from tui.shell.task_runner import TaskBegan, TaskEnded, TaskProgressed, TaskRunner, TaskStopRequested

if TYPE_CHECKING:
    from core.dataset.stats import Stats
    from tui.dataset.export_form import ExportRequest
    from tui.dataset.import_form import ImportRequest

POLL_SECONDS = 1.0
"""How often to look for what has changed."""

EMPTY = (
    ("There is nothing to count yet.", "bold"),
    f"\n\nTalk with the tutor ({letter('mode.talk')}): every turn you speak is kept, waits for you to be corrected "
    f"({letter('mode.correct')}), and counts here.\n\nOr press {letter('import')} to import recordings of your "
    "own: audio alone, or with transcripts in the format of another tool.\n\nHere you will see how many minutes "
    "you have corrected, how well the ear hears each speaker, which recordings are too quiet or clipped, and what "
    "the next milestone brings.",
)


class DatasetScreen(ModeScreen):
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
        self.rejected: tuple[tuple[str, str], ...] = ()
        """Place and reason of what the last import did not take."""
        self.worker: DatabaseWorker | None = None
        """The threads that read and write the database; None until the screen is shown with a data folder."""
        self.reader: FiguresReader | None = None
        self.runner = TaskRunner(self.post_message)
        self.tabs = SectionTabs()
        self.panels = Panels()
        self.welcome = Static(id="welcome", markup=False)
        self.task_line = TaskLine()

    def body(self) -> Iterable[Widget]:
        yield self.tabs
        yield self.panels
        yield self.welcome
        yield self.task_line

    def on_mount(self) -> None:
        self.set_interval(POLL_SECONDS, self._poll)

    def on_screen_resume(self) -> None:
        """Count; the first time, open the database."""
        if self.worker is None and self.tertulia.data is not None:
            self.worker = DatabaseWorker(self.tertulia.data)
            self.reader = FiguresReader(self.worker, self.post_message)
            self.run_worker(self.reader.catch_up(), group="figures", exit_on_error=False)
        if self.worker is None:
            self._say(Content(NO_FOLDER))
        else:
            self._count()

    async def on_unmount(self) -> None:
        await self.runner.stop()
        if self.worker is not None:
            await self.worker.close()

    # --- figures ------------------------------------------------------------------------------------

    def _count(self) -> None:
        if self.reader is not None:
            self.run_worker(self.reader.count(), group="figures", exit_on_error=False)

    def _compare(self) -> None:
        if self.reader is not None:
            self.run_worker(self.reader.compare(), group="figures", exit_on_error=False)

    def _poll(self) -> None:
        if self.is_current and self.reader is not None and self.figures is not None:
            self.run_worker(self.reader.poll(), group="figures", exit_on_error=False)

    def action_refresh(self) -> None:
        """Count, and compare segments with each other, whether something has changed or not."""
        if self.reader is not None:
            self.reader.forget_doubts()
            self._count()

    @on(FiguresRead)
    def figures_read(self, message: FiguresRead) -> None:
        self.figures = message.figures
        self._show()
        self.call_after_refresh(self._compare)  # what is known is painted first

    @on(DoubtsRead)
    def doubts_read(self, message: DoubtsRead) -> None:
        self.doubts = message.doubts
        self._show()

    @on(FiguresFailed)
    def figures_failed(self, message: FiguresFailed) -> None:
        self._say(Content(message.reason))

    @on(DoubtsFailed)
    def doubts_failed(self, message: DoubtsFailed) -> None:
        self.tertulia.tell(message.reason, "error")

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

    # --- moving and opening -------------------------------------------------------------------------

    @on(Panels.Moved)
    def moved(self) -> None:
        self.tabs.here, self.tabs.in_sight = self.panels.section, self.panels.in_sight
        self.show_keys()

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

    # --- tasks --------------------------------------------------------------------------------------

    def begin(self, name: str, arguments: Sequence[str]) -> None:
        """Import, export or split in the data folder, unless one of them is going on.

        Args:
            name: of the command.
            arguments: the rest of its command line.
        """
        if self.tertulia.data is not None:
            self.run_worker(self.runner.run(name, arguments, self.tertulia.data), group="task", exit_on_error=False)

    def action_import(self) -> None:
        """Ask what to import."""
        from tui.dataset.import_form import ImportForm

        def chosen(wanted: ImportRequest | None) -> None:
            if wanted is not None:
                self.begin("import", wanted.arguments)

        self.app.push_screen(ImportForm(), chosen)

    def action_export(self) -> None:
        """Ask what to export, and where to."""
        from tui.dataset.export_form import ExportForm

        def chosen(wanted: ExportRequest | None) -> None:
            if wanted is not None:
                self.begin("export", wanted.arguments)

        if self.worker is not None:
            self.app.push_screen(ExportForm(self.worker), chosen)

    def action_split(self) -> None:
        """Say what a split into train, dev and test would be, and do it when it is wanted."""
        from tui.dataset.split_form import SplitForm

        def chosen(shares: tuple[float, ...] | None) -> None:
            if shares is not None:
                self.begin("split", [f"--shares={','.join(map(str, shares))}"])

        if self.worker is not None:
            self.app.push_screen(SplitForm(self.worker), chosen)

    def action_back(self) -> None:
        """Stop what runs, after asking; else put away how it ended."""
        from tui.shell.confirm import Confirm

        task = self.runner.task
        if task is None:
            self.task_line.put_away()
            self.rejected = ()
            self.show_keys()
            return

        def answered(stop: bool | None) -> None:
            if stop and self.runner.task is task:
                self.run_worker(self.runner.stop(), group="stop", exit_on_error=False)

        self.app.push_screen(Confirm(f"Stop the {task.name}?", STOPPING[task.name]), answered)

    def action_rejected(self) -> None:
        from tui.dataset.rejections import Rejections

        self.app.push_screen(Rejections(self.rejected))

    @on(TaskBegan)
    def task_began(self, message: TaskBegan) -> None:
        self.rejected = ()
        self.task_line.begin(message.name)
        self.show_keys()

    @on(TaskProgressed)
    def task_progressed(self, message: TaskProgressed) -> None:
        self.task_line.text = message.text

    @on(TaskStopRequested)
    def task_stop_requested(self) -> None:
        self.task_line.text = "stopping…"

    @on(TaskEnded)
    def task_ended(self, message: TaskEnded) -> None:
        """Show how it ended, and what the dataset is now."""
        end = outcome(message)
        self.rejected = end.rejected
        self.task_line.end(end.state, end.text, bool(end.rejected))
        for warning in end.warnings:
            self.tertulia.tell(warning, "warning")
        if end.state == "failed" and not end.rejected:
            self.tertulia.tell(end.text, "error")
        if end.state == "done" and not self.is_current:
            self.tertulia.tell(f"The {message.name} is done: {end.text}.", "information")
        self.show_keys()
        self.action_refresh()

    # --- keys ---------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "import" | "export" | "split":
                return self.worker is not None and self.runner.task is None
            case "refresh":
                return self.worker is not None
            case "open":
                return self.panels.display and self.panels.target is not None
            case "step":
                return self.panels.display
            case "rejected":
                return bool(self.rejected)
            case "back":
                return bool(self.task_line.state)
            case _:
                return super().check_action(action, parameters)
