"""The process that compares two versions: the app never loads a model, so another one does."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import ModelError
from tui.text import plain

if TYPE_CHECKING:
    from core.training.comparing import Comparison

LONGEST = 1 << 26
"""Bytes of a line: all that two versions heard."""


class Comparing:
    """One comparison under way.

    Args:
        data: the data folder.
        first, second: names of versions.
    """

    def __init__(self, data: Path, first: str, second: str) -> None:
        self._arguments = (str(data), first, second)
        self._process: Process | None = None

    async def run(self, on_progress: Callable[[str, str, int, int], None]) -> Comparison:
        """Compare them.

        Args:
            on_progress: told the version, what it listens to, and how many of how many clips are done.

        Raises:
            ModelError: the sentence that says why there is no comparison.
            OSError: it cannot be started.
        """
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "core.training.comparing", *self._arguments,
            stdin=DEVNULL, stdout=PIPE, stderr=PIPE, limit=LONGEST, start_new_session=True,
        )  # fmt: skip
        assert process.stdout is not None and process.stderr is not None
        complaints = asyncio.create_task(process.stderr.read())
        last: dict[str, Any] = {}
        try:
            while line := await process.stdout.readline():
                last = _object(line)
                if last.get("event") == "progress":
                    on_progress(str(last["model"]), str(last["part"]), int(last["done"]), int(last["total"]))
            await process.wait()
        finally:
            self.stop()
            said = (await complaints).decode(errors="replace").strip().splitlines()
        if last.get("event") == "result":
            from core.training.comparing import Comparison

            return await asyncio.to_thread(Comparison.from_json, last)
        if last.get("event") == "error":
            raise ModelError(plain(last.get("text", "")))
        why = plain(said[-1]) if said else f"exit status {process.returncode}"
        raise ModelError(f"The comparison was broken off ({why[:200]}): try it once more.")

    def stop(self) -> None:
        """End it; what one version heard is kept for the next time."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:  # cut short by its death
        return {}
    return found if isinstance(found, dict) else {}
