"""The first layer of the Dataset screen: importing and exporting, beside everything else.

One at a time, as a process of its own, which goes on while other screens are shown. How it ended stays to
be read, and what was rejected with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.processes.events import Failed, Notice, Progress, Result
from core.processes.task import Task
from core.words import counted
from store.errors import StoreError
from tui.database_worker import DatabaseWorker
from tui.dataset.task_line import TaskLine
from tui.keys import letter
from tui.shell.header_and_keys import KeysLine
from tui.shell.mode_screen import ModeScreen
from tui.text import plain

if TYPE_CHECKING:
    from tui.dataset.export_form import ExportRequest
    from tui.dataset.import_form import ImportRequest

STOPPING = {
    "import": "What was done stays, and importing the same again goes on from there.",
    "export": "Nothing is written then.",
}
MOST_NOTICES = 3
"""Notices of a task that are shown."""
STOPPED = {
    "import": "Stopped. Import the same again to go on from here.",
    "export": "Stopped. Nothing was written.",
}


class TaskScreen(ModeScreen):
    """A screen from which imports and exports are started."""

    def __init__(self) -> None:
        super().__init__()
        self.at_work: Task | None = None
        """The one that runs."""
        self.task_line = TaskLine()
        self.rejected: tuple[tuple[str, str], ...] = ()
        """Place and reason of what the last import did not take."""
        self._notices: list[Notice] = []
        """What the task said beside its result."""
        self._worker: DatabaseWorker | None = None

    @property
    def worker(self) -> DatabaseWorker:
        """The threads that read and write the database."""
        assert self._worker is not None, "the screen has not been shown yet"
        return self._worker

    async def on_unmount(self) -> None:
        if self.at_work is not None:
            await self.at_work.stop()
        if self._worker is not None:
            await self._worker.close()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "import" | "export":
                return self._worker is not None and self.at_work is None
            case "split" | "refresh":
                return self._worker is not None
            case "rejected":
                return bool(self.rejected)
            case "back":
                return bool(self.task_line.state)
            case _:
                return super().check_action(action, parameters)

    # --- asking -----------------------------------------------------------------------------------

    def action_import(self) -> None:
        """Ask what to import."""
        from tui.dataset.import_form import ImportForm

        def chosen(wanted: ImportRequest | None) -> None:
            if wanted is not None:
                self.begin("import", wanted.arguments)

        self.app.push_screen(ImportForm(), chosen)

    def action_export(self) -> None:
        self.run_worker(self._export(), group="figures", exit_on_error=False)

    async def _export(self) -> None:
        from store.segments.tallies import tally
        from tui.dataset.export_form import ExportForm

        def chosen(wanted: ExportRequest | None) -> None:
            if wanted is not None:
                self.begin("export", wanted.arguments)

        try:
            tallies = await self.worker.do(lambda desk: tally(desk.store))
        except StoreError as error:
            self.tertulia.tell(str(error), "error")
            return
        self.app.push_screen(ExportForm(tallies), chosen)

    def action_back(self) -> None:
        """Stop what runs, after asking; else put away how it ended."""
        from tui.shell.confirm import Confirm

        task = self.at_work
        if task is None:
            self.task_line.state = ""
            self.rejected = ()
            self._show_keys()
            return

        def answered(stop: bool | None) -> None:
            if stop and self.at_work is task:
                self.task_line.text = "stopping…"
                self.run_worker(task.stop(), group="stop", exit_on_error=False)

        self.app.push_screen(Confirm(f"Stop the {task.name}?", STOPPING[task.name]), answered)

    def action_rejected(self) -> None:
        from tui.dataset.rejections import Rejections

        self.app.push_screen(Rejections(self.rejected))

    # --- running ----------------------------------------------------------------------------------

    def begin(self, name: str, arguments: list[str]) -> None:
        """Start a task in the data folder, unless one is running.

        Args:
            name: of its command, import or export.
            arguments: the rest of its command line.
        """
        if self.at_work is not None or self.tertulia.data is None:
            return
        words = [name, "--json", "--progress=json", *arguments]
        self.at_work = Task(name, "tui.cli", words, {"TERTULIA_HOME": str(self.tertulia.data)})
        self.rejected = ()
        self._notices = []
        line = self.task_line
        line.state, line.what, line.text, line.keys = "running", name, "begins…", ((letter("back"), "stop"),)
        self._show_keys()
        self.run_worker(self._follow(self.at_work), group="task", exit_on_error=False)

    async def _follow(self, task: Task) -> None:
        ended = await task.run(self._on_event)
        self.at_work = None
        self._ended(task, ended)
        self.data_changed()

    def _on_event(self, event: Progress | Notice) -> None:
        match event:
            case Notice():
                self._notices.append(event)
            case Progress(text=text) if self.at_work is not None and not self.at_work.stopped:
                self.task_line.text = text

    def _ended(self, task: Task, ended: Result | Failed) -> None:
        line = self.task_line
        line.keys = (("esc", "close"),)
        match ended:
            case Result(body=body):
                line.state = "done"
                line.text = _summary(task.name, body)
                self.rejected = _rejected(body)
                others = [one for one in self._notices if (one.place, one.text) not in self.rejected]
                for one in others[:MOST_NOTICES]:
                    self.tertulia.tell(f"{one.place}: {one.text}" if one.place else one.text, "warning")
                if self.rejected:
                    line.keys = ((letter("look closer"), "why"), (letter("back"), "close"))
                if self.rejected and not body.get("imported") and not body.get("duplicates"):
                    line.state = "failed"
            case Failed() if task.stopped:
                line.state, line.text = "stopped", STOPPED[task.name]
            case Failed():
                line.state, line.text = "failed", plain(str(ended))
                self.tertulia.tell(line.text, "error")
        if not self.is_current and line.state == "done":
            self.tertulia.tell(f"The {task.name} is done: {line.text}.", "information")
        self._show_keys()

    def _show_keys(self) -> None:
        for keys in self.query(KeysLine):
            keys.refresh()
        self.refresh_bindings()

    # --- what the layer above does ------------------------------------------------------------------

    def data_changed(self) -> None:
        """A task has ended that may have changed the dataset."""
        raise NotImplementedError


def _summary(name: str, result: dict[str, Any]) -> str:
    segments = counted(result.get("segments", 0), "segment")
    if name == "export":
        return f"{segments} in {result.get('folder', '')}"
    parts = [f"{result.get('imported', 0):,} imported ({segments})"]
    for key, label in (("duplicates", "there already"), ("rejected", "rejected"), ("transcribed", "transcribed")):
        value = result.get(key, 0)
        count = len(value) if isinstance(value, list) else value
        parts += [f"{count:,} {label}"] if count else []
    return ", ".join(parts)


def _rejected(result: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    rows = result.get("rejected", [])
    return tuple((str(row.get("where", "")), str(row.get("reason", ""))) for row in rows if isinstance(row, dict))
