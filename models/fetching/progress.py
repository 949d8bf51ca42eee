"""How far a download is, how fast, and how long it still takes."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

SPAN = 5.0
"""Seconds over which the speed is taken: long enough to be calm, short enough to be true."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """So far."""

    model: str
    file: str
    done: int
    """Bytes of the model."""
    total: int
    speed: float
    """Bytes a second; 0 while nobody can say."""

    @property
    def seconds_left(self) -> float | None:
        """None while nobody can say."""
        return (self.total - self.done) / self.speed if self.speed else None

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.done / self.total if self.total else 1.0

    def __str__(self) -> str:
        """As a person reads it: whisper-base: 34 of 148 MB, 5.2 MB/s, 22 s left."""
        text = f"{self.model}: {self.done / 1e6:.0f} of {self.total / 1e6:.0f} MB"
        if self.seconds_left is None:
            return text
        left = round(self.seconds_left)
        clock = f"{left} s" if left < 100 else f"{left // 60} min"
        return f"{text}, {self.speed / 1e6:.1f} MB/s, {clock} left"


class Speed:
    """Bytes a second over the last seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def at(self, done: int) -> float:
        """The speed, now that so many bytes are there; 0 while nobody can say."""
        now = time.monotonic()
        self._seen.append((now, done))
        while now - self._seen[0][0] > SPAN and len(self._seen) > 2:
            self._seen.popleft()
        since, before = self._seen[0]
        return (done - before) / (now - since) if now - since > BETWEEN else 0.0


BETWEEN = 0.2
"""Seconds below which nothing is said of a speed."""
