"""How long a window a recogniser hears: thirty seconds, or no longer than its speech.

Whisper was made for windows of thirty seconds, and most turns last three. The encoder takes shorter ones, and then
a turn costs a fraction; but a network that has never seen so short a context hears worse in it. So a recogniser
that was trained with short windows, and found to hear as well in them as in full ones, says so in a file beside
its weights, with the silence behind the speech that it was measured with. Without it every window is full.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

from models.errors import ModelError

NAME = "windows.json"
VERSION = 1
FRAME = 160
"""Samples from one feature frame to the next, at 16 kHz."""
FULL = 3000
"""Frames of the window that Whisper was made for."""
ROUND = 50
"""Windows are whole multiples of so many frames: fewer shapes, and the last word is not cut."""


@dataclass(frozen=True, slots=True)
class Windows:
    """What windows a recogniser may hear."""

    margin: float | None = None
    """Seconds of silence behind the speech; None for full windows only."""

    def frames(self, samples: int) -> int:
        """Frames of the window for so many samples."""
        return FULL if self.margin is None else frames_for(samples, self.margin)


def frames_for(samples: int, margin: float = 0.0) -> int:
    """Frames of the shortest window for so many samples (16 kHz) and `margin` seconds of silence behind them."""
    frames = -(-samples // FRAME) + round(margin * 100)
    return min(FULL, max(1, -(-frames // ROUND)) * ROUND)


def read(folder: Path) -> Windows:
    """What the recogniser in a folder may hear. Raises ModelError for a file that says nothing sensible."""
    path = folder / NAME
    if not path.exists():
        return Windows()
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        margin = float(body["margin"])
        if body["v"] == VERSION and math.isfinite(margin) and 0 <= margin <= 30:
            return Windows(margin)
    except (OSError, ValueError, LookupError, TypeError):
        pass
    raise ModelError(f"{path} is damaged", "remove it, and the recogniser hears in full windows again", path)
