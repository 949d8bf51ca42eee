"""The demonstration as a story to read, act by act, with a bar under it on a terminal."""

from __future__ import annotations

import shutil
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core.words import clock, counted
from tui.cli.marking import LEGEND, marked
from tui.cli.progress import ProgressLine
from tui.cli.verdicts import said

if TYPE_CHECKING:
    from core.demo.scenes import Corrected, Proved, Reheard, Scene, Talked, Trained
    from core.errors import Sentence

ACTS = {
    "talk": "The learner talks",
    "correct": "What was misheard is corrected",
    "train": "The recogniser learns from the corrections",
    "prove": "It is tested on what it never heard",
    "promote": "The gate decides",
    "go on": "The learner talks on",
}
WIDEST = 100
"""Columns that a line of it may take."""
INDENT = "   "
OPENING = (
    "A learner who does not exist talks with the tutor, with an Andalusian accent that the starter recogniser was "
    "never taught. Everything else is real, and nothing of yours is touched. ctrl+c interrupts it.",
)


class Clock:
    """How long each act takes."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._act = ""
        self._since = self._began = time.monotonic()

    def turn(self, act: str = "") -> float:
        """Another act begins, or none; the seconds that the one before took."""
        now = time.monotonic()
        spent = now - self._since
        if self._act:
            self.seconds[self._act] = round(spent, 1)
        self._act, self._since = act, now
        return spent

    @property
    def total(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._began


class Story:
    """The scenes as a story, with a bar under it on a terminal."""

    def __init__(self, line: ProgressLine) -> None:
        self._line = line
        self._clock = Clock()
        self._number = 0
        self._promoted = ""

    def begin(self) -> None:
        self._tell(iter(OPENING), "")

    def __call__(self, scene: Scene) -> None:
        from core.demo.scenes import ActProgress, Begins, Corrected, Promoted, Proved, Reheard, Talked, Trained

        match scene:
            case Begins():
                self._turn(scene.act)
            case ActProgress():
                self._line.show(scene.text, scene.share)
            case Talked():
                self._tell(_talked(scene))
            case Corrected():
                self._tell(_corrected(scene))
            case Trained():
                self._tell(_trained(scene))
            case Proved():
                self._tell(_proved(scene))
            case Promoted():
                self._promoted = scene.version if scene.promoted else ""
                self._tell(_decided(scene.version, scene.promoted))
            case Reheard():
                self._tell(_transcribed_again(scene))

    def end(self, folder: Path | None) -> None:
        """What became of it."""
        self._turn()
        if folder is not None:
            self._say(f"To look around in it: TERTULIA_HOME={folder.absolute()} tertulia")
        what = f"{self._promoted} listens now" if self._promoted else "the recogniser stays as it was"
        self._say(f"The end, after {clock(self._clock.total)}: {what}.")

    def fail(self, error: Sentence) -> None:
        """It was said on standard error."""

    def _turn(self, act: str = "") -> None:
        """Another act begins, or none."""
        spent = self._clock.turn(act)
        if self._number:
            self._say(f"{INDENT}({clock(spent)})")
        self._say("")
        if act:
            self._number += 1
            self._say(f"{self._number}  {ACTS[act]}")

    def _tell(self, lines: Iterator[str], margin: str = INDENT) -> None:
        width = min(shutil.get_terminal_size().columns, WIDEST)
        for text in lines:
            indent = margin + " " * (len(text) - len(text.lstrip()))
            for part in textwrap.wrap(text.lstrip(), width, initial_indent=indent, subsequent_indent=indent):
                self._say(part)

    def _say(self, text: str) -> None:
        self._line.clear()
        print(text, flush=True)


def _talked(scene: Talked) -> Iterator[str]:
    what = f"{counted(scene.sentences, 'sentence')} in {counted(scene.sittings, 'sitting')}"
    yield f"{what}, {clock(scene.seconds)} of speech: {scene.misheard} were misheard."
    yield f"Words misheard: {scene.wer}"
    for true, heard in scene.examples:
        yield f"said   {true}"
        yield f"heard  {marked(true, heard)}"
    if scene.examples:
        yield f"({LEGEND})"


def _corrected(scene: Corrected) -> Iterator[str]:
    how = f"{counted(scene.mended, 'sentence')} mended, {scene.right} accepted as they were heard"
    yield f"What was truly said is entered: {how}."
    yield f"By whole sittings, {scene.train} are to learn from, {scene.dev} to steer by, {scene.test} to test with."
    if scene.out:
        yield f"{scene.out} resemble the test too much, and are left out."
    yield f"The last {scene.later} stay as they were heard."


def _trained(scene: Trained) -> Iterator[str]:
    best = "" if scene.best_step is None else f", of which step {scene.best_step} was the best on dev"
    yield f"{counted(scene.steps, 'step')} in {clock(scene.seconds)}{best}."
    if scene.strength is not None:
        yield f"{100 * scene.strength:.0f} % of what was learnt is put into the recogniser."


def _proved(scene: Proved) -> Iterator[str]:
    yield from said(scene.verdict)
    yield from (f"  {reason}" for reason in scene.verdict.reasons if reason not in scene.verdict.sentence)
    for true, before, after in scene.examples:
        yield f"said    {true}"
        yield f"before  {marked(true, before)}"
        yield f"now     {marked(true, after)}"


def _decided(version: str, promoted: bool) -> Iterator[str]:
    yield f"{version} is let in, and listens from now on." if promoted else f"{version} is not let in."


def _transcribed_again(scene: Reheard) -> Iterator[str]:
    yield (
        f"{counted(scene.sentences, 'sentence')} that nobody corrected: {scene.misheard_before} were misheard, and "
        f"{scene.misheard_now} are now."
    )
    yield "One of them is said to the tutor once more."
    yield f"said    {scene.said}"
    yield f"before  {marked(scene.said, scene.before)}"
    yield f"now     {marked(scene.said, scene.now)}"
