"""The picture of the Train screen in the README, in the middle of a run that was made up.

What such a run reports, step by step, serves the tests too, in which it matters what is made of it.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.runs.watch import EVENTS, LOCK
from store.files import locked
from tui.app import TertuliaApp
from tui.pictures.screenshot import DARK, screenshot, wear
from tui.stand_ins import RecitingEngine, SilentPlayer

PICTURE_TRAIN = Path(__file__).parent / "train.svg"

SAMPLES = (
    ("Me gustan las naranjas.", "Me gusta la naranja.", "Me gustan las naranjas."),
    ("Mis hermanas viven en Cádiz.", "Mi hermana vive en cada.", "Mis hermanas viven en Cádiz."),
    ("¿Has visto los barcos?", "¿Ha visto lo barco?", "¿Has visto lo barcos?"),
)  # fmt: skip
"""What was said, what was heard before, and what is heard now."""
STEPS = 240
EVERY = 20
"""Steps between two looks at dev."""
BEGAN = 1_764_316_800.0
"""Seconds since 1970."""
Fields = dict[str, Any]


def preparation(processor: str = "cpu") -> Iterator[Fields]:
    """What a run reports before its first step."""
    yield {"event": "start", "pid": 4711, "resume": False}
    yield {"event": "hello", "device": processor, "precision": "fp32", "base": "starter-ear", "train_clips": 80}
    for stage in ("check", "load", "replay"):
        yield {"event": "stage", "name": stage}
    yield {"event": "replay", "done": 160, "total": 160}
    yield {"event": "stage", "name": "train"}


def steps(first: int, last: int, whole: int = STEPS, gpu: Fields | None = None) -> Iterator[Fields]:
    """What a run reports of its steps, and of the looks at dev between them."""
    yield {"event": "train_begin", "step": first, "steps": whole, "trainable": 300_000, "total": 2_000_000}
    if not first:
        yield look(0)
    for step in range(first + 1, last + 1):
        loss = 0.35 + 2.9 * math.exp(-step / 45) * (1 + 0.14 * random.Random(step).gauss(0, 1))
        rate = 1e-3 * min(1.0, step / 20) * max(0.02, 1 - step / whole)
        yield {
            "event": "step", "step": step, "steps": whole, "epoch": step // 12, "loss": loss, "lr": rate,
            "seconds": 1.1, "speech_seconds": 48.0, "memory_mb": 1130.0, "eta": 1.1 * (whole - step), "gpu": gpu,
        }  # fmt: skip
        if not step % EVERY:
            yield look(step)


def look(step: int) -> Fields:
    """The dev clips are heard after a step."""
    wer = 0.17 + 0.24 * math.exp(-step / 60)
    heard = [
        {"reference": said, "before": before, "heard": now if step else before} for said, before, now in SAMPLES
    ]
    return {
        "event": "eval", "step": step, "best_step": step, "wer": wer, "wer_low": wer - 0.05, "wer_high": wer + 0.06,
        "samples": heard,
    }  # fmt: skip


def append_events(folder: Path, events: Sequence[Fields] | Iterator[Fields]) -> None:
    """Append events to a run's, as its trainer does."""
    lines = [json.dumps({"v": 1, "ts": BEGAN + number, **event}) + "\n" for number, event in enumerate(events)]
    with (folder / EVENTS).open("a", encoding="utf-8") as file:
        file.write("".join(lines))


@contextmanager
def at_work(folder: Path) -> Iterator[None]:
    """Hold a run's folder, as its trainer does for as long as it lives."""
    with locked(folder / LOCK):
        yield


def begin(data: Path, preset: str = "minutes") -> Path:
    """A run in a data folder, that has reported nothing yet; its folder."""
    from store.database import Store
    from store.runs import add_run

    with Store.open(data) as store:
        run = add_run(store, preset)
    run.folder.mkdir(parents=True)
    return run.folder


async def picture(width: int = 110, height: int = 30, theme: str = DARK) -> str:
    """The Train screen in the middle of a run, as SVG; the size is in cells."""
    from tui.train.screen import TrainScreen

    engine = RecitingEngine()
    with tempfile.TemporaryDirectory() as name:
        folder = await asyncio.to_thread(begin, Path(name))
        append_events(folder, [*preparation(), *steps(0, 163)])
        wear(Path(name), theme)
        app = TertuliaApp(Path(name), engine=lambda: engine, player=SilentPlayer)
        with at_work(folder):
            async with app.run_test(size=(width, height)) as pilot:
                while not app.painted_at or len(app.recogniser_labels) < 2:  # the second says how good it is
                    await pilot.pause()
                await pilot.press("4")
                screen = app.screen
                assert isinstance(screen, TrainScreen)
                while screen.follower.state is None or not screen.pages.run.display:
                    await pilot.pause()
                return await screenshot(pilot)
