"""A person at the Correct screen: a real store with real recordings, the real app, and keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from core.review.derived_columns import refresh
from core.review.desk import Desk
from store.audio.folder import AudioFolder, read_audio
from store.database import Store
from store.segments import queue, table
from store.segments.queue import SegmentRow
from tests.places import DATA
from tests.tui.driver import Driver
from tui.app import TertuliaApp
from tui.correct.screen import CorrectScreen
from tui.stand_ins import RecitingEngine, SilentPlayer

READ = DATA / "es_read_1.wav"
ME = "ana"
SECOND = 16_000

HEARD = (
    "El sábado fue al mercado con mi hermano.",
    "Compramos pan, queso y tomates.",
    "Mi abuela vive en un pueblo pequeño.",
    "No me gusta nada el café frío.",
    "¿Qué hiciste el fin de semana?",
)
DOUBTS = {"fue": 0.3, "queso": 0.4, "frío.": 0.5}
"""Words the recogniser was not sure of."""


def fill(folder: Path, texts: Sequence[str] = HEARD, seconds: float = 1.5) -> list[int]:
    """A recording with a segment for each text, as a recogniser heard it; their numbers."""
    sound = read_audio(READ, 60.0)
    samples = int(seconds * SECOND)
    while len(sound) < samples * len(texts):
        sound = sound.repeat(2)
    with Store.open(folder) as store:
        sha = AudioFolder(folder).put(sound)
        recording = table.add_recording(store, sha, len(sound), "file", "clase.wav")
        numbers = []
        for place, text in enumerate(texts):
            number = table.add_segment(store, recording, place * samples, (place + 1) * samples, "Luis")
            add_heard(store, number, text, seconds)
            numbers.append(number)
        refresh(store, numbers)
    return numbers


def add_heard(
    store: Store, segment: int, text: str, seconds: float, alternatives: Sequence[tuple[int, int, str, float]] = ()
) -> None:
    """What a recogniser heard, its words evenly over the time."""
    words = text.split()
    each = seconds / max(1, len(words))
    timed = [
        {"word": word, "start": i * each, "end": (i + 1) * each, "probability": DOUBTS.get(word, 0.95)}
        for i, word in enumerate(words)
    ]
    table.add_hypothesis(store, segment, "starter-ear", text, timed, 0.1, alternatives)


class CorrectDriver(Driver):
    """The app at its Correct screen."""

    tape: SilentPlayer
    folder: Path

    @property
    def screen(self) -> CorrectScreen:
        """The Correct screen, whatever lies on top of it."""
        screen = self.app.get_screen_stack("correct")[0]
        assert isinstance(screen, CorrectScreen)
        return screen

    def said(self) -> str:
        """What the screen says until the next key."""
        return " ".join(line.plain for line in self.screen.said.lines)

    async def ready(self) -> None:
        """The card is there, and everything asked for so far is stored."""
        await self.until(
            lambda: self.screen.card is not None and self.screen.status.saved not in ("saving", "draft")
        )
        await self.pilot.pause()

    async def done(self, *keys: str) -> None:
        """Press keys and wait until all is stored."""
        await self.press(*keys)
        await self.ready()

    async def at(self, text: str) -> None:
        """The segment with this text is shown."""
        await self.until(lambda: self.screen.card is not None and self.screen.card.text == text)
        await self.pilot.pause()

    def row(self, segment: int) -> SegmentRow:
        """What the database says of a segment."""
        with desk(self.folder) as it:
            return queue.rows(it.store, [segment])[0]

    async def stored(self, segment: int, status: str) -> SegmentRow:
        """Wait until a segment has this status in the database."""
        await self.until(lambda: self.row(segment).status == status)
        return self.row(segment)


@contextmanager
def desk(folder: Path, author: str = ME) -> Iterator[Desk]:
    """Another process's place at the desk."""
    with Store.open(folder) as store:
        yield Desk(store, author)


@asynccontextmanager
async def correcting(
    folder: Path, size: tuple[int, int] = (80, 24), sound: bool = True
) -> AsyncIterator[CorrectDriver]:
    """The app, gone to its Correct screen."""
    engine, tape = RecitingEngine(), SilentPlayer()
    app = TertuliaApp(folder, engine=lambda: engine, player=lambda: tape, sound=sound)
    async with app.run_test(size=size) as pilot:
        driver = CorrectDriver(app, pilot, engine)
        driver.tape, driver.folder = tape, folder
        await driver.until(lambda: app.painted_at and engine.all_taken)
        await driver.press("escape", "2")  # out of the line, which is ready where nobody listens
        await driver.until(lambda: not driver.screen.opening)
        await driver.until(lambda: driver.screen.card is not None or driver.screen.segment is None)
        await pilot.pause()
        yield driver
