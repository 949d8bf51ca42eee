"""A line for the path of a file or folder; tab completes it, as a shell does."""

from __future__ import annotations

import asyncio
import os
from itertools import takewhile
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

NAMES = 40
"""Names that are offered at most."""


class PathLine(Input):
    """An input whose tab key completes.

    Args:
        folders: offer folders only.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", "complete", show=False)]

    class Offered(Message):
        """Names that the path may go on with; none where it cannot."""

        def __init__(self, names: list[str]) -> None:
            super().__init__()
            self.names = names

    def __init__(self, value: str = "", folders: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(value, compact=True, select_on_focus=False, max_length=4000, id=id)
        self._folders = folders

    @property
    def path(self) -> Path | None:
        """The path; None for an empty line. A ~ is the home folder."""
        text = self.value.strip()
        try:
            return Path(text).expanduser() if text else None
        except RuntimeError:  # of somebody this machine does not know
            return Path(text)

    async def action_complete(self) -> None:
        """Add what all names that fit have in common, and offer them."""
        before = self.value
        completed, names = await asyncio.to_thread(complete, before, self._folders)
        if self.value != before:  # typed on meanwhile
            return
        self.value = completed
        self.cursor_position = len(completed)
        self.post_message(self.Offered(names))


def complete(text: str, folders: bool = False) -> tuple[str, list[str]]:
    """A path, gone on with as far as it is certain, and the names it may go on with.

    Args:
        folders: whether only folders are meant.
    """
    head, slash, tail = text.rpartition("/")
    try:
        within = Path(head + slash).expanduser() if head + slash else Path()
        with os.scandir(within) as entries:
            found = [
                (entry.name, entry.is_dir())
                for entry in entries
                if entry.name.startswith(tail) and (tail or not entry.name.startswith("."))
            ]
    except (OSError, RuntimeError, ValueError):
        return text, []
    names = sorted(name + "/" if folder else name for name, folder in found if folder or not folders)
    if not names:
        return text, []
    first, last = names[0], names[-1]
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
    return head + slash + first[:shared], names[:NAMES]
