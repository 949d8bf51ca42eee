"""The segment as a picture of its loudness, with a little of what lies around it.

Bars of eighths of a cell, scaled to the loudest of the segment, so that quiet speech is seen as well as
loud. Below them a ruler says with signs, not only with colours, where the segment begins and ends, what
of it has been heard, where the chosen word lies and where the sound is just now.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.segment_sound import Wave
from tui.text import EIGHTHS
from tui.theme import ACCENT, FAINT, MUTED, STRONG


class Waveform(Widget):
    """Bars and ruler."""

    DEFAULT_CSS = "Waveform { height: 4; }"

    wave: reactive[Wave | None] = reactive(None)
    trouble: reactive[str] = reactive("")
    """Why there is no picture."""
    at: reactive[int | None] = reactive(None)
    """The sample that is heard just now, or where the sound stopped."""
    word: reactive[tuple[int, int] | None] = reactive(None)
    """Samples of the chosen word."""
    heard: reactive[tuple[tuple[int, int], ...]] = reactive(())
    """Spans of samples that were listened to."""

    def __init__(self) -> None:
        super().__init__()
        self._heights: tuple[tuple[Wave, int, int], list[int]] | None = None

    def render(self) -> RenderResult:
        columns, rows = self.content_size.width, self.content_size.height - 1
        wave = self.wave
        if wave is None or columns < 4 or rows < 1 or not wave.peaks:
            return Content.styled(self.trouble, MUTED).truncate(max(0, columns), ellipsis=True)
        length = wave.last - wave.first
        edges = [wave.first + length * column // columns for column in range(columns + 1)]
        begin, end = self._column(wave.start, columns), self._column(wave.end - 1, columns)
        now = None if self.at is None else self._column(self.at, columns)
        was_heard = [any(a < edges[c + 1] and b > edges[c] for a, b in self.heard) for c in range(columns)]
        styles = [
            FAINT if not begin <= c <= end else STRONG if c == now else ACCENT if was_heard[c] else MUTED
            for c in range(columns)
        ]
        heights = self._columns(wave, columns, rows * 8)
        lines = [
            _runs([EIGHTHS[min(8, max(0, height - 8 * below))] for height in heights], styles)
            for below in range(rows - 1, -1, -1)
        ]
        ruler = [" " if not begin <= c <= end else "━" if was_heard[c] else "─" for c in range(columns)]
        ruler[begin], ruler[end] = "├", "┤"
        if self.word is not None:
            for c in range(self._column(self.word[0], columns), self._column(self.word[1] - 1, columns) + 1):
                ruler[c] = "▔"
                styles[c] = STRONG
        if now is not None:
            ruler[now] = "▲"
            styles[now] = STRONG
        return Content("\n").join([*lines, _runs(ruler, styles)])

    def _column(self, sample: int, columns: int) -> int:
        assert self.wave is not None
        length = self.wave.last - self.wave.first
        return min(columns - 1, max(0, (sample - self.wave.first) * columns // max(1, length)))

    def _columns(self, wave: Wave, columns: int, most: int) -> list[int]:
        # Drawn 25 times a second while it plays, and the same each time.
        if self._heights is None or self._heights[0] != (wave, columns, most):
            self._heights = (wave, columns, most), wave.heights(columns, most)
        return self._heights[1]


def _runs(glyphs: Sequence[str], styles: Sequence[str]) -> Content:
    """The glyphs with their styles, neighbours of one style together."""
    parts: list[tuple[str, str]] = []
    for glyph, style in zip(glyphs, styles, strict=True):
        if parts and parts[-1][1] == style:
            parts[-1] = (parts[-1][0] + glyph, style)
        else:
            parts.append((glyph, style))
    return Content.assemble(*parts)
