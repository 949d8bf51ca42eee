"""What an import did not take: the place of each row, and the reason."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from core.words import counted
from tui.keys import Key, bindings
from tui.text import plain
from tui.theme import KEY, MUTED, STRONG

MOST = 500
"""Rows that are shown; the command names all."""

REJECTIONS = (
    Key("rejections.close", ("back", "look closer", "quit"), "close", "back", "Close this.", foot=True),
    Key("rejections.down", ("down",), "scroll_by(1)", "down", "Scroll down."),
    Key("rejections.up", ("up",), "scroll_by(-1)", "up", "Scroll up."),
    Key("rejections.page_down", ("a screen down", "main"), "scroll_by(15)", "page down", "Scroll a page down."),
    Key("rejections.page_up", ("a screen up",), "scroll_by(-15)", "page up", "Scroll a page up."),
)


class Rejections(ModalScreen[None]):
    """A list to read.

    Args:
        rows: place and reason of each.
    """

    CSS_PATH = "../shell/form.tcss"
    BINDINGS = bindings(REJECTIONS)

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._rows = rows
        self.list = VerticalScroll(can_focus=False)

    def compose(self) -> ComposeResult:
        count = len(self._rows)
        with Vertical(id="box"):
            yield Static(Content.styled(f"{counted(count, 'row')} rejected", "bold"), id="heading")
            with self.list:
                lines = [
                    Content.assemble((f"× {plain(where)}", STRONG), "\n", plain(reason), "\n")
                    for where, reason in self._rows[:MOST]
                ]
                if count > MOST:
                    lines.append(
                        Content.styled(f"… and {count - MOST:,} more: tertulia import PATH names all", MUTED)
                    )
                yield Static(Content("\n").join(lines))
            yield Static(Content.assemble(("esc", KEY), " back  ", ("↑", KEY), "↓ scroll"), id="keys")

    def action_scroll_by(self, rows: int) -> None:
        self.list.scroll_relative(y=rows, animate=False)

    def action_close(self) -> None:
        self.dismiss(None)
