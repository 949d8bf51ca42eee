"""`tertulia bench WHAT`: the figures the README promises, measured on this machine."""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys

HELP = "measure this machine and the models on it"
_ABOUT = {
    "start": "app start to first painted screen beside an empty Textual app; engine ready for the first turn",
    "recogniser": "real-time factor on one core, and how much of what the voice says comes back right",
    "tutor": "false corrections and caught mistakes on a set of learner sentences",
    "starter": "word error rate of the starter ear in voices it never heard in training",
    "desk": "keys that correcting costs, beside other programs', and waiting with up to a million segments",
    "import": "hours of audio imported in an hour, transcription aside, and in how much memory",
}

_BENCHES = {
    "start": "tui.bench_start",
    "recogniser": "core.bench.recogniser",
    "tutor": "core.bench.tutor",
    "desk": "tui.bench_desk",
    "import": "core.bench.imports",
}
"""Modules with summary(), and table(figures) where one line a figure is not enough."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
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
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    if options.what == "starter":
        return _starter(options)
    bench = importlib.import_module(_BENCHES[options.what])
    figures = bench.summary(options.segments) if options.what == "desk" and options.segments else bench.summary()
    table = getattr(bench, "table", _table)
    print(json.dumps(figures, ensure_ascii=False) if options.json else table(figures))
    return 0


def _starter(options: argparse.Namespace) -> int:
    """The evaluation belongs to the trainer, which is only ever a process of its own."""
    command = [sys.executable, "-P", "-m", "trainer.starter.evaluation"]
    return subprocess.run([*command, "--json"] if options.json else command, check=False).returncode


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1000:
        raise argparse.ArgumentTypeError(f"{text} is no size to measure with: use a number from 1000 on")
    return int(text)


def _table(figures: dict[str, object]) -> str:
    width = max(len(name) for name in figures)
    return "\n".join(f"{name.replace('_', ' '):{width}}  {_shown(value)}" for name, value in figures.items())


def _shown(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
