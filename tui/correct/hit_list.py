"""What find and replace would change: a line a segment, each with a tick that can be taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.text import plain
from tui.theme import ACCENT, BAD, GOOD, MUTED

if TYPE_CHECKING:
    from core.review.replacing import Hit

AROUND = 24
"""Characters shown before a change."""


class HitList(ScrollView, can_focus=True, inherit_bindings=False):
    """The segments of a plan, ticked at first."""

    DEFAULT_CSS = "HitList { scrollbar-size-vertical: 1; scrollbar-gutter: stable; overflow-x: hidden; }"

    chosen: reactive[int] = reactive(0)
    """Place of the line that keys work on."""

    def __init__(self) -> None:
        super().__init__()
        self.hits: tuple[Hit, ...] = ()
        self.ticked: set[int] = set()
        """Segments that would be changed."""

    def show(self, hits: tuple[Hit, ...]) -> None:
        """Show these instead, all ticked."""
        self.hits = hits
        self.ticked = {hit.segment for hit in hits}
        self.virtual_size = Size(self.size.width, len(hits))
        self.chosen = 0
        self.scroll_to(y=0, animate=False)
        self.refresh()

    def move(self, step: int) -> None:
        if self.hits:
            self.chosen = min(max(self.chosen + step, 0), len(self.hits) - 1)

    def tick(self) -> None:
        """Tick the line, or take its tick away, and go to the next."""
        if self.hits:
            self.ticked ^= {self.hits[self.chosen].segment}
            self.move(1)
            self.refresh()

    def tick_all(self) -> None:
        """Tick all; where all are ticked, none."""
        everything = {hit.segment for hit in self.hits}
        self.ticked = set() if self.ticked == everything else everything
        self.refresh()

    def watch_chosen(self, chosen: int) -> None:
        """Keep it in view."""
        top, height = int(self.scroll_offset.y), self.size.height
        if chosen < top or chosen >= top + height:
            self.scroll_to(y=max(0, chosen - height // 2), animate=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One segment: its tick, whether it was corrected before, and what changes."""
        place = int(self.scroll_offset.y) + y
        line = self._line(place) if place < len(self.hits) else Content("")
        strip = Strip(line.render_segments(self.visual_style), line.cell_length)
        return strip.crop_extend(0, self.size.width, self.visual_style.rich_style)

    def _line(self, place: int) -> Content:
        hit = self.hits[place]
        cursor = Content.styled("▌", ACCENT) if place == self.chosen and self.has_focus else Content(" ")
        tick = ("[x] ", GOOD) if hit.segment in self.ticked else ("[ ] ", MUTED)
        before, after = plain(hit.before), plain(hit.after)
        first, last_before, last_after = _differ(before, after)
        lead = before[max(0, first - AROUND) : first]
        line = Content.assemble(
            tick, ("✓ " if hit.verified else "  ", MUTED), ("…" if first > AROUND else "") + lead,
            (before[first:last_before], f"strike {BAD}"), "→",
            (after[first:last_after] or "∅", f"underline {GOOD}"), after[last_after:],
        )  # fmt: skip
        return (cursor + line).truncate(self.scrollable_content_region.width, ellipsis=True)


def _differ(before: str, after: str) -> tuple[int, int, int]:
    """Where two texts begin to differ, and where each of them ends to; whole words."""
    first = 0
    while first < min(len(before), len(after)) and before[first] == after[first]:
        first += 1
    tail = 0
    while tail < min(len(before), len(after)) - first and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    while first and before[first - 1] != " ":
        first -= 1
    while tail and before[len(before) - tail] != " ":
        tail -= 1
    return first, len(before) - tail, len(after) - tail
