"""Amounts drawn with block characters: a bar, an interval on a scale, the shape of many."""

from __future__ import annotations

from collections.abc import Mapping

from tui.text import EIGHTHS

PARTS = " ▏▎▍▌▋▊▉█"


def bar(share: float, width: int) -> str:
    """A bar from the left, exact to an eighth of a cell; something there is always seen.

    >>> bar(0.5, 5)
    '██▌  '
    """
    width = max(0, width)
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    if share > 0:
        eighths = max(1, eighths)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (PARTS[rest] if rest else "")).ljust(width)[:width]


def interval(value: float, low: float, high: float, most: float, width: int) -> str:
    """A value and how far it may be off, on a scale from 0 to `most`.

    >>> interval(0.5, 0.25, 0.75, 1.0, 9)
    '  ├─●─┤  '
    """
    if width < 1 or most <= 0:
        return ""

    def at(number: float) -> int:
        return min(width - 1, max(0, round(number / most * (width - 1))))

    cells = [" "] * width
    for place in range(at(low), at(high) + 1):
        cells[place] = "─"
    cells[at(low)], cells[at(high)], cells[at(value)] = "├", "┤", "●"
    return "".join(cells)


def columns(counts: Mapping[int, int], first: int, last: int, height: int, cell: int = 1) -> list[str]:
    """Bins `first` to `last` as columns that stand side by side, the lines from top to bottom.

    Args:
        counts: by number of the bin; those that are left out are empty.
        cell: characters that each is wide.
    """
    most = max(counts.values(), default=0)
    lines = []
    for floor in range(height - 1, -1, -1):
        line = ""
        for number in range(first, last + 1):
            count = counts.get(number, 0)
            eighths = max(1, round(count / most * height * 8)) if count else 0
            line += EIGHTHS[min(8, max(0, eighths - floor * 8))] * cell
        lines.append(line)
    return lines
