"""`tertulia promote V`: make a version of the recogniser the one in use."""

from __future__ import annotations

import argparse
import json

from tui.cli import verdicts
from tui.cli.progress import say

HELP = "make a version of the recogniser the one in use, if it is proven better"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("version", metavar="V", help="a version, or a recogniser of `tertulia models list`")
    parser.add_argument("--force", action="store_true", help="whatever was measured")
    parser.add_argument("--no-rehear", action="store_true", help="do not transcribe the queue again")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> int:
    """Promote, and transcribe the queue again; 1 when the version may not be promoted."""
    from core.runs.errors import TrainingRefused
    from core.versions import registry
    from core.versions.active import RECOGNISER, chosen_name
    from store.database import Store
    from store.paths import data_folder
    from store.versions import version_named
    from tui.cli.following import listens, rehear

    data = data_folder()
    with Store.open(data) as store:
        registry.settle(store)
        before, here = chosen_name(store, RECOGNISER), registry.active(store)
        try:
            version = registry.promote(store, options.version, options.force)
        except TrainingRefused as error:
            known = version_named(store, RECOGNISER, options.version)
            if known is None or known.deleted:
                raise
            say(str(error))
            return 1
        verdict = registry.verdict_of(store, version)
    new = here is None or here.id != version.id
    rehearing = new and not options.no_rehear and rehear(data)
    if options.json:
        fields = {
            "version": version.name, "before": before, "promoted": new, "forced": options.force,
            "rehearing": rehearing, **verdicts.figures(verdict),
        }  # fmt: skip
        print(json.dumps(fields, ensure_ascii=False))
    elif new:
        print(listens(version.name, rehearing))
    else:
        print(f"{version.name} is the recogniser in use already.")
    return 0
