"""One stretch of listening: sound goes to the journal first, and then to whatever wants to look at it.

Push-to-talk and files are one turn from the first sample to the last. Hands-free waits for speech, keeps
the half second before it, ends the turn at the pause, and drops all sound until the conversation is idle again
(there is no echo cancellation yet, so the tutor would hear itself). Where nobody ends it, because the key was
forgotten or a radio is on, it ends after five minutes, as the longest file is that is heard as one turn.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from core.engine.devices import SoundError
from core.engine.endpoint import Endpoint
from core.engine.protocol import Event, Level, Warning
from core.engine.sources import NOTHING, AudioSource, Samples
from models.activity import FRAME, VoiceActivity
from store.audio.folder import SAMPLE_RATE, TURN_SECONDS
from store.audio.journal import RecordingJournal
from store.errors import StoreError

PRE_ROLL = SAMPLE_RATE // 2
"""Samples kept from before the first voice, so that no first syllable is lost."""

READ_SECONDS = 0.1
LEVEL_SECONDS = 0.08
"""Between Level events: 12.5 a second."""

WHISPER = 0.3
"""A push-to-talk recording in which no frame reaches this holds no speech at all."""

LONGEST = round(TURN_SECONDS * SAMPLE_RATE)
"""Samples after which a turn ends by itself."""
NEARLY = LONGEST * 4 // 5
"""Samples after which that is said beforehand."""

NEARLY_OVER = "You have been heard for 4 minutes: at 5 the turn ends, and is answered."
TOO_LONG = "The turn was ended after 5 minutes: say the rest in the next one."
NO_SPEECH = "No speech was heard: is the microphone the right one, and not muted?"

log = logging.getLogger(__name__)


class Ending(Enum):
    """Why a stretch of sound ended."""

    SPOKEN = "spoken"
    """The learner's turn is complete: it is to be answered."""
    CANCELLED = "cancelled"
    """It is to be kept, but not answered."""
    STOPPED = "stopped"
    """The engine ends: it is to be kept as a turn."""


@dataclass(frozen=True)
class CapturedTurn:
    """A turn's audio, whole in its journal."""

    journal: RecordingJournal
    source: str
    """What it was heard from: a file's or a device's name."""
    is_file: bool
    spoken_until: float
    """When the learner fell silent (time.monotonic)."""
    endpoint: float
    """Seconds of silence waited for before the turn was taken to be over."""
    ending: Ending


@dataclass(frozen=True)
class ListeningBegun:
    """The first sound has come: from now on nothing said is missed."""


@dataclass(frozen=True)
class ListeningOver:
    """The listening has ended."""

    failure: str | None = None
    """A sentence, where it never began."""


