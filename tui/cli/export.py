"""`tertulia export FOLDER --format F`: corrected segments, with their audio, for other tools."""

from __future__ import annotations

import argparse
import json

from core.words import counted
from tui.cli import named_path
from tui.cli.progress import ProgressLine, add_option

HELP = "write segments and their audio into a folder, in the format of another tool"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from store.formats.formats import MODULES
    from store.segments.edits import STATUSES
    from store.segments.splits import USED

    parser.add_argument("folder", type=named_path, metavar="FOLDER", help="a new or empty folder")
    parser.add_argument(
        "--format", required=True, choices=sorted(MODULES), metavar="F", help=", ".join(sorted(MODULES))
    )
    parser.add_argument("--split", choices=USED, default="", help="only these")
    parser.add_argument("--status", choices=[*STATUSES, "all"], default="corrected", help="only these (corrected)")
    parser.add_argument(
        "--link", action="store_true", help="refer to the data folder's audio instead of copying it"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_option(parser)


def run(options: argparse.Namespace) -> int:
    """Export; `tertulia import` takes the folder back."""
    from core.importing.exporter import export
    from store.database import Store
    from store.paths import data_folder
    from store.text import shown

    with Store.open(data_folder()) as store, ProgressLine(options.progress) as line:
        done = export(
            store,
            options.folder,
            options.format,
            options.split,
            options.status,
            options.link,
            lambda count, total: line.show(f"segment {count} of {total}", count / total),
        )
    if options.json:
        figures = {
            "folder": str(options.folder),
            "format": options.format,
            "segments": done.segments,
            "recordings": done.recordings,
            "seconds": round(done.seconds, 3),
            "files": [str(path) for path in done.files],
        }
        print(json.dumps(figures, ensure_ascii=False))
    else:
        count = counted(done.segments, "segment")
        print(f"{count}, {done.seconds / 60:.1f} minutes, written into {shown(options.folder)}")
    return 0
