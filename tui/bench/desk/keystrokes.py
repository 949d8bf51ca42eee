"""How many keys it takes to correct: counted while a scripted annotator works in the real app.

The annotator knows what is said, as somebody who has just heard it does, and presses the keys that the app's
table of keys names. What is stored afterwards is read back from the database: where it is not what was to be
stored, there is no figure but an error. Letters of the right word are counted apart, because every program
needs them.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from core.review.desk import author
from store.database import Store
from store.segments import queue
from store.segments.annotations import work
from store.segments.queue import SegmentRow
from tui.bench.desk.app import BenchApp
from tui.bench.desk.other_programs import LABEL_STUDIO, SUBTITLE_EDIT, costs
from tui.bench.desk.tasks import MENDED, Case, DeskTask, fill, right_word, words_away
from tui.correct.words import labels


@dataclass(frozen=True, slots=True)
class Counted:
    """The keys that one case took."""

    keys: int
    """Beside the letters."""
    letters: int
    """Of the right word, where it was typed."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Over all cases."""

    mean: float
    most: int

    @classmethod
    def of(cls, values: Sequence[int]) -> Spread:
        """That of at least one value."""
        return cls(statistics.mean(values), max(values))


@dataclass(frozen=True, slots=True)
class Way:
    """What one way to do a task costs."""

    keys: Spread
    """Beside the letters."""
    mouse: Spread
    letters: Spread


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """What a task cost over all of its cases."""

    task: str
    what: str
    n: int
    tertulia: Way
    others: dict[str, list[Way]]
    """By program, each way to do it."""


class ScriptedAnnotator:
    """Somebody at the Correct screen, whose keys are counted."""

    def __init__(self, app: BenchApp, folder: Path) -> None:
        self.app = app
        self._folder = folder
        self._keys = self._letters = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.app.press(key)
        self._keys += len(keys)

    def type(self, word: str) -> None:
        """Type letters."""
        self.press(*word)
        self._keys -= len(word)
        self._letters += len(word)

    def counted(self) -> Counted:
        """What was pressed since this was last asked."""
        counted = Counted(self._keys, self._letters)
        self._keys = self._letters = 0
        return counted

    async def settled(self) -> None:
        """A card is there, and everything done so far is stored."""
        await self.app.until(
            lambda: self.app.shows_card() and self.app.correct.status.saved != "saving", "a card with all stored"
        )

    async def at(self, segment: int) -> None:
        """The card of this segment is there, and everything done so far is stored."""
        await self.app.until(lambda: self.app.correct.deck.segment == segment, f"segment {segment}")
        await self.settled()

    async def gone(self, segment: int) -> None:
        """This segment is no longer in the queue."""
        await self.app.until(
            lambda: segment not in self.app.correct.queue.ids, f"a queue without segment {segment}"
        )

    async def status(self, segment: int, status: str) -> None:
        """This segment is stored with this status."""
        await self.app.until(lambda: self.row(segment).status == status, f"a segment {segment} that is {status}")

    def row(self, segment: int) -> SegmentRow:
        with Store.open(self._folder) as store:
            return queue.rows(store, [segment])[0]

    def keystrokes(self) -> int:
        """Those that the app itself stored with the newest acceptance."""
        with Store.open(self._folder) as store:
            return work(store, author(), 1)[0].keystrokes


async def count(task: DeskTask) -> TaskFigures:
    """Do a task in all its cases. Raises RuntimeError when something else was stored than should have been."""
    with tempfile.TemporaryDirectory(prefix="tertulia-bench-") as name:
        numbers = fill(Path(name), task)
        done = []
        async with _annotator(Path(name)) as annotator:
            for number, case in zip(numbers, task.cases, strict=True):
                done.append(await _DO[task.name](annotator, number, case))
    ours = Way(Spread.of([one.keys for one in done]), Spread(0, 0), Spread.of([one.letters for one in done]))
    others = {program: _elsewhere(task, program) for program in (LABEL_STUDIO, SUBTITLE_EDIT)}
    return TaskFigures(task.name, task.what, len(done), ours, others)


def _elsewhere(task: DeskTask, program: str) -> list[Way]:
    """Each way of another program, over the same cases."""
    mended = task.name in MENDED
    letters = Spread.of([len(right_word(case)) if mended else 0 for case in task.cases])
    each = zip(*(costs(task.name, program, words_away(case)) for case in task.cases), strict=True)
    return [
        Way(Spread.of([cost.keys for cost in way]), Spread.of([cost.mouse for cost in way]), letters)
        for way in each
    ]


