"""`tertulia rollback`: go back to the recogniser that was in use before."""

from __future__ import annotations

import argparse
import json

HELP = "go back to the recogniser that was in use before this one"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-rehear", action="store_true", help="do not transcribe the queue again")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> int:
    """Go back, and transcribe the queue again; 1 when there is nothing to go back to."""
    from core.runs.errors import TrainingRefused
    from core.versions import registry
    from store.database import Store
    from store.paths import data_folder
    from tui.cli.following import listens, rehear
    from tui.cli.progress import say

    data = data_folder()
    with Store.open(data) as store:
        registry.settle(store)
        here = registry.active(store)
        try:
            version = registry.rollback(store)
        except TrainingRefused as error:
            say(str(error))
            return 1
    rehearing = not options.no_rehear and rehear(data)
    if options.json:
        before = None if here is None else here.name
        fields = {"version": version.name, "before": before, "rehearing": rehearing}
        print(json.dumps(fields, ensure_ascii=False))
    else:
        print(listens(version.name, rehearing))
    return 0
