"""A person at the Train screen: a real store, runs whose folders are written by hand, the real app, and keys."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.app import App

from core.review.derived_columns import refresh
from models.catalog import starter
from models.evaluation.evaluate import Evaluation, HeardClip, Silence
from models.evaluation.scoring import character_errors, word_errors
from store.audio.folder import SAMPLE_RATE, AudioFolder
from store.database import Store
from store.runs import Run, runs
from store.segments.splits import set_split
from store.segments.table import add_recording, add_segment
from tests.store.desk_store import correct
from tests.tui.correct_driver import add_heard
from tests.tui.driver import Driver
from tests.tui.posted import Posted
from tui.app import TertuliaApp
from tui.database_worker import DatabaseWorker
from tui.pictures.train import STEPS, Fields, append_events, begin, preparation, steps
from tui.stand_ins import RecitingEngine, SilentPlayer
from tui.train.screen import TrainScreen
from tui.train.training_plan import ProspectRead

TEXTS = (
    "Mis hermanas viven en un pueblo pequeño.", "Compramos pan y queso en el mercado.",
    "Los barcos salen temprano de la bahía.", "Me gusta mucho la sopa de mi abuela.",
    "Ayer fuimos todos juntos a la playa.", "Nunca llueve en agosto por aquí.",
)  # fmt: skip
BLOCKS = 10
"""Recordings of a made-up evaluation."""


class TrainDriver(Driver):
    """The app at its Train screen."""

    tape: SilentPlayer
    folder: Path
    posted: Posted

    @property
    def screen(self) -> TrainScreen:
        """The Train screen, whatever lies on top of it."""
        screen = self.app.get_screen_stack("train")[0]
        assert isinstance(screen, TrainScreen)
        return screen

    def has(self, *words: str) -> bool:
        """Whether all of these stand on the screen, however the lines are broken."""
        seen = " ".join(self.seen().replace("│", " ").split())
        return all(word in seen for word in words)

    async def sees(self, *words: str) -> None:
        """Wait until all of these stand on the screen."""
        try:
            await self.until(lambda: self.has(*words))
        except TimeoutError:
            raise AssertionError(f"{words} are not on the screen:\n{self.seen()}") from None

    async def page(self, name: str) -> None:
        """Go to a page by keys."""
        while self.screen.pages.tabs.names[self.screen.pages.tabs.here] != name:
            await self.press("right")

    def run(self, number: int = 1) -> Run:
        """A run, as the database has it."""
        with Store.open(self.folder) as store:
            return next(run for run in runs(store) if run.id == number)


@asynccontextmanager
async def training(folder: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[TrainDriver]:
    """The app, gone to its Train screen, which has read what there is."""
    engine, tape, posted = RecitingEngine(), SilentPlayer(), Posted()
    app = TertuliaApp(folder, engine=lambda: engine, player=lambda: tape)
    async with app.run_test(size=size, message_hook=posted) as pilot:
        driver = TrainDriver(app, pilot, engine)
        driver.tape, driver.folder, driver.posted = tape, folder, posted
        await driver.until(lambda: app.painted_at and engine.all_taken)
        await driver.press("4")
        await posted.next(ProspectRead)
        await pilot.pause()
        yield driver


class Listener(App[None]):
    """A host without a screen of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.database = DatabaseWorker(folder)

    async def on_unmount(self) -> None:
        await self.database.close()


@asynccontextmanager
async def listening(data: Path) -> AsyncIterator[tuple[Listener, Posted]]:
    """A host for a data folder, and what is posted to it."""
    host, posted = Listener(data), Posted()
    async with host.run_test(message_hook=posted):
        yield host, posted


# --- speech that was corrected --------------------------------------------------------------------


