"""The Models screen: which models there are, which of them are on this machine, and which are in use.

Choosing and fetching is still to come; the list is already true.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import DataTable, Static

from tui.keys import bindings
from tui.models.keys import MODELS
from tui.shell.mode_screen import ModeScreen
from tui.text import plain

if TYPE_CHECKING:
    from core.versions.listing import Listed

COMING = "Choosing and fetching models from here is still to come."
LEFT_OUT = "Some of yours cannot be used ({}): `tertulia models list` says why. "


class ModelsScreen(ModeScreen):
    """A row a model, and below it what there is to say about the chosen one."""

    MODE = "models"
    KEYS = MODELS
    CSS_PATH = "models.tcss"
    BINDINGS = bindings(MODELS)

    def __init__(self) -> None:
        super().__init__()
        self._models: list[Listed] = []
        self.table: DataTable[Text] = DataTable(cursor_type="row")
        self.about = Static(id="about", markup=False)
        self.coming = Static(COMING, id="coming", markup=False)

    def body(self) -> Iterable[Widget]:
        yield self.table
        yield self.about
        yield self.coming

    def on_mount(self) -> None:
        self.table.add_columns("Part", "Model", "Here", "Size", "Licence")

    def on_screen_resume(self) -> None:
        """Look again: another version may be in use, and another model in its folder."""
        if self.tertulia.data is not None:
            self._load(self.tertulia.data)

    @work(exclusive=True, exit_on_error=False)
    async def _load(self, data: Path) -> None:
        from core.versions.listing import listing, own_place

        said: list[str] = []
        left_out: list[str] = []
        try:
            # In a thread, because it looks through folders.
            self._models = await asyncio.to_thread(listing, data, said.append, left_out.append)
        except OSError as error:
            self.about.update(Content(plain(str(error))))
            return
        chosen = self.table.cursor_row
        self.table.clear()
        self.table.add_rows(_row(model) for model in self._models)
        self.table.move_cursor(row=chosen)
        unlisted = LEFT_OUT.format(len(left_out)) if left_out else ""
        self.coming.update(Content(f"{plain(own_place(data))} {unlisted}{COMING}"))
        for sentence in said:
            self.tertulia.tell(sentence, "warning")

    @on(DataTable.RowHighlighted)
    def describe(self, event: DataTable.RowHighlighted) -> None:
        from core.versions.listing import who_speaks

        if event.cursor_row < len(self._models):
            model = self._models[event.cursor_row]
            note = f": {plain(model.entry.note)}" if model.entry.note else ""
            self.about.update(Content(f"{plain(model.entry.name)}{note} {plain(who_speaks(model))}".rstrip()))

    def action_move(self, step: int) -> None:
        self.table.move_cursor(row=self.table.cursor_row + step)


def _row(model: Listed) -> list[Text]:
    entry = model.entry
    here = "● in use" if model.in_use else "✓ yes" if entry.installed else "– no"
    size = f"{entry.size_mb} MB" if entry.size_mb < 1000 else f"{entry.size_mb / 1000:.1f} GB"
    cells = (plain(entry.part), plain(entry.name), here, size.rjust(6), plain(entry.licence))
    return [Text(cell) for cell in cells]
