"""`tertulia import PATH`: audio, and transcripts of other tools, into the dataset."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from core.words import clock, counted
from tui.cli import MODEL, named_path
from tui.cli.progress import ProgressLine, add_option

if TYPE_CHECKING:
    from core.importing import importer, intake, transcription
    from store.database import Store

HELP = "import audio, or transcripts in the formats of other tools"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from store.formats.formats import MODULES

    parser.add_argument(
        "path", type=named_path, metavar="PATH", help="an audio file, a transcript, a folder, an archive"
    )
    parser.add_argument("--format", choices=sorted(MODULES), metavar="F", help=", ".join(sorted(MODULES)))
    parser.add_argument("--encoding", metavar="E", help="of text files, for example cp1252 (UTF-8)")
    parser.add_argument("--speaker", default="", metavar="NAME", help="who speaks, where nothing else says so")
    parser.add_argument("--model", metavar="NAME", help=MODEL)
    parser.add_argument(
        "--allow-outside",
        action="store_true",
        help="take audio, too, that a transcript names outside its folder (never from an archive)",
    )
    parser.add_argument("--no-transcribe", action="store_true", help="leave what is said to a later time")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_option(parser)


def run(options: argparse.Namespace) -> int:
    """Import, then transcribe; 2 when nothing could be imported. Interrupted, it goes on the next time."""
    from core.importing.importer import import_path
    from store.database import Store
    from store.paths import data_folder

    with Store.open(data_folder()) as store, ProgressLine(options.progress) as line:
        done = import_path(
            store,
            options.path,
            options.format,
            options.encoding,
            options.speaker,
            options.allow_outside,
            lambda now: line.show(_taken(now)),
        )
        line.clear()
        heard = 0 if options.no_transcribe else _transcribe(store, line, options.model)
        for rejected in done.rejected:
            line.say(rejected.reason, rejected.where)
    if options.json:
        print(json.dumps(_figures(done, heard), ensure_ascii=False))
    else:
        print(_sentence(done, heard))
    return 2 if done.rejected and not done.imported and not done.duplicates else 0


def _transcribe(store: Store, line: ProgressLine, model: str | None) -> int:
    """Transcribe what waits for it; what stands in the way costs a sentence, and the import stays."""
    from core.importing.transcription import transcribe
    from core.versions.active import load_recogniser
    from core.versions.rehear import rehearing
    from models.errors import ModelError

    try:
        recogniser = load_recogniser(store.folder, model, warn=line.say)
    except ModelError as error:
        line.say(f"Nothing was transcribed. {error}")
        return 0
    # One that is named is to hear what is new, not all there ever was; and after a promotion another process is
    # at the rest already.
    new = bool(model) or rehearing(store.folder) is not None
    done = transcribe(
        store, recogniser, lambda now: line.show(_heard(now), now.done / max(1, now.total)), unheard=new
    )
    for segment, reason in done.failed:
        line.say(reason, f"segment {segment}")
    return done.segments


def _figures(done: importer.Imported, heard: int) -> dict[str, object]:
    return {
        "imported": done.imported,
        "duplicates": done.duplicates,
        "rejected": [{"where": rejected.where, "reason": rejected.reason} for rejected in done.rejected],
        **({"outside": done.outside} if done.outside else {}),
        "recordings": done.recordings,
        "segments": done.segments,
        "transcribed": heard,
    }


def _sentence(done: importer.Imported, heard: int) -> str:
    parts = [f"{done.imported} imported ({counted(done.segments, 'segment')})", f"{done.duplicates} there already"]
    parts += [f"{len(done.rejected)} rejected"] if done.rejected else []
    parts += [f"{heard} transcribed"] if heard else []
    outside = f"; {_named(done.outside)} outside its folder: add --allow-outside if you trust it"
    return ", ".join(parts) + (outside if done.outside else "")


def _named(rows: int) -> str:
    return f"{counted(rows, 'row')} {'names a file' if rows == 1 else 'name files'}"


def _taken(now: intake.ImportProgress) -> str:
    total = f" of {clock(now.total)}" if now.total else ""
    return f"{now.name}: {now.stage} {clock(now.seconds)}{total}"


def _heard(now: transcription.TranscriptionProgress) -> str:
    left = f", {clock(now.left)} to go" if now.left is not None else ""
    return f"transcribing segment {min(now.done + 1, now.total)} of {now.total}{left}"
