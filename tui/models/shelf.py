"""Keeps the inventory of all models, looks for those of other programs, and removes one; it knows no widget."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from core.errors import TROUBLE
from tui.models.inventory import IN_USE, Inventory, ModelRow, found_elsewhere, take
from tui.shell.host import Host

if TYPE_CHECKING:
    from core.own_models.finding import Found


@dataclass
class InventoryTaken(Message, bubble=False):
    """There is a new inventory."""

    news: tuple[str, ...]
    """Sentences about what should be in use and cannot, not told before."""


@dataclass
class OthersSearched(Message, bubble=False):
    """The folders of other programs were looked through, as somebody asked."""

    found: int


@dataclass
class ModelRemoved(Message, bubble=False):
    """A model of one's own has gone."""

    row: ModelRow
    now: str
    """The model in use in its place; empty where it was not in use."""


@dataclass
class ShelfFailed(Message, bubble=False):
    """Something could not be read or removed."""

    why: str


class Shelf:
    """What there is.

    Args:
        host: hears of it.
    """

    def __init__(self, host: Host) -> None:
        self.inventory = Inventory()
        self._host = host
        self._elsewhere: Sequence[Found] | None = None
        """What other programs keep; None until somebody looked."""

    def look(self, data: Path) -> None:
        """Take the inventory; the first time, look for what other programs keep, too."""
        self._host.run_worker(partial(self._take, data), group="inventory", exclusive=True, exit_on_error=False)
        if self._elsewhere is None:
            self._elsewhere = ()
            self.search(data, asked=False)

    def search(self, data: Path, asked: bool = True) -> None:
        """Look for what other programs keep, which may take seconds.

        Args:
            asked: somebody waits for the answer.
        """
        self._host.run_worker(
            partial(self._search, data, asked), group="elsewhere", exclusive=True, exit_on_error=False
        )

    def remove(self, row: ModelRow, data: Path) -> None:
        """Remove a model of one's own; where it is in use, the one that was chosen before it takes its place."""
        self._host.run_worker(partial(self._remove, row, data), group="remove", exit_on_error=False)

    async def _take(self, data: Path) -> None:
        try:
            found = await asyncio.to_thread(take, data, self._elsewhere or ())
        except TROUBLE as error:
            self._host.post_message(ShelfFailed(str(error)))
            return
        news = tuple(sentence for sentence in found.warnings if sentence not in self.inventory.warnings)
        self.inventory = found
        self._host.post_message(InventoryTaken(news))

    async def _search(self, data: Path, asked: bool) -> None:
        try:
            self._elsewhere = await asyncio.to_thread(found_elsewhere)
        except TROUBLE as error:
            self._host.post_message(ShelfFailed(str(error)))
            return
        if asked:
            self._host.post_message(OthersSearched(len(self._elsewhere)))
        self.look(data)

    async def _remove(self, row: ModelRow, data: Path) -> None:
        from core.own_models.removing import remove

        entry = row.entry
        try:
            gone = await asyncio.to_thread(remove, data, entry.part, entry.name, row.state == IN_USE)
        except TROUBLE as error:
            self._host.post_message(ShelfFailed(str(error)))
            return
        self._host.post_message(ModelRemoved(row, gone.now))
        self.look(data)
