"""Watching a run from outside: its events as they come, and whether anybody is still at work on it.

The folder is all there is between the two processes, so it does not matter who started the run, or when: whoever
looks later gets the whole curve. Whether the trainer lives is known by its lock, which the system takes away from
the dead, and never by a process number, which another process may have by now. Whether it hangs is known by a clock
of this process: the trainer's may jump.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.runs.state import RESUME, RunState
from store.files import held
from trainer.contract.events import event_in
from trainer.contract.folder import EVENTS, LOCK

__all__ = ["EVENTS", "LOCK", "RunState", "RunWatch"]

SILENCE = 60.0
"""Seconds without a sign of life, from which a run is called stalled; longer where its steps are slow."""
SLOW = 5.0
"""So many times a step's own time."""
HUNG = 600.0
"""Seconds at one and the same step, beating all the while, from which it is called stalled too."""
GRACE = 60.0
"""Seconds in which a trainer must have begun."""
AWAY = 30.0
"""Seconds between two looks after which silence is counted from the start: the watcher itself was asleep."""
CHUNK = 1 << 20
MAX_LINE = 1 << 20
"""Bytes; a longer line is no event."""
HEAD = 200
"""Bytes at the file's beginning by which it is known again."""
NEWEST = 5000
"""Events that one look returns at most; all of them are taken in."""


class RunWatch:
    """Reads a run's events, each once.

    Args:
        folder: the run's.
        clock: seconds that never go back.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.state = RunState()
        """As of the last `poll`."""
        self._folder = folder
        self._clock = clock
        self._began = self._last_event = self._looked = clock()
        self._stuck = 0.0
        self._position = 0
        self._rest = b""
        self._skipping = False
        self._head = b""
        self._identity: tuple[int, int] | None = None

    def poll(self) -> list[dict[str, Any]]:
        """Take in what is new, and return its events, oldest first: after a long absence only the newest ones.

        Never raises: a file that cannot be read has nothing new.
        """
        now = self._clock()
        if now - self._looked > AWAY:
            self._last_event = now
        self._looked = now
        # Before reading: one who lets go of the lock between the two has said all it had to say.
        alive = held(self._folder / LOCK)
        new: deque[dict[str, Any]] = deque(maxlen=NEWEST)
        with contextlib.suppress(OSError):
            self._read(new)
        if new:
            self._last_event = now
        self._judge(alive, now)
        return list(new)

    def _read(self, new: deque[dict[str, Any]]) -> None:
        """Take in what the file has beyond what was read of it. Raises OSError."""
        with (self._folder / EVENTS).open("rb", buffering=0) as file:
            about = os.fstat(file.fileno())
            head = os.pread(file.fileno(), HEAD, 0)
            identity = (about.st_dev, about.st_ino)
            same = self._identity in (None, identity) and head.startswith(self._head)
            if not same or about.st_size < self._position:
                self.state = RunState()
                self._position, self._rest, self._skipping = 0, b"", False
            self._identity, self._head = identity, head
            file.seek(self._position)
            while chunk := file.read(CHUNK):
                self._position += len(chunk)
                *lines, self._rest = (self._rest + chunk).split(b"\n")
                if lines and self._skipping:
                    self._skipping = False
                    del lines[0]
                for line in lines:
                    if (event := event_in(line)) is not None:
                        self._take(event)
                        new.append(event)
                if len(self._rest) > MAX_LINE:
                    self._rest, self._skipping = b"", True

    def _take(self, event: dict[str, Any]) -> None:
        self._stuck = 0.0
        if event["event"] == "heartbeat":
            seconds = event.get("seconds")
            if event.get("stage") == "train" and isinstance(seconds, (int, float)):
                self._stuck = float(seconds)
        self.state.take(event)

    def _judge(self, alive: bool, now: float) -> None:
        """What the lock and the clock say beyond the events."""
        state = self.state
        if state.ended:
            return
        step = state.step_seconds or 0.0
        if alive:
            silent = now - self._last_event > max(SILENCE, SLOW * step)
            stuck = self._stuck > max(HUNG, 10 * SLOW * step)
            began = state.status != "preparing" or state.pid is not None
            state.status = "stalled" if silent or stuck else "running" if began else "preparing"
        elif state.pid is not None or state.status in ("running", "stalled"):
            state.status, state.eta = "failed", None
            state.error = ("The trainer was killed, or the machine went down", RESUME)
        elif now - self._began > GRACE:
            state.status = "failed"
            state.error = ("The trainer never began", RESUME)
