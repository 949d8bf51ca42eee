"""The dialog that asks where a model lies on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from textual import on
from textual.widget import Widget

from models import kinds
from models.kind import PARTS
from tui.shell.form import Form
from tui.shell.path_line import PathLine

HOW = "It is checked, and linked to, not copied: another program can go on using it."


class AddForm(Form[Path | None]):
    """Gives the path of a model, or None."""

    HEADING = "Add a model"
    DOES = "add"
    KEYS_SHOWN = (("tab", "completes the path"),)

    def __init__(self) -> None:
        super().__init__()
        self.path = PathLine(id="path")

    def fields(self) -> Iterable[tuple[str, Widget]]:
        return (("Path", self.path),)

    def on_mount(self) -> None:
        self.say(HOW, *(f"{part}: {kinds.files(part)}" for part in PARTS))

    @on(PathLine.Offered)
    def offered(self, message: PathLine.Offered) -> None:
        """Show the names that the path may go on with."""
        if len(message.names) != 1:
            self.say("  ".join(message.names) if message.names else "Nothing there begins like that.")

    def action_done(self) -> None:
        if self.path.path is None:
            self.say("Name a file or folder first.", wrong=True)
        else:
            self.dismiss(self.path.path.absolute())
