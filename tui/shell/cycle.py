"""A field with a few values: left and right go through them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.keys import Key, bindings
from tui.text import plain
from tui.theme import KEY, MUTED

CYCLE = (
    Key("cycle.next", ("right", "main"), "step(1)", "next", "The next value."),
    Key("cycle.previous", ("left",), "step(-1)", "previous", "The value before."),
)


class Cycle(Widget, can_focus=True):
    """One of some values, in brackets while it has the keyboard.

    Args:
        values: what it gives, and how that reads.
    """

    DEFAULT_CSS = "Cycle { height: 1; } Cycle:focus { background: $panel; }"
    BINDINGS = bindings(CYCLE)

    chosen: reactive[int] = reactive(0)
    note: reactive[str] = reactive("")
    """Something to say about the value that is chosen."""

    class Changed(Message):
        """Another value."""

        def __init__(self, cycle: Cycle) -> None:
            super().__init__()
            self.cycle = cycle

        @property
        def control(self) -> Cycle:
            return self.cycle

    def __init__(self, values: Sequence[tuple[str, str]], id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._values = tuple(values)

    @property
    def value(self) -> str:
        return self._values[self.chosen][0]

    def action_step(self, step: int) -> None:
        """The next value, or the one before; after the last comes the first."""
        self.chosen = (self.chosen + step) % len(self._values)
        self.post_message(self.Changed(self))

    def render(self) -> RenderResult:
        label = plain(self._values[self.chosen][1])
        shown = Content.styled(f"‹ {label} ›", KEY) if self.has_focus else Content(f"  {label}")
        note = Content.styled(f"  {plain(self.note)}", MUTED) if self.note else Content("")
        return (shown + note).truncate(max(1, self.content_size.width), ellipsis=True)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
