"""`tertulia stop [N]`: let a run end after its step, or end one that does not answer."""

from __future__ import annotations

import argparse
import json
import time
from typing import TYPE_CHECKING

from tui.cli.progress import ProgressLine, say

if TYPE_CHECKING:
    from store.database import Store
    from store.runs import Run

HELP = "stop a run after its step; it can be resumed"
WAIT = 60.0
"""Seconds in which a run that is well has ended."""
LOOK = 0.1
"""Seconds between two looks."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", nargs="?", type=int, metavar="N", help="the run's number (the one at work)")
    parser.add_argument("--force", action="store_true", help="end its process; its newest checkpoint stays")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> int:
    """Stop the run, and wait until it has ended; 1 when none is at work, or it does not answer."""
    from core.runs import launch
    from core.versions import registry
    from store import runs
    from store.database import Store
    from store.paths import data_folder

    with Store.open(data_folder()) as store:
        chosen = _at_work(store, options.number)
        if chosen is None:
            say("No run is at work." if options.number is None else f"Run {options.number} is not at work.")
            return 1
        launch.stop(chosen, options.force)
        until = time.monotonic() + WAIT
        with ProgressLine() as line:
            while launch.alive(chosen) and time.monotonic() < until:
                line.show(f"run {chosen.id} ends after its step")
                time.sleep(LOOK)
        alive = launch.alive(chosen)
        registry.settle(store)
        status = "running" if alive else runs.run(store, chosen.id).status
    if options.json:
        print(json.dumps({"run": chosen.id, "status": status}))
    if alive:
        say(
            f"Run {chosen.id} has not ended yet: wait, or end its process with `tertulia stop {chosen.id} --force`."
        )
        return 1
    if not options.json:
        more = "" if status == "finished" else f": go on with `tertulia resume {chosen.id}`"
        print(f"Run {chosen.id} has {'finished' if status == 'finished' else 'ended'}{more}.")
    return 0


def _at_work(store: Store, number: int | None) -> Run | None:
    """The run of that number if its trainer is at work, or the one that is. Raises StoreError for no run."""
    from core.runs import launch
    from store import runs

    found = runs.runs(store) if number is None else [runs.run(store, number)]
    return next((one for one in found if launch.alive(one)), None)
