"""The voice at work: an utterance is synthesised and played while it is still being written."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.engine.devices import SoundError
from core.engine.playback import Loudspeaker, Sink, WavFile
from core.engine.protocol import Event, Warning
from models.errors import ModelError

Sound = Iterable[NDArray[np.float32]]
"""Pieces of mono float32 sound, made as they are asked for."""

BREATH = 0.15
"""Seconds of silence after each piece: a voice model ends with the last phoneme."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Speaking:
    """The loudspeaker has begun an utterance, or has played the last of it."""

    on: bool


class SpeechOutput:
    """One utterance at a time: the next one silences the last.

    Args:
        send: takes Warning events.
        post: takes Speaking.
    """

    def __init__(self, send: Callable[[Event], None], post: Callable[[Speaking], None]) -> None:
        self.loudspeaker = False
        """Whether there is one."""
        self._send = send
        self._post = post
        self._lock = threading.Lock()
        self._current: SpokenReply | None = None

    def begin(self, file: Path | None = None) -> SpokenReply | None:
        """A new utterance, heard and written to `file` as asked; None when nobody would notice it."""
        self.hush()
        sinks: list[Sink] = [Loudspeaker()] if self.loudspeaker else []
        if file is not None:
            sinks.append(WavFile(file))
        if not sinks:
            return None
        with self._lock:
            self._current = SpokenReply(sinks, self._post, lambda text: self._send(Warning(text)))
            self._current.start()
            return self._current

    def hush(self) -> None:
        """Silence the loudspeaker, from any thread."""
        with self._lock:
            if self._current:
                self._current.hush()


class SpokenReply(threading.Thread):
    """Speaks what it is given, in order, until `end`; a failing sink is left out with a warning."""

    def __init__(
        self, sinks: Sequence[Sink], post: Callable[[Speaking], None], warn: Callable[[str], None]
    ) -> None:
        super().__init__(name="utterance", daemon=True)
        self.first_sound: float | None = None
        """When the first sample was handed on (time.monotonic)."""
        self.synthesised = threading.Event()
        """Set when all has been computed and is in its file; it may still be playing."""
        self._sinks = list(sinks)
        self._post = post
        self._warn = warn
        self._sounds: queue.SimpleQueue[tuple[Sound, int] | None] = queue.SimpleQueue()
        self._audible = False

    def say(self, sound: Sound, rate: int) -> None:
        """Queue sound at `rate` samples a second."""
        self._sounds.put((sound, rate))

    def end(self) -> None:
        """Nothing more will be said."""
        self._sounds.put(None)

    def hush(self) -> None:
        """Be silent at once; what goes to a file is still finished."""
        for sink in list(self._sinks):
            sink.hush()

    def run(self) -> None:
        """Speak to the end."""
        try:
            while (item := self._sounds.get()) is not None:
                self._speak(*item)
        except ModelError as error:
            self._warn(str(error))
        except Exception:
            log.exception("the voice failed")
            self._warn("The voice failed, so this reply is only written: engine.log has the details.")
        self._each(lambda sink: None if isinstance(sink, Loudspeaker) else sink.close())
        self.synthesised.set()
        self._each(lambda sink: sink.close())
        if self._audible:
            self._post(Speaking(False))

    def _speak(self, sound: Sound, rate: int) -> None:
        pieces = iter(sound)
        while not self._hushed() and (piece := next(pieces, None)) is not None:
            samples = np.concatenate([piece, np.zeros(int(BREATH * rate), dtype=np.float32)])
            self._each(lambda sink, samples=samples: sink.write(samples, rate))  # type: ignore[misc]
            if self._hushed():
                return
            if self.first_sound is None:
                self.first_sound = time.monotonic()
            if not self._audible and any(isinstance(sink, Loudspeaker) for sink in self._sinks):
                self._audible = True
                self._post(Speaking(True))

    def _hushed(self) -> bool:
        """Whether nobody would take another piece: then none is computed."""
        return all(sink.hushed for sink in self._sinks)

    def _each(self, act: Callable[[Sink], None]) -> None:
        for sink in list(self._sinks):
            try:
                act(sink)
            except SoundError as error:
                self._sinks.remove(sink)
                self._warn(str(error))
            except OSError as error:
                self._sinks.remove(sink)
                self._warn(f"The reply could not be written as a WAV file: {error}; choose another folder.")
