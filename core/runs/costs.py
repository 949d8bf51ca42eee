"""What a run takes of this machine: time, memory and disk.

As the newest run here took that trained a network of the same size; before there was any, by rules that were fitted
to what others took elsewhere, and that may be wrong by a factor of two.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.runs import presets
from core.runs.bases import Base
from core.runs.snapshot import Snapshot
from core.runs.state import RunState
from core.runs.watch import RunWatch
from models.whisper.windows import FULL, Windows
from store import runs
from store.database import Store
from trainer.contract.job import Job, knobs_in
from trainer.contract.needs import FLOAT, activations, disk, free_memory

MILLION = 1_000_000
WINDOW = 30.0
"""Seconds of a full window."""
OF_ALL = 0.012
"""Seconds of a core for each second of a window, forward and back, whatever the size of the network …"""
OF_WEIGHTS = 0.0015
"""… and for each million weights. Measured on one core: starter, 0.02 s with augmentation; Whisper tiny 1.4 s and
base 3.2 s for a full window."""
CORES = 0.7
"""Two cores are not twice as fast as one, but two to this power."""
ON_GPU = 50.0
"""So many times as fast as one core: a cautious guess from the arithmetic, not measured."""
MADE_A_SECOND = 40.0
"""Clips of synthetic speech that are made in a second: 1500 took 40 s, on two cores."""
HEARING = 0.05
"""Seconds of a core to hear one clip of the test …"""
HEARING_OF_WEIGHTS = 0.02
"""… and for each million weights."""
RECOGNISERS = 2
"""That are compared at the end, each on all of the test."""
LOADING = 20.0
"""Seconds for loading, merging, converting and checking."""
ENOUGH = 5.0
"""Seconds of training from which a past run says anything."""
LIBRARIES = 700.0
"""Megabytes before anything is trained."""
HOLES = (2.5, 2000.0)
"""What windows of ever other lengths leave unused between them: so many times what is kept, and at most so many
megabytes. The starter took 3.1 to 5.1 GB with 16 to 24 clips at once."""
FULL_WINDOW = 3
"""A full window keeps so many times as much as one of ten seconds. One of Whisper tiny took 1.3 GB with all, of
base 2.0 GB; by this they take 1.4 and 1.9."""
A_FEATURE = 0.15
"""Megabytes of disk for the sound and the features of one clip."""


@dataclass(frozen=True, slots=True)
class RunCost:
    """What a run takes."""

    steps: int
    seconds: float
    """From its start to the verdict."""
    measured: bool
    """Whether it is as an earlier run here took."""
    memory_mb: float
    least_memory_mb: float
    """With a single clip at once, which the trainer falls back to."""
    free_memory_mb: float
    """0 where nobody knows."""
    disk_mb: float


def cost(store: Store, snapshot: Snapshot) -> RunCost:
    """What a run of this snapshot takes. Raises StoreError where the database cannot be read."""
    job, base = snapshot.job, snapshot.base
    on_gpu = _on_gpu(job)
    past = _past(store, base, job.full, on_gpu)
    steps, clips = _steps_and_clips(snapshot)
    most, least = _memory(base, job)
    if past is not None and past.memory_mb:
        most = past.memory_mb
    seconds = _training(snapshot, clips, past, on_gpu) + _around(snapshot, on_gpu)
    return RunCost(
        steps,
        seconds,
        past is not None,
        most,
        min(most, least),
        _free_gpu() if on_gpu else free_memory() / MILLION,
        _disk(snapshot),
    )


# --- time -----------------------------------------------------------------------------------------


def _steps_and_clips(snapshot: Snapshot) -> tuple[int, float]:
    """Steps, and clips that are heard in them, those of others included."""
    job = snapshot.job
    steps = presets.steps_of(job, snapshot.clips["train"])
    clips = snapshot.clips["train"] * _each(job) * job.epochs
    if job.transfer_epochs and snapshot.regional_clips:
        first = dataclasses.replace(job, epochs=job.transfer_epochs)
        steps += presets.steps_of(first, snapshot.regional_clips)
        clips += snapshot.regional_clips * _each(job) * job.transfer_epochs
    if job.max_steps:
        steps = min(steps, job.max_steps)
    return steps, min(clips, steps * job.batch)


def _each(job: Job) -> float:
    """Clips that are heard for each of the learner's: that one, those of others, and silences."""
    return 1 + job.replay + job.noise


