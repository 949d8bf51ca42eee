"""How a run is asked to stop, and how a second one on the same folder is kept out."""

from __future__ import annotations

import signal
from pathlib import Path
from types import FrameType

from trainer import files
from trainer.contract.errors import JobError
from trainer.contract.folder import LOCK, STOP

PATIENCE = 0.5
"""Seconds to wait for the lock: whoever only looks whether a trainer is at work holds it for a moment."""


class Stopped(Exception):  # noqa: N818 - not an error
    """Raised where a request to stop is noticed in the middle of something."""


class StopRequest:
    """SIGTERM, SIGINT, or a file named STOP in the job folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / STOP
        self._why = ""

    def listen(self) -> None:
        """From now on signals ask to stop instead of killing."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def forget(self) -> None:
        """Remove the file by which an earlier run was stopped."""
        self._file.unlink(missing_ok=True)

    @property
    def why(self) -> str:
        """What asked to stop; empty when nothing did."""
        return self._why or ("STOP file" if self._file.exists() else "")

    def check(self) -> None:
        """Raise Stopped if asked to stop."""
        if self.why:
            raise Stopped(self.why)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._why = signal.Signals(number).name


def lock(folder: Path) -> int:
    """Hold the folder for this process; the system lets go when the process ends, however it ends.

    Raises:
        JobError: another trainer holds it.
    """
    try:
        return files.lock(folder / LOCK, PATIENCE)
    except BlockingIOError as error:
        raise JobError(
            f"Another trainer is at work on {folder}", "wait for it, or stop it first", folder
        ) from error
