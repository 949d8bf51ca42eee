"""A command of ours that runs beside the app: what takes long, or loads a model, is a process of its own.

The app follows what it says, may stop it, and outlives it. Stopping is an interrupt, as ctrl+c is on a command
line, so that the command can tidy up; one that does not listen is killed, which does no harm either.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui.cli.progress import PROGRESS
from tui.text import plain

GRACE = 5.0
"""Seconds that a command has to tidy up before it is killed."""
LONGEST = 1 << 22
"""Bytes of one line on standard error."""
OURS = "tertulia: "
"""What our own sentences begin with; libraries print other things, which nobody needs."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    code: int
    """0 done, 1 failed, 2 bad input, negative or 130 stopped."""
    result: dict[str, Any] = field(default_factory=dict)
    """The JSON object it printed; empty where it printed none."""
    sentences: tuple[str, ...] = ()
    """What it complained about."""


class Errand:
    """One run of a command.

    Args:
        name: what it is, in a word: import, export.
        arguments: of `tertulia`, with the option that asks for JSON.
        folder: the data folder.
    """

    def __init__(self, name: str, arguments: Sequence[str], folder: Path) -> None:
        self.name = name
        self.stopped = False
        """Whether it was asked to stop."""
        self._arguments = arguments
        self._folder = folder
        self._process: Process | None = None

    @property
    def ended(self) -> bool:
        """Whether its process has been there and is no more."""
        return self._process is not None and self._process.returncode is not None

    async def run(self, on_progress: Callable[[str], None]) -> Outcome:
        """Run it to its end; `on_progress` is told how far it is. Raises OSError where it cannot be started."""
        environment = {**os.environ, "TERTULIA_HOME": str(self._folder), PROGRESS: "1"}
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "tui.cli", *self._arguments,
            stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=environment, limit=LONGEST,
        )  # fmt: skip
        if self.stopped:  # before it began
            self._interrupt()
        assert process.stdout is not None and process.stderr is not None
        printed = asyncio.create_task(process.stdout.read())
        sentences = []
        try:
            while line := (await process.stderr.readline()).decode(errors="replace"):
                if line.startswith("\r"):
                    on_progress(plain(line))
                elif line.startswith(OURS):
                    sentences.append(plain(line.removeprefix(OURS)))
            code = await process.wait()
        finally:
            if process.returncode is None:  # the app is going
                await self.stop()
        return Outcome(code, _object(await printed), tuple(sentences))

    async def stop(self) -> None:
        """Let it tidy up and end."""
        self.stopped = True
        if self._process is None or self._process.returncode is not None:
            return
        self._interrupt()
        try:
            async with asyncio.timeout(GRACE):
                await self._process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def _interrupt(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGINT)


def _object(printed: bytes) -> dict[str, Any]:
    try:
        found = json.loads(printed)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
