"""What the Models screen asks before it does something."""

from __future__ import annotations

from core.own_models.memory import Memory
from models.catalog import Entry
from tui.models.inventory import IN_USE, ModelRow
from tui.models.lines import memory_words, size
from tui.shell.confirm import Confirm


def fetch(row: ModelRow, memory: Memory) -> Confirm:
    entry = row.entry
    text = f"From {entry.source}; licence: {entry.licence}.\nIt takes {memory_words(row, memory)}."
    return Confirm(f"Fetch {entry.name} ({size(entry.size_mb)})?", text)


def use(entry: Entry, now: ModelRow | None) -> Confirm:
    """Whether a model that has come is to be used."""
    instead = f"In use now: {now.entry.name}. " if now is not None else ""
    return Confirm(
        f"{entry.name} is here. Use it from now on?", f"{instead}The conversation goes on, and nothing is lost."
    )


def load_all_the_same(row: ModelRow, memory: Memory) -> Confirm:
    text = f"It takes {memory_words(row, memory)}. The machine may stand still for minutes."
    return Confirm(f"Load {row.entry.name} all the same?", text)


def remove(row: ModelRow) -> Confirm:
    text = "Only the link goes; its files stay where they are." if row.links_to else f"{row.entry.path} is deleted."
    if row.state == IN_USE:
        text += "\nIt is in use: the one that was chosen before it takes its place."
    return Confirm(f"Remove {row.entry.name}?", text)
