"""A data folder with a learner's corrected speech, for tests of training: real audio, in sittings."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.runs.watch import RunState, RunWatch
from store.audio.folder import AudioFolder
from store.database import Store
from store.runs import Run
from store.segments.table import add_recording, add_segment
from tests.patience import PATIENCE
from tests.store.corrections import add_correction
from tests.trainer import jobs
from trainer.starter.recogniser.evaluation import sentences_of
from trainer.synthesis.espeak import Espeak

SITTING = 2
TINY: dict[str, Any] = {
    "batch": 3, "max_steps": 6, "evaluate_every": 6, "checkpoint_every": 2, "dev_clips": 2, "full_windows": 0.0,
    "margin": 0.2, "replay": 0.0, "made_replay": 0, "made_dev": 0, "made_general": 0, "device": "cpu",
    "precision": "fp32", "export": False,
}  # fmt: skip
"""A run of a few seconds that learns nothing and makes no version."""


def learner(folder: Path, sentences: int = 20) -> None:
    """Make a data folder in which so many sentences are corrected, two a sitting."""
    espeak = Espeak()
    with Store.open(folder) as store, store.transaction():
        for number, text in enumerate(sentences_of("words", sentences)):
            segment(store, espeak, number, text, f"session {number // SITTING}")


def segment(store: Store, espeak: Espeak, number: int, text: str, block: str, speaker: str = "learner") -> int:
    """A sentence that was spoken, and corrected."""
    pcm = jobs.speak(espeak, text, True, number)
    recording = add_recording(store, AudioFolder(store.folder).put(pcm), len(pcm), "file", f"{number}.wav")
    store.execute("UPDATE recordings SET block = ? WHERE id = ?", (block, recording))
    made = add_segment(store, recording, 0, len(pcm), speaker)
    add_correction(store, made, "ana", "correct", None, text, 1.0)
    return made


def until(run: Run, happened: Callable[[RunState], bool], seconds: float = PATIENCE) -> RunWatch:
    """Follow a run until something has happened to it."""
    watch, deadline = RunWatch(run.folder), time.monotonic() + seconds
    while not happened(watch.state):
        assert time.monotonic() < deadline, (watch.state, (run.folder / "log.txt").read_text()[-2000:])
        time.sleep(0.02)
        watch.poll()
    return watch