def _training(snapshot: Snapshot, clips: float, past: RunState | None, on_gpu: bool) -> float:
    """Seconds that all steps take."""
    job = snapshot.job
    clip = snapshot.seconds["train"] / snapshot.clips["train"]
    if past is not None:
        speech = clips * clip * (1 - job.noise / _each(job))
        return speech * past.train_seconds / past.train_speech
    full = job.full_windows
    hears = job.hears or Windows()
    speech = clip + max(job.margin, hears.margin or 0.0) / 2
    window = full * WINDOW + (1 - full) * min(WINDOW, _at_least(speech, hears.floor))
    a_second = OF_ALL + OF_WEIGHTS * snapshot.base.parameters / MILLION
    return clips * window * a_second / _speed(job, on_gpu)


def _at_least(seconds: float, floor: float) -> float:
    """The mean length of windows that have so many seconds, or as many as are drawn up to a floor."""
    return seconds if floor <= seconds else (seconds**2 + floor**2) / (2 * floor)


def _around(snapshot: Snapshot, on_gpu: bool) -> float:
    """Seconds for what comes before and after: making speech, looking at dev, comparing two recognisers."""
    job = snapshot.job
    looks = presets.LOOKS * min(snapshot.clips["dev"], job.dev_clips) + job.made_dev
    clips = RECOGNISERS * (snapshot.clips["test"] + job.made_general) + looks
    each = HEARING + HEARING_OF_WEIGHTS * snapshot.base.parameters / MILLION
    return LOADING + _made(job) / MADE_A_SECOND + clips * each / _speed(job, on_gpu)


def _made(job: Job) -> int:
    """Clips of synthetic speech."""
    return job.made_replay + job.made_dev + job.made_general


def _speed(job: Job, on_gpu: bool) -> float:
    """So many times as fast as one core."""
    return ON_GPU if on_gpu else float(job.threads**CORES)


def _on_gpu(job: Job) -> bool:
    return job.device == "cuda" or (job.device == "auto" and presets.present() == "cuda")


def _past(store: Store, base: Base, full: bool, on_gpu: bool) -> RunState | None:
    """The newest run here that trained a network of this size in this way for long enough."""
    for run in runs.runs(store):
        job = knobs_in(run.folder)
        try:
            same = Base("", Path(job["base"]), None).parameters == base.parameters and bool(job.get("full")) == full
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            continue
        if not same:
            continue
        watch = RunWatch(run.folder)
        watch.poll()
        state = watch.state
        there = str(state.hello.get("device", "cpu")) != "cpu"
        if there == on_gpu and state.train_seconds >= ENOUGH and state.train_speech > 0:
            return state
    return None


# --- memory and disk ------------------------------------------------------------------------------


def _memory(base: Base, job: Job) -> tuple[float, float]:
    """Megabytes that it takes at the most, and with a single clip at once."""
    millions = base.parameters / MILLION
    fixed = LIBRARIES + 2 * FLOAT * millions + 3 * FLOAT * millions * job.full
    clip = activations(base.config, FULL, job.gradient_checkpointing) / MILLION
    at_once = max(FULL_WINDOW, min(job.micro_batch, job.batch))
    batch = at_once * clip / FULL_WINDOW
    return fixed + batch + min(HOLES[0] * batch, HOLES[1]), fixed + clip


def _disk(snapshot: Snapshot) -> float:
    """Megabytes: checkpoints (the newest, the best, one being written), two forms of the version, features."""
    job = snapshot.job
    learnt = snapshot.base.parameters if job.full else _adapter(snapshot.base.config, job)
    needed = disk(job, learnt, snapshot.base.parameters)
    return needed / MILLION + A_FEATURE * (len(snapshot.rows) + _made(job))


def _adapter(config: Mapping[str, Any], job: Job) -> int:
    """Weights of the adapter: two thin matrices beside every matrix that it adapts."""
    width = int(config["d_model"])
    square = sum(part.endswith("_proj") for part in job.targets) * 2 * width
    whole = 0
    for half, attentions in (("encoder", 1), ("decoder", 2)):
        if job.where in ("both", half):
            wide = sum(part.startswith("fc") for part in job.targets) * (width + int(config[f"{half}_ffn_dim"]))
            whole += int(config[f"{half}_layers"]) * (attentions * square + wide)
    return whole * job.rank


def _free_gpu() -> float:
    """Megabytes of the first GPU's memory that nobody uses; 0 where it does not say."""
    try:
        import pynvml

        pynvml.nvmlInit()
        return float(pynvml.nvmlDeviceGetMemoryInfo(pynvml.nvmlDeviceGetHandleByIndex(0)).free / MILLION)
    except Exception:  # no library, no driver, or a card that does not say
        return 0.0
