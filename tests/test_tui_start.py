"""How soon the Talk screen is there, against the least that Textual can do."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path

from tui.app import FIRST_PAINT

EMPTY = """
import time
from textual.app import App

class Empty(App):
    def on_mount(self):
        self.screen.call_after_refresh(self.painted)

    def painted(self):
        self.at = time.monotonic()
        self.exit()

app = Empty()
app.run()
print(app.at)
"""
FULL = "import sys; from tui.app import run; sys.exit(run())"
ROUNDS = 4


def start(script: str, home: Path) -> tuple[float, str, float]:
    """Processor seconds of a start to its first frame, what the terminal saw, and the time it printed."""
    here, there = pty.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    drawn = bytearray()

    def read() -> None:
        try:
            while data := os.read(here, 65536):
                drawn.extend(data)
        except OSError:  # the other end has been closed
            return

    child = subprocess.Popen(
        [sys.executable, "-c", script], stdin=there, stdout=subprocess.PIPE, stderr=there,
        env={**os.environ, FIRST_PAINT: "1", "TERTULIA_HOME": str(home), "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(there)
    reader = threading.Thread(target=read)
    reader.start()
    assert child.stdout is not None
    printed = child.stdout.read().decode()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    reader.join(10)
    os.close(here)
    assert child.returncode == 0, bytes(drawn[-2000:])
    return used.ru_utime + used.ru_stime, drawn.decode(errors="replace"), float(printed)


def test_the_talk_screen_is_there_almost_as_soon_as_an_empty_one(tmp_path: Path) -> None:
    # Processor time rather than time on the clock, so that a busy machine does not decide.
    empty, full = [], []
    for _ in range(ROUNDS):
        empty.append(start(EMPTY, tmp_path)[0])
        used, drawn, _ = start(FULL, tmp_path)
        full.append(used)
        assert "1 Talk" in drawn and "write in Spanish" in drawn
    assert min(full) <= 1.5 * min(empty), f"{min(full):.3f} s against {min(empty):.3f} s"
