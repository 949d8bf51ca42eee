"""From what was measured to figures: how fast each side is, how much faster one is, and how sure that is.

Speed is the seconds of speech trained in a second of compute: of the process's own time on a processor, where
others are at work as well, and by the clock on a GPU. The intervals resample whole steps. Where short and full
windows were timed apart, each counts as often as the recipe has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.evaluation.bootstrap import bounds, resampled
from models.whisper.windows import FULL

_COUNTED = ("cpu", "wall", "speech", "operations")


@dataclass(frozen=True)
class Figure:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float

    def as_json(self, name: str) -> dict[str, float]:
        """Under its name, with the bounds beside it."""
        return {name: self.value, f"{name}_low": self.low, f"{name}_high": self.high}


def compared(standard: dict[str, Any], ours: dict[str, Any], apart: bool) -> dict[str, Any]:
    """The figures of both sides and how they compare.

    Args:
        standard, ours: what the sides' processes printed.
        apart: whether only some steps of each kind were timed.
    """
    clock = "cpu" if ours["device"] == "cpu" else "wall"
    dice = np.random.default_rng(0)
    theirs, mine = (_Costs(side, apart, dice) for side in (standard, ours))
    return {
        "compute": "seconds of the process" if clock == "cpu" else "seconds by the clock",
        "standard": _of_side(standard, theirs, clock),
        "ours": _of_side(ours, mine, clock),
        **_figure(theirs.of(clock) / mine.of(clock)).as_json("ratio"),
        "wall_ratio": float(theirs.of("wall")[0] / mine.of("wall")[0]),
    }


class _Costs:
    """What a second of speech costs one side: as measured, then in every draw."""

    def __init__(self, side: dict[str, Any], apart: bool, dice: np.random.Generator) -> None:
        self._shares: list[tuple[float, NDArray[np.float64]]] = []
        steps, share = side["steps"], side["full_windows"]
        kinds = [(1.0, steps)]
        if apart:
            full = [step for step in steps if step["frames"] == FULL]
            kinds = [(share, full), (1 - share, [step for step in steps if step["frames"] != FULL])]
        prepared = [0.0 if apart else side["prepared_cpu"], 0.0 if apart else side["prepared_wall"], 0.0, 0.0]
        for share, some in kinds:
            if some:
                rows = np.array([[step[name] for name in _COUNTED] for step in some])
                sums = np.concatenate([rows.sum(axis=0)[None], resampled(rows, dice)])
                self._shares.append((share, sums + prepared))

    def of(self, name: str) -> NDArray[np.float64]:
        """So much of cpu, wall or operations for each second of speech."""
        column = _COUNTED.index(name)
        speech = _COUNTED.index("speech")
        each = [share * sums[:, column] / sums[:, speech] for share, sums in self._shares]
        return np.asarray(np.sum(each, axis=0), np.float64)


def _figure(values: NDArray[np.float64]) -> Figure:
    return Figure(float(values[0]), *bounds(values[1:]))


def _of_side(side: dict[str, Any], costs: _Costs, clock: str) -> dict[str, Any]:
    steps = side["steps"]
    rate = float(costs.of("operations")[0] / costs.of("wall")[0])
    return {
        "steps": len(steps),
        "full_steps": sum(step["frames"] == FULL for step in steps),
        "speech_seconds": sum(step["speech"] for step in steps),
        "compute_seconds": sum(step[clock] for step in steps) + side[f"prepared_{clock}"],
        "wall_seconds": sum(step["wall"] for step in steps) + side["prepared_wall"],
        **_figure(1 / costs.of(clock)).as_json("speed"),
        "peak_mb": side["peak_mb"],
        "operations_a_second": rate,
        "share_of_peak": rate / side["most_operations"],
        "peak_known": side["most_known"],
        "precision": side["precision"],
        "device": side["device"],
        "trainable": side["trainable"],
    }
