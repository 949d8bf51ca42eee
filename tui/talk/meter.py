"""The level meter: the last seconds of the microphone as a row of bars.

Plain text of a fixed width, drawn with the rest of its line: fifteen times a second that costs a
third of what a Sparkline does.
"""

from __future__ import annotations

import math
from collections import deque

from textual.content import Content

from tui.text import EIGHTHS
from tui.theme import ACCENT, FAINT

QUIET_DB = -54.0
"""Loudness that draws nothing."""
SPEECH = 0.5
"""Probability from which a bar is drawn as speech."""


def bar(rms: float) -> int:
    """Height of the bar for a loudness of 0 to 1, from 0 (silence) to 8 (full scale)."""
    if not rms > 0.0:
        return 0
    decibels = 20 * math.log10(min(rms, 1.0))
    return max(0, round((1 - decibels / QUIET_DB) * (len(EIGHTHS) - 1)))


class Meter:
    """Bars that move in from the right; taller is louder, and speech is drawn in the accent colour."""

    def __init__(self) -> None:
        self._bars: deque[tuple[str, bool]] = deque(maxlen=128)

    def push(self, rms: float, speech: float) -> None:
        """Add the newest stretch of audio: loudness and probability of speech, both 0 to 1."""
        self._bars.append((EIGHTHS[max(1, bar(rms))], speech >= SPEECH))

    def clear(self) -> None:
        self._bars.clear()

    def draw(self, width: int) -> Content:
        """The newest bars, the last at the right."""
        newest = list(self._bars)[-width:] if width > 0 else []
        quiet = EIGHTHS[1] * (width - len(newest))
        return Content.assemble((quiet, FAINT), *((glyph, ACCENT if spoken else FAINT) for glyph, spoken in newest))
