"""The dialog before an export: where to, in which format, and which segments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.widget import Widget
from textual.widgets import Input

from core.words import counted, duration
from store.errors import StoreError
from store.segments.edits import STATUSES
from store.segments.splits import USED
from tui.database_worker import DatabaseWorker
from tui.shell.cycle import Cycle
from tui.shell.form import Form
from tui.shell.path_line import PathLine

if TYPE_CHECKING:
    from store.segments.tallies import Tally

SPLITS = (("", "all"), *((split, split) for split in USED))


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export."""

    folder: Path
    format: str
    split: str = ""
    """Empty: all."""
    status: str = "corrected"
    link: bool = False

    @property
    def arguments(self) -> list[str]:
        """Those of the command."""
        split = [f"--split={self.split}"] if self.split else []
        link = ["--link"] if self.link else []
        options = [f"--format={self.format}", f"--status={self.status}", *split, *link]
        return [*options, "--", str(self.folder.absolute())]


class ExportForm(Form["ExportRequest | None"]):
    """Gives what to export, or None.

    Args:
        worker: counts what there is, to say how much would be written.
    """

    HEADING = "Export"
    DOES = "export"
    KEYS_SHOWN = (("tab", "completes the folder"), ("up", "↓ field"), ("left", "→ choose"))

    def __init__(self, worker: DatabaseWorker) -> None:
        super().__init__()
        from store.formats.formats import MODULES, OWN

        self._worker = worker
        self._tallies: Sequence[Tally] | None = None
        names = [OWN, *sorted(set(MODULES) - {OWN})]
        self.folder = PathLine(folders=True, id="folder")
        self.format = Cycle([(name, name) for name in names], id="format")
        self.split = Cycle(SPLITS, id="split")
        statuses = ["corrected", *(one for one in STATUSES if one != "corrected"), "all"]
        self.status = Cycle([(name, name) for name in statuses], id="status")
        self.link = Cycle([("", "copied"), ("link", "linked, where it is")], id="link")

    def fields(self) -> Iterable[tuple[str, Widget]]:
        return (
            ("Folder", self.folder),
            ("Format", self.format),
            ("Split", self.split),
            ("Status", self.status),
            ("Audio", self.link),
        )

    def on_mount(self) -> None:
        self.say("Counting what there is…")
        self._tally()

    @work(exit_on_error=False)
    async def _tally(self) -> None:
        from store.segments.tallies import tally

        try:
            self._tallies = await self._worker.do(lambda desk: tally(desk.store))
        except StoreError as error:
            self.say(str(error), wrong=True)
            return
        self.changed()

    @on(PathLine.Offered)
    def offered(self, message: PathLine.Offered) -> None:
        if len(message.names) != 1:
            self.say("  ".join(message.names) if message.names else "A new folder.")

    @on(Input.Changed)
    @on(Cycle.Changed)
    def changed(self) -> None:
        """Say what would be written."""
        from store.formats.formats import FORMATS
        from store.units import SAMPLE_RATE

        chosen = FORMATS[self.format.value]
        self.format.note = chosen.about
        self.link.note = "not possible: this format cuts clips" if self.link.value and chosen.clips else ""
        if self._tallies is None:
            return
        found = [
            one
            for one in self._tallies
            if self.split.value in ("", one.split) and self.status.value in ("all", one.status)
        ]
        count = sum(one.segments for one in found)
        if not count:
            self.say("No segment is like that: choose another status or split.", wrong=True)
            return
        seconds = sum(one.samples for one in found) / SAMPLE_RATE
        self.say(f"{counted(count, 'segment')}, {duration(seconds)} of audio; the folder has to be new or empty.")

    def action_done(self) -> None:
        """Export it."""
        from store.formats.formats import FORMATS, OWN

        folder = self.folder.path
        if folder is None:
            self.say("Name a folder first; a new or empty one.", wrong=True)
            self.folder.focus()
        elif self.link.value and FORMATS[self.format.value].clips:
            self.say(
                f"{self.format.value} has a file for each segment: copy the audio, or choose {OWN}.", wrong=True
            )
            self.link.focus()
        else:
            self.dismiss(
                ExportRequest(folder, self.format.value, self.split.value, self.status.value, bool(self.link.value))
            )
