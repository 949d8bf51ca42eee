"""`tertulia talk [FILE…]`: the same engine as the app's, without a screen.

Each file is one spoken turn. Without files the microphone is heard, turn after turn, and each line that is typed is
a turn, too, until ctrl+d or ctrl+c; lines that come from a pipe end the talk when they have been answered.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from core.engine.client import Engine
from tui.cli import MODEL, WHICH_VOICE, existing_folder
from tui.cli.progress import say

HELP = "talk with the tutor by audio files, or by microphone and typed lines, without a screen"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="spoken turns; none: the microphone, and typed lines"
    )
    parser.add_argument("--out", type=existing_folder, metavar="DIR", help="write the replies here as 16-bit WAV")
    parser.add_argument("--level", choices=["A1", "A2", "B1", "B2"], default="A2", help="your level (A2)")
    parser.add_argument("--scenario", default="conocerse", help="what to talk about (conocerse)")
    parser.add_argument("--model", metavar="NAME", help=MODEL)
    parser.add_argument("--voice", metavar="NAME[:SPEAKER]", help=WHICH_VOICE)
    parser.add_argument("--json", action="store_true", help="one JSON object a turn; “error” says what failed")


def run(options: argparse.Namespace) -> int:
    """Talk; a bad file costs its own turn and exit code 2, a turn that fails exit code 1, not the others."""
    from core.conversation.scenario import load
    from core.errors import SENTENCES
    from core.versions.active import RECOGNISER, VOICE, active, named
    from store.audio.decoding import read_audio
    from store.paths import data_folder

    load(options.scenario)  # an unknown one is refused before anything is stored
    if options.model:
        named(data_folder(), RECOGNISER, options.model)  # so is an unknown recogniser
    if options.voice:
        active(data_folder(), VOICE, options.voice)  # and a voice that could not speak
    good, status = [], 0
    for path in options.files:
        try:
            read_audio(path)
            good.append(path)
        except SENTENCES as error:
            say(str(error))
            status = 2
    if options.files and not good:
        return status
    return asyncio.run(_converse(options, data_folder(), good)) or status


async def _converse(options: argparse.Namespace, data: Path, files: list[Path]) -> int:
    """One session with the engine; 1 when some of it failed."""
    from tui.cli.talking import Talk

    engine = Engine(data, sound=not files, out=options.out, recogniser=options.model, voice=options.voice)
    await engine.start()
    try:
        talk = Talk(engine, options.json, [path.absolute() for path in files])
        return 1 if await talk.run(options.level, options.scenario) else 0
    finally:
        await engine.close()
