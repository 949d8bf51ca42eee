"""The last stage of a run: is the new version better? Both, the recogniser in use until now and the new one, hear
the same clips through the app's own recogniser, and report.json holds what each of them heard.

The clips are the learner's frozen test split, and the general set, which is neither trained on nor replayed. What
a model heard is kept in the cache, so that a run that was interrupted, or the next one, does not run the old one
again. What follows from the figures is decided elsewhere; here nothing is judged.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from models import device
from models.device import Device
from models.errors import ModelError
from models.evaluation import cache
from models.evaluation.evaluate import Evaluation, TestClip, evaluate
from models.whisper.recogniser import WhisperRecogniser
from models.whisper.windows import Windows
from trainer.contract import folder as names
from trainer.contract.clips import Clip
from trainer.contract.errors import TrainerError
from trainer.contract.folder import DEPLOYED
from trainer.contract.job import Job
from trainer.contract.report import VERSION, ReportBody
from trainer.events import Events, Heartbeat, read_events
from trainer.files import write_json
from trainer.manifest import waveform

EVERY = 0.5
"""Seconds between two events about how far it is."""


class EvaluationError(TrainerError):
    """A version, or the recogniser that it is compared with, that cannot be used."""


def evaluate_version(
    folder: Path,
    job: Job,
    clips: Sequence[Clip],
    events: Events,
    heart: Heartbeat,
    between: Callable[[], None],
) -> dict[str, Any]:
    """Compare the version in a run's folder with the recogniser it is to replace, and write report.json.

    Without test clips its sets are empty, and there is nothing to say for or against the version.

    Args:
        folder: of the run; the version lies in it, and its verified.json.
        job: its `before` is the recogniser in use until now; without one it is the base of the run.
        clips: all of the run; those of the test are heard.
        between: called before every clip, and may raise to stop.

    Returns:
        The fields that the `done` event gains.

    Raises:
        EvaluationError: one of the recognisers cannot be loaded, or there is none to compare with.
        DataError: a recording went away.
        OSError: a full disk; no report is left then.
    """
    chosen = [clip for clip in clips if clip.split == "test" and clip.origin in ("learner", "general")]
    version, base = folder / names.VERSION / DEPLOYED, job.base.with_name(DEPLOYED)
    before = Path(job.before) if job.before else base
    hear = partial(
        _evaluation,
        clips=chosen,
        cache_folder=_cache_folder(folder, job),
        events=events,
        heart=heart,
        between=between,
    )
    where = device_for(job)
    first = hear(before, job.before_name or before.parent.name, where, job.before_hears)
    second = hear(version, f"run {folder.name}", where)
    other = base.is_dir() and cache.model_key(base, "") != cache.model_key(before, "")
    third = hear(base, job.base.parent.name, where, job.hears) if other else None
    verified = json.loads((folder / names.VERSION / names.VERIFIED).read_text(encoding="utf-8"))
    report: ReportBody = {
        "v": VERSION,
        "before": first.as_json(),
        "after": second.as_json(),
        "base": third.as_json() if third else None,
        "strength": verified["strength"],
        "windows": verified["windows"],
        "train_seconds": _train_seconds(folder),
    }
    write_json(folder / names.REPORT, report)
    return {"report": str(folder / names.REPORT)}


def _evaluation(
    model: Path,
    name: str,
    where: Device,
    hears: Windows | None = None,
    *,
    clips: Sequence[Clip],
    cache_folder: Path,
    events: Events,
    heart: Heartbeat,
    between: Callable[[], None],
) -> Evaluation:
    """How well a model hears, in the windows that its folder says or in others: from the cache, or measured now."""
    tested = [
        TestClip(
            audio=partial(waveform, clip),
            text=clip.text,
            recording=clip.recording,
            speaker=clip.speaker,
            set="test" if clip.origin == "learner" else "general",
        )
        for clip in clips
    ]
    sounds = [f"{clip.sha256} {clip.start} {clip.end}" for clip in clips]
    reported = 0.0

    def on_progress(part: str, done: int, total: int) -> None:
        nonlocal reported
        between()
        heart.at("evaluate", done)
        if done == total or time.monotonic() - reported >= EVERY:
            events.emit("evaluate", model=name, set=part, done=done, total=total)
            reported = time.monotonic()

    try:
        path = cache.place(cache_folder, model, where.compute_type, sounds, tested, hears)
        if found := cache.read(path, tested):
            return dataclasses.replace(found, model=name)
        found = evaluate(WhisperRecogniser(model, name, where, hears), tested, on_progress)
    except ModelError as error:
        raise EvaluationError(error.what, error.remedy or "start the run anew", error.place) from error
    cache_folder.mkdir(parents=True, exist_ok=True)
    write_json(path, found.as_json())
    return found


def _cache_folder(folder: Path, job: Job) -> Path:
    return (Path(job.cache) if job.cache else folder / "cache") / "evaluation"


def device_for(job: Job) -> Device:
    """Where the app would compute, with no more threads than the run has."""
    if job.device == "cpu":
        return Device("cpu", job.threads, "as the run's job says")
    return dataclasses.replace(device.choose(), threads=job.threads)


def _train_seconds(folder: Path) -> float:
    """Seconds that the steps of the run took; of one that was done twice, the later time."""
    taken: dict[int, float] = {}
    path = folder / names.EVENTS
    for event in read_events(path) if path.is_file() else ():
        if event["event"] == "step":
            taken[event["step"]] = event["seconds"]
    return round(sum(taken.values()), 1)
