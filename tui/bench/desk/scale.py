"""How long the Correct screen makes a person wait when there are a hundred thousand segments, or a million.

The real app runs on a terminal of its own (a pty) in a process that is held to one core, and draws everything
it would draw for a person (see tui.bench.desk.waits). CPU is that of the whole process, all of its threads.
"""

from __future__ import annotations

import json
import os
import pty
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

GOALS = {"ready": ("wall", 300.0), "page": ("cpu", 16.0), "search": ("wall", 50.0), "stats": ("wall", 500.0)}
"""Milliseconds at a hundred thousand segments; a million may take MORE times that."""
MORE = 3.0
MANY = 100_000
STARTS = 5
SIZE = (80, 24)


@dataclass(slots=True)
class Timing:
    """One thing that was done so many times, each in milliseconds."""

    name: str
    what: str
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @contextmanager
    def once(self, waited: bool = True) -> Iterator[None]:
        """Do it once more; without `waited` nobody waits for it, and only its CPU counts."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.cpu.append(1e3 * (time.process_time() - cpu))
        if waited:
            self.wall.append(1e3 * (time.perf_counter() - wall))


@dataclass(frozen=True, slots=True)
class Measure:
    """What came of one thing, in milliseconds, beside its goal."""

    name: str
    what: str
    n: int
    wall_median: float | None
    """None where nobody waits for it."""
    wall_p95: float | None
    cpu_median: float
    cpu_p95: float
    goal: float | None
    """None where none was set."""
    goal_of: str
    """Which figure the goal is for: wall or cpu; the median of either."""
    met: bool | None


def measure(segments: int, report: Callable[[str], None] = lambda text: None) -> list[Measure]:
    """Fill a folder with that many segments, and measure everything. The folder is removed.

    Args:
        segments: how many.
        report: takes what is being done, in words.
    """
    from tui.bench.desk.data import fill  # not at the top: what is measured must not find it imported

    with tempfile.TemporaryDirectory(prefix="tertulia-bench-") as name:
        report(f"making {segments:,} segments")
        fill(Path(name), segments)
        timed: dict[str, Timing] = {}
        for number in range(STARTS):
            last = number == STARTS - 1
            report(f"{segments:,} segments: start {number + 1} of {STARTS}" if not last else "working at the desk")
            for one in _at_a_terminal(Path(name), all_of_it=last):
                known = timed.setdefault(one.name, Timing(one.name, one.what))
                known.wall += one.wall
                known.cpu += one.cpu
    return [judged(one, segments) for one in timed.values()]


def judged(timed: Timing, segments: int) -> Measure:
    """The figures of one thing, and whether they are as good as they should be."""
    of, goal = GOALS.get(timed.name.partition(" ")[0], ("wall", None))
    if goal is not None and segments > MANY:
        goal *= MORE
    wall, cpu = statistics.median(timed.wall) if timed.wall else None, statistics.median(timed.cpu)
    reached = cpu if of == "cpu" or wall is None else wall
    return Measure(
        timed.name,
        timed.what,
        len(timed.cpu),
        wall,
        percentile(timed.wall, 0.95) if timed.wall else None,
        cpu,
        percentile(timed.cpu, 0.95),
        goal,
        of,
        None if goal is None else reached <= goal,
    )


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of all does not exceed."""
    return sorted(values)[max(0, -(-round(share * 1000) * len(values) // 1000) - 1)]


def _at_a_terminal(folder: Path, all_of_it: bool) -> list[Timing]:
    """Run the app in a process and on a terminal of its own, and return what it measured."""
    import fcntl
    import termios

    from tui.bench.desk.data import AUTHOR

    found = folder / "measured.json"
    command = [sys.executable, "-P", "-m", "tui.bench.desk.waits", str(folder), str(found)]
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "TERTULIA_AUTHOR": AUTHOR}
    child = subprocess.Popen(
        command + ["--all"] * all_of_it, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    said = b""
    try:
        while block := os.read(ours, 65536):
            said = (said + block)[-4000:]
    except OSError:
        pass  # a pty whose other end has closed says so by an error
    finally:
        os.close(ours)
        child.wait()
    if not found.exists():
        raise RuntimeError(f"The app measured nothing: {said.decode(errors='replace')!r}")
    rows = json.loads(found.read_text())
    found.unlink()
    return [Timing(**row) for row in rows]
