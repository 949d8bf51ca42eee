"""`tertulia models add PATH`: a model that is on this machine becomes one of your own."""

from __future__ import annotations

import argparse
import json

from models.kind import PARTS
from tui.cli import named_path
from tui.cli.progress import ProgressLine, add_option

HELP = "add a model that is on this machine: it is checked and linked to"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path",
        type=named_path,
        metavar="PATH",
        help="its file or folder, or a name that `tertulia models find` shows",
    )
    parser.add_argument("--name", default="", help="what to call it (as its file or folder)")
    parser.add_argument("--copy", action="store_true", help="copy it instead of linking to it")
    parser.add_argument("--part", choices=PARTS, default="", help="what you take it to be, to be told otherwise")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_option(parser)


def run(options: argparse.Namespace) -> int:
    """Add it; it is not in use by that."""
    from core.own_models.adding import add
    from core.own_models.finding import meant
    from store.paths import data_folder

    path, name = options.path, options.name
    if not path.exists() and (found := meant(str(path))):
        path, name = found.path, name or found.name
    with ProgressLine(options.progress) as line:
        entry = add(data_folder(), path, name, options.copy, line.show, options.part)
    assert entry.path is not None
    if options.json:
        fields = {
            "name": entry.name, "part": entry.part, "format": entry.format, "path": str(entry.path),
            "size_mb": entry.size_mb, "linked": not options.copy,
        }  # fmt: skip
        print(json.dumps(fields, ensure_ascii=False))
    else:
        print(
            f"{entry.name} is one of your models now. To use it as {entry.part}: tertulia models use {entry.name}"
        )
    return 0
