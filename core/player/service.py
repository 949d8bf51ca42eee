"""The player's one decider: takes commands in order, and reports what is heard while something plays."""

from __future__ import annotations

import contextlib
import logging
import queue
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.engine.devices import SoundError, device_name
from core.player.file import WavSound
from core.player.playing import Playing
from core.player.protocol import (
    Adjust,
    At,
    Command,
    Error,
    Event,
    Finished,
    Play,
    PlayFile,
    Quit,
    Ready,
    Stop,
    whole,
)
from core.player.recorded import Recorded, Sound
from store.errors import StoreError

TICK = 1 / 25
"""Seconds from one position to the next."""
UNEXPECTED = "It could not be played: player.log has the details."

log = logging.getLogger(__name__)


class PlayerService:
    """Plays one thing at a time, from Ready to Quit.

    Args:
        data: the data folder with the recordings.
        send: takes every event.
    """

    def __init__(self, data: Path, send: Callable[[Event], None]) -> None:
        self._data = data
        self._send = send
        self._inbox: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._playing: Playing | None = None
        self._reported: tuple[int, int] | None = None
        """The round and sample of the last `At`."""
        self._due = 0.0
        """When to report the next."""

    def post(self, command: Command) -> None:
        """Leave a command, from any thread."""
        self._inbox.put(command)

    def run(self) -> None:
        """Serve until asked to quit."""
        try:
            self._send(Ready(device_name("output")))
        except SoundError as error:
            self._send(Ready(None))
            self._send(Error(str(error)))
        command: Command | None = None
        while not isinstance(command, Quit):
            command = self._next()
            if command is not None:
                self._obey(command)
            if self._playing and time.monotonic() >= self._due:
                self._due = time.monotonic() + TICK
                self._follow(self._playing)

    def _next(self) -> Command | None:
        """The next command; None where a position is due before there is one."""
        wait = max(0.0, self._due - time.monotonic()) if self._playing else None
        with contextlib.suppress(queue.Empty):
            return self._inbox.get(timeout=wait)
        return None

    def _obey(self, command: Command) -> None:
        match command:
            case Play():
                self._finish("stopped")
                self._begin(command, lambda: Recorded(self._data, command.sha256, command.start, command.end))
            case PlayFile():
                self._finish("stopped")
                self._begin(whole(command), lambda: WavSound(Path(command.path)))
            case Adjust():
                if self._playing:
                    self._playing.adjust(command)
            case Stop() | Quit():
                self._finish("stopped")

    def _begin(self, play: Play, read: Callable[[], Sound]) -> None:
        try:
            sound = read()
            self._playing = Playing(replace(play, end=play.start + len(sound.samples)), sound)
        except (SoundError, StoreError) as error:
            self._fail(play, str(error))
        except Exception:
            log.exception("%s was not played", play)
            self._fail(play, UNEXPECTED)

    def _fail(self, play: Play, reason: str) -> None:
        self._send(Error(reason))
        self._send(Finished(play.sha256, play.start, "failed"))

    def _follow(self, playing: Playing) -> None:
        """Report what is heard, or that it is over."""
        try:
            over = playing.over
        except (SoundError, StoreError) as error:
            self._send(Error(str(error)))
            self._finish("failed")
            return
        if (heard := playing.heard()) != self._reported:
            self._reported = heard
            self._send(At(playing.play.sha256, heard[1]))
        if over:
            self._finish("end")

    def _finish(self, reason: str) -> None:
        if self._playing is not None:
            sample, listened = self._playing.stop()
            self._send(Finished(self._playing.play.sha256, sample, reason, listened))
        self._playing = self._reported = None
