"""Another model takes over while the app runs: beside the one at work, between turns, and never three at a time."""

from __future__ import annotations

import queue
import shutil
import threading
from pathlib import Path
from typing import cast

import pytest

from core.engine.changing import ModelChanges
from core.engine.loading import Model
from core.engine.protocol import (
    Heard,
    Listen,
    ModelChanged,
    ReplyAudio,
    Say,
    Timings,
    TurnStored,
    UseModel,
    Warning,
)
from core.versions.active import RECOGNISER, TUTOR, VOICE
from models.errors import ModelError
from tests.core.engine.driver import engine, spoken
from tests.patience import PATIENCE
from tests.starters import path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the starters under other names, and a tutor that is cut off."""
    models = tmp_path / "data" / "models"
    for part in (TUTOR, VOICE):
        (models / part).mkdir(parents=True)
    shutil.copytree(path(RECOGNISER), models / RECOGNISER / "other-ear")
    shutil.copy(path(TUTOR), models / TUTOR / "other-tutor.gguf")
    shutil.copy(path(VOICE), models / VOICE / "other-voice.onnx")
    shutil.copy(f"{path(VOICE)}.json", models / VOICE / "other-voice.onnx.json")
    (models / TUTOR / "broken.gguf").write_bytes(path(TUTOR).read_bytes()[:50_000])
    return tmp_path / "data"


async def test_each_part_is_changed_and_the_conversation_goes_on(data: Path, tmp_path: Path) -> None:
    async with engine(data, out=tmp_path / "out") as app:
        await app.send(Say("Me llamo Ana."))
        await app.until(Timings)
        for part, name in ((RECOGNISER, "other-ear"), (TUTOR, "other-tutor"), (VOICE, "other-voice")):
            await app.send(UseModel(part, name))
            assert not (await app.until(ModelChanged, part=part, name=name)).starter
        await app.send(Listen(file=str(spoken(tmp_path / "said.wav", "Vivo en Madrid con mi familia."))))
        await app.until(Heard)
        await app.until(TurnStored, role="tutor")
        await app.until(ReplyAudio)
        await app.until(Timings)
        assert app.rows("SELECT model FROM hypotheses") == [("other-ear",)]
        assert app.rows("SELECT count(*) FROM sessions") == [(1,)]
        await app.send(UseModel(RECOGNISER))
        assert (await app.until(ModelChanged, part=RECOGNISER)).starter


async def test_one_that_cannot_be_used_changes_nothing(data: Path) -> None:
    async with engine(data) as app:
        for part, name in ((TUTOR, "broken"), (VOICE, "nobody"), ("nose", "any")):
            await app.send(UseModel(part, name))
            warning = await app.until(Warning)
            assert warning.text.endswith(f" The {part} in use so far goes on."), warning.text
        await app.send(Say("Me llamo Ana."))
        await app.until(TurnStored, role="tutor")
        assert not app.all(ModelChanged)


class Loading:
    """Loads what it is told to, when it is told to; and remembers."""

    def __init__(self) -> None:
        self.begun: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.finish: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.used: queue.SimpleQueue[Model] = queue.SimpleQueue()
        self.in_place = threading.Event()
        self.said: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.changes = ModelChanges(self.load, self.use, self.said.put)

    def load(self, command: UseModel) -> Model:
        self.begun.put(command.name)
        self.finish.get(timeout=PATIENCE)
        if command.name == "broken":
            raise ModelError("It is broken", "choose another")
        if command.name == "unforeseen":
            raise ZeroDivisionError
        return cast("Model", command.name)

    def use(self, part: str, model: Model) -> None:
        self.used.put(model)
        self.in_place.wait(PATIENCE)


def test_of_several_the_last_is_used_and_the_next_waits_until_it_is_in_place() -> None:
    loading = Loading()
    for name in ("first", "second", "third"):
        loading.changes.ask(UseModel(TUTOR, name))
        if name == "first":
            assert loading.begun.get(timeout=PATIENCE) == "first"
    loading.finish.put(None)
    assert loading.begun.get(timeout=PATIENCE) == "third"
    loading.finish.put(None)
    assert loading.used.get(timeout=PATIENCE) == "third"
    loading.changes.ask(UseModel(TUTOR, "fourth"))
    assert loading.begun.empty()  # the third is not in its place yet, and that would make three
    loading.in_place.set()
    assert loading.begun.get(timeout=PATIENCE) == "fourth"
    assert loading.used.empty()


def test_what_fails_is_told_and_the_next_is_loaded() -> None:
    loading = Loading()
    loading.in_place.set()
    for name, sentence in (("broken", "It is broken: choose another."), ("unforeseen", "engine.log")):
        loading.changes.ask(UseModel(VOICE, name))
        loading.finish.put(None)
        said = loading.said.get(timeout=PATIENCE)
        assert sentence in said and said.endswith("The voice in use so far goes on.")
    loading.changes.ask(UseModel(VOICE, "whole"))
    loading.finish.put(None)
    assert loading.used.get(timeout=PATIENCE) == "whole"
