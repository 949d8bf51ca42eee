"""Where the text of a segment is changed in place."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.widgets import TextArea

from tui.correct.route import Route


class SegmentEditor(TextArea):
    """One paragraph, wrapped at words, with doubtful words underlined.

    Args:
        route: is asked first about every key, because a text area takes some function keys for itself.
    """

    DEFAULT_CSS = """
    SegmentEditor { border: none; padding: 0 0 0 1; height: 1fr; background: $surface; scrollbar-size-vertical: 1;
        &:focus { border: none; } }
    """

    def __init__(self, route: Route) -> None:
        super().__init__("", soft_wrap=True, compact=True, show_line_numbers=False, highlight_cursor_line=False)
        self.cursor_blink = False
        self._route = route
        self._doubtful: tuple[tuple[int, int], ...] = ()
        self._heard: tuple[int, int] | None = None

    def write(self, text: str, first: int, last: int) -> None:
        """Begin with this text, with the characters from `first` to `last` selected."""
        self.load_text(text)
        self.select(first, last)

    def select(self, first: int, last: int) -> None:
        """Select characters, so that typing replaces them; the cursor stands at the last."""
        self.selection = type(self.selection)((0, first), (0, last))

    def mark(self, doubtful: Sequence[tuple[int, int]], heard: tuple[int, int] | None) -> None:
        """Underline the doubtful characters, and light those that are heard."""
        if (tuple(doubtful), heard) != (self._doubtful, self._heard):
            self._doubtful, self._heard = tuple(doubtful), heard
            self._line_cache.clear()
            self.refresh()

    @property
    def place(self) -> int:
        """The character before which the cursor stands."""
        return self.cursor_location[1]

    def put(self, text: str) -> None:
        self.replace(text, *sorted(self.selection))

    def get_line(self, line_index: int) -> Text:
        """The text with its doubtful words underlined and the one that is heard in bold."""
        line = super().get_line(line_index)
        for first, last in self._doubtful:
            line.stylize("underline", first, last)
        if self._heard is not None:
            line.stylize("bold", *self._heard)
        return line

    def take(self, event: events.Key) -> None:
        """A key that came elsewhere, after those that are on their way here already."""
        self._forward_event(event)

    async def on_key(self, event: events.Key) -> None:
        """Keys that are not for writing go where they belong."""
        if await self._route(event, self):
            event.stop()
            event.prevent_default()

    async def on_paste(self, event: events.Paste) -> None:
        """A segment is one paragraph: what is pasted into it becomes one."""
        event.stop()
        event.prevent_default()
        self.put(" ".join(event.text.split()))
