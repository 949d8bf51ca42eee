"""A question at the bottom of the screen that one key answers, or a line to type the answer in.

It is part of the screen rather than a dialog over it, because a dialog needs a moment to open, and a
key pressed in that moment would be lost or mean something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input

from tui.correct.route import Route
from tui.keys import shown
from tui.text import plain
from tui.theme import KEY, STRONG


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer."""

    key: str
    """Textual's name of the key that gives it."""
    label: str


class Choices(Widget):
    """A title and its answers, each with its key, wrapped."""

    DEFAULT_CSS = "Choices { height: auto; display: none; background: $surface; padding: 0 1; }"

    title: reactive[str] = reactive("", layout=True)
    choices: reactive[tuple[Answer, ...]] = reactive((), layout=True)

    def render(self) -> RenderResult:
        return Content("\n").join(self._lines(self.content_size.width))

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return len(self._lines(width))

    def _lines(self, room: int) -> list[Content]:
        found = [Content.styled(plain(self.title), STRONG)]
        for choice in (*self.choices, Answer("escape", "back")):
            item = Content.assemble("  ", (shown(choice.key), KEY), f" {plain(choice.label)}")
            if found[-1].cell_length + item.cell_length > room and found[-1].plain.strip():
                found.append(Content(""))
            found[-1] += item
        return [line.truncate(max(0, room), ellipsis=True) for line in found]


class AskLine(Input):
    """A line for an answer in one's own words.

    Args:
        route: is asked first about every key.
    """

    DEFAULT_CSS = "AskLine { height: 1; display: none; border: none; padding: 0 1; background: $surface; }"

    def __init__(self, route: Route) -> None:
        super().__init__(compact=True, max_length=500, select_on_focus=False)
        self._route = route

    def begin(self, words: str) -> None:
        """Begin with these words, the cursor behind them."""
        self.value = words
        self.cursor_position = len(words)

    def take(self, event: events.Key) -> None:
        """A key that came elsewhere, after those that are on their way here already."""
        self._forward_event(event)

    async def on_key(self, event: events.Key) -> None:
        """Enter and escape, and keys that come late, go where they belong."""
        if await self._route(event, self):
            event.stop()
            event.prevent_default()


def lettered(labels: Sequence[str], taken: str = "") -> tuple[Answer, ...]:
    """Each label with a letter of its own: its first one that is free, else any that is."""
    used, found = set(taken), []
    for label in labels:
        letters = [c for c in label.lower() + "abcdefghijklmnopqrstuvwxyz" if c.isascii() and c.isalpha()]
        letter = next((c for c in letters if c not in used), "")
        if letter:
            used.add(letter)
            found.append(Answer(letter, label))
    return tuple(found)
