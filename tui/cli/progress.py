"""What a command says beside its output: how far it is, and what goes wrong.

A person sees one line on a terminal that says how far it is, nothing where standard error is no terminal, and
sentences that begin with the program's name. A program that gives `--progress json` gets JSON lines instead, as
`core.processes.events` has them; standard output stays the result's.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from types import TracebackType

from core.processes.events import Failed, Notice, Progress, report
from store.text import clean

BETWEEN = 0.1
"""Seconds between two looks of the line: faster is flicker, and costs time over SSH."""
BAR = 20
"""Characters of the bar."""


def add_option(parser: argparse.ArgumentParser) -> None:
    """Declare the option of a command whose progress a program may follow."""
    parser.add_argument(
        "--progress", choices=["json"], help="how far it is and what goes wrong, as JSON lines on standard error"
    )


def say(sentence: str) -> None:
    """Say something beside the output: one line, whatever the names in it are."""
    print(f"tertulia: {clean(sentence, limit=None)}", file=sys.stderr, flush=True)


def complain(failure: Failed, options: argparse.Namespace) -> None:
    """Say why a command cannot do what it should."""
    if getattr(options, "progress", None):
        report(failure)
    else:
        say(str(failure))


class ProgressLine:
    """The line. A context manager that leaves none behind.

    Args:
        form: “json” for a program.
    """

    def __init__(self, form: str | None = None) -> None:
        self._followed = form == "json"
        self._terminal = not self._followed and sys.stderr.isatty()
        self._shown = 0.0
        self._width = 0

    def __enter__(self) -> ProgressLine:
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
        text = clean(text, limit=None)
        if self._followed:
            report(Progress(text, share))
            self._shown = time.monotonic()
            return
        if share is not None:
            done = round(min(max(share, 0.0), 1.0) * BAR)
            text = f"{'█' * done}{'░' * (BAR - done)} {text}"
        text = text[: shutil.get_terminal_size().columns - 1]
        sys.stderr.write("\r" + text.ljust(self._width))
        sys.stderr.flush()
        self._shown, self._width = time.monotonic(), len(text)

    def say(self, text: str, place: str = "") -> None:
        """Say something that does not keep the command from going on.

        Args:
            place: the row, segment or file that it is about.
        """
        if self._followed:
            report(Notice(text, place))
        else:
            self.clear()
            where = f"{place}: " if place and place not in text else ""
            say(f"{where}{text}")

    def clear(self) -> None:
        if self._terminal and self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
        self._width, self._shown = 0, 0.0
