"""The command line: `tertulia` alone opens the app, `tertulia COMMAND` does one thing and ends.

Every command is a module here with `HELP`, `add_arguments(parser)` and `run(options) -> exit code`, named in
COMMANDS. Exit codes: 0 done, 1 failed, 2 wrong usage or bad input. Errors are one sentence on standard error.
"""

from __future__ import annotations

import codecs
import importlib
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

COMMANDS = {
    "talk": "talk",
    "transcribe": "transcribe",
    "import": "import_",
    "export": "export",
    "queue": "queue",
    "stats": "stats",
    "correct": "correct",
    "split": "split",
    "doctor": "doctor",
    "train": "train",
    "runs": "runs",
    "stop": "stop",
    "resume": "resume",
    "evaluate": "evaluate",
    "compare": "compare",
    "versions": "versions",
    "promote": "promote",
    "rollback": "rollback",
    "demo": "demo",
    "models": "models",
    "bench": "bench",
}
"""Commands, in the order of `--help`, and their modules."""
WHICH_VOICE = "a voice of `tertulia models list`, or the absolute path of one, and :SPEAKER (the one in use)"
"""Help of `--voice`."""
MODEL = "a version, a recogniser of `tertulia models list`, or the absolute path of one (the one in use)"
"""Help of `--model`, of every command that uses a recogniser."""
ESCAPES = "tertulia-json"
"""Name of the way in which characters are written that the output's encoding does not have."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code (see the module's docstring)."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if not arguments or arguments[0] == "--no-sound":
        return _app(sound=not arguments)
    parser = _parser()
    options = parser.parse_args(arguments)
    from core.errors import SENTENCES
    from core.processes.command import answer_interrupts
    from core.processes.events import Failed
    from store.reasons import FULL
    from tui.cli.progress import complain

    _escape_what_cannot_be_written()
    if getattr(options, "progress", None):  # somebody else's work
        answer_interrupts()
    try:
        code = int(options.run(options))
        if sys.stdout is not None:  # it is None where the shell has closed it
            sys.stdout.flush()  # where it fails, it shall fail here
        return code
    except SENTENCES as error:
        complain(Failed.of(error), options)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has stopped.
        _forget_output()
        return 1
    except OSError as error:
        if error.errno not in FULL:
            raise
        _forget_output()
        complain(Failed("The disk is full, so what was to be said could not be written", "make room"), options)
        return 1


def _escape_what_cannot_be_written() -> None:
    """Where a terminal or a pipe is said to take no UTF-8, write the rest as JSON does, for JSON it may be."""
    codecs.register_error(ESCAPES, _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ESCAPES)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def _forget_output() -> None:
    """The interpreter must not fail again while it flushes standard output at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _app(sound: bool) -> int:
    from tui.app import run

    return run(sound=sound)


def _parser() -> argparse.ArgumentParser:
    import argparse  # not at the top: the app does without it, and starts sooner

    parser = argparse.ArgumentParser(
        prog="tertulia",
        description="An offline Spanish tutor in your terminal that learns to hear you.",
        epilog="Without a command the app opens. TERTULIA_HOME sets the data folder.",
    )
    parser.add_argument("--no-sound", action="store_true", help="open the app without microphone and loudspeaker")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, module_name in COMMANDS.items():
        module = importlib.import_module(f"tui.cli.{module_name}")
        sub = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)
    return parser


def named_path(text: str) -> Path:
    """For `type=` of an argument that names a file or folder: an empty name would mean the present folder."""
    import argparse

    if not text.strip():
        raise argparse.ArgumentTypeError("the name is empty: name a file or folder")
    return Path(text)


def existing_folder(text: str) -> Path:
    """For `type=` of an option that names a folder to write into; it is made when missing."""
    import argparse

    path = Path(text)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise argparse.ArgumentTypeError(
            f"{text} cannot be used as a folder ({error.strerror}): name another"
        ) from error
    return path
