"""Work with a result that takes long or loads a model, done beside the app by a process of its own.

The app follows its events, may stop it, and outlives it. Stopping is an interrupt, as ctrl+c is on a command
line, so that the work can be tidied up; one that does not listen is killed, which does no harm either.
"""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable, Mapping, Sequence

from core.processes.child import Child, lines
from core.processes.events import Failed, Notice, Progress, Result, decode_event
from core.processes.json_lines import ProtocolError

GRACE = 5.0
"""Seconds that it has to tidy up before it is killed."""


class Task:
    """One piece of work.

    Args:
        name: what it is, in a word: import, export, comparison.
        module: of ours, which reports events and prints its result as `core.processes.events` says.
        arguments: of its command line.
        environment: set for it beside the app's own.
        grace: seconds that it has to tidy up when it is stopped.
    """

    def __init__(
        self,
        name: str,
        module: str,
        arguments: Sequence[str],
        environment: Mapping[str, str] = {},
        grace: float = GRACE,
    ) -> None:
        self.name = name
        self.stopped = False
        """Whether it was asked to stop."""
        self._command = (module, *arguments)
        self._environment = environment
        self._grace = grace
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """Number of its process; None while there is none."""
        return self._child.pid if self._child else None

    async def run(self, on_event: Callable[[Progress | Notice], None]) -> Result | Failed:
        """Do it to its end; cancelled, it is stopped."""
        if self.stopped:
            return self._broken_off("it was stopped")
        try:
            self._child = child = await Child.working(*self._command, environment=self._environment)
        except (OSError, ValueError) as error:  # the second for a zero byte in an argument
            return Failed(f"The {self.name} cannot be started ({error})", remedy="try it again")
        printed = asyncio.create_task(child.output.read())
        failed, last = None, ""
        try:
            async for line in lines(child.complaints):
                said = (line or b"").decode(errors="replace").strip()
                try:
                    event = decode_event(said)
                except ProtocolError:
                    last = said or last
                    continue
                if isinstance(event, Failed):
                    failed = event
                elif event is not None:
                    on_event(event)
            cause = await child.ended()
        finally:
            if child.pid is not None:  # the app is going
                await self.stop()
        return failed or _result(await printed) or self._broken_off(last[:200] or cause)

    async def stop(self) -> None:
        """Let it tidy up and end."""
        self.stopped = True
        if self._child is not None and self._child.pid is not None:
            self._child.signal(signal.SIGINT)
            await self._child.end(self._grace)

    def _broken_off(self, why: str) -> Failed:
        return Failed(f"The {self.name} was broken off ({why})", remedy="try it once more")


def _result(printed: bytes) -> Result | None:
    try:
        body = json.loads(printed.splitlines()[-1])
    except (IndexError, ValueError):
        return None
    return Result(body) if isinstance(body, dict) else None