class Listening(threading.Thread):
    """Listens to one source until it is asked to stop, the source ends or, not hands-free, after one turn.

    Args:
        source: opened and closed here.
        activity: voice activity, used by this thread alone while it runs.
        journal: makes the journal of the next turn.
        pause: seconds of silence that end a turn, hands-free; None: only `done` or the source's end does.
        send: takes Level and Warning events.
        post: takes ListeningBegun, CapturedTurn and ListeningOver.
    """

    def __init__(
        self,
        source: AudioSource,
        activity: VoiceActivity,
        journal: Callable[[], RecordingJournal],
        pause: float | None,
        send: Callable[[Event], None],
        post: Callable[[ListeningBegun | CapturedTurn | ListeningOver], None],
    ) -> None:
        super().__init__(name="listening", daemon=True)
        self.attentive = threading.Event()
        """Cleared here at the end of a turn; set by the owner when the learner may speak again."""
        self.attentive.set()
        self.hands_free = pause is not None
        self._source = source
        self._activity = activity
        self._make_journal = journal
        self._pause = pause
        self._send = send
        self._post = post
        self._awake = False
        self._endings: queue.SimpleQueue[Ending] = queue.SimpleQueue()
        self._begin()

    def done(self) -> None:
        """The learner has finished speaking; hands-free, what comes next is the next turn."""
        self._endings.put(Ending.SPOKEN)

    def cancel(self) -> None:
        """Stop; what was recorded is kept."""
        self._endings.put(Ending.CANCELLED)

    def stop(self) -> None:
        """Stop for good; what was recorded is kept as a turn."""
        self._endings.put(Ending.STOPPED)

    def run(self) -> None:
        failure: str | None = None
        try:
            failure = self._until_over()
            if self._source.lost:
                self._send(Warning(f"This computer was too busy to keep {self._source.lost:.1f} s of sound."))
            if failure and self._awake:
                self._send(Warning(failure))
                failure = None
                self._hand_on(Ending.SPOKEN)
        finally:
            self._post(ListeningOver(failure))

    def _until_over(self) -> str | None:
        """Listen; the sentence for what went wrong, or None."""
        try:
            self._source.open()
            while self._listen():
                pass
        except (SoundError, StoreError) as error:
            return str(error)
        except Exception:
            log.exception("listening failed")
            return "Listening failed: what you had said is kept; engine.log has the details."
        finally:
            self._source.close()
        return None

    def _begin(self) -> None:
        self._journal: RecordingJournal | None = None
        self._endpoint = Endpoint(self._pause or 0.0)
        self._before: deque[Samples] = deque()
        self._rest = NOTHING
        self._samples = 0
        self._voiced_at = time.monotonic()
        self._last_level = 0.0
        self._unsent = NOTHING
        self._probability = 0.0
        self._was_muted = False
        self._activity.reset()

    def _listen(self) -> bool:
        """One read; whether to go on."""
        piece = self._source.read(READ_SECONDS)
        if len(piece) and not self._awake:
            self._awake = True
            self._post(ListeningBegun())
        if not self.attentive.is_set():
            self._was_muted = True
        elif len(piece):
            if self._was_muted:
                self._forget()
            self._keep(piece)
            if self._source.live:
                self._measure(piece)
        ending = None
        with contextlib.suppress(queue.Empty):
            ending = self._endings.get_nowait()
        if ending is None and (self._source.ended or (self.hands_free and self._endpoint.over)):
            ending = Ending.SPOKEN
        if ending is None and self._too_long:
            self._send(Warning(TOO_LONG))
            ending = Ending.SPOKEN
        if ending is None or (self.hands_free and ending is Ending.SPOKEN and not self._endpoint.spoken):
            return True
        self._hand_on(ending)
        return self.hands_free and ending is Ending.SPOKEN

    def _keep(self, piece: Samples) -> None:
        """Into the journal; or, before any voice, into the pre-roll."""
        if self._journal is None and self.hands_free and not self._endpoint.begun:
            self._before.append(piece)
            while sum(map(len, self._before)) - len(self._before[0]) > PRE_ROLL:
                self._before.popleft()
            return
        self._write(piece)

    def _write(self, piece: Samples) -> None:
        if self._journal is None:
            self._journal = self._make_journal()
        self._journal.append(piece)
        before = self._samples
        self._samples += len(piece)
        if before < NEARLY <= self._samples and not self._source.is_file:
            self._send(Warning(NEARLY_OVER))

    @property
    def _too_long(self) -> bool:
        """Nobody has ended it in time; a file has its length, and is heard as a whole."""
        return self._samples >= LONGEST and not self._source.is_file

    def _measure(self, piece: Samples) -> None:
        """Voice activity frame by frame, the beginning and false beginning of speech, and the meter."""
        frames = np.concatenate([self._rest, piece])
        whole = len(frames) - len(frames) % FRAME
        self._rest = frames[whole:]
        for start in range(0, whole, FRAME):
            self._probability = self._activity.probability(frames[start : start + FRAME])
            self._endpoint.feed(self._probability)
        if self._endpoint.pause == 0.0:
            self._voiced_at = time.monotonic()
        if self.hands_free:
            if self._endpoint.begun and self._journal is None:
                for earlier in self._before:
                    self._write(earlier)
                self._before.clear()
            elif self._endpoint.false_start:
                self._forget()
                self._before.append(piece)
        self._show(piece)

    def _forget(self) -> None:
        """What there was is not speech, and does not belong to what comes now."""
        if self._journal is not None:
            self._journal.discard()
        self._begin()

    def _show(self, piece: Samples) -> None:
        self._unsent = np.concatenate([self._unsent, piece])
        now = time.monotonic()
        if now - self._last_level < LEVEL_SECONDS:
            return
        piece, self._unsent, self._last_level = self._unsent, NOTHING, now
        self._send(
            Level(
                rms=float(np.sqrt(np.mean(np.square(piece, dtype=np.float64)))),
                peak=float(np.abs(piece).max()),
                speech=self._probability,
                seconds=self._samples / SAMPLE_RATE,
                pause=self._endpoint.pause,
                safe=self._journal.samples_safe if self._journal else 0,
            )
        )

    def _hand_on(self, ending: Ending) -> None:
        """Hand the turn on, when there is one."""
        journal = self._journal
        if journal is not None and (self._source.is_file or self._endpoint.highest >= WHISPER):
            self.attentive.clear()
            now = time.monotonic()
            until, pause = (self._voiced_at, self._endpoint.pause) if self.hands_free else (now, 0.0)
            self._post(CapturedTurn(journal, self._source.name, self._source.is_file, until, pause, ending))
        elif journal is not None:
            journal.discard()
            self._send(Warning(NO_SPEECH))
        self._begin()
