"""One line about the task that runs beside the app, or about how the last one ended."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.keys import letter
from tui.text import plain
from tui.theme import BAD, GOOD, KEY, STRONG

MARKS = {"running": ("▶", STRONG), "done": ("✓", GOOD), "failed": ("×", BAD), "stopped": ("■", STRONG)}


class TaskLine(Widget):
    """Not there until something has been started. Every state has its own mark.

    Args:
        stop: what the key that stops it means.
    """

    DEFAULT_CSS = "TaskLine { height: 1; padding: 0 1; background: $surface; display: none; }"

    state: reactive[str] = reactive("")
    """running, done, failed, stopped; empty: nothing to show."""
    what: reactive[str] = reactive("")
    """import, fetch."""
    text: reactive[str] = reactive("")
    keys: reactive[tuple[tuple[str, str], ...]] = reactive(())
    """Keys that do something about it, and what."""

    def __init__(self, stop: str = "back") -> None:
        super().__init__()
        self._stop_key = stop

    def begin(self, what: str) -> None:
        """Show that this is at work."""
        self.state, self.what, self.text = "running", what, "begins…"
        self.keys = ((letter(self._stop_key), "stop"),)

    def end(self, state: str, text: str, rejected: bool) -> None:
        """Show how it ended: done, failed or stopped.

        Args:
            rejected: there are rejected rows to be read about.
        """
        self.state, self.text = state, text
        why = ((letter("look closer"), "why"),) if rejected else ()
        self.keys = (*why, (letter("back"), "close"))

    def put_away(self) -> None:
        self.state = ""

    def watch_state(self, state: str) -> None:
        """Take room only where there is something to show."""
        self.display = bool(state)

    def render(self) -> RenderResult:
        room = self.content_size.width
        mark, style = MARKS.get(self.state, ("", ""))
        right = Content("  ").join(Content.assemble((key, KEY), f" {label}") for key, label in self.keys)
        left = Content.assemble((f"{mark} {plain(self.what)}", style), f"  {plain(self.text)}")
        left = left.truncate(max(8, room - right.cell_length - 2), ellipsis=True)
        return (left + " " * max(2, room - left.cell_length - right.cell_length) + right).truncate(room)
