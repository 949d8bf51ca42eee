"""Runs the trainer again and again on one job folder, and kills it (SIGKILL) where it is told to.

`python -P -m tests.trainer.kills FOLDER PLAN`: the plan is JSON, a list of [function, count], where the process
dies when it enters that function for the count-th time; ["", 0] lets it run to its end. Each run is a process of
its own, forked from one that has the libraries loaded. Prints how each ended: an exit code, or minus a signal.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import trainer.run  # noqa: F401 - loaded once, for all
from trainer import __main__ as program


def dying(function: Callable[..., Any], count: int) -> Callable[..., Any]:
    """`function`, deadly at its `count`-th call."""
    calls = 0

    @functools.wraps(function)
    def called(*values: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*values, **named)

    return called


def one(folder: Path, point: str, count: int) -> int:
    """Run the trainer once in a child, to the point where it dies."""
    child = os.fork()
    if not child:
        if point:
            module, _, name = point.partition(":")
            holder: Any = importlib.import_module(module)
            *path, last = name.split(".")
            for step in path:
                holder = getattr(holder, step)
            setattr(holder, last, dying(getattr(holder, last), count))
        log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        sys.argv = ["trainer", str(folder), "--resume"]
        os._exit(program.main())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    """See the module's docstring."""
    folder, plan = Path(sys.argv[1]), json.loads(sys.argv[2])
    print(json.dumps([one(folder, point, count) for point, count in plan]))


if __name__ == "__main__":
    main()
