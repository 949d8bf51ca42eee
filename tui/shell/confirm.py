"""A question with two answers."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.keys import Key, bindings, shown
from tui.text import plain
from tui.theme import KEY

CONFIRM = (
    Key("confirm.yes", ("accept",), "answer(True)", "yes", "Yes, do it.", foot=True, answers=("y",)),
    Key("confirm.no", ("back",), "answer(False)", "no", "No, leave it.", foot=True, answers=("n",)),
)


class Confirm(ModalScreen[bool]):
    """Gives True for yes.

    Args:
        question: a line.
        text: what follows from it.
        typed: takes a letter that is no answer: whoever goes on typing has not asked for this, so it means no.
    """

    CSS_PATH = "form.tcss"
    BINDINGS = bindings(CONFIRM)

    def __init__(self, question: str, text: str, typed: Callable[[str], None] | None = None) -> None:
        super().__init__()
        self._question = question
        self._text = text
        self._typed = typed

    def compose(self) -> ComposeResult:
        keys = Content("   ").join(Content.assemble((shown(key.keys[0]), KEY), f" {key.label}") for key in CONFIRM)
        with Vertical(id="box"):
            yield Static(Content.styled(plain(self._question), "bold"), id="heading")
            yield Static(plain(self._text), markup=False)
            yield Static(keys, id="keys")

    def on_key(self, event: events.Key) -> None:
        """A letter may be text."""
        answers = {name for key in CONFIRM for name in key.keys}
        if self._typed is not None and event.character and event.is_printable and event.key not in answers:
            event.stop()
            self.dismiss(False)
            self._typed(event.character)

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)
