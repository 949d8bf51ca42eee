"""Stands in for `tertulia models pull|verify` where no network is: `python -m tests.tui.pretended_models …`.

It reports what the command reports. What comes is a starter under another name; a `slow` one comes when somebody
stops it, and a `broken` one never.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path

from core.processes.command import answer_interrupts
from core.processes.events import Failed, Progress, report
from models import catalog

SLOW, BROKEN = "whisper-large-v3", "whisper-medium"
"""These of the catalog."""


def main() -> int:
    """Do what it is asked for, as far as a test goes."""
    answer_interrupts()
    models, action, *_, name = sys.argv[1:]
    assert (models, "--json" in sys.argv, "--progress=json" in sys.argv) == ("models", True, True)
    data = Path(os.environ["TERTULIA_HOME"])
    if action == "verify":
        print(json.dumps({"models": [{"name": name, "whole": True, "sentence": ""}]}))
        return 0
    report(Progress(f"{name}: 61 of 148 MB, 2.1 MB/s, 41 s left", 0.41))
    if name == BROKEN:
        report(Failed(f"{name} cannot be had (no source answered)", "connect to a network"))
        return 1
    try:
        while name == SLOW:
            signal.pause()
    except KeyboardInterrupt:
        return 130
    wanted = (
        catalog.everyday()[:1] if name == "everyday" else [entry for entry in catalog.known() if entry.name == name]
    )
    for entry in wanted:
        starter = catalog.starter(entry.part).path
        assert starter is not None and starter.is_dir()
        shutil.copytree(starter, data / "models" / entry.part / entry.name)
    print(json.dumps({"models": [{"name": entry.name, "part": entry.part} for entry in wanted], "sources": ""}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
