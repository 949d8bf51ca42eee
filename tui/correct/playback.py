"""The second layer of the Correct screen: what is played, and how much of it was heard.

The player is another process and may be late, so every event is matched with the play it belongs to;
what it reports of a segment that has been left is not counted for the one that is shown.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from typing import ClassVar

from textual import work

from core.player import protocol
from core.player.protocol import Adjust, Command, Event, Play, Stop
from core.review.card import Card
from store.errors import StoreError
from store.segments.queue import SegmentRow
from store.units import SAMPLE_RATE
from tui.correct.deck import KEPT_CARDS, QueueScreen
from tui.correct.waveform import Waveform
from tui.correct.words import SegmentText
from tui.services import PlayerLike
from tui.wave import Wave

PACES = (0.5, 0.6, 0.75, 0.85, 1.0, 1.25, 1.5, 1.75, 2.0)
LAST = 2 * SAMPLE_RATE
"""Samples of the key that plays the end again."""
EDGE = SAMPLE_RATE // 2
"""Samples of the keys that play around the boundaries."""
NOTHING_LEFT = SAMPLE_RATE // 10
"""So near to its end a segment is played from its start again."""
LOUD_ENOUGH = -20.0
"""Quieter segments are played louder, up to this loudness (LUFS)."""
MOST_GAIN = 30.0


class SoundScreen(QueueScreen):
    """A queue whose segments can be heard."""

    EDGES: ClassVar[dict[str, tuple[str, int, int]]] = {
        "first": ("start", 0, EDGE),
        "last": ("end", -EDGE, 0),
        "before": ("start", -EDGE, 0),
        "after": ("end", 0, EDGE),
    }

    def __init__(self) -> None:
        super().__init__()
        self.waveform = Waveform()
        self.text = SegmentText()
        self._player: PlayerLike | None = None
        self._commands: asyncio.Queue[Command] = asyncio.Queue()
        self._waves: OrderedDict[tuple[int, int, int], Wave] = OrderedDict()
        self._plays: deque[tuple[int, Play]] = deque()
        """What was asked for and is not finished, with its segment; the first is what is heard."""
        self._last_play: Play | None = None
        self._heard: list[tuple[int, int]] = []
        """Spans of the chosen segment that were listened to."""
        self._newest_sample: int | None = None
        """The newest sample that was reported of the play that is heard."""
        self.edge_wanted = ""
        """What to play when the card comes again: one of EDGES."""
        self._said_silence = False
        self._last_complaint = ""

    # --- asking ---------------------------------------------------------------------------------

    def play(self, start: int, end: int, loop: bool | None = None) -> None:
        """Play samples of the chosen segment's recording, as far as there are any."""
        if self.card is None:
            return
        row = self.card.row
        start, end = max(0, start), min(end, row.recording_samples)
        if start >= end:
            return
        self._last_play = Play(
            row.sha256, start, end, self.status.pace, self.status.loop if loop is None else loop, gain(row)
        )
        if not self.tertulia.sound:
            if not self._said_silence:
                self._said_silence = True
                self.say("Sound is off (--no-sound); everything else works.")
            return
        self._plays.append((row.id, self._last_play))
        self.status.playing = True
        self._send(self._last_play)

    def hush(self) -> None:
        if self.status.playing:
            self._send(Stop())
            self.status.playing = False

    def _send(self, command: Command) -> None:
        if self._player is None:
            self._player = self.tertulia.make_player()
            self._listen(self._player)
            self._deliver(self._player)
        self._commands.put_nowait(command)

    @work(group="deliver", exit_on_error=False)
    async def _deliver(self, player: PlayerLike) -> None:
        while True:
            await player.send(await self._commands.get())

    @work(group="player", exit_on_error=False)
    async def _listen(self, player: PlayerLike) -> None:
        async for event in player.events():
            self._on_event(event)

    async def on_unmount(self) -> None:
        if self._player is not None:
            await self._player.close()

    def on_screen_suspend(self) -> None:
        """Nobody listens to a screen that is not shown."""
        self.hush()
        self.waveform.at = None

    # --- what the player reports ------------------------------------------------------------------

    def _on_event(self, event: Event) -> None:
        match event:
            case protocol.At(sha256=sha256, sample=sample) if self._plays:
                segment, play = self._plays[0]
                if segment == self.segment and play.sha256 == sha256 and len(self._plays) == 1:
                    if self._newest_sample is not None and sample < self._newest_sample:  # the loop begins again
                        self._heard.append((play.start, play.end))
                    self._newest_sample = sample
                    self._at(sample)
            case protocol.Finished(sample=sample, listened=listened) if self._plays:
                segment, _ = self._plays.popleft()
                self._newest_sample = None
                if segment == self.segment:
                    self._heard += [(first, last) for first, last in listened]
                    self._show_heard()
                if not self._plays:
                    self.status.playing = False
                    self.light(None)
                    if segment == self.segment:
                        self.waveform.at = sample
            case protocol.Error(text=text) if text != self._last_complaint:
                self._last_complaint = text
                self.tertulia.tell(text, "warning")
            case _:
                pass

    def _at(self, sample: int) -> None:
        self.waveform.at = sample
        self._show_heard()
        if self.card is not None:
            seconds = (sample - self.card.row.start) / SAMPLE_RATE
            words = enumerate(self.card.words)
            self.light(next((i for i, word in words if word.start <= seconds < word.end), None))

    def light(self, word: int | None) -> None:
        self.text.heard = word

    def _show_heard(self) -> None:
        spans = union(self._spans())
        self.waveform.heard = tuple(spans)
        if self.card is not None and self.tertulia.sound:
            self.status.heard = self.listened() / max(self.card.row.seconds, 1e-6)

    def _spans(self) -> list[tuple[int, int]]:
        spans = list(self._heard)
        if len(self._plays) == 1 and self._plays[0][0] == self.segment and self.waveform.at is not None:
            start = self._plays[0][1].start
            spans.append((start, max(start, self.waveform.at)))
        return spans

    def listened(self) -> float:
        """Seconds of the chosen segment that were played, each counted once."""
        if self.card is None:
            return 0.0
        row = self.card.row
        inside = [(max(first, row.start), min(last, row.end)) for first, last in union(self._spans())]
        return sum(last - first for first, last in inside if last > first) / SAMPLE_RATE

    # --- the card -------------------------------------------------------------------------------

    def show_card(self, card: Card, again: bool) -> None:
        """Draw its sound and play it."""
        if not again:
            self._heard = []
            self.waveform.heard = ()
            self.waveform.at = None
        self.waveform.wave, self.waveform.trouble = self._waves.get(_span(card.row)), "…"
        self.waveform.word = None
        self._show_heard()
        if self.waveform.wave is None:
            self.start(self._draw(card.row))
        if not again and self.is_current:  # it may have been left before the card came
            self.play(card.row.start, card.row.end)
        elif again and self.edge_wanted:
            self.action_edge(self.edge_wanted)
        self.edge_wanted = ""

    def leave_card(self) -> None:
        self.hush()
        self.light(None)

    def fetched(self, card: Card) -> None:
        """Have its picture ready too."""
        self.start(self._draw(card.row))

    async def _draw(self, row: SegmentRow) -> None:
        span = _span(row)
        if span not in self._waves:
            try:
                self._waves[span] = await self.worker.wave(row)
            except StoreError as error:
                if row.id == self.segment:
                    self.waveform.trouble = str(error)
                return
            while len(self._waves) > KEPT_CARDS:
                self._waves.popitem(last=False)
        if self.card is not None and _span(self.card.row) == span:
            self.waveform.wave = self._waves.get(span)

    # --- keys -----------------------------------------------------------------------------------

    def action_play(self) -> None:
        """Play from where it stopped, or pause."""
        if self.card is None:
            return
        if self.status.playing:
            self.hush()
            return
        row, at = self.card.row, self.waveform.at
        start = at if at is not None and row.start <= at < row.end - NOTHING_LEFT else row.start
        self.play(start, row.end)

    def action_again(self) -> None:
        """Hear the last two seconds before the cursor of the sound again."""
        if self.card is not None:
            row, at = self.card.row, self.waveform.at
            end = min(row.end, at) if at is not None and at > row.start else row.end
            self.play(max(row.start, end - LAST), end)

    def action_edge(self, which: str) -> None:
        """Hear half a second at a boundary."""
        if self.card is not None:
            side, first, last = self.EDGES[which]
            at = getattr(self.card.row, side)
            self.play(at + first, at + last, loop=False)

    def action_loop(self) -> None:
        """Play what was played last again and again, or no longer."""
        self.status.loop = not self.status.loop
        if self.status.playing:
            self._send(Adjust(loop=self.status.loop))
        elif self.status.loop and self._last_play is not None:
            self.play(self._last_play.start, self._last_play.end)

    def action_pace(self, step: int) -> None:
        """Slower or faster, also what is playing."""
        place = PACES.index(self.status.pace) + step
        self.status.pace = PACES[min(max(place, 0), len(PACES) - 1)]
        if self.status.playing:
            self._send(Adjust(pace=self.status.pace))


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


def _span(row: SegmentRow) -> tuple[int, int, int]:
    return row.id, row.start, row.end


def gain(row: SegmentRow) -> float:
    """How much louder a segment is played, so that quiet speakers are heard as well."""
    if row.loudness is None:
        return 1.0
    return float(min(MOST_GAIN, max(1.0, 10 ** ((LOUD_ENOUGH - row.loudness) / 20))))
