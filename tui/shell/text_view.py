"""A text file to read: a run's log, a version's card."""

from __future__ import annotations

import asyncio
import textwrap
from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.keys import Key, bindings
from tui.shell.listing import LineRow, Listing
from tui.text import plain
from tui.theme import KEY, MUTED, STRONG

MOST = 256 * 1024
"""Bytes that are read; of a log the last."""

READING = (
    Key("reading.close", ("back", "quit", "accept"), "dismiss", "back", "Close this.", foot=True),
    Key("reading.down", ("down",), "move(1)", "down", "Scroll down."),
    Key("reading.up", ("up",), "move(-1)", "up", "Scroll up."),
    Key("reading.page_down", ("a screen down", "main"), "page(1)", "page down", "Scroll a page down."),
    Key("reading.page_up", ("a screen up",), "page(-1)", "page up", "Scroll a page up."),
    Key("reading.first", ("first",), "end(0)", "first", "Go to the beginning."),
    Key("reading.last", ("last",), "end(-1)", "last", "Go to the end."),
)


class TextView(ModalScreen[None]):
    """A file's lines.

    Args:
        heading: what it is.
        path: the file; text in UTF-8, and whatever else is in it does no harm.
        tail: begin at its end.
    """

    CSS_PATH = "text_view.tcss"
    BINDINGS = bindings(READING)
    AUTO_FOCUS = "Listing"

    def __init__(self, heading: str, path: Path, tail: bool = False) -> None:
        super().__init__()
        self._heading = heading
        self._path = path
        self._tail = tail
        self.list = Listing()

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Static(Content.styled(plain(self._heading), "bold"), id="heading")
            yield self.list
            yield Static(Content.assemble(("esc", KEY), " back  ", ("↑", KEY), "↓ scroll"), id="keys")

    def on_mount(self) -> None:
        self._read()

    @work(exit_on_error=False)
    async def _read(self) -> None:
        lines = await asyncio.to_thread(_lines, self._path)
        self.list.show(lambda width: _rows(lines, width))
        if self._tail:
            self.call_after_refresh(self.list.end, -1)

    def action_move(self, step: int) -> None:
        self.list.move(step)

    def action_page(self, step: int) -> None:
        self.list.page(step)

    def action_end(self, place: int) -> None:
        self.list.end(place)


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - MOST))
            text = file.read().decode("utf-8", "replace")
    except OSError as error:
        return [f"{path} cannot be read ({error.strerror})."]
    # A bar that was drawn over itself many times is one line.
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]
    return lines if text.strip() else ["It is empty."]


def _rows(lines: list[str], width: int) -> list[LineRow]:
    rows = []
    for line in lines:
        style = STRONG if line.startswith("#") else MUTED if line.startswith(("|--", "---")) else ""
        indent = " " * (len(line) - len(line.lstrip()))
        parts = textwrap.wrap(plain(line), max(10, width - len(indent))) or [""]
        rows += [LineRow(Content.styled(indent + part, style)) for part in parts]
    return rows
