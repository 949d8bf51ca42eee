"""`tertulia models find`: what other programs on this machine keep as models."""

from __future__ import annotations

import argparse
import dataclasses
import json

HELP = "find models that other programs keep on this machine, and say how to add them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a model")


def run(options: argparse.Namespace) -> int:
    """Look for them; nothing is added or changed."""
    from core.own_models.finding import find

    found = find()
    for each in found:
        if options.json:
            fields = {**dataclasses.asdict(each), "path": str(each.path), "command": each.command or None}
            print(json.dumps(fields, ensure_ascii=False))
            continue
        print(f"{each.part or '–':10} {each.called:36} {each.size_mb:6} MB  {each.program}, {each.path}")
        print(f"{'':11}{each.command or each.why_not}")
    if not found and not options.json:
        print("No other program that is known here keeps a model on this machine.")
    return 0
