"""A dialog of a few fields, one below the other: up and down go between them, enter does what it is for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Generic

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen, ScreenResultType
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.keys import Key, bindings, shown
from tui.text import plain
from tui.theme import BAD, KEY, MUTED

FORM = (
    Key("form.next", (), "field(1)", "field", "The next field.", writing="down"),
    Key("form.previous", (), "field(-1)", "field before", "The field before.", writing="up"),
    Key("form.done", (), "done", "do it", "Do it.", writing="accept"),
    Key("form.close", (), "close", "back", "Change nothing.", writing="back"),
)


class Form(ModalScreen[ScreenResultType], Generic[ScreenResultType]):
    """Fields with labels, and below them what there is to say. Subclasses say what the fields are."""

    CSS_PATH = Path(__file__).with_name("form.tcss")  # by its whole path: a name is looked for beside the subclass
    BINDINGS = bindings(FORM)
    HEADING: ClassVar[str]
    DOES: ClassVar[str]
    """What enter does, in a word."""
    KEYS_SHOWN: ClassVar[tuple[tuple[str, str], ...]] = (("up", "↓ field"),)
    """Other keys, and what they do."""

    def __init__(self) -> None:
        super().__init__()
        self.says = Static(id="says", markup=False)

    def fields(self) -> Iterable[tuple[str, Widget]]:
        """Labels and fields, from the top."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Static(Content.styled(self.HEADING, "bold"), id="heading")
            for label, field in self.fields():
                yield Horizontal(Static(label, classes="label", markup=False), field, classes="field")
            yield self.says
            yield Static(self._keys(), id="keys")

    def _keys(self) -> Content:
        keys = (("enter", self.DOES), *self.KEYS_SHOWN, ("escape", "back"))
        return Content("  ").join(Content.assemble((shown(key), KEY), f" {label}") for key, label in keys)

    def say(self, *lines: str | Content, wrong: bool = False) -> None:
        """Say this below the fields; text from outside comes as a string, and is made safe."""
        parts = [line if isinstance(line, Content) else Content(plain(line)) for line in lines]
        shown_parts = [part.stylize(MUTED) if place else part for place, part in enumerate(parts)]
        if wrong and parts:
            shown_parts[0] = Content.styled("× ", BAD) + parts[0].stylize(BAD)
        self.says.update(Content("\n").join(shown_parts))

    def action_field(self, step: int) -> None:
        (self.focus_next if step > 0 else self.focus_previous)()

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter in a line does the same as elsewhere."""
        self.action_done()

    def action_done(self) -> None:
        """Do what the dialog is for."""
        raise NotImplementedError

    def action_close(self) -> None:
        self.dismiss(None)
