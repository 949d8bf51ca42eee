"""`tertulia models list`: which recognisers, tutors and voices there are, which are here, and which are in use."""

from __future__ import annotations

import argparse
import json

from models.kind import PARTS
from tui.cli.progress import say

HELP = "the recognisers, tutors and voices that are known, which are on this machine, and which are in use"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--part", choices=PARTS, help="only these")
    parser.add_argument("--json", action="store_true", help="one JSON object a model")


def run(options: argparse.Namespace) -> int:
    """Print every model, those in use first."""
    from core.versions.listing import listing, own_place, who_speaks
    from store.paths import data_folder

    data = data_folder()
    for model in listing(data, say, lambda left: say(f"{left.why} It is left out.")):
        entry = model.entry
        if options.part not in (None, entry.part):
            continue
        if options.json:
            fields = {
                "name": entry.name, "part": entry.part, "format": entry.format, "installed": entry.installed,
                "in_use": model.in_use, "starter": entry.starter, "size_mb": entry.size_mb,
                "memory_mb": entry.memory_mb, "licence": entry.licence,
                "path": str(entry.path) if entry.path else None, "source": entry.source, "note": entry.note,
                "languages": entry.languages, "speakers": model.speakers, "speaker": entry.speaker or None,
                "link": str(model.link) if model.link else None,
            }  # fmt: skip
            print(json.dumps(fields, ensure_ascii=False))
        else:
            mark = "●" if model.in_use else "✓" if entry.installed else "○"
            print(f"{mark} {entry.part:10} {entry.name:28} {entry.size_mb:6} MB  {entry.licence:27} {entry.note}")
            if sentence := who_speaks(model):
                print(f"{'':13}{sentence}")
            if model.link:
                print(f"{'':13}A link to {model.link}.")
    if not options.json:
        print("● in use   ✓ on this machine   ○ known, to be fetched or put there by you")
        print(own_place(data))
    return 0
