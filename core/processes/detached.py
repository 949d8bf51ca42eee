"""A process that goes on by itself: closing the app, losing the terminal or killing its starter does not end it."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.processes.command import command, log_file


def start(
    module: str, arguments: Sequence[str], log: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a module of ours; what it prints on standard error is appended to the log, the rest is lost.

    Raises:
        OSError: the log cannot be written, or no process be made.
    """
    with log_file(log) as errors:
        process = subprocess.Popen(
            command(module, *arguments),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True,
            env={**os.environ, **environment},
        )  # fmt: skip
    # Somebody must take note of its end, or it stays in the list of processes for as long as the app runs.
    threading.Thread(target=process.wait, name=f"{module} {process.pid}", daemon=True).start()
    return process
