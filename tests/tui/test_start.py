"""The first frame of the real app on a real terminal; `tertulia bench start` measures how soon it is there."""

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

from tests.patience import PATIENCE
from tui.app import FIRST_PAINT

FULL = "import sys; from tui.app import run; sys.exit(run())"


def start(script: str, home: Path) -> tuple[str, float]:
    """What the terminal saw of a start to its first frame, and the time it printed."""
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
    child.wait(PATIENCE)
    reader.join(PATIENCE)
    os.close(here)
    assert child.returncode == 0, bytes(drawn[-2000:])
    return drawn.decode(errors="replace"), float(printed)


def test_the_first_frame_is_the_talk_screen_in_a_terminal(tmp_path: Path) -> None:
    drawn, printed = start(FULL, tmp_path)
    assert "1 Talk" in drawn and "write in Spanish" in drawn
    assert printed > 0
