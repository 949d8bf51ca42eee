"""A curve in a terminal, with axes that have numbers: loss over steps, or the error rate on dev.

Lines are drawn in braille, eight dots a cell; what was measured is a ● on the line, with its interval where it
has one, and the line to beat is dashed and says what it is. So nothing depends on a colour.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeGuard

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.text import plain
from tui.theme import ACCENT, FAINT, MUTED, STRONG

DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""Bits of a braille cell, by column and by row from the top."""
BRAILLE = 0x2800
MOST_MARKS = 40
"""More measured points than this are only a line."""
MOST = 1e100
"""What is larger was never measured, and no axis holds it."""


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured at a step, with its interval if it has one."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """All there is to draw."""

    title: str
    points: tuple[Point, ...] = ()
    marks: bool = False
    """Whether the points are few and each counts."""
    beat: float | None = None
    """Height of the line to beat …"""
    beat_name: str = ""
    """… and what it is."""
    last: float = 0.0
    """The x axis goes to here at least."""
    number: Callable[[float], str] = "{:.3g}".format
    """How a y value reads."""
    empty: str = ""
    """What to say while there are no points."""


class Curve(Widget):
    """A plot that fills its widget, whatever its size."""

    DEFAULT_CSS = "Curve { height: 9; }"

    plot: reactive[Plot] = reactive(Plot(""))

    def render(self) -> RenderResult:
        return Content("\n").join(drawn(self.plot, self.content_size.width, self.content_size.height))


def drawn(plot: Plot, width: int, height: int) -> list[Content]:
    """The plot as exactly `height` lines, none wider than `width`: a title, the curve, the x axis.

    Too small for axes, it is the title and the last value in one line.
    """
    if width < 1 or height < 1:
        return []
    points = [_sound(point) for point in plot.points if _drawable(point.x) and _drawable(point.y)]
    title = Content.styled(plain(plot.title), STRONG)
    if points:
        title += Content.styled(f"  {plot.number(points[-1].y)}", ACCENT)
    lines = [title.truncate(width, ellipsis=True)]
    rows = height - 3
    low, high = _bounds(plot, points)
    labels = [plot.number(value) for value in (high, low)]
    left = max(len(label) for label in labels)
    columns = width - left - 2
    if not points or rows < 2 or columns < 8:
        if not points and plot.empty and height > 1:
            lines.append(Content.styled(plain(plot.empty), MUTED).truncate(width, ellipsis=True))
        return lines[:height] + [Content("")] * (height - len(lines))
    end = max(plot.last, points[-1].x, 1.0)
    canvas = _Canvas(columns, rows, end, low, high)
    for one, following in pairwise(points):
        canvas.line(one, following)
    if len(points) == 1:
        canvas.dot(*canvas.at(points[0].x, points[0].y))
    if _drawable(plot.beat):
        canvas.beat(plot.beat, plot.beat_name)
    if plot.marks and len(points) <= MOST_MARKS:
        for point in points:
            canvas.mark(point)
    for row, cells in enumerate(canvas.rows()):
        label = labels[0] if row == 0 else labels[1] if row == rows - 1 else ""
        lines.append(Content.assemble((f"{label:>{left}} ", MUTED), ("┤" if label else "│", FAINT), cells))
    lines.append(Content.assemble(" " * (left + 1), ("└" + "─" * columns, FAINT)))
    right = f"step {end:,.0f}"
    lines.append(Content.styled(" " * (left + 2) + "0" + f"{right:>{max(0, columns - 1)}}", MUTED).truncate(width))
    return lines


def _bounds(plot: Plot, points: Sequence[Point]) -> tuple[float, float]:
    """The y axis holds every point, what is to be beaten, and the intervals as far as they are not enormous."""
    values = [point.y for point in points] + ([plot.beat] if _drawable(plot.beat) else [])
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    if plot.marks:
        room = (high - low) or abs(high) or 1.0
        low = max(low - room / 2, min((p.low for p in points if p.low is not None), default=low))
        high = min(high + room / 2, max((p.high for p in points if p.high is not None), default=high))
    if high - low < 1e-9:
        return low - (abs(low) / 2 or 0.5), high + (abs(high) / 2 or 0.5)
    return low, high


def _drawable(value: float | None) -> TypeGuard[float]:
    return value is not None and abs(value) <= MOST  # which NaN is not


def _sound(point: Point) -> Point:
    """The point without bounds that are no numbers."""
    if _drawable(point.low) and _drawable(point.high):
        return point
    return Point(point.x, point.y)


class _Canvas:
    """Cells of braille, and characters over them."""

    def __init__(self, columns: int, rows: int, end: float, low: float, high: float) -> None:
        self._columns, self._rows = columns, rows
        self._end, self._low, self._high = end, low, high
        self._bits = [[0] * columns for _ in range(rows)]
        self._over: dict[tuple[int, int], tuple[str, str]] = {}

    def at(self, x: float, y: float) -> tuple[int, int]:
        """The dot of a point: from the left, and from the top."""
        across, down = 2 * self._columns - 1, 4 * self._rows - 1
        share = (self._high - y) / (self._high - self._low)
        return (
            min(across, max(0, round(x / self._end * across))),
            min(down, max(0, round(share * down))),
        )

    def dot(self, x: int, y: int) -> None:
        self._bits[y // 4][x // 2] |= DOTS[x % 2][y % 4]

    def line(self, one: Point, other: Point) -> None:
        """Dots from one point to the next."""
        (x1, y1), (x2, y2) = self.at(one.x, one.y), self.at(other.x, other.y)
        steps = max(abs(x2 - x1), abs(y2 - y1), 1)
        for step in range(steps + 1):
            self.dot(round(x1 + (x2 - x1) * step / steps), round(y1 + (y2 - y1) * step / steps))

    def beat(self, y: float, name: str) -> None:
        """A dashed line across; its name at the right end, where there is room."""
        row = self.at(0, y)[1] // 4
        for column in range(self._columns):
            if not self._bits[row][column]:
                self._over[row, column] = ("╌", MUTED)
        label = plain(name)
        first = self._columns - len(label)
        if label and first > 0 and not any(self._bits[row][first - 1 :]):
            for place, letter in enumerate(label):
                self._over[row, first + place] = (letter, MUTED)

    def mark(self, point: Point) -> None:
        """A measured point, and how far it may be off."""
        x, y = self.at(point.x, point.y)
        column, row = x // 2, y // 4
        if point.low is not None and point.high is not None:
            top, bottom = self.at(point.x, point.high)[1] // 4, self.at(point.x, point.low)[1] // 4
            for between in range(top, bottom + 1):
                if self._over.get((between, column), ("", ""))[0] != "●":
                    self._over[between, column] = ("│", FAINT)
        self._over[row, column] = ("●", STRONG)

    def rows(self) -> list[Content]:
        """All lines from the top."""
        found = []
        for row, bits in enumerate(self._bits):
            parts: list[tuple[str, str]] = []
            for column, cell in enumerate(bits):
                glyph, style = self._over.get((row, column), (chr(BRAILLE + cell) if cell else " ", ACCENT))
                if parts and parts[-1][1] == style:
                    parts[-1] = (parts[-1][0] + glyph, style)
                else:
                    parts.append((glyph, style))
            found.append(Content.assemble(*parts))
        return found


def thinned(points: Sequence[tuple[float, float]], most: int = 400) -> tuple[Point, ...]:
    """At most so many points, each the mean of its neighbours: more than a screen can show is not drawn."""
    sound = [(x, y) for x, y in points if _drawable(x) and _drawable(y)]
    each = max(1, math.ceil(len(sound) / most))
    groups = (sound[first : first + each] for first in range(0, len(sound), each))
    return tuple(Point(group[-1][0], sum(y for _, y in group) / len(group)) for group in groups)
