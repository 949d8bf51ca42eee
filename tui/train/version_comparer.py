"""Lets two versions hear the same held-out clips, in a process of their own, and reads what each heard.

What a version heard is kept, so the second look costs nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.message import Message

from core.errors import TROUBLE
from core.processes.events import Failed, Notice, Progress
from core.processes.task import Task
from models.errors import ModelError
from store.segments.queue import rows
from tui.segment_sound import gain
from tui.shell.host import DatabaseHost

if TYPE_CHECKING:
    from core.versions.compare import Comparison


@dataclass
class ClipsHeard(Message, bubble=False):
    """One of the two is so far."""

    text: str


@dataclass
class ComparisonRead(Message, bubble=False):
    """Both have heard everything."""

    comparison: Comparison
    gains: Mapping[int, float]
    """How much louder to play each segment."""


@dataclass
class ComparisonFailed(Message, bubble=False):
    """There is nothing to compare by."""

    why: str


class VersionComparer:
    """One comparison, from its beginning to its end.

    Args:
        host: hears how far it is.
        data: the data folder.
        first, second: names of versions; the second is measured against the first.
    """

    def __init__(self, host: DatabaseHost, data: Path, first: str, second: str) -> None:
        self.task = comparing(data, first, second)
        self._host = host

    def begin(self) -> None:
        self._host.run_worker(self._compared, group="compare", exit_on_error=False)

    async def _compared(self) -> None:
        ended = await self.task.run(self._on_event)
        try:
            if isinstance(ended, Failed):
                raise ModelError(ended.what, ended.remedy, ended.place)
            found = await asyncio.to_thread(_comparison, ended.body)
            segments = [span.segment for span in found.spans]
            known = await self._host.database.read(lambda desk: rows(desk.store, segments))
        except TROUBLE as error:
            self._host.post_message(ComparisonFailed(str(error)))
        else:
            self._host.post_message(ComparisonRead(found, {row.id: gain(row) for row in known}))

    def _on_event(self, event: Progress | Notice) -> None:
        self._host.post_message(ClipsHeard(event.text))

    async def stop(self) -> None:
        await self.task.stop()


def comparing(data: Path, first: str, second: str) -> Task:
    """The work of comparing two versions; stopped, it has nothing to tidy up: what one version heard is kept."""
    return Task("comparison", "core.versions.compare", [str(data), first, second], grace=0.0)


def _comparison(body: dict[str, Any]) -> Comparison:
    from core.versions.compare import Comparison

    return Comparison.from_json(body)
