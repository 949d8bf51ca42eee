"""`tertulia bench WHAT`: the figures the README promises, measured on this machine."""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from core.errors import CoreError
from tui.cli.progress import say

HELP = "measure this machine and the models on it"
_ABOUT = {
    "start": "app start to first painted screen beside an empty Textual app; engine ready for the first turn",
    "first-turn": "from a clone of the project to the first spoken turn that is answered aloud, on two cores",
    "recogniser": "real-time factor on one core, how much of what the voice says comes back right, and a turn in a "
    "short window beside faster-whisper's own way",
    "people": "how many words of a person's speech each recogniser mishears (Debian packages have the speech)",
    "voices": "how many words of each installed voice an independent recogniser mishears, and how soon it speaks",
    "tutor": "false corrections and caught mistakes on a set of learner sentences",
    "train": "speech trained in a second, and what is learnt, beside the standard recipe for Whisper",
    "starter": "word error rate of the starter recogniser in voices it never heard in training",
    "desk": "keys that correcting costs, beside other programs', and waiting with up to a million segments",
    "import": "hours of audio imported in an hour, transcription aside, and in how much memory",
}

_BENCHES = {
    "start": "tui.bench.start",
    "first-turn": "tui.bench.first_turn",
    "recogniser": "core.bench.recogniser",
    "people": "core.bench.people",
    "voices": "core.bench.voices",
    "tutor": "core.bench.tutor",
    "desk": "tui.bench.desk.figures",
    "import": "core.bench.imports",
}
"""Modules with summary(), and table(figures) where one line a figure is not enough."""
_TRAINERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "starter": ("trainer.starter.recogniser.evaluation", ()),
    "train": ("trainer.bench", ("geometry", "device", "precision")),
}
"""Modules of the trainer with a command line of their own, and the options they take."""
_CHECKOUT = {
    "first-turn": "tui/bench/first_turn.py",
    "starter": "trainer/starter",
    "train": "trainer/bench",
    "desk": "tui/bench/desk",
    "tutor": "tests/data/learner_sentences.jsonl",
}
"""What a bench needs that is left out of the wheel (see pyproject.toml)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", choices=list(_ABOUT), help="; ".join(f"{name}: {text}" for name, text in _ABOUT.items())
    )
    parser.add_argument(
        "--segments",
        type=_count,
        nargs="+",
        metavar="N",
        help="for desk: sizes of the datasets (100000); a million take four minutes and 2 GB",
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="for recogniser, people, starter and tutor: a version, a model of this machine, or its path",
    )
    parser.add_argument("--set", choices=["prompts", "stamps"], help="for people: one speaker alone (both)")
    parser.add_argument(
        "--split", choices=["dev", "test"], help="for people: half of the clips; no text is in both halves (all)"
    )
    parser.add_argument("--every", type=_step, default=1, metavar="N", help="for people: one clip of every N (1)")
    parser.add_argument(
        "--beside",
        action="store_true",
        help="for people: also in full windows and with faster-whisper's transcribe, all on one thread",
    )
    parser.add_argument(
        "--voice", nargs="+", metavar="NAME", help="for voices: these alone, as NAME or NAME:SPEAKER"
    )
    parser.add_argument(
        "--recogniser", metavar="NAME", help="for voices: the one that listens, by name or path (whisper-base)"
    )
    parser.add_argument(
        "--geometry",
        choices=["starter", "base", "small"],
        help="for train: the network (starter); others are only timed",
    )
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], help="for train: where to compute (auto)")
    parser.add_argument(
        "--precision", choices=["auto", "fp32", "bf16", "fp16"], help="for train: of both sides (auto)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> int:
    """Measure and print. Raises CoreError where a part is not installed, and ModelError."""
    _whole(options.what)
    if options.what in _TRAINERS:
        return _in_the_trainer(options)
    bench = importlib.import_module(_BENCHES[options.what])
    figures = bench.summary(**_given(options))
    table = getattr(bench, "table", _table)
    print(json.dumps(figures, ensure_ascii=False) if options.json else table(figures))
    return 0


def _whole(what: str) -> None:
    """Raises CoreError where a bench is asked for that is not installed."""
    part = Path(__file__).parents[2] / _CHECKOUT.get(what, "")
    if not part.exists():
        raise CoreError(
            f"`bench {what}` is not part of an installed Tertulia", "run it from a checkout of the project", part
        )


def _in_the_trainer(options: argparse.Namespace) -> int:
    """What belongs to the trainer, which is only ever a process of its own."""
    module, passed = _TRAINERS[options.what]
    command = [sys.executable, "-P", "-m", module]
    if options.what == "starter" and options.model:
        command += ["--model", _folder(options.model)]
    for name in passed:
        if value := getattr(options, name):
            command += [f"--{name}", value]
    return subprocess.run([*command, "--json"] if options.json else command, check=False).returncode


def _given(options: argparse.Namespace) -> dict[str, Any]:
    """The arguments of a bench that are not its usual ones."""
    match options.what:
        case "desk" if options.segments:
            return {"segments": options.segments}
        case "first-turn":
            return {"warn": say}
        case "voices":
            return {"voices": options.voice, "recogniser": options.recogniser, "warn": say}
        case "people":
            which = {"name": options.set, "split": options.split, "every": options.every}
            return {"model": options.model, "beside": options.beside, **which, "warn": say}
        case "recogniser" | "tutor":
            return {"model": options.model, "warn": say}
    return {}


def _folder(model: str) -> str:
    """Of a recogniser: the trainer knows no names. Raises ModelError."""
    from core.bench.recogniser import place
    from core.versions.active import RECOGNISER, active
    from store.paths import usual_folder

    return str(active(usual_folder(), RECOGNISER, place(model)).path)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1000:
        raise argparse.ArgumentTypeError(f"{text} is no size to measure with: use a number from 1000 on")
    return int(text)


def _step(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of clips: use one from 1 on")
    return int(text)


def _table(figures: dict[str, object]) -> str:
    width = max(len(name) for name in figures)
    return "\n".join(f"{name.replace('_', ' '):{width}}  {_shown(value)}" for name, value in figures.items())


def _shown(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
