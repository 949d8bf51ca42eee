"""How long a window a recogniser hears: thirty seconds, or hardly longer than its speech.

Whisper was made for windows of thirty seconds, and most turns last three. The encoder takes shorter ones, and then
a turn costs a fraction; but a network hears worse in so short a context as it has never seen, and does not find an
end. How far a window may shrink is a property of the weights: the seconds that it has at least (its floor), and the
silence that is left behind the speech (its margin). Both are measured, on long and on very short clips, by
`tertulia models calibrate` for any recogniser and by training for its versions, which keep them in a file beside
their weights. Where nothing was measured, every window is full.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import ModelError

NAME = "windows.json"
VERSION = 1
FRAME = 160
"""Samples from one feature frame to the next, at 16 kHz."""
FULL = 3000
"""Frames of the window that Whisper was made for."""
ROUND = 50
"""Windows are whole multiples of so many frames: fewer shapes, and the last word is not cut."""
LONGEST = 30.0
"""Seconds of a full window."""


@dataclass(frozen=True, slots=True)
class Windows:
    """What windows a recogniser may hear."""

    margin: float | None = None
    """Seconds of silence behind the speech; None for full windows only."""
    floor: float = 0.0
    """Seconds that a window has at least, silence included."""

    def frames(self, samples: int) -> int:
        """Frames of the window for so many samples."""
        return FULL if self.margin is None else frames_for(samples, self.margin, self.floor)

    def as_json(self) -> dict[str, float | None]:
        return {"margin": self.margin, "floor": self.floor}

    def __str__(self) -> str:
        if self.margin is None:
            return "full windows"
        return f"at least {self.floor:g} s, {self.margin:g} s behind the speech"


def frames_for(samples: int, margin: float = 0.0, floor: float = 0.0) -> int:
    """Frames of the shortest window for so many samples (16 kHz).

    Args:
        margin: seconds of silence behind them.
        floor: seconds that the window has at least.
    """
    frames = max(-(-samples // FRAME) + round(margin * 100), round(floor * 100))
    return min(FULL, max(1, -(-frames // ROUND)) * ROUND)


def from_json(body: Any) -> Windows:
    """What `as_json` gave; a floor that is missing is none. Raises ValueError for anything else."""
    try:
        margin, floor = body["margin"], float(body.get("floor", 0.0))
        found = Windows(None if margin is None else float(margin), floor)
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError("no windows") from error
    if not all(math.isfinite(seconds) and 0 <= seconds <= LONGEST for seconds in (found.margin or 0.0, floor)):
        raise ValueError("windows of no sensible length")
    return found


def read(folder: Path) -> Windows:
    """What the recogniser in a folder may hear. Raises ModelError for a file that says nothing sensible."""
    path = folder / NAME
    if not path.exists():
        return Windows()
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body["v"] == VERSION and body["margin"] is not None:
            return from_json(body)
    except (OSError, ValueError, LookupError, TypeError):
        pass
    raise ModelError(f"{path} is damaged", "remove it, and the recogniser hears in full windows again", path)
