"""The Models screen: what the catalog knows, and what of it is on this machine.

Choosing and fetching is still to come; the list is already true.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import DataTable, Static

from tui.keys import MODELS, bindings
from tui.screens.base import ModeScreen
from tui.text import plain

if TYPE_CHECKING:
    from models.catalog import Entry

COMING = "Choosing and fetching models from here is still to come; tertulia doctor names the ones in use."


class ModelsScreen(ModeScreen):
    """A row a model, and below it what there is to say about the chosen one."""

    MODE = "models"
    KEYS = MODELS
    CSS_PATH = "models.tcss"
    BINDINGS = bindings(MODELS)

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []
        self.table: DataTable[Text] = DataTable(cursor_type="row")
        self.about = Static(id="about", markup=False)

    def body(self) -> Iterable[Widget]:
        yield self.table
        yield self.about
        yield Static(COMING, id="coming", markup=False)

    def on_mount(self) -> None:
        self.table.add_columns("Part", "Model", "Here", "Size", "Licence")
        self._load()

    @work(exit_on_error=False)
    async def _load(self) -> None:
        from models.catalog import entries
        from models.errors import ModelError

        try:
            # In a thread, because it looks through folders.
            self._entries = await asyncio.to_thread(entries)
        except (ModelError, OSError) as error:
            self.about.update(Content(plain(str(error))))
            return
        self.table.add_rows(_row(entry) for entry in self._entries)

    @on(DataTable.RowHighlighted)
    def describe(self, event: DataTable.RowHighlighted) -> None:
        """Say what there is to say about the model under the cursor."""
        if event.cursor_row < len(self._entries):
            entry = self._entries[event.cursor_row]
            note = f": {plain(entry.note)}" if entry.note else ""
            self.about.update(Content(plain(entry.name) + note))

    def action_move(self, step: int) -> None:
        """Choose the model above or below."""
        self.table.move_cursor(row=self.table.cursor_row + step)


def _row(entry: Entry) -> list[Text]:
    here = "✓ yes" if entry.installed else "– no"
    size = f"{entry.size_mb} MB" if entry.size_mb < 1000 else f"{entry.size_mb / 1000:.1f} GB"
    cells = (plain(entry.part), plain(entry.name), here, size.rjust(6), plain(entry.licence))
    return [Text(cell) for cell in cells]
