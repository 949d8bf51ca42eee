"""How a module of ours becomes a process, and where it may complain."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO

LOG_BYTES = 1_000_000
"""From this size on a log is put aside, under its name with .1 behind it."""


def command(module: str, *arguments: str) -> list[str]:
    """The command line of a module: this Python, and no module from the folder one happens to be in."""
    return [sys.executable, "-P", "-m", module, *arguments]


def log_file(path: Path) -> BinaryIO:
    """A log to append to, for its owner only. Raises OSError."""
    try:
        if path.stat().st_size > LOG_BYTES:
            path.replace(path.with_name(f"{path.name}.1"))
    except FileNotFoundError:
        pass
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def answer_interrupts() -> None:
    """Let an interrupt end this process as a KeyboardInterrupt, also where it was to ignore them.

    A shell has whatever it starts in the background ignore them, and its children with it; work that somebody may
    stop listens all the same.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


def cause(status: int) -> str:
    """How a process ended, in words: exit status 1, signal SIGSEGV."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"signal {signal.Signals(-status).name}"
    except ValueError:  # a real-time signal has no name
        return f"signal {-status}"
