"""One play: hops of sound into the loudspeaker's buffer, and which sample is being heard meanwhile.

The sound device asks for sound in a thread of its own, ahead of time. For every hop it is given, a mark
says when that hop will be heard and where in the recording it begins; so the position is right under any
pace, in loops, and in the pauses between, without anybody counting.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.engine.devices import SoundError, start_stream, stop_stream
from core.engine.filters import Resampler
from core.engine.pace import HOP, Walk, limited
from core.engine.playback import SILENT_SECONDS, output
from core.player.protocol import Adjust, Play
from core.player.recorded import Sound
from store.units import SAMPLE_RATE

NO_LOUDSPEAKER = ("No loudspeaker could be opened", "connect one; until then you can correct by reading")
GONE = ("The loudspeaker has gone away", "connect it again; until then you can correct by reading")

BUFFER_SECONDS = 0.15
"""What the device holds ahead: what a busy computer may be late, and how late a new pace is heard."""
PAUSE = round(0.3 * SAMPLE_RATE)
"""Silence between the rounds of a loop, in samples of output."""
LEAD = round(0.03 * SAMPLE_RATE)
"""Silence to begin with, while the device wakes up, lest it swallow the first sound."""
GRACE = 0.1
"""Seconds from the calculated end to the closing of the device, lest its last sound be cut off."""
LOUDEST = 10_000.0
"""Gain that lifts the quietest 16-bit sound to full scale."""


class Mark(NamedTuple):
    """From `moment` on, for one hop, the recording is heard from `sample` on."""

    moment: float
    """By the monotonic clock."""
    round: int
    """Of a loop, from 0."""
    sample: float
    pace: float
    """0 where nothing of the recording is heard."""


class Playing:
    """A span being played.

    Args:
        play: what is to be played.
        sound: its samples.

    Raises:
        SoundError: there is no loudspeaker.
    """

    def __init__(self, play: Play, sound: Sound) -> None:
        self.play = play
        self._sound = sound
        self._walk = Walk(sound.samples)
        self._gain = np.float32(min(max(play.gain, 0.0), LOUDEST))
        self._pace, self._loop = limited(play.pace), play.loop
        self._round = self._paused = 0
        self._marks: deque[Mark] = deque([Mark(0.0, 0, play.start, 0.0)])
        self._end: float | None = None
        """When the last sample will have been heard."""
        self._rest = np.zeros(LEAD, np.float32)
        """Made for the device, but not yet asked for."""
        self._last = time.monotonic()
        self._broken = threading.Event()
        self._stream = start_stream(self._open, NO_LOUDSPEAKER)

    def adjust(self, change: Adjust) -> None:
        """Another pace from the next hop on; a loop that ends, or begins."""
        if change.pace is not None:
            self._pace = limited(change.pace)
        if change.loop is not None:
            self._loop = change.loop

    def heard(self) -> tuple[int, int]:
        """The round and the sample that are being heard now."""
        now = time.monotonic()
        while len(self._marks) > 1 and self._marks[1].moment <= now:
            self._marks.popleft()
        mark = self._marks[0]
        passed = min(max(0.0, now - mark.moment) * self._sound.rate, HOP) * mark.pace
        return mark.round, min(int(mark.sample + passed), self.play.end)

    @property
    def over(self) -> bool:
        """Everything has been heard.

        Raises:
            SoundError: the loudspeaker has gone away.
            StoreError: the rest of the recording cannot be read.
        """
        now = time.monotonic()
        if self._end is not None and now > self._end + GRACE:
            return True
        if self._broken.is_set() or now - self._last > SILENT_SECONDS:
            raise SoundError(*GONE)
        self._sound.check()
        return False

    def stop(self) -> tuple[int, list[list[int]]]:
        """Fall silent, and give the last sample that was heard and everything that was, round by round."""
        rounds, sample = self.heard()
        stop_stream(self._stream)
        self._sound.forget()
        start, end = self.play.start, self.play.end
        listened = [[start, end]] * rounds
        return sample, [*listened, [start, sample]] if sample > start else listened

    def _open(self, library: Any) -> Any:
        own = self._sound.rate
        stream, rate = output(library, own, self._fill, self._broken.set, BUFFER_SECONDS)
        self._rate = rate
        self._resampler = Resampler(own, rate) if rate != own else None
        self._latency = float(stream.latency)
        return stream

    def _fill(self, out: NDArray[np.float32], count: int, clock: Any, _status: Any) -> None:
        """What the device's thread calls for its next samples."""
        self._last = time.monotonic()
        ahead = clock.outputBufferDacTime - clock.currentTime
        if not clock.outputBufferDacTime or not 0 <= ahead < 2:  # not every system tells
            ahead = self._latency
        done = 0
        while done < count:
            if not len(self._rest):
                made = self._make(self._last + ahead + done / self._rate)
                self._rest = self._resampler.feed(made) if self._resampler else made
            take = min(len(self._rest), count - done)
            out[done : done + take] = self._rest[:take, None]
            self._rest = self._rest[take:]
            done += take

    def _make(self, moment: float) -> NDArray[np.float32]:
        """The next hop, to be heard at a moment."""
        moment = max(moment, self._marks[-1].moment)
        if self._walk.over and self._loop and self._paused >= PAUSE:
            self._walk.restart()
            self._round, self._paused = self._round + 1, 0
        if not self._walk.over:
            pace = self._pace
            self._marks.append(Mark(moment, self._round, self.play.start + self._walk.position, pace))
            loud: NDArray[np.float32] = self._walk.hop(pace) * self._gain
            return np.clip(loud, -1.0, 1.0)
        self._marks.append(Mark(moment, self._round, self.play.end, 0.0))
        if self._loop and self._end is None:
            self._paused += HOP
        elif self._end is None:
            self._end = moment
        return np.zeros(HOP, np.float32)