@asynccontextmanager
async def _annotator(folder: Path) -> AsyncIterator[ScriptedAnnotator]:
    """Somebody at the Correct screen, with the segments in the order of time."""
    app = BenchApp(folder)
    async with app.run_test(size=(80, 24)):
        await app.until(lambda: app.painted_at, "its first screen")
        await app.go_to_correct()
        app.press("tab")
        await app.until(lambda: app.correct.deck.view.order == "time" and app.shows_card(), "the order of time")
        yield ScriptedAnnotator(app, folder)


# --- the tasks ------------------------------------------------------------------------------------


async def _accepted(annotator: ScriptedAnnotator, number: int, text: str) -> Counted:
    """The text has arrived as the reference, and the app has counted the same keys."""
    await annotator.status(number, "corrected")
    row, counted = annotator.row(number), annotator.counted()
    if row.reference != text:
        raise RuntimeError(f"“{text}” was typed, and the reference of segment {number} is “{row.reference}”.")
    if annotator.keystrokes() != counted.keys + counted.letters:
        raise RuntimeError(f"{counted} were pressed, and {annotator.keystrokes()} keys are stored.")
    return counted


async def _accept(annotator: ScriptedAnnotator, number: int, case: Case) -> Counted:
    await annotator.at(number)
    row = annotator.row(number)
    if not any((play.start, play.end) == (row.start, row.end) for play in annotator.app.player.plays):
        raise RuntimeError(f"Segment {number} was not played when it was shown.")
    annotator.press("enter")
    return await _accepted(annotator, number, case.said)


async def _mend(annotator: ScriptedAnnotator, number: int, case: Case) -> Counted:
    await annotator.at(number)
    annotator.press("f", *labels(len(case.said.split()))[case.place])
    annotator.type(right_word(case))
    annotator.press("enter")
    return await _accepted(annotator, number, case.said)


async def _mend_doubt(annotator: ScriptedAnnotator, number: int, case: Case) -> Counted:
    await annotator.at(number)
    annotator.press("n", "c")
    annotator.type(right_word(case))
    annotator.press("enter")
    return await _accepted(annotator, number, case.said)


async def _take_alternative(annotator: ScriptedAnnotator, number: int, case: Case) -> Counted:
    await annotator.at(number)
    annotator.press("a", "enter")
    return await _accepted(annotator, number, case.said)


async def _split(annotator: ScriptedAnnotator, number: int, case: Case) -> Counted:
    """Near the beginning the arrow goes to the word, else its letter; escape leaves the text where it leads."""
    await annotator.at(number)
    label = labels(len(case.said.split()))[case.place]
    by_letter, by_arrow = ["f", *label, "escape"], ["right"] * (case.place + 1)
    annotator.press(*min(by_arrow, by_letter, key=len), "C")
    said = case.said.split()
    await annotator.gone(number)
    counted = annotator.counted()
    newest = max(annotator.app.correct.queue.ids)
    parts = [annotator.row(part).text for part in (newest - 1, newest)]
    if parts != [" ".join(said[: case.place]), " ".join(said[case.place :])]:
        raise RuntimeError(f"Segment {number} was cut into {parts}.")
    await annotator.at(newest - 1)
    annotator.app.press("down")
    await annotator.at(newest)
    annotator.app.press("down")
    return counted


async def _merge(annotator: ScriptedAnnotator, number: int, case: Case) -> Counted:
    await annotator.at(number)
    annotator.press("J")
    await annotator.gone(number)
    counted = annotator.counted()
    whole = annotator.row(max(annotator.app.correct.queue.ids))
    if whole.text != f"{case.said} {case.said}":
        raise RuntimeError(f"Segment {number} was joined into “{whole.text}”.")
    await annotator.at(whole.id)
    annotator.app.press("down")
    return counted


async def _undo(annotator: ScriptedAnnotator, number: int, case: Case) -> Counted:
    await _accept(annotator, number, case)
    await annotator.settled()
    annotator.press("u")
    await annotator.status(number, "new")
    counted = annotator.counted()
    if annotator.row(number).reference is not None:
        raise RuntimeError(f"Segment {number} has kept its reference.")
    await annotator.at(number)
    annotator.app.press("down")
    return counted


_DO: dict[str, Callable[[ScriptedAnnotator, int, Case], Awaitable[Counted]]] = {
    "accept": _accept,
    "word": _mend,
    "doubt": _mend_doubt,
    "alternative": _take_alternative,
    "split": _split,
    "merge": _merge,
    "undo": _undo,
}
