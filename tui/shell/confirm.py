"""A question with two answers."""

from __future__ import annotations

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
    """

    CSS_PATH = "form.tcss"
    BINDINGS = bindings(CONFIRM)

    def __init__(self, question: str, text: str) -> None:
        super().__init__()
        self._question = question
        self._text = text

    def compose(self) -> ComposeResult:
        keys = Content("   ").join(Content.assemble((shown(key.keys[0]), KEY), f" {key.label}") for key in CONFIRM)
        with Vertical(id="box"):
            yield Static(Content.styled(plain(self._question), "bold"), id="heading")
            yield Static(plain(self._text), markup=False)
            yield Static(keys, id="keys")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)
