"""`tertulia models unpack FILE`: models that another machine packed."""

from __future__ import annotations

import argparse
import json

from tui.cli import named_path
from tui.cli.progress import ProgressLine, add_option

HELP = "take the models out of a file that `tertulia models pack` made"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=named_path, metavar="FILE", help="the file")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_option(parser)


def run(options: argparse.Namespace) -> int:
    """Unpack them; they are not in use by that."""
    from core.own_models.packing import unpack
    from store.paths import data_folder

    with ProgressLine(options.progress) as line:
        new, known = unpack(data_folder(), options.file, line.show)
    if options.json:
        fields = {"unpacked": [model.name for model in new], "there_already": [model.name for model in known]}
        print(json.dumps(fields, ensure_ascii=False))
        return 0
    for model in new:
        print(f"{model.name} is here. To use it as {model.part}: tertulia models use {model.name}")
    for model in known:
        print(f"{model.name} was here already.")
    return 0
