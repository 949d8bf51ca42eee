"""A screen that the app does not have: what a new one has to bring."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from tui.messages import PromotionEnded
from tui.shell.mode_screen import ModeScreen


class NotesScreen(ModeScreen):
    """A line of text, and the news it was sent."""

    MODE = "notes"

    def __init__(self) -> None:
        super().__init__()
        self.news: list[PromotionEnded] = []

    def body(self) -> Iterable[Widget]:
        yield Static("Nothing was noted yet.")

    @on(PromotionEnded)
    def promotion_ended(self, message: PromotionEnded) -> None:
        self.news.append(message)
