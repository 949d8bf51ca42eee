"""The keys of a screen, drawn from the one table of keys."""

from __future__ import annotations

from textual.app import ComposeResult, RenderResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from tui.keys import DIALOG, EVERYWHERE, Key, bindings, shown
from tui.theme import KEY, MUTED

KEYS, WRITING = 16, 8
"""Cells of the first two columns."""


class KeysTable(Widget):
    """A line a key: the plain keys, the key while writing, and what it does."""

    DEFAULT_CSS = "KeysTable { height: auto; margin-bottom: 1; }"

    def __init__(self, title: str, keys: tuple[Key, ...]) -> None:
        super().__init__()
        self.about = title
        self.keys = keys

    def render(self) -> RenderResult:
        lines = [Content.styled(self.about, "bold underline")]
        for key in self.keys:
            plain_keys = Content.styled(f"{' '.join(shown(name) for name in key.keys):<{KEYS}}", KEY)
            writing = Content.styled(f"{shown(key.writing_key) if key.writing_key else '':<{WRITING}}", MUTED)
            lines.append(plain_keys + writing + key.tip)
        return Content("\n").join(lines)


class HelpScreen(ModalScreen[None]):
    """Every key of one screen, and those of all screens."""

    CSS_PATH = "help.tcss"
    BINDINGS = bindings(DIALOG)

    def __init__(self, title: str, keys: tuple[Key, ...]) -> None:
        super().__init__()
        self.about = title
        self.keys = keys

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Static(f"{'key':<{KEYS}}{'writing':<{WRITING}}what it does   (esc closes this)", id="title")
            with VerticalScroll():
                if self.keys:
                    yield KeysTable(self.about, self.keys)
                yield KeysTable("Everywhere", EVERYWHERE)
