"""`tertulia models verify`: are the models of this machine whole, byte for byte where their digests are known."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import ModelError, UnknownModelError
from tui.cli.progress import ProgressLine, add_option

if TYPE_CHECKING:
    from models.catalog import Entry

HELP = "see whether the models of this machine are whole"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="of `tertulia models list` (all of this machine)")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_option(parser)


def run(options: argparse.Namespace) -> int:
    """Look at one after the other; 1 where one is damaged."""
    from core.versions.active import models_folder
    from models.catalog import entries
    from store.paths import data_folder

    folder = models_folder(data_folder())
    left_out: list[tuple[str, ModelError]] = []
    here = [
        entry
        for entry in entries(folder, lambda left: left_out.append((left.path.name, left.why)))
        if entry.installed
    ]
    here = _chosen(here, options.names, {name for name, _ in left_out})
    rows = [
        {"name": name, "whole": False, "sentence": str(why)}
        for name, why in left_out
        if not options.names or name in options.names
    ]
    with ProgressLine(options.progress) as line:
        for entry in here:
            what_is_wrong = _look_at(entry, folder, line)
            rows.append({"name": entry.name, "whole": not what_is_wrong, "sentence": what_is_wrong})
    if options.json or options.progress:
        print(json.dumps({"models": rows}, ensure_ascii=False))
    else:
        for row in rows:
            print(f"✗ {row['sentence']}" if row["sentence"] else f"✓ {row['name']} is whole.")
    return 0 if all(row["whole"] for row in rows) else 1


def _chosen(here: list[Entry], names: list[str], damaged: set[str]) -> list[Entry]:
    """Those of the given names, or all. Raises ModelError for a name that none has."""
    for name in names:
        if name not in damaged and name not in [entry.name for entry in here]:
            raise UnknownModelError(
                f"There is no model called {name!r} on this machine", "see `tertulia models list`"
            )
    return [entry for entry in here if not names or entry.name in names]


def _look_at(entry: Entry, folder: Path, line: ProgressLine) -> str:
    """What is wrong with a model as a sentence, or nothing.

    Args:
        folder: the person's models folder; elsewhere another revision may lie, and its kind knows what it needs.
    """
    from models import catalog, digests

    seen, total = 0, sum(file.size for file in entry.files if not file.stands_in_for)

    def on_bytes(count: int) -> None:
        nonlocal seen
        seen += count
        line.show(f"{entry.name}: {seen / 1e6:.0f} of {total / 1e6:.0f} MB", min(1.0, seen / total))

    try:
        if entry.files and entry.path is not None and entry.path.is_relative_to(folder):
            home = entry.path if entry.path.is_dir() else entry.path.parent
            digests.check(entry.files, home, entry.name, on_bytes)
        catalog.verify(entry)
    except ModelError as error:
        return str(error)
    except OSError as error:
        return f"{entry.name} cannot be read ({error.strerror})."
    return ""
