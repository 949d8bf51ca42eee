"""report.json: how well a version hears, beside the recogniser that it is to replace, from one listening of each.

An evaluation in it is what `models.evaluation.evaluate.Evaluation.as_json` gives, and only that class looks inside.
"""

from __future__ import annotations

import sys
from typing import Any, NotRequired, TypedDict

VERSION = 1
LARGEST = sys.float_info.max
"""Of a whole number too, which JSON may give as long as it likes."""


class ChosenWindows(TypedDict):
    """In how short windows a version may hear."""

    margin: float | None
    """Seconds of silence behind the speech; None for full windows."""
    floor: NotRequired[float]
    """Seconds that a window has at least; reports of before lack it."""
    tried: list[dict[str, Any]]
    """Margin, floor, error rate, words, and the change from full windows with its interval, of each."""


class ReportBody(TypedDict):
    """The whole file."""

    v: int
    before: dict[str, Any]
    """Evaluation of the recogniser in use until then …"""
    after: dict[str, Any]
    """… of the version …"""
    base: dict[str, Any] | None
    """… and of what it was trained from, where that is not the one in use."""
    strength: float
    """Share of what was learnt that is applied."""
    windows: ChosenWindows
    train_seconds: float
    """That the steps took."""


def body_from(body: Any) -> ReportBody:
    """A parsed report with what an evaluation holds still unread. Raises ValueError for anything else."""
    if not isinstance(body, dict):
        raise ValueError("it is no JSON object")
    if body.get("v") != VERSION:
        raise ValueError(f"it is of version {body.get('v')}")
    for name in ("before", "after", "windows"):
        if not isinstance(body.get(name), dict):
            raise ValueError(f"it lacks “{name}”")
    if not isinstance(body.get("base"), dict | None):
        raise ValueError("its “base” is no evaluation")
    return {
        "v": VERSION,
        "before": body["before"],
        "after": body["after"],
        "base": body.get("base"),
        "strength": _amount(body, "strength"),
        "windows": body["windows"],
        "train_seconds": _amount(body, "train_seconds"),
    }


def _amount(body: dict[str, Any], name: str) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= LARGEST:
        raise ValueError(f"its “{name}” is no number that can be")
    return float(value)
