"""Where figures stand: sections of panels, in columns where there is room, several sections on a page.

Sections that fit together share a page; one that does not fit has a page of its own, which scrolls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from tui.theme import STRONG

if TYPE_CHECKING:
    from store.segments.queue import View

GUTTER = 2
"""Cells before every line, for the cursor."""
GAP = 2
"""Cells between two panels."""
WIDEST = 84
"""Cells of a panel: longer lines are hard to follow."""


@dataclass(frozen=True, slots=True)
class Target:
    """Segments that a line stands for."""

    view: View
    title: str


@dataclass(frozen=True, slots=True)
class PanelLine:
    """One line of a panel."""

    content: Content
    opens: Target | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A title, and lines made for the width there is."""

    title: str
    """Empty where the first line is its title."""
    lines: Callable[[int], list[PanelLine]]
    narrowest: int = 35
    """Cells below which it takes the whole width."""

    def made(self, width: int) -> list[PanelLine]:
        """All its lines, for that many cells."""
        title = [PanelLine(Content.styled(self.title, STRONG))] if self.title else []
        return title + self.lines(width)


@dataclass(frozen=True, slots=True)
class Section:
    """Panels that belong together."""

    name: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A line in its place on the page."""

    x: int
    width: int
    line: PanelLine


@dataclass(frozen=True, slots=True)
class Place:
    """A line that can be opened."""

    section: int
    y: int
    x: int
    target: Target


@dataclass(frozen=True, slots=True)
class Page:
    """Sections that are in sight together."""

    first: int
    last: int
    rows: tuple[tuple[Cell, ...], ...]
    tops: tuple[int, ...]
    """Row where each of its sections begins."""
    places: tuple[Place, ...]


def pages(sections: Sequence[Section], width: int, height: int) -> list[Page]:
    """All sections on pages of that many cells; those that are too high scroll."""
    if width < 1:
        return []
    blocks = [_block(section.panels, width) for section in sections]
    made: list[Page] = []
    for count in _together([len(block) for block in blocks], height):
        first = made[-1].last + 1 if made else 0
        made.append(_page(blocks[first : first + count], first))
    return made


def _block(panels: Sequence[Panel], width: int) -> list[tuple[Cell, ...]]:
    """The rows of a section: its panels in as many columns as there is room for, filled one after the other."""
    if not panels:
        return []
    narrowest = GUTTER + max(panel.narrowest for panel in panels)
    number = min(len(panels), max(1, (width + GAP) // (narrowest + GAP)))
    each = min(WIDEST, (width - GAP * (number - 1)) // number)
    room = max(1, each - GUTTER)
    made = [panel.made(room) for panel in panels]
    columns = _columns(made, number)
    rows = []
    for y in range(max(len(column) for column in columns)):
        cells = (
            Cell(place * (each + GAP), room, column[y]) for place, column in enumerate(columns) if y < len(column)
        )
        rows.append(tuple(cells))
    return rows


def _columns(panels: Sequence[list[PanelLine]], number: int) -> list[list[PanelLine]]:
    """Panels in at most so many columns, in their order, as low as they can be."""
    lowest = max(len(lines) for lines in panels)
    for height in range(lowest, sum(len(lines) + 1 for lines in panels) + 1):
        columns: list[list[PanelLine]] = [[]]
        for lines in panels:
            if columns[-1] and len(columns[-1]) + 1 + len(lines) > height:
                columns.append([])
            columns[-1] += [PanelLine(Content("")), *lines] if columns[-1] else lines
        if len(columns) <= number:
            return columns
    raise AssertionError("one column always holds all")


def _together(heights: Sequence[int], room: int) -> list[int]:
    """How many sections share each page: as few pages as there can be, none much fuller than the others."""

    def pages(most: int) -> list[int]:
        counts: list[int] = []
        used = most
        for height in heights:
            if counts and used + 1 + height <= most:
                counts[-1] += 1
                used += 1 + height
            else:
                counts.append(1)
                used = height
        return counts

    fewest = pages(room)
    for most in range(max(heights, default=0), room):
        if len(even := pages(most)) == len(fewest):
            return even
    return fewest


def _page(blocks: Sequence[list[tuple[Cell, ...]]], first: int) -> Page:
    rows: list[tuple[Cell, ...]] = []
    tops, places = [], []
    for section, block in enumerate(blocks, first):
        if rows:
            rows.append(())
        tops.append(len(rows))
        found = [
            Place(section, len(rows) + y, cell.x, cell.line.opens)
            for y, cells in enumerate(block)
            for cell in cells
            if cell.line.opens is not None
        ]
        places += sorted(found, key=lambda place: (place.x, place.y))
        rows += block
    return Page(first, first + len(blocks) - 1, tuple(rows), tuple(tops), tuple(places))
