"""The line to write in."""

from __future__ import annotations

from textual import events
from textual.widgets import Input


class WritingLine(Input):
    """One line; what stands in it is never replaced by what is typed or pasted."""

    def __init__(self) -> None:
        super().__init__(compact=True, placeholder="write in Spanish", max_length=1000, select_on_focus=False)

    def on_paste(self, event: events.Paste) -> None:
        """All lines of it, one behind the other."""
        event.stop()
        event.prevent_default()
        self.add(" ".join(event.text.split()))

    def add(self, text: str) -> None:
        """Put text in where the cursor is."""
        self.insert_text_at_cursor(text)
