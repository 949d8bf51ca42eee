"""`tertulia models list`: which recognisers, tutors and voices there are, and which of them are here."""

from __future__ import annotations

import argparse
import json

HELP = "the recognisers, tutors and voices that are known, and which are on this machine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("action", choices=["list"], nargs="?", default="list", help="what to do (list)")
    parser.add_argument("--part", choices=["recogniser", "tutor", "voice"], help="only these")
    parser.add_argument("--json", action="store_true", help="one JSON object a model")


def run(options: argparse.Namespace) -> int:
    """Print the catalog, installed models first."""
    from models import catalog
    from store.paths import data_folder

    known = [entry for entry in catalog.entries(data_folder() / "models") if options.part in (None, entry.part)]
    known.sort(key=lambda entry: not entry.installed)
    for entry in known:
        if options.json:
            fields = {
                "name": entry.name, "part": entry.part, "format": entry.format, "installed": entry.installed,
                "starter": entry.starter, "size_mb": entry.size_mb, "memory_mb": entry.memory_mb,
                "licence": entry.licence, "path": str(entry.path) if entry.path else None,
                "source": entry.source, "note": entry.note,
            }  # fmt: skip
            print(json.dumps(fields, ensure_ascii=False))
        else:
            mark = "●" if entry.installed else "○"
            print(f"{mark} {entry.part:10} {entry.name:28} {entry.size_mb:6} MB  {entry.licence:18} {entry.note}")
    if not options.json:
        print("● on this machine   ○ known, to be put into the models folder of the data by you")
    return 0
