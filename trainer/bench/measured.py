"""What is measured of one side of the bench, and the watch it is measured with."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Step:
    """What one step cost: seconds of the process, seconds by the clock; and the seconds of speech that it heard."""

    cpu: float
    wall: float
    speech: float
    frames: int
    """Of its windows."""
    operations: float = 0.0
    """Floating-point operations, counted on paper."""


@dataclass
class Side:
    """What was measured of one side."""

    steps: list[Step] = field(default_factory=list)
    prepared_cpu: float = 0.0
    """Before the first step: features that are computed once."""
    prepared_wall: float = 0.0
    full_windows: float = 1.0
    """The share of steps in full windows that the recipe has, however many of them were timed."""
    trainable: int = 0
    precision: str = ""
    device: str = ""
    peak_mb: int = 0
    """Of the process, imports and all; of the GPU where there is one."""
    most_operations: float = 0.0
    """That the device could do in a second …"""
    most_known: str = ""
    """… as far as is known from where."""


class Stopwatch:
    """Seconds of this process and of the clock since it was last asked."""

    def __init__(self) -> None:
        self._since = (time.process_time(), time.perf_counter())

    def lap(self) -> tuple[float, float]:
        """Seconds since the last lap."""
        before, self._since = self._since, (time.process_time(), time.perf_counter())
        return self._since[0] - before[0], self._since[1] - before[1]
