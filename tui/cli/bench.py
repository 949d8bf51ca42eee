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
}

_BENCHES = {"start": "tui.bench_start", "recogniser": "core.bench.recogniser", "tutor": "core.bench.tutor"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "what", choices=list(_ABOUT), help="; ".join(f"{name}: {text}" for name, text in _ABOUT.items())
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    if options.what == "starter":
        return _starter(options)
    figures = importlib.import_module(_BENCHES[options.what]).summary()
    print(json.dumps(figures, ensure_ascii=False) if options.json else _table(figures))
    return 0


def _starter(options: argparse.Namespace) -> int:
    """The evaluation belongs to the trainer, which is only ever a process of its own."""
    command = [sys.executable, "-P", "-m", "trainer.starter.evaluation"]
    return subprocess.run([*command, "--json"] if options.json else command, check=False).returncode


def _table(figures: dict[str, object]) -> str:
    width = max(len(name) for name in figures)
    return "\n".join(f"{name.replace('_', ' '):{width}}  {_shown(value)}" for name, value in figures.items())


def _shown(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
