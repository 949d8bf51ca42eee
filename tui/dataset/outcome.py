"""How the end of an import, an export or a split reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.processes.events import Result
from core.words import counted
from tui.shell.task_runner import TaskEnded

MOST_NOTICES = 3
"""Notices of a task that are shown."""
STOPPING = {
    "import": "What was done stays, and importing the same again goes on from there.",
    "export": "Nothing is written then.",
    "split": "Nothing is changed then.",
}
"""What stopping each task means, for whoever is about to."""
STOPPED = {
    "import": "Stopped. Import the same again to go on from here.",
    "export": "Stopped. Nothing was written.",
    "split": "Stopped. Nothing was changed.",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is shown of a task that has ended."""

    state: str
    """done, failed or stopped."""
    text: str
    rejected: tuple[tuple[str, str], ...] = ()
    """Place and reason of what an import did not take."""
    warnings: tuple[str, ...] = ()
    """What the task said beside that."""


def outcome(message: TaskEnded) -> Outcome:
    """What to show of this end."""
    match message.ended:
        case Result(body=body):
            rejected = _rejected(body)
            others = [one for one in message.notices if (one.place, one.text) not in rejected]
            warnings = [f"{one.place}: {one.text}" if one.place else one.text for one in others[:MOST_NOTICES]]
            nothing = rejected and not body.get("imported") and not body.get("duplicates")
            return Outcome("failed" if nothing else "done", _summary(message.name, body), rejected, tuple(warnings))
        case _ if message.stopped:
            return Outcome("stopped", STOPPED[message.name])
        case failed:
            return Outcome("failed", str(failed))


def _summary(name: str, result: Mapping[str, Any]) -> str:
    if name == "split":
        return f"{counted(result.get('moved', 0), 'segment')} moved, {len(result.get('kept_out', [])):,} kept out"
    segments = counted(result.get("segments", 0), "segment")
    if name == "export":
        return f"{segments} in {result.get('folder', '')}"
    parts = [f"{result.get('imported', 0):,} imported ({segments})"]
    for key, label in (("duplicates", "there already"), ("rejected", "rejected"), ("transcribed", "transcribed")):
        value = result.get(key, 0)
        count = len(value) if isinstance(value, list) else value
        parts += [f"{count:,} {label}"] if count else []
    return ", ".join(parts)


def _rejected(result: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    rows = result.get("rejected", [])
    return tuple((str(row.get("where", "")), str(row.get("reason", ""))) for row in rows if isinstance(row, dict))
