"""Curves in a terminal: they fit whatever room there is, have numbers on their axes, and need no colour."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.train.curve import BRAILLE, MOST_MARKS, Plot, Point, drawn, thinned
from tui.train.run_page import percent

numbers = st.floats(allow_nan=True, allow_infinity=True)
points = st.builds(Point, numbers, numbers, st.none() | numbers, st.none() | numbers)


def text(plot: Plot, width: int = 40, height: int = 10) -> list[str]:
    """The lines without their styles."""
    return [line.plain for line in drawn(plot, width, height)]


def heights(lines: list[str]) -> list[float]:
    """How high the curve is in each column that it is in, in dots from the bottom."""
    rows = [line.partition("┤")[2] or line.partition("│")[2] for line in lines[1:-2]]
    found = []
    for column in range(max(map(len, rows))):
        cells = [(row, ord(cells[column])) for row, cells in enumerate(rows) if column < len(cells)]
        dots = [row for row, cell in cells if cell > BRAILLE]
        if dots:
            found.append(len(rows) - sum(dots) / len(dots))
    return found


@given(st.lists(points, max_size=60), st.booleans(), st.none() | numbers, st.integers(0, 90), st.integers(0, 30))
def test_any_points_fit_in_any_room(
    found: list[Point], marks: bool, beat: float | None, width: int, height: int
) -> None:
    plot = Plot("Loss", tuple(found), marks, beat, "before", 100.0)
    lines = drawn(plot, width, height)
    assert len(lines) == (height if width else 0)
    assert all(line.cell_length <= width for line in lines)


def test_a_loss_that_falls_is_seen_to_fall() -> None:
    lines = text(Plot("Loss", tuple(Point(x, 3 * math.exp(-x / 40)) for x in range(200))))
    fallen = heights(lines)
    assert fallen[0] > fallen[-1] and all(now <= before for before, now in pairwise(fallen))
    assert lines[0].startswith("Loss  0.0") and lines[1].lstrip().startswith("3 ┤")
    assert lines[-1].split() == ["0", "step", "199"]


def test_the_axis_goes_to_the_last_step_so_that_one_sees_how_much_is_to_come() -> None:
    lines = text(Plot("Loss", tuple(Point(x, 1.0 + x) for x in range(51)), last=200.0))
    assert lines[-1].endswith("step 200")
    assert len(heights(lines)) <= 12  # a quarter of about forty cells


def test_what_was_measured_is_marked_with_its_interval_beside_what_is_to_be_beaten() -> None:
    measured = tuple(Point(x, y, y - 0.05, y + 0.05) for x, y in ((0, 0.4), (20, 0.3), (40, 0.2)))
    plot = Plot("Dev", measured, marks=True, beat=0.4, beat_name="before 40.0 %", number=percent)
    lines = text(plot, 60, 12)
    body = "\n".join(lines[1:])
    assert body.count("●") == 3 and "│" in body and "╌" in body and "before 40.0 %" in body
    assert lines[0] == "Dev  20.0 %"
    many = Plot("Dev", tuple(Point(x, x % 7) for x in range(MOST_MARKS + 1)), marks=True)
    assert "●" not in "\n".join(text(many))


def test_without_points_or_room_there_are_words() -> None:
    assert (
        text(Plot("Loss", empty="It is drawn when learning has begun."), 60)[1]
        == "It is drawn when learning has begun."
    )
    assert text(Plot("Loss", (Point(1, 2.5),)), 30, 2) == ["Loss  2.5", ""]
    assert "●" in "".join(text(Plot("Dev", (Point(0, 0.5),), marks=True)))
    assert any(ord(cell) > BRAILLE for cell in "".join(text(Plot("Loss", (Point(3, 1.0), Point(4, 1.0))))))


@pytest.mark.parametrize("count", [0, 1, 399, 400, 401, 5000])
def test_a_long_run_is_thinned_without_losing_its_end(count: int) -> None:
    thin = thinned([(step, float(step)) for step in range(count)])
    assert len(thin) <= 400 and len(thin) >= min(count, 200)
    assert not count or thin[-1].x == count - 1
    assert [point.x for point in thin] == sorted(point.x for point in thin)


def test_a_loss_that_is_no_number_is_left_out() -> None:
    assert thinned([(1, math.nan), (2, 1.0), (3, math.inf)]) == (Point(2, 1.0),)
