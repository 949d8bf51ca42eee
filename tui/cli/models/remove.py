"""`tertulia models remove NAME`: one of your models goes."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from models.kind import PARTS

if TYPE_CHECKING:
    from core.own_models.removing import Removed

HELP = "remove one of your models: its files, or the link to where another program keeps them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a model of `tertulia models list`")
    parser.add_argument("--part", choices=PARTS, help="what it is for, where several models have the name")
    parser.add_argument("--force", action="store_true", help="also one that is in use")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> int:
    """Remove it."""
    from core.own_models.removing import part_of, remove
    from store.paths import data_folder

    data = data_folder()
    gone = remove(data, part_of(data, options.name, options.part), options.name, options.force)
    if options.json:
        fields = {
            "removed": gone.name, "part": gone.part, "stays": [str(path) for path in gone.linked],
            "in_use": gone.now or None,
        }  # fmt: skip
        print(json.dumps(fields, ensure_ascii=False))
    else:
        print(_sentence(gone))
    return 0


def _sentence(gone: Removed) -> str:
    from core.versions.active import DOES

    stays = f" What it was a link to stays: {', '.join(map(str, gone.linked))}." if gone.linked else ""
    now = f" {gone.now} {DOES[gone.part]} in its place." if gone.now else ""
    return f"{gone.name} is removed.{stays}{now}"
