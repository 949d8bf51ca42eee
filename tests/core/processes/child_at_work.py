"""A child process that does what a test writes down: `python -P -m tests.core.processes.child_at_work CODE`."""

from __future__ import annotations

import sys

from core.processes.command import answer_interrupts

if __name__ == "__main__":
    answer_interrupts()
    exec(sys.argv[1])
