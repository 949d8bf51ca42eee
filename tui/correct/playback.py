"""What is played of a segment, and how much of it was heard.

The player is another process and may be late, so every event is matched with the play it belongs to;
what it reports of a segment that has been left is not counted for the one that is shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from textual.message import Message

from core.player import protocol
from core.player.protocol import Adjust, Event, Play, Stop
from store.segments.queue import SegmentRow
from store.units import SAMPLE_RATE
from tui.correct.jobs import Said
from tui.player_link import PlayerLink
from tui.segment_sound import gain
from tui.services import PlayerLike
from tui.shell.host import Host

PACES = (0.5, 0.6, 0.75, 0.85, 1.0, 1.25, 1.5, 1.75, 2.0)
LAST = 2 * SAMPLE_RATE
"""Samples of the key that plays the end again."""
EDGE = SAMPLE_RATE // 2
"""Samples of the keys that play around the boundaries."""
NOTHING_LEFT = SAMPLE_RATE // 10
"""So near to its end a segment is played from its start again."""

Edge = Literal["first", "last", "before", "after"]
EDGES: dict[Edge, tuple[str, int, int]] = {
    "first": ("start", 0, EDGE),
    "last": ("end", -EDGE, 0),
    "before": ("start", -EDGE, 0),
    "after": ("end", 0, EDGE),
}
"""Of each edge the boundary it lies at, and the samples from there that are played."""


class Playback:
    """Plays the segment that is shown, and counts what was heard of it.

    Args:
        host: is told what happens.
        make_player: starts a player when there is first something to play; gives None where sound is off.
    """

    @dataclass
    class Changed(Message, bubble=False):
        """The sound has come further, or begun, ended or changed its pace."""

    @dataclass
    class Listened(Message, bubble=False):
        """A play has ended."""

        segment: int
        spans: tuple[tuple[int, int], ...]
        """Samples that were heard."""

    @dataclass
    class PlayerComplained(Message):
        """The player cannot do what it should; said once."""

        sentence: str

    def __init__(self, host: Host, make_player: Callable[[], PlayerLike | None]) -> None:
        self.row: SegmentRow | None = None
        """The segment that is shown."""
        self.at: int | None = None
        """The sample that is heard just now, or where the sound stopped."""
        self.playing = False
        self.pace = 1.0
        self.loop = False
        self.plays: deque[tuple[int, Play]] = deque()
        """What was asked for and is not finished, with its segment; the first is what is heard."""
        self._host = host
        self.link = PlayerLink(host, make_player, self._on_event)
        self._last_play: Play | None = None
        self._heard: list[tuple[int, int]] = []
        """Spans of the segment that were listened to."""
        self._newest_sample: int | None = None
        """The newest sample that was reported of the play that is heard."""
        self._said_silence = False
        self._last_complaint = ""

    # --- asking ---------------------------------------------------------------------------------

    def show(self, row: SegmentRow, again: bool) -> None:
        """Be about this segment from now on; `again`: it is the same one, and has changed."""
        self.row = row
        if not again:
            self._heard, self.at = [], None

    def play(self, start: int, end: int, loop: bool | None = None) -> None:
        """Play samples of the segment's recording, as far as there are any."""
        row = self.row
        if row is None:
            return
        start, end = max(0, start), min(end, row.recording_samples)
        if start >= end:
            return
        self._last_play = Play(row.sha256, start, end, self.pace, self.loop if loop is None else loop, gain(row))
        if self.link.send(self._last_play):
            self.plays.append((row.id, self._last_play))
            self.playing = True
            self._changed()
        elif not self._said_silence:
            self._said_silence = True
            self._host.post_message(Said("Sound is off (--no-sound); everything else works."))

    def play_all(self) -> None:
        """Play the segment from its start."""
        if self.row is not None:
            self.play(self.row.start, self.row.end)

    def play_from(self, seconds: float) -> None:
        """Play the segment from so many seconds after its start."""
        if self.row is not None:
            self.play(self.row.start + int(seconds * SAMPLE_RATE), self.row.end)

    def toggle(self) -> None:
        """Play from where it stopped, or pause."""
        row, at = self.row, self.at
        if self.playing:
            self.hush()
        elif row is not None:
            self.play(at if at is not None and row.start <= at < row.end - NOTHING_LEFT else row.start, row.end)

    def play_again(self) -> None:
        """Play the last two seconds before the cursor of the sound."""
        if self.row is not None:
            row, at = self.row, self.at
            end = min(row.end, at) if at is not None and at > row.start else row.end
            self.play(max(row.start, end - LAST), end)

    def play_edge(self, which: Edge) -> None:
        """Play half a second at a boundary."""
        if self.row is not None:
            side, first, last = EDGES[which]
            at = getattr(self.row, side)
            self.play(at + first, at + last, loop=False)

    def toggle_loop(self) -> None:
        """Play what was played last again and again, or no longer."""
        self.loop = not self.loop
        if self.playing:
            self.link.send(Adjust(loop=self.loop))
        elif self.loop and self._last_play is not None:
            self.play(self._last_play.start, self._last_play.end)
        self._changed()

    def change_pace(self, step: int) -> None:
        """Slower or faster, also what is playing."""
        place = PACES.index(self.pace) + step
        self.pace = PACES[min(max(place, 0), len(PACES) - 1)]
        if self.playing:
            self.link.send(Adjust(pace=self.pace))
        self._changed()

    def hush(self) -> None:
        if self.playing:
            self.link.send(Stop())
            self.playing = False
            self._changed()

    def suspend(self) -> None:
        """Nobody listens any more."""
        self.hush()
        self.at = None
        self._changed()

    async def close(self) -> None:
        """End the player."""
        await self.link.close()

    def _changed(self) -> None:
        self._host.post_message(self.Changed())

    # --- what the player reports ------------------------------------------------------------------

    def _on_event(self, event: Event) -> None:
        match event:
            case protocol.At(sha256=sha256, sample=sample) if self.plays:
                _, play = self.plays[0]
                if self._is_of_this_segment() and play.sha256 == sha256 and len(self.plays) == 1:
                    if self._newest_sample is not None and sample < self._newest_sample:  # the loop begins again
                        self._heard.append((play.start, play.end))
                    self._newest_sample = self.at = sample
                    self._changed()
            case protocol.Finished(sample=sample, listened=listened) if self.plays:
                ours = self._is_of_this_segment()
                segment, _ = self.plays.popleft()
                self._newest_sample = None
                spans = tuple((first, last) for first, last in listened)
                self._heard += spans if ours else ()
                if not self.plays:
                    self.playing = False
                    self.at = sample if ours else self.at
                self._host.post_message(self.Listened(segment, spans))
            case protocol.Error(text=text) if text != self._last_complaint:
                self._last_complaint = text
                self._host.post_message(self.PlayerComplained(text))
            case _:
                pass

    def _is_of_this_segment(self) -> bool:
        return self.row is not None and self.plays[0][0] == self.row.id

    @property
    def heard(self) -> tuple[tuple[int, int], ...]:
        """Spans of samples of the recording that were heard, none of them twice."""
        spans = list(self._heard)
        if len(self.plays) == 1 and self._is_of_this_segment() and self.at is not None:
            start = self.plays[0][1].start
            spans.append((start, max(start, self.at)))
        return tuple(union(spans))

    @property
    def stands_at(self) -> int | None:
        """The sample within the segment where the sound was stopped; None while it plays."""
        row, at = self.row, self.at
        inside = row is not None and at is not None and row.start < at < row.end
        return at if inside and not self.playing else None

    @property
    def moment(self) -> float | None:
        """Seconds from the segment's start that are heard just now; None while it does not play."""
        if self.row is None or self.at is None or not self.playing:
            return None
        return (self.at - self.row.start) / SAMPLE_RATE

    @property
    def listened(self) -> float:
        """Seconds of the segment that were played, each counted once."""
        row = self.row
        if row is None:
            return 0.0
        inside = [(max(first, row.start), min(last, row.end)) for first, last in self.heard]
        return sum(last - first for first, last in inside if last > first) / SAMPLE_RATE


def union(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same samples in as few spans as possible, none of them twice."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if last <= first:
            continue
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found
