"""Figures in panels, with a cursor on what can be opened.

All of it is laid out anew when the figures or the room change, and drawn a line at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.dataset.panel_pages import GUTTER, Page, Section, Target, pages
from tui.theme import ACCENT, STRONG


class Panels(ScrollView, can_focus=True, inherit_bindings=False):
    """The pages of figures; the screen says where to go, and asks what is chosen."""

    DEFAULT_CSS = """
    Panels { padding: 0 1; scrollbar-size-vertical: 1; scrollbar-gutter: stable; overflow-x: hidden; }
    """

    class Moved(Message):
        """Another section is shown, or others beside it."""

    class Clicked(Message):
        """A line that can be opened was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: tuple[Section, ...] = ()
        self.section = 0
        """Which one keys work on."""
        self._pages: list[Page] = []
        self._chosen = 0
        """Place of the cursor on the page."""

    # --- what is shown ----------------------------------------------------------------------------

    def show(self, sections: Sequence[Section]) -> None:
        """Show these figures instead; the cursor stays with what it was on."""
        target = self.target
        self.sections = tuple(sections)
        self.section = min(self.section, max(0, len(self.sections) - 1))
        self._lay_out()
        page = self._page
        if page is not None and target is not None:
            titles = [(place.section, place.target.title) for place in page.places]
            wanted = (self.section, target.title)
            self._chosen = titles.index(wanted) if wanted in titles else self._chosen
        self._settle()

    @property
    def target(self) -> Target | None:
        page = self._page
        return page.places[self._chosen].target if page and self._chosen < len(page.places) else None

    @property
    def in_sight(self) -> range:
        page = self._page
        return range(page.first, page.last + 1) if page else range(0)

    # --- moving -----------------------------------------------------------------------------------

    def go(self, section: int) -> None:
        """Go to a section; before the first comes the last."""
        if not self.sections:
            return
        self.section = section % len(self.sections)
        page = self._page
        assert page is not None
        here = [i for i, place in enumerate(page.places) if place.section == self.section]
        self._chosen = here[0] if here else len(page.places)
        self._settle()
        self.scroll_to(y=page.tops[self.section - page.first], animate=False)

    def move(self, step: int) -> None:
        """Go to the next line that can be opened, or scroll where there is none."""
        page = self._page
        if page is None:
            return
        place = self._chosen + step
        if self._chosen >= len(page.places) and page.places:  # in a section where nothing can be opened
            before = [i for i, one in enumerate(page.places) if one.section < self.section]
            place = len(before) if step > 0 else len(before) - 1
        if 0 <= place < len(page.places):
            self._chosen = place
            self.section = page.places[place].section
            self._settle()
        else:
            self.scroll_relative(y=step, animate=False)

    def page(self, step: int) -> None:
        """Scroll a page; the cursor comes along."""
        height = max(1, self.size.height - 1)
        page = self._page
        if page is None:
            return
        top = min(max(0, int(self.scroll_offset.y) + step * height), int(self.max_scroll_y))
        if top == int(self.scroll_offset.y):  # at the end already: to the last line, or the first
            self.end(-1 if step > 0 else 0)
            return
        self.scroll_to(y=top, animate=False)
        seen = [i for i, place in enumerate(page.places) if top <= place.y < top + height]
        if seen:
            self._chosen = seen[0 if step > 0 else -1]
            self.section = page.places[self._chosen].section
        self._tell()

    def end(self, place: int) -> None:
        """Go to the first line that can be opened (0), or the last (-1)."""
        page = self._page
        if page is None:
            return
        if page.places:
            self._chosen = place % len(page.places)
            self.section = page.places[self._chosen].section
        self._tell()
        self.scroll_to(y=0 if place == 0 else self.max_scroll_y, animate=False)

    def _settle(self) -> None:
        """Bring the cursor into sight."""
        page = self._page
        if page is not None and self._chosen < len(page.places):
            y, top, height = page.places[self._chosen].y, int(self.scroll_offset.y), self.size.height
            first = min((one.y for one in page.places), default=0)
            if y == first and y < height:
                self.scroll_to(y=0, animate=False)
            elif y < top:
                self.scroll_to(y=max(0, y - 2), animate=False)
            elif y >= top + height:
                self.scroll_to(y=y - height + 2, animate=False)
        self._tell()

    def _tell(self) -> None:
        page = self._page
        height = len(page.rows) if page else 0
        if self.virtual_size.height != height:
            self.virtual_size = Size(self.size.width, height)
        self.refresh()
        self.post_message(self.Moved())

    # --- laying out -------------------------------------------------------------------------------

    @property
    def _page(self) -> Page | None:
        return next((page for page in self._pages if page.first <= self.section <= page.last), None)

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()
        self._settle()

    def _lay_out(self) -> None:
        region = self.scrollable_content_region
        self._pages = pages(self.sections, region.width, region.height)
        page = self._page
        if page is not None and self._chosen >= len(page.places):
            here = [i for i, place in enumerate(page.places) if place.section == self.section]
            self._chosen = here[0] if here else len(page.places)

    # --- drawing ----------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One row of the page."""
        page = self._page
        row = int(self.scroll_offset.y) + y
        cells = page.rows[row] if page is not None and row < len(page.rows) else ()
        chosen = page.places[self._chosen] if page is not None and self._chosen < len(page.places) else None
        line = Content("")
        for cell in cells:
            here = chosen is not None and (chosen.y, chosen.x) == (row, cell.x)
            marker = Content.styled("▌ ", ACCENT) if here else Content(" " * GUTTER)
            text = cell.line.content.truncate(cell.width, ellipsis=True)
            if here:
                text = text.stylize(STRONG)
            line += Content(" " * (cell.x - line.cell_length)) + marker + text
        strip = Strip(line.render_segments(self.visual_style), line.cell_length)
        return strip.crop_extend(0, self.size.width, self.visual_style.rich_style)

    def on_click(self, event: events.Click) -> None:
        """A click opens the line."""
        page = self._page
        place = event.get_content_offset(self)
        if page is None or place is None:
            return
        row = int(self.scroll_offset.y) + place.y
        found = [i for i, one in enumerate(page.places) if one.y == row and one.x <= place.x]
        if found:
            self._chosen = found[-1]
            self.section = page.places[self._chosen].section
            self._tell()
            self.post_message(self.Clicked())
