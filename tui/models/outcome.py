"""How the end of a fetch and the like reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.processes.events import Result
from tui.models.jobs import ADD, VERIFY, JobEnded

STOPPED = "stopped; what has come is kept, and it goes on from there"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is shown of a job that has ended."""

    state: str
    """done, failed or stopped"""
    text: str
    name: str = ""
    """What the model is called now, where that is new."""
    warnings: tuple[str, ...] = ()


def outcome(message: JobEnded) -> Outcome:
    """What to show of this end."""
    warnings = tuple(notice.text for notice in message.notices)
    if message.stopped:
        return Outcome("stopped", STOPPED)
    if not isinstance(message.ended, Result):
        return Outcome("failed", str(message.ended), warnings=warnings)
    body = message.ended.body
    if message.job.action == VERIFY:
        damaged = _damaged(body)
        return Outcome("failed" if damaged else "done", damaged or "every file is whole", warnings=warnings)
    name = str(body.get("name", "")) if message.job.action == ADD else ""
    return Outcome("done", f"{name or message.job.what} is here", name, warnings)


def _damaged(body: Mapping[str, Any]) -> str:
    """What `tertulia models verify` found wrong."""
    return " ".join(str(model.get("sentence", "")) for model in body.get("models", []) if not model.get("whole"))
