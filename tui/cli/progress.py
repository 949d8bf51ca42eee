"""One line on a terminal that says how far a command is; nothing where standard error is no terminal.

A program that runs the command sets PROGRESS, and gets a line of its own for every word about how far it is.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from types import TracebackType

from store.text import clean

PROGRESS = "TERTULIA_PROGRESS"
"""With this variable set to 1, standard error gets lines that begin with a carriage return."""
BETWEEN = 0.1
"""Seconds between two looks of the line: faster is flicker, and costs time over SSH."""
BAR = 20
"""Characters of the bar."""


class Line:
    """The line. A context manager that leaves none behind."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._followed = os.environ.get(PROGRESS) == "1"
        self._shown = 0.0
        self._width = 0

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def show(self, text: str, share: float | None = None) -> None:
        """Put the text in the place of the one before, not oftener than a person can see.

        Args:
            share: how much is done, 0 to 1, for a bar before the text; None where nobody knows.
        """
        if not (self._terminal or self._followed) or time.monotonic() - self._shown < BETWEEN:
            return
        if self._followed:
            sys.stderr.write(f"\r{clean(text, limit=None)}\n")
            sys.stderr.flush()
            self._shown = time.monotonic()
            return
        text = clean(text, limit=None)
        if share is not None:
            done = round(min(max(share, 0.0), 1.0) * BAR)
            text = f"{'█' * done}{'░' * (BAR - done)} {text}"
        text = text[: shutil.get_terminal_size().columns - 1]
        sys.stderr.write("\r" + text.ljust(self._width))
        sys.stderr.flush()
        self._shown, self._width = time.monotonic(), len(text)

    def clear(self) -> None:
        """Take the line away."""
        if self._terminal and self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
        self._width, self._shown = 0, 0.0