def spoken_corrections(data: Path, train: int = 0, dev: int = 0, test: int = 0) -> list[int]:
    """A learner with an accent, whose sentences were misheard and corrected; each is a recording. Its segments."""
    from tests.trainer.jobs import speak
    from trainer.starter.recogniser.evaluation import sentences_of
    from trainer.synthesis.espeak import Espeak

    espeak, found = Espeak(), []
    splits = ["train"] * train + ["dev"] * dev + ["test"] * test
    with Store.open(data) as store:
        for number, (text, split) in enumerate(zip(sentences_of("words", len(splits)), splits, strict=True)):
            pcm = speak(espeak, text, True, number)
            recording = add_recording(store, AudioFolder(data).put(pcm), len(pcm), "file", f"clase {number}")
            segment = add_segment(store, recording, 0, len(pcm), "Luis")
            add_heard(store, segment, misheard(text, 3, number), len(pcm) / SAMPLE_RATE)
            correct(store, segment, text)
            refresh(store, [segment])
            set_split(store, [segment], split)
            found.append(segment)
    return found


# --- runs that were written by hand ---------------------------------------------------------------


def under_way(data: Path, step: int = 100) -> Path:
    """A run that has come to this step; whoever wants it alive holds its folder."""
    folder = begin(data)
    append_events(folder, [*preparation(), *steps(0, step)])
    return folder


def finish(folder: Path, every: int = 12, **report: Any) -> None:
    """Let a run go on to its end: a version that hears like the starter, and a report that says otherwise.

    Args:
        every: one in so many words is misheard by the new version, and one in four by the old one.
    """
    append_events(folder, [*steps(100, STEPS), *ending()])
    deployed = starter("recogniser").path
    assert deployed is not None
    shutil.copytree(deployed, folder / "version" / "recogniser-ct2")
    write(folder / "job.json", {"base": str(deployed.with_name("recogniser")), "preset": "minutes"})
    (folder / "manifest.jsonl").write_text("", encoding="utf-8")
    body = {
        "v": 1, "before": evaluation("starter-ear", 4), "after": evaluation("run 1", every), "base": None,
        "strength": 0.8, "windows": {"margin": 0.5}, "train_seconds": 264.0, **report,
    }  # fmt: skip
    write(folder / "report.json", body)


def ending() -> list[Fields]:
    """What a run tells after its last step."""
    stages = [{"event": "stage", "name": name} for name in ("strength", "merge", "convert", "verify", "evaluate")]
    return [*stages, {"event": "done", "status": "finished", "step": STEPS, "version": "version", "strength": 0.8}]


def evaluation(
    model: str, every: int, general: int = 3, blocks: int = BLOCKS, timestamps: float = 1.0, ghosts: int = 0
) -> dict[str, Any]:
    """What a model is said to have heard: one in `every` words of the test wrong, one in `general` elsewhere."""
    sets = {"test": heard("test", every, blocks), "general": heard("general", general, blocks)}
    found = Evaluation(model, "int8_float32", sets, Silence(20, ghosts), timestamps, 12.0)
    return found.as_json()


def heard(name: str, every: int, blocks: int) -> tuple[HeardClip, ...]:
    """Clips in which one in so many words was misheard."""
    spoken = [(number, text) for number in range(blocks) for text in TEXTS]
    return tuple(clip(text, misheard(text, every, number), f"{name} {number}") for number, text in spoken)


def clip(text: str, wrong: str, recording: str) -> HeardClip:
    """A clip with what was heard in it."""
    return HeardClip(
        recording, "Luis", 2.5, -24.0, text, wrong, word_errors(text, wrong), character_errors(text, wrong)
    )


def misheard(text: str, every: int, first: int = 0) -> str:
    """The text with one in so many words heard as another."""
    return " ".join("tal" if not (place + first) % every else word for place, word in enumerate(text.split()))


def write(path: Path, body: Any) -> None:
    """A JSON file."""
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")


def finished(data: Path, **how: Any) -> Path:
    """A whole run; its folder."""
    folder = under_way(data)
    finish(folder, **how)
    return folder


def texts_of(evaluated: Sequence[HeardClip]) -> list[str]:
    """What was heard, in order."""
    return [one.heard for one in evaluated]
