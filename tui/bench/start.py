"""How fast the app starts, beside an empty Textual app in the same run, and when the engine can hear.

Both apps run on a terminal of their own (a pty), print the clock once their first frame is painted, and end.
They take turns, so that whatever else the machine does weighs on both alike.
"""

from __future__ import annotations

import asyncio
import os
import pty
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from core.engine.client import Engine
from core.engine.protocol import Ready

ROUNDS = 7
ENGINES = 3
_EMPTY = """
import time
from textual.app import App
class Empty(App):
    def on_mount(self):
        self.call_after_refresh(self.painted)
    def painted(self):
        self.at = time.monotonic()
        self.exit()
app = Empty()
app.run()
print(app.at)
"""
_TERTULIA = "import sys; from tui.cli import main; sys.exit(main([]))"


def summary() -> dict[str, object]:
    """Seconds from starting the process to the first painted frame (medians), their ratio, and engine ready."""
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            "TERTULIA_HOME": home,
            "TERTULIA_BENCH_FIRST_PAINT": "1",
            "TERM": "xterm-256color",
        }
        rounds = [(_painted(_EMPTY, environment), _painted(_TERTULIA, environment)) for _ in range(ROUNDS + 1)][1:]
        ready = [asyncio.run(_engine_ready(Path(home) / str(number))) for number in range(ENGINES)]
    return {
        "empty_app_s": statistics.median(empty for empty, _ in rounds),
        "tertulia_s": statistics.median(ours for _, ours in rounds),
        "ratio": statistics.median(ours / empty for empty, ours in rounds),
        "rounds": len(rounds),
        "engine_ready_s": statistics.median(ready),
        "engine_starts": len(ready),
    }


def _painted(program: str, environment: dict[str, str]) -> float:
    """Seconds from the start of `program` to its first painted frame."""
    ours, theirs = pty.openpty()
    began = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", program], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    said = bytearray()
    try:
        while block := os.read(ours, 65536):
            said += block
    except OSError:
        pass  # a pty whose other end has closed says so by an error
    finally:
        os.close(ours)
        child.wait()
    clock = re.search(r"(\d+\.\d+)\s*$", said.decode(errors="replace"))
    if clock is None:
        raise RuntimeError(f"The app painted nothing: {said[-300:]!r}")
    return float(clock[1]) - began


async def _engine_ready(data: Path) -> float:
    """Seconds from the start of an engine process to its Ready."""
    engine = Engine(data, sound=False)
    await engine.start()
    try:
        async for event in engine.events():
            if isinstance(event, Ready):
                return event.seconds
    finally:
        await engine.close()
    raise RuntimeError(f"The engine did not become ready: see {data / 'engine.log'}.")
