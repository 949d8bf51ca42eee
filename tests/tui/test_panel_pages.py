"""Figures on pages: nothing is lost, nothing overlaps, and what fits together stands together."""

from __future__ import annotations

from functools import partial

from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from store.segments.queue import View
from tui.dataset.panel_pages import GUTTER, Panel, PanelLine, Section, Target, pages

HEIGHTS = st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=4), max_size=6)


def sections(heights: list[list[int]]) -> list[Section]:
    """Sections of panels of so many lines; every second line can be opened."""
    return [
        Section(
            f"section {number}",
            tuple(
                Panel(f"panel {number}.{place}", partial(_lines, number, place, count))
                for place, count in enumerate(panels)
            ),
        )
        for number, panels in enumerate(heights)
    ]


def _lines(section: int, panel: int, count: int, width: int) -> list[PanelLine]:
    names = [f"{section}.{panel}.{line}" for line in range(count)]
    return [PanelLine(Content(name), Target(View(), name) if i % 2 else None) for i, name in enumerate(names)]


@given(HEIGHTS, st.integers(1, 200), st.integers(1, 60))
def test_every_line_stands_once_and_none_overlaps_another(
    heights: list[list[int]], width: int, height: int
) -> None:
    made = pages(sections(heights), width, height)
    assert [number for page in made for number in range(page.first, page.last + 1)] == list(range(len(heights)))
    cells = [cell for page in made for row in page.rows for cell in row]
    texts = [cell.line.content.plain for cell in cells if cell.line.content.plain]
    wanted = [
        name
        for number, panels in enumerate(heights)
        for place, count in enumerate(panels)
        for name in (f"panel {number}.{place}", *(f"{number}.{place}.{line}" for line in range(count)))
    ]
    assert sorted(texts) == sorted(wanted)
    for page in made:
        for row in page.rows:
            ends = [cell.x + GUTTER + cell.width for cell in row]
            assert all(cell.x >= end for cell, end in zip(row[1:], ends, strict=False))
            assert not ends or ends[-1] <= max(width, GUTTER + 1)


@given(HEIGHTS, st.integers(1, 200), st.integers(1, 60))
def test_what_can_be_opened_is_where_it_is_said_to_be(heights: list[list[int]], width: int, height: int) -> None:
    for page in pages(sections(heights), width, height):
        assert page.first == page.last or len(page.rows) <= height
        for place in page.places:
            [cell] = [cell for cell in page.rows[place.y] if cell.x == place.x]
            assert cell.line.opens == place.target
            assert place.target.title.startswith(f"{place.section}.")
            assert place.y >= page.tops[place.section - page.first]
