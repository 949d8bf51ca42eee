"""`tertulia transcribe FILE…`: what the recogniser hears in audio files."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

from tui.cli import MODEL
from tui.cli.progress import say

HELP = "write down what is said in audio files"
LONGEST = 3600.0
"""Seconds of audio read at once; an hour needs 230 MB."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="audio in any common format")
    parser.add_argument("--model", metavar="NAME", help=MODEL)
    parser.add_argument("--json", action="store_true", help="one JSON object a file, with words and their times")


def run(options: argparse.Namespace) -> int:
    """Transcribe each file; a bad one costs its own line and exit code 2, not the others."""
    from core.errors import SENTENCES
    from core.versions.active import load_recogniser
    from store.audio.decoding import read_audio
    from store.paths import data_folder

    recogniser, status = None, 0
    for path in options.files:
        try:
            audio = read_audio(path, LONGEST)
        except SENTENCES as error:
            say(str(error))
            status = 2
            continue
        if recogniser is None:  # not before a file is known to be worth it
            recogniser = load_recogniser(data_folder(), options.model, warn=say)
        heard = recogniser.recognise(audio)
        if options.json:
            words = [
                {"word": w.text, **{k: round(v, 3) for k, v in dataclasses.asdict(w).items() if k != "text"}}
                for w in heard.words
            ]
            line = {
                "file": str(path),
                "text": heard.text,
                "words": words,
                "seconds": round(heard.seconds, 3),
                "compute_seconds": round(heard.compute_seconds, 3),
                "model": heard.model,
            }
            print(json.dumps(line, ensure_ascii=False), flush=True)
        else:
            print(heard.text if len(options.files) == 1 else f"{path}: {heard.text}", flush=True)
    return status
