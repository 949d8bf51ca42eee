"""The queue: a line a segment, and only those in sight are ever asked for.

A hundred thousand rows in a table of widgets take ten seconds to fill. Here the view holds nothing but
the ids in their order; the rows that are seen, and a page around them, are fetched when they come into
sight, and the last few thousand are kept.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.correct.route import Route
from tui.text import plain
from tui.theme import ACCENT, FAINT, MUTED, STRONG

if TYPE_CHECKING:
    from store.segments.queue import SegmentRow

KEPT = 4000
"""Rows that are remembered."""
LONGEST = 120
"""Characters of a segment's text that are looked at; no list is wider."""
MARKS = {"new": "·", "corrected": "✓", "skipped": "–", "flagged": "!", "unsure": "?", "retired": "×"}


class QueueList(ScrollView, can_focus=True, inherit_bindings=False):
    """Segments in the order of the work, one of them chosen.

    Args:
        route: is given every key, because the list has none of its own.
    """

    DEFAULT_CSS = "QueueList { scrollbar-size-vertical: 1; scrollbar-gutter: stable; overflow-x: hidden; }"

    chosen: reactive[int] = reactive(0)
    """Place of the chosen segment in the list."""

    class Wanted(Message):
        """Rows that are in sight, or about to be, and not known yet."""

        def __init__(self, ids: list[int]) -> None:
            super().__init__()
            self.ids = ids

    class Clicked(Message):
        """A place was clicked."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self, route: Route) -> None:
        super().__init__()
        self._route = route
        self.ids: array[int] = array("q")
        self.blind = False
        """Whether to show what was heard rather than what somebody made of it."""
        self._rows: OrderedDict[int, SegmentRow] = OrderedDict()

    @property
    def page(self) -> int:
        """Segments that a page key moves by: one stays in sight."""
        return max(1, self.size.height - 1)

    def show(self, ids: array[int], chosen: int) -> None:
        """Show these segments instead; rows that are known are kept."""
        self.ids = ids
        self.virtual_size = Size(self.size.width, len(ids))
        self.set_reactive(QueueList.chosen, chosen)
        self.watch_chosen(chosen)

    def put(self, rows: Iterable[SegmentRow]) -> None:
        """Here are rows that were wanted, or that have changed."""
        top = int(self.scroll_offset.y)
        in_sight = set(self.ids[top : top + self.size.height])
        seen = False
        for row in rows:
            self._rows[row.id] = row
            self._rows.move_to_end(row.id)
            seen = seen or row.id in in_sight
        while len(self._rows) > KEPT:
            self._rows.popitem(last=False)
        if seen:
            self.refresh()

    def row(self, segment: int) -> SegmentRow | None:
        return self._rows.get(segment)

    def forget(self, ids: Iterable[int]) -> None:
        """These have changed: fetch them again when they are in sight."""
        for segment in ids:
            self._rows.pop(segment, None)
        self.want()

    def want(self) -> None:
        """Ask for what is in sight and not known, with a page before and after."""
        height = max(self.size.height, 1)
        top = max(0, int(self.scroll_offset.y) - height)
        wanted = [i for i in self.ids[top : top + 3 * height] if i not in self._rows]
        if wanted:
            self.post_message(self.Wanted(wanted))

    def watch_chosen(self, chosen: int) -> None:
        """Bring the chosen segment into view, with a little of what comes next."""
        height, top = self.size.height, int(self.scroll_offset.y)
        if height:
            margin = min(3, height // 4)
            if chosen - margin < top:
                self.scroll_to(y=max(0, chosen - margin), animate=False)
            elif chosen + margin >= top + height:
                self.scroll_to(y=chosen + margin - height + 1, animate=False)
        self.want()
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """What comes into sight is asked for."""
        super().watch_scroll_y(old_value, new_value)
        self.want()

    def on_resize(self, event: events.Resize) -> None:
        """More may be in sight."""
        self.virtual_size = Size(event.size.width, len(self.ids))
        self.watch_chosen(self.chosen)

    async def on_key(self, event: events.Key) -> None:
        """Keys are for the screen, at once and in their order."""
        if await self._route(event, self):
            event.stop()
            event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        place = int(self.scroll_offset.y) + event.y
        if place < len(self.ids):
            self.post_message(self.Clicked(place))

    def render_line(self, y: int) -> Strip:
        """One segment: whether it is the chosen one, its status, its text."""
        place = int(self.scroll_offset.y) + y
        width = self.scrollable_content_region.width
        line = self._line(place, width) if place < len(self.ids) else Content("")
        strip = Strip(line.render_segments(self.visual_style), line.cell_length)
        return strip.crop_extend(0, self.size.width, self.visual_style.rich_style)

    def _line(self, place: int, width: int) -> Content:
        row = self._rows.get(self.ids[place])
        cursor = Content.styled("▌", ACCENT) if place == self.chosen else Content(" ")
        if row is None:
            return cursor + Content.styled("…", FAINT)
        mark = MARKS.get(row.status, "·")
        text = plain(((row.heard if self.blind else row.text) or "(nothing heard)")[:LONGEST])
        style = STRONG if place == self.chosen else MUTED if row.status != "new" else ""
        return Content.assemble(cursor, (f"{mark} ", ACCENT), (text, style)).truncate(width, ellipsis=True)
