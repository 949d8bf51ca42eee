"""Writing events.jsonl, as `trainer.contract.events` describes it, and reading it again.

Every event is appended with one write. A line that a dying process tore stays alone, because the next process
begins with a line feed; readers skip it. What must survive a power cut is flushed to the disk.
"""

from __future__ import annotations

import json
import math
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from trainer.contract import folder
from trainer.contract.events import VERSION, Name, check, event_in


class Events:
    """Appends events to a file and repeats them on a stream; either may be None."""

    def __init__(self, path: Path | None, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._file: int | None = None
        if path is not None:
            self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            size = os.fstat(self._file).st_size
            if size and os.pread(self._file, 1, size - 1) != b"\n":
                os.write(self._file, b"\n")

    def emit(self, event: Name, durable: bool = False, **fields: Any) -> None:
        """Write one event. A full disk or a closed stream does not stop the run; it shows elsewhere.

        Args:
            durable: return only when it is on the disk.
            fields: JSON values; numbers that are not finite become null.

        Raises:
            ValueError: there is no such event, or it has no such field.
        """
        check(event, fields)
        body = {"v": VERSION, "event": event, "ts": round(time.time(), 3), **fields}
        line = json.dumps(finite(body), ensure_ascii=False, allow_nan=False) + "\n"
        with self._lock:
            if self._file is not None:
                try:
                    os.write(self._file, line.encode("utf-8", "replace"))
                    if durable:
                        os.fsync(self._file)
                except OSError as error:
                    print(f"{folder.EVENTS} cannot be written: {error.strerror}", file=sys.stderr)
            if self._stream is not None:
                try:
                    self._stream.write(line)
                    self._stream.flush()
                except (OSError, ValueError):
                    self._stream = None  # whoever watched has gone


def finite(value: Any) -> Any:
    """A JSON value with every number that is not finite replaced by None."""
    if isinstance(value, dict):
        return {key: finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """All whole events of a file, oldest first; a torn line is skipped."""
    for line in path.read_bytes().split(b"\n"):
        if (event := event_in(line)) is not None:
            yield event


def private_stdout() -> TextIO:
    """A stream on what was standard output; whatever a library prints goes to standard error from now on."""
    sys.stdout.flush()
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    os.dup2(2, 1)
    return stream


class Heartbeat:
    """Says at intervals that the process lives, and for how long it has been at the same thing.

    The beats are counted, and a watcher times their arrival by a clock of its own: one that jumps, or two
    machines' that differ, deceive nobody.
    """

    def __init__(self, events: Events, every: float) -> None:
        self._events = events
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._at: tuple[str, int, float] = ("load", 0, time.monotonic())

    def at(self, stage: str, step: int) -> None:
        """What the run is at now."""
        self._at = (stage, step, time.monotonic())

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def _beat(self) -> None:
        beat = 0
        while not self._stop.wait(self._every):
            stage, step, since = self._at
            beat += 1
            self._events.emit(
                "heartbeat", beat=beat, stage=stage, step=step, seconds=round(time.monotonic() - since, 1)
            )
