"""What is seen of the models: the list by part, and below it all there is to say about the one under the cursor."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from core.own_models.trying import Trial
from core.versions.active import PARTS
from tui.models import lines
from tui.models.inventory import Inventory, ModelRow
from tui.shell.listing import LineRow, Listing
from tui.shell.section_tabs import SectionTabs
from tui.text import plain

TABS = ("Listens", "Answers", "Speaks")
"""Of PARTS."""
LOOKING = [LineRow(Content("Looking at what there is…"))]
TRYING = "It is being tried…"


class ModelsPane(Vertical):
    """Draws an inventory. Where the cursor is, it knows itself."""

    def __init__(self) -> None:
        super().__init__()
        self._inventory = Inventory()
        self.banner = Static(id="banner", markup=False)
        self.tabs = SectionTabs()
        self.list = Listing("models")
        self.about = Static(id="about", markup=False)
        self.place = Static(id="place", markup=False)

    def compose(self) -> ComposeResult:
        yield self.banner
        yield self.tabs
        yield self.list
        yield self.about
        yield self.place

    @property
    def row(self) -> ModelRow | None:
        """The model under the cursor."""
        return self._inventory.row(self.list.key)

    def say(self, text: str) -> None:
        """Say this where there is no list."""
        self.about.update(Content(plain(text)))

    def show(self, inventory: Inventory, doing: Mapping[str, str]) -> None:
        """Show these models.

        Args:
            doing: name of a model → what is being done with it.
        """
        self._inventory = inventory
        self.list.show(lambda width: lines.model_rows(inventory, doing, width) if inventory.rows else LOOKING)
        words = lines.banner(inventory)
        self.banner.update(Content(words))
        self.banner.display = bool(words)
        self.tabs.names = TABS if inventory.rows else ()
        here = sum(row.here for row in inventory.rows)
        self.tabs.summary = (f"{here} here", f"{len(inventory.rows) - here} more")

    def show_about(self, tried: Mapping[str, Trial | str], trying: str) -> None:
        """Show what there is to say about the model under the cursor.

        Args:
            tried: `ModelRow.trial` → how it did, or why it could not be tried.
            trying: `ModelRow.trial` of the one that is being tried.
        """
        if (row := self.row) is not None:
            said = TRYING if trying == row.trial else tried.get(row.trial)
            self.about.update(lines.about(row, self._inventory, said))
            self.tabs.here = PARTS.index(row.entry.part)

    def go(self, part: int) -> None:
        """Go to the first model of a part."""
        if rows := self._inventory.of(PARTS[part % len(PARTS)]):
            self.list.choose(rows[0].key)
