"""`tertulia models use NAME|PATH`: which recogniser, tutor or voice is in use from now on."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from models.kind import PARTS
from tui.cli.progress import ProgressLine, add_option

HELP = "use a model from now on: the recogniser that listens, the tutor that answers or the voice that speaks"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name",
        metavar="NAME",
        help="a model of `tertulia models list`, with :SPEAKER behind it for one of a voice; or a path",
    )
    parser.add_argument("--part", choices=PARTS, help="what it is for, where several models have the name")
    parser.add_argument(
        "--no-rehear", action="store_true", help="do not transcribe the queue again with another recogniser"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_option(parser)


def run(options: argparse.Namespace) -> int:
    """Choose a model, which is tried first; of another recogniser, transcribe the queue again."""
    from core.own_models.adding import add_and_choose
    from core.own_models.choosing import choose, part_of
    from core.versions.active import DOES, RECOGNISER
    from store.database import Store
    from store.paths import data_folder
    from store.versions import active_version
    from tui.cli.following import rehear

    data = data_folder()
    with Store.open(data) as store:
        before = active_version(store, RECOGNISER)
    with ProgressLine(options.progress) as line:
        line.show(f"trying {options.name}")
        if _is_path(options.name):
            version = add_and_choose(data, Path(options.name), options.part or "", line.say, line.show)
        else:
            version = choose(data, part_of(data, options.name, options.part), options.name, line.say)
    another = version.part == RECOGNISER and (before is None or before.id != version.id)
    rehearing = another and not options.no_rehear and rehear(data)
    if options.json:
        fields = {"part": version.part, "in_use": version.name, "rehearing": rehearing}
        print(json.dumps(fields, ensure_ascii=False))
    else:
        more = " The queue is transcribed again with it, in the background." if rehearing else ""
        print(f"{version.name} {DOES[version.part]} from now on.{more}")
    return 0


def _is_path(name: str) -> bool:
    return "/" in name or name in (".", "..")
