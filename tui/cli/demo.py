"""`tertulia demo`: the whole loop with nobody there, act by act, in a folder of its own."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli import named_path
from tui.cli.progress import ProgressLine, say
from tui.cli.story import Clock, Story
from tui.cli.verdicts import interval

if TYPE_CHECKING:
    from core.demo.scenes import Proved, Scene
    from core.errors import Sentence

HELP = "the whole loop with no microphone: speak, mishear, correct, retrain, prove"
EVERY = 1.0
"""Seconds from one line about how far it is to the next, with --json."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="a few sentences only: shows that everything runs")
    parser.add_argument(
        "--folder",
        type=named_path,
        metavar="F",
        help="play in this folder and keep it; one that was interrupted goes on (a temporary folder)",
    )
    parser.add_argument("--json", action="store_true", help="every scene as one JSON line, the result as the last")


def run(options: argparse.Namespace) -> int:
    """Play it; 1 when something kept it from its end, whatever the gate says of what was learnt."""
    from core.runs.launch import check_installed
    from core.versions.active import VARIABLES

    check_installed()  # better now than when everything is said
    for name in VARIABLES.values():  # what somebody chose for themselves: the starter models play here
        os.environ.pop(name, None)
    if options.folder is not None:
        return _play(options, options.folder.absolute())
    folder = Path(tempfile.mkdtemp(prefix="tertulia-demo-"))
    code = _play(options, folder)
    if code == 0:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
    return code


def _play(options: argparse.Namespace, folder: Path) -> int:
    """Play it in a folder, from where it is."""
    from core.demo.learner import FULL, QUICK
    from core.demo.place import claimed
    from core.demo.playing import play
    from core.errors import SENTENCES
    from store.database import Store

    with claimed(folder, options.quick), ProgressLine() as line, _ended_in_order():
        show: _Lines | Story = _Lines() if options.json else Story(line)
        show.begin()
        try:
            with Store.open(folder) as store:
                play(store, QUICK if options.quick else FULL, show)
        except SENTENCES as error:
            line.clear()
            say(str(error))
            _go_on(options, folder)
            show.fail(error)
            return 1
        except (KeyboardInterrupt, SystemExit):
            line.clear()
            _go_on(options, folder)
            raise
    show.end(options.folder)
    return 0


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Whoever ends the process, or closes its terminal, ends its trainer and its engine, too."""

    def end(number: int, frame: object) -> None:
        sys.exit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _go_on(options: argparse.Namespace, folder: Path) -> None:
    """Say how an interrupted demonstration goes on."""
    quick = " --quick" if options.quick else ""
    how = f"`tertulia demo{quick} --folder {folder}` goes on with it"
    say(f"What was done is kept: {how}, or remove that folder.")


class _Lines:
    """Every scene as a line of JSON."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._reported = 0.0
        self._result: dict[str, Any] = {}

    def begin(self) -> None:
        """Nothing is said before the first scene."""

    def __call__(self, scene: Scene) -> None:
        from core.demo.scenes import ActProgress, Begins, Promoted, Proved

        fields = dataclasses.asdict(scene)
        match scene:
            case Begins():
                self._clock.turn(scene.act)
            case ActProgress():
                if time.monotonic() - self._reported < EVERY:
                    return
                self._reported = time.monotonic()
            case Proved():
                fields = {**_figures(scene), "examples": scene.examples}
                self._result |= _figures(scene)
            case Promoted():
                self._result["promoted"] = scene.promoted
        self._say(EVENTS[type(scene).__name__], fields)

    def end(self, folder: Path | None) -> None:
        """The result."""
        self._clock.turn()
        seconds, total = self._clock.seconds, round(self._clock.total, 1)
        kept = None if folder is None else str(folder.absolute())
        self._say("done", {**self._result, "seconds": seconds, "total": total, "folder": kept})

    def fail(self, error: Sentence) -> None:
        from core.errors import fields

        self._say("error", {"message": str(error), **fields(error)})

    def _say(self, event: str, fields: dict[str, Any]) -> None:
        print(json.dumps({"event": event, **fields}, ensure_ascii=False), flush=True)


EVENTS = {
    "Begins": "begins",
    "ActProgress": "progress",
    "Talked": "talked",
    "Corrected": "corrected",
    "Trained": "trained",
    "Proved": "proved",
    "Promoted": "promoted",
    "Reheard": "heard_anew",
}
"""What each scene is called in JSON."""


def _figures(proved: Proved) -> dict[str, Any]:
    """What was proved, as fields: rates are shares of words, each with its 95 % interval."""
    verdict = proved.verdict
    return {
        "version": proved.version,
        "verdict": verdict.outcome,
        "sentence": verdict.sentence,
        "promotable": verdict.promotable,
        "reasons": list(verdict.reasons),
        "words": verdict.after.words,
        **interval("wer_before", verdict.before),
        **interval("wer_after", verdict.after),
        **interval("change", verdict.change),
        "general_words": None if verdict.general_after is None else verdict.general_after.words,
        **interval("general_before", verdict.general_before),
        **interval("general_after", verdict.general_after),
        **interval("general_change", verdict.general_change),
    }
