"""What the screens of all modes have in common: the header, the keys, and a body in between."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from tui.keys import EVERYWHERE, Key
from tui.services import Services
from tui.shell.header_and_keys import HeaderLine, KeysLine

NO_FOLDER = "The data folder cannot be used; the Talk screen says why."


class ModeScreen(Screen[None]):
    """A screen with the shell around it. Subclasses say their mode and key table, and give the body."""

    MODE: ClassVar[str]
    """Name of the mode, as in the ids of its keys."""
    KEYS: ClassVar[tuple[Key, ...]] = ()
    """The keys of this screen, beside those that work everywhere."""

    @property
    def tertulia(self) -> Services:
        """The app, as far as a screen may ask it for something."""
        return cast("Services", self.app)

    def compose(self) -> ComposeResult:
        yield HeaderLine(self.MODE)
        yield from self.body()
        yield KeysLine(self.KEYS, EVERYWHERE)

    def body(self) -> Iterable[Widget]:
        """The widgets between header and keys."""
        raise NotImplementedError

    def show_keys(self) -> None:
        """Show at the bottom what can be pressed now."""
        for line in self.query(KeysLine):
            line.refresh()
        self.refresh_bindings()

    def on_mount(self) -> None:
        header = self.query_one(HeaderLine)
        self.watch(self.app, "recogniser_labels", lambda labels: setattr(header, "recogniser_labels", labels))
        self.watch(self.app, "online", lambda online: setattr(header, "online", online))
