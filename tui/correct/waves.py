"""The pictures of the sound of the segments that are shown now or soon."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from textual.message import Message

from store.errors import StoreError
from store.segments.queue import SegmentRow
from tui.correct.jobs import Jobs
from tui.segment_sound import Wave
from tui.shell.host import Host

KEPT = 32


class Waves:
    """Draws them in the background, and keeps the last few.

    Args:
        host: is told when there is another.
        jobs: reads the audio.
    """

    @dataclass
    class Drawn(Message, bubble=False):
        """There is a picture of this segment."""

        segment: int

    @dataclass
    class Missing(Message, bubble=False):
        """There can be none."""

        segment: int
        sentence: str

    def __init__(self, host: Host, jobs: Jobs) -> None:
        self._host = host
        self._jobs = jobs
        self._waves: OrderedDict[tuple[int, int, int], Wave] = OrderedDict()

    def of(self, row: SegmentRow) -> Wave | None:
        """The picture of a segment within its present boundaries, where there is one already."""
        return self._waves.get(_span(row))

    def draw(self, row: SegmentRow) -> None:
        """Have one ready."""
        if _span(row) not in self._waves:
            self._jobs.start(self._draw(row))

    async def _draw(self, row: SegmentRow) -> None:
        try:
            self._waves[_span(row)] = await self._jobs.worker.wave(row)
        except StoreError as error:
            self._host.post_message(self.Missing(row.id, str(error)))
            return
        while len(self._waves) > KEPT:
            self._waves.popitem(last=False)
        self._host.post_message(self.Drawn(row.id))


def _span(row: SegmentRow) -> tuple[int, int, int]:
    return row.id, row.start, row.end
