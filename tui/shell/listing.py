"""Lines that are made for the width there is, with a cursor on those that stand for something.

Without such lines the keys scroll. Drawn a line at a time, so that a long list costs no more than a short one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.theme import ACCENT, STRONG

GUTTER = 2
"""Cells before every line, for the cursor."""


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line."""

    content: Content
    key: str = ""
    """What the line stands for; empty: nothing, and the cursor passes it over."""


class Listing(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines with a cursor; the screen says where to go, and asks what is chosen."""

    DEFAULT_CSS = """
    Listing { padding: 0 1; scrollbar-size-vertical: 1; scrollbar-gutter: stable; overflow-x: hidden; }
    """

    class Moved(Message):
        """The cursor is on something else."""

        def __init__(self, listing: Listing) -> None:
            super().__init__()
            self.listing = listing

        @property
        def control(self) -> Listing:
            return self.listing

    class Clicked(Moved):
        """A line that stands for something was clicked."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._make: Callable[[int], list[LineRow]] = lambda width: []
        self._rows: list[LineRow] = []
        self._keyed: list[int] = []
        """Rows that stand for something."""
        self._chosen = 0
        """Place in these."""

    @property
    def key(self) -> str:
        """What the cursor is on; empty where there is nothing to be on."""
        return self._rows[self._keyed[self._chosen]].key if self._keyed else ""

    @property
    def keys(self) -> list[str]:
        """Everything the cursor can be on, from the top."""
        return [self._rows[row].key for row in self._keyed]

    def show(self, make: Callable[[int], list[LineRow]]) -> None:
        """Show these lines instead, made for a number of cells; the cursor stays with what it was on."""
        self._make = make
        self._lay_out()

    def choose(self, key: str) -> None:
        if key in self.keys:
            self._put(self.keys.index(key))

    def move(self, step: int) -> None:
        """Go to the next line that stands for something, or scroll where there is none."""
        if not self._keyed:
            self.scroll_relative(y=step, animate=False)
        elif 0 <= self._chosen + step < len(self._keyed):
            self._put(self._chosen + step)
        else:
            self.scroll_to(y=0 if step < 0 else self.max_scroll_y, animate=False)

    def page(self, step: int) -> None:
        """Go a page down or up."""
        height = max(1, self.size.height - 1)
        if not self._keyed:
            self.scroll_relative(y=step * height, animate=False)
            return
        row = self._keyed[self._chosen] + step * height
        beyond = [place for place, at in enumerate(self._keyed) if (at >= row if step > 0 else at <= row)]
        last = len(self._keyed) - 1
        self._put((beyond[0] if step > 0 else beyond[-1]) if beyond else (last if step > 0 else 0))

    def end(self, place: int) -> None:
        """Go to the top (0) or the bottom (-1)."""
        if self._keyed:
            self._put(place % len(self._keyed))
        self.scroll_to(y=0 if place == 0 else self.max_scroll_y, animate=False)

    def _put(self, chosen: int) -> None:
        moved, self._chosen = chosen != self._chosen, chosen
        row, top, height = self._keyed[chosen], int(self.scroll_offset.y), self.size.height
        if chosen == 0 and row < height:
            self.scroll_to(y=0, animate=False)
        elif row < top:
            self.scroll_to(y=max(0, row - 2), animate=False)
        elif row >= top + height:
            self.scroll_to(y=row - height + 2, animate=False)
        self.refresh()
        if moved:
            self.post_message(self.Moved(self))

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        before = self.key
        self._rows = self._make(max(1, self.scrollable_content_region.width - GUTTER))
        self._keyed = [place for place, row in enumerate(self._rows) if row.key]
        keys = self.keys
        self._chosen = keys.index(before) if before in keys else min(self._chosen, max(0, len(keys) - 1))
        self.virtual_size = Size(self.size.width, len(self._rows))
        self.refresh()
        if self.key != before:
            self.post_message(self.Moved(self))

    def render_line(self, y: int) -> Strip:
        """One line."""
        place = int(self.scroll_offset.y) + y
        line = Content("")
        if place < len(self._rows):
            width = max(1, self.scrollable_content_region.width - GUTTER)
            content = self._rows[place].content.truncate(width, ellipsis=True)
            here = bool(self._keyed) and self._keyed[self._chosen] == place
            marker = Content.styled("▌ ", ACCENT) if here else Content(" " * GUTTER)
            line = marker + (content.stylize(STRONG) if here else content)
        strip = Strip(line.render_segments(self.visual_style), line.cell_length)
        return strip.crop_extend(0, self.size.width, self.visual_style.rich_style)

    def on_click(self, event: events.Click) -> None:
        """A click chooses the line."""
        at = event.get_content_offset(self)
        row = int(self.scroll_offset.y) + at.y if at is not None else -1
        if row in self._keyed:
            self._put(self._keyed.index(row))
            self.post_message(self.Clicked(self))
