"""`tertulia models …`: the models there are, and what can be done with them.

Every action is a module here with `HELP`, `add_arguments(parser)` and `run(options) -> exit code`, as commands are,
named in ACTIONS. Without one the models are listed.
"""

from __future__ import annotations

import argparse
import importlib

HELP = "the recognisers, tutors and voices there are: list, fetch, add, choose and remove them"

ACTIONS = {
    "list": "list_",
    "pull": "pull",
    "verify": "verify",
    "find": "find",
    "add": "add",
    "use": "use",
    "remove": "remove",
    "pack": "pack",
    "unpack": "unpack",
    "calibrate": "calibrate",
}
"""Actions, in the order of `--help`, and their modules."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    listed = importlib.import_module("tui.cli.models.list_")
    listed.add_arguments(parser)
    parser.set_defaults(act=listed.run)
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    for name, module_name in ACTIONS.items():
        module = importlib.import_module(f"tui.cli.models.{module_name}")
        sub = actions.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(sub)
        sub.set_defaults(act=module.run)


def run(options: argparse.Namespace) -> int:
    """Do what was asked for."""
    return int(options.act(options))
