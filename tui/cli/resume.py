"""`tertulia resume [N]`: let a run that was stopped, or that failed, go on from its newest checkpoint."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.database import Store
    from store.runs import Run

HELP = "go on with a run that was stopped or killed, from its newest checkpoint"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "number", nargs="?", type=int, metavar="N", help="the run's number (the newest unfinished one)"
    )
    parser.add_argument("--detach", action="store_true", help="do not wait for its end")
    parser.add_argument("--promote", action="store_true", help="promote the new version, if it is proven better")
    parser.add_argument("--json", action="store_true", help="every event as one JSON line, the result as the last")


def run(options: argparse.Namespace) -> int:
    """Go on, and follow the run to its end; 1 when it was stopped again or failed."""
    from core.runs import launch
    from store.database import Store
    from store.paths import data_folder
    from tui.cli.following import Follower, follow
    from tui.cli.train import begun

    data = data_folder()
    with Store.open(data) as store:
        chosen = _unfinished(store, options.number)
        follower = Follower(chosen, options.json)
        follower.skip()
        launch.resume(store, chosen)
    if options.detach:
        print(begun(chosen, options.json))
        return 0
    return follow(data, follower, options.json, options.promote)


def _unfinished(store: Store, number: int | None) -> Run:
    """The run of that number, or the newest that could go on. Raises TrainingRefused and StoreError."""
    from core.runs.errors import TrainingRefused
    from core.versions import registry
    from store import runs

    registry.settle(store)
    if number is not None:
        return runs.run(store, number)
    found = next((one for one in runs.runs(store) if one.status in ("stopped", "failed")), None)
    if found is None:
        raise TrainingRefused("There is no run to go on with", "`tertulia train` begins one")
    return found
