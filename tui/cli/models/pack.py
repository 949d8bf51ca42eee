"""`tertulia models pack NAME… --out FILE`: models as one file, for a machine without a network."""

from __future__ import annotations

import argparse
import json

from tui.cli import named_path
from tui.cli.progress import ProgressLine, add_option

HELP = "put models into one file, to carry them to another machine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names", metavar="NAME", nargs="+", help="models of `tertulia models list` that are here, or everyday"
    )
    parser.add_argument("--out", type=named_path, required=True, metavar="FILE", help="the file, which is made")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_option(parser)


def run(options: argparse.Namespace) -> int:
    """Pack them."""
    from core.own_models.packing import pack
    from store.paths import data_folder

    with ProgressLine(options.progress) as line:
        packed = pack(data_folder(), options.names, options.out, line.show)
    names = [model.name for model in packed]
    if options.json:
        print(json.dumps({"file": str(options.out), "models": names}, ensure_ascii=False))
    else:
        print(f"{', '.join(names)} packed. On the other machine: tertulia models unpack {options.out.name}")
    return 0
