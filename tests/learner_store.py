"""Stores for tests of what training leads to: a learner who talked on several days, was misheard, and corrected it.

The learner is one of `trainer.synthesis.learner`, whom the starter recogniser mishears. A version can be had
without training: a copy of the starter recogniser, and a report that says whatever a test wants to be true.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.dataset.measures import keep, measured
from core.review.derived_columns import refresh
from core.versions import registry
from models.activity import SileroActivity
from models.catalog import STARTER
from models.evaluation.evaluate import Evaluation, HeardClip, Silence
from models.evaluation.scoring import character_errors, word_errors
from store.audio.folder import AudioFolder, from_pcm16
from store.database import Store
from store.runs import Run, add_run, run, set_status
from store.segments.edits import SegmentChange, apply, state
from store.segments.splits import set_blocks, set_split
from store.segments.table import add_hypothesis, add_recording, add_segment
from store.units import SAMPLE_RATE
from store.versions import ModelVersion
from trainer.synthesis.espeak import Espeak
from trainer.synthesis.learner import Learner, reserved

if TYPE_CHECKING:
    from pathlib import Path

A_DAY = 5
"""Sentences in one recording, at most."""
PAUSE = SAMPLE_RATE // 2
BASE = STARTER / "recogniser"
DEPLOYED = STARTER / "recogniser-ct2"
QUICK: dict[str, Any] = {
    "max_steps": 3, "batch": 4, "micro_batch": 4, "evaluate_every": 2, "checkpoint_every": 2, "dev_clips": 2,
    "full_windows": 0.0, "made_replay": 0, "made_dev": 0, "made_general": 0, "device": "cpu", "threads": 1,
    "heartbeat": 0.2,
}  # fmt: skip
"""Knobs of a training that takes seconds."""
Sound = NDArray[np.int16]


@cache
def sentences() -> tuple[str, ...]:
    """Sentences that the starter never learnt."""
    return tuple(reserved())


@cache
def spoken(text: str) -> Sound:
    """`text` as the learner says it, with an Andalusian accent; 16-bit samples at 16 kHz."""
    return _learner().say(text)


@cache
def _learner() -> Learner:
    return Learner(Espeak(), 1, voice="miguel")


def corrected(folder: Path, train: int = 10, dev: int = 2, test: int = 2, waiting: int = 0) -> Store:
    """An open store with so many corrected sentences in each split, and others that wait to be corrected.

    No recording holds sentences of two splits, and each split has at least two recordings where it has two
    sentences.
    """
    store = Store.open(folder)
    texts = iter(sentences())
    for split, count in (("train", train), ("dev", dev), ("test", test), ("", waiting)):
        said = [next(texts) for _ in range(count)]
        each = min(A_DAY, max(1, (count + 1) // 2))
        for first in range(0, count, each):
            segments = talked(store, said[first : first + each])
            if split:
                correct(store, segments, said[first : first + each])
                _divide(store, segments, split)
    return store


def talked(store: Store, texts: Sequence[str], speaker: str = "Ana") -> list[int]:
    """The segments of one recording in which somebody said this, and in which the starter heard half of it."""
    silence = np.zeros(PAUSE, np.int16)
    parts = [spoken(text) for text in texts]
    sound = np.concatenate([part for one in parts for part in (one, silence)])
    recording = add_recording(store, AudioFolder(store.folder).put(sound), sound.size, "microphone", "grabación")
    activity, segments, start = SileroActivity(), [], 0
    with store.transaction():
        for text, part in zip(texts, parts, strict=True):
            number = add_segment(store, recording, start, start + part.size, speaker)
            heard = " ".join(text.split()[::2])
            words = [{"word": word, "start": 0.0, "end": 0.1, "probability": 0.6} for word in heard.split()]
            add_hypothesis(store, number, "starter-ear", heard, words, 0.1)
            keep(store, number, measured(activity, from_pcm16(part)))
            segments.append(number)
            start += part.size + PAUSE
        refresh(store, segments)
    return segments


def correct(store: Store, segments: Sequence[int], texts: Sequence[str], author: str = "ana") -> None:
    """Make these the references of the segments."""
    with store.transaction():
        for number, text in zip(segments, texts, strict=True):
            was, seen = state(store, number)
            to = replace(was, status="corrected", reference=text)
            apply(store, author, "correct", [SegmentChange(number, to, seen, 3.0)], seconds=6.0, keystrokes=9)
        refresh(store, list(segments))


def _divide(store: Store, segments: Sequence[int], split: str) -> None:
    recording = store.get("segments", segments[0])["recording_id"]
    set_blocks(store, {recording: f"recording {recording}"})
    set_split(store, segments, split)


# --- versions that nobody trained -----------------------------------------------------------------


def often(number: int) -> bool:
    """Two sentences of three."""
    return number % 3 != 0


def seldom(number: int) -> bool:
    """One sentence of ten."""
    return number % 10 == 0


def never(number: int) -> bool:
    """None of the sentences."""
    return False


@cache
def heard(
    model: str,
    wrong: Callable[[int], bool],
    clips: int = 60,
    general: Callable[[int], bool] = never,
    ghosts: int = 0,
    timestamps: float = 1.0,
) -> Evaluation:
    """What a model heard of so many sentences, three in a recording; of wrong ones it missed the first two words.

    Args:
        wrong, general: which sentences of the test and of the general set are misheard, by their numbers.
    """

    def one(number: int, text: str, is_wrong: bool, name: str) -> HeardClip:
        said = " ".join(text.split()[2:]) if is_wrong else text
        errors = word_errors(text, said), character_errors(text, said)
        return HeardClip(f"{name} {number // 3}", "Ana", 3.0, -24.0, text, said, *errors)

    texts = sentences()
    sets = {
        "test": tuple(one(n, texts[n], wrong(n), "test") for n in range(clips)),
        "general": tuple(one(n, texts[-1 - n], general(n), "general") for n in range(60)),
    }
    return Evaluation(model, "int8_float32", sets, Silence(20, ghosts), timestamps, 1.0)


def finished_run(store: Store, before: Evaluation | None = None, after: Evaluation | None = None) -> Run:
    """A run that has finished, by its folder, and made a copy of the starter; nothing is registered yet.

    Args:
        before: what was heard with the recogniser in use; much is misheard without it.
        after: with the new one; little is misheard without it.
    """
    made = add_run(store, "minutes")
    folder = made.folder
    (folder / "version").mkdir(parents=True)
    for source in (BASE, DEPLOYED):
        shutil.copytree(source, folder / "version" / source.name)
    job = {"version": 1, "base": str(BASE), "before": str(DEPLOYED), "before_name": "starter-ear", **QUICK}
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    (folder / "manifest.jsonl").write_text("", encoding="utf-8")
    report = {
        "v": 1, "before": (before or heard("starter-ear", often)).as_json(),
        "after": (after or heard("run", seldom)).as_json(), "base": None, "strength": 0.75, "windows": {},
        "train_seconds": 1.5,
    }  # fmt: skip
    (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")
    sample = {"reference": "Vivo en Soria.", "before": "vino en soria", "heard": "Vivo en Soria."}
    events: list[dict[str, Any]] = [
        {"event": "start", "pid": 1, "resume": False},
        {"event": "train_begin", "step": 0, "steps": 3, "stages": [[0, 3]], "trainable": 1, "total": 2},
        {"event": "eval", "step": 0, "best_step": 0, "wer": 0.6, "wer_low": 0.5, "wer_high": 0.7, "samples": []},
        {"event": "step", "step": 3, "steps": 3, "epoch": 0, "loss": 1.25, "lr": 1e-3, "seconds": 0.5,
         "speech_seconds": 9.0, "eta": 0.0},
        {"event": "eval", "step": 3, "best_step": 3, "wer": 0.2, "wer_low": 0.1, "wer_high": 0.3,
         "samples": [sample]},
        {"event": "done", "status": "finished", "step": 3, "best_step": 3, "wer_before": 0.6, "wer_after": 0.2,
         "version": str(folder / "version"), "strength": 0.75, "report": str(folder / "report.json")},
    ]  # fmt: skip
    lines = [json.dumps({"v": 1, "ts": 1.8e9 + place, **event}) for place, event in enumerate(events)]
    (folder / "events.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made


def version(store: Store, before: Evaluation | None = None, after: Evaluation | None = None) -> ModelVersion:
    """A version of which that is known, registered."""
    made = finished_run(store, before, after)
    set_status(store, made.id, "finished")
    return registry.register(store, run(store, made.id))
