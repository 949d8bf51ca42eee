"""`tertulia models verify`: are the models of this machine whole, byte for byte where their digests are known."""

from __future__ import annotations

import argparse
import json

from tui.cli.progress import ProgressLine, add_option

HELP = "see whether the models of this machine are whole"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="of `tertulia models list` (all of this machine)")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_option(parser)


def run(options: argparse.Namespace) -> int:
    """Look at one after the other; 1 where one is damaged."""
    from core.own_models.verifying import verify
    from store.paths import data_folder

    with ProgressLine(options.progress) as line:
        found = verify(data_folder(), options.names, line.show)
    if options.json or options.progress:
        rows = [
            {"name": each.name, "whole": each.whole, "sentence": each.wrong, "to_the_byte": each.to_the_byte}
            for each in found
        ]
        print(json.dumps({"models": rows}, ensure_ascii=False))
    else:
        for each in found:
            looked = "is whole" if each.to_the_byte else "looks whole: nobody vouches for its bytes"
            print(f"✓ {each.name} {looked}." if each.whole else f"✗ {each.wrong}")
    return 0 if all(each.whole for each in found) else 1
