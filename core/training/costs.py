"""What a run takes of this machine: time, memory and disk.

As the newest run here took that trained a network of the same size; before there was any, by rules that were fitted
to what others took elsewhere, and that may be wrong by a factor of two.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.training import presets
from core.training.bases import Base
from core.training.snapshot import Snapshot
from core.training.state import RunState, number
from core.training.watching import Watch
from store import runs
from store.database import Store

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
HEARD = 0.05
"""Seconds of a core to hear one clip of the test …"""
HEARD_OF_WEIGHTS = 0.02
"""… and for each million weights."""
EARS = 2
"""That are compared at the end, each on all of the test."""
LOADING = 20.0
"""Seconds for loading, merging, converting and checking."""
ENOUGH = 5.0
"""Seconds of training from which a past run tells anything."""
LIBRARIES = 700.0
"""Megabytes before anything is trained."""
HOLES = (2.5, 2000.0)
"""What windows of ever other lengths leave unused between them: so many times what is kept, and at most so many
megabytes. The starter took 3.1 to 5.1 GB with 16 to 24 clips at once."""
ENCODER_KEPT, DECODER_KEPT, CROSS_KEPT, TOKENS = 24, 34, 4, 120
"""Floats for each width and place of a layer that the trainer counts with, too (trainer/room.py). One full window
of Whisper tiny took 1.3 GB with all, of base 2.0 GB; by this they take 1.4 and 1.9."""
PLACES = 1500
"""Of the encoder in a full window …"""
FULL_WINDOW = 3
"""… which is so many times as much as one of ten seconds."""
FLOAT = 4
A_FEATURE = 0.15
"""Megabytes of disk for the sound and the features of one clip."""
PARTS = ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run takes."""

    steps: int
    seconds: float
    """From its start to the verdict."""
    measured: bool
    """Whether an earlier run here tells it."""
    memory_mb: float
    least_memory_mb: float
    """With a single clip at once, which the trainer falls back to."""
    free_memory_mb: float
    """0 where nobody knows."""
    disk_mb: float


def cost(store: Store, now: Snapshot) -> Cost:
    """What a run of this snapshot takes. Raises StoreError where the database cannot be read."""
    job, base = now.job, now.base
    on_gpu = _on_gpu(job)
    past = _past(store, base, bool(job.get("full")), on_gpu)
    steps, clips = _heard(now)
    most, least = _memory(base, job)
    if past is not None and past.memory_mb:
        most = past.memory_mb
    seconds = _training(now, clips, past, on_gpu) + _around(now, on_gpu)
    return Cost(
        steps, seconds, past is not None, most, min(most, least), _free_gpu() if on_gpu else _free(), _disk(now)
    )


# --- time -----------------------------------------------------------------------------------------


def _heard(now: Snapshot) -> tuple[int, float]:
    """Steps, and clips that are heard in them, those of others included."""
    job = now.job
    steps = presets.steps_of(job, now.clips["train"])
    clips = now.clips["train"] * _each(job) * _amount(job, "epochs", 10)
    if epochs := _amount(job, "transfer_epochs", 0) * bool(now.regional_clips):
        first = {**job, "epochs": epochs}
        steps += presets.steps_of(first, now.regional_clips)
        clips += now.regional_clips * _each(job) * epochs
    if most := int(_amount(job, "max_steps", 0)):
        steps = min(steps, most)
    return steps, min(clips, steps * _amount(job, "batch", 16))


def _each(job: Mapping[str, Any]) -> float:
    """Clips that are heard for each of the learner's: that one, those of others, and silences."""
    return 1 + _amount(job, "replay", 1.0) + _amount(job, "noise", 0.03)


def _training(now: Snapshot, clips: float, past: RunState | None, on_gpu: bool) -> float:
    """Seconds that all steps take."""
    job = now.job
    clip = now.seconds["train"] / now.clips["train"]
    if past is not None:
        speech = clips * clip * (1 - _amount(job, "noise", 0.03) / _each(job))
        return speech * past.train_seconds / past.train_speech
    full = _amount(job, "full_windows", 0.03)
    window = full * WINDOW + (1 - full) * min(WINDOW, clip + _amount(job, "margin", 0.6) / 2)
    a_second = OF_ALL + OF_WEIGHTS * now.base.parameters / MILLION
    return clips * window * a_second / _speed(job, on_gpu)


def _around(now: Snapshot, on_gpu: bool) -> float:
    """Seconds for what comes before and after: making speech, looking at dev on the way, comparing two ears."""
    job = now.job
    replay, dev, general = (_amount(job, knob, 0) for knob in ("made_replay", "made_dev", "made_general"))
    looks = presets.LOOKS * min(now.clips["dev"], _amount(job, "dev_clips", 100)) + dev
    heard = EARS * (now.clips["test"] + general) + looks
    each = HEARD + HEARD_OF_WEIGHTS * now.base.parameters / MILLION
    return LOADING + (replay + dev + general) / MADE_A_SECOND + heard * each / _speed(job, on_gpu)


def _speed(job: Mapping[str, Any], on_gpu: bool) -> float:
    """So many times as fast as one core."""
    return ON_GPU if on_gpu else max(1.0, _amount(job, "threads", 1)) ** CORES


def _on_gpu(job: Mapping[str, Any]) -> bool:
    device = job.get("device", "auto")
    return device == "cuda" or (device == "auto" and presets.present() == "cuda")


def _past(store: Store, base: Base, full: bool, on_gpu: bool) -> RunState | None:
    """The newest run here that trained a network of this size in this way for long enough."""
    for run in runs.runs(store):
        try:
            job = json.loads((run.folder / "job.json").read_text(encoding="utf-8"))
            same = Base("", Path(job["base"]), None).parameters == base.parameters and bool(job.get("full")) == full
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            continue
        if not same:
            continue
        watch = Watch(run.folder)
        watch.poll()
        state = watch.state
        there = str(state.hello.get("device", "cpu")) != "cpu"
        if there == on_gpu and state.train_seconds >= ENOUGH and state.train_speech > 0:
            return state
    return None


# --- memory and disk ------------------------------------------------------------------------------


def _memory(base: Base, job: Mapping[str, Any]) -> tuple[float, float]:
    """Megabytes that it takes at the most, and with a single clip at once."""
    millions = base.parameters / MILLION
    fixed = LIBRARIES + 2 * FLOAT * millions + (3 * FLOAT * millions if job.get("full") else 0)
    clip = _kept(base.config, bool(job.get("gradient_checkpointing")))
    at_once = max(FULL_WINDOW, min(_amount(job, "micro_batch", 8), _amount(job, "batch", 16)))
    kept = at_once * clip / FULL_WINDOW
    return fixed + kept + min(HOLES[0] * kept, HOLES[1]), fixed + clip


def _kept(config: Mapping[str, Any], once_more: bool) -> float:
    """Megabytes that a clip in a full window keeps for the backward pass; less where layers are computed twice."""
    width, layers = int(config["d_model"]), (int(config["encoder_layers"]), int(config["decoder_layers"]))
    encoder = PLACES * width * ENCODER_KEPT
    decoder = TOKENS * width * DECODER_KEPT + PLACES * width * CROSS_KEPT
    if once_more:  # of all layers their inputs, and one layer at a time
        whole = encoder + layers[0] * PLACES * width + decoder + layers[1] * TOKENS * width
    else:
        whole = layers[0] * encoder + layers[1] * decoder
    first = 6 * PLACES * width + 2 * PLACES * int(config.get("num_mel_bins", 80))
    return FLOAT * (whole + first + 3 * TOKENS * int(config["vocab_size"])) / MILLION


def _disk(now: Snapshot) -> float:
    """Megabytes: checkpoints (the newest, the best, one being written), two forms of the version, features."""
    job = now.job
    learnt = now.base.parameters if job.get("full") else _adapter(now.base.config, job)
    needed = FLOAT * learnt * (3 * (_amount(job, "keep_checkpoints", 2) + 2) + 1)
    if job.get("export", True):
        needed += 2 * FLOAT * now.base.parameters
    made = sum(_amount(job, knob, 0) for knob in ("made_replay", "made_dev", "made_general"))
    return needed / MILLION + A_FEATURE * (len(now.rows) + made)


def _adapter(config: Mapping[str, Any], job: Mapping[str, Any]) -> float:
    """Weights of the adapter: two thin matrices beside every matrix that it adapts."""
    width, where = int(config["d_model"]), job.get("where", "both")
    targets = job.get("targets", PARTS)
    targets = targets if isinstance(targets, (list, tuple)) else PARTS
    square = sum(part.endswith("_proj") for part in map(str, targets)) * 2 * width
    whole = 0
    for half, attentions in (("encoder", 1), ("decoder", 2)):
        if where in ("both", half):
            wide = sum(str(part).startswith("fc") for part in targets) * (width + int(config[f"{half}_ffn_dim"]))
            whole += int(config[f"{half}_layers"]) * (attentions * square + wide)
    return whole * _amount(job, "rank", 16)


def _free() -> float:
    """Megabytes of memory that can still be had, by the system's own estimate; a container's limit counts."""
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text(encoding="utf-8").splitlines())
        free = int(lines["MemAvailable"].split()[0]) << 10
    except (OSError, ValueError, LookupError):  # another system: all there is, then
        free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    group = Path("/sys/fs/cgroup")
    try:
        limit, used = (int((group / name).read_text(encoding="utf-8")) for name in ("memory.max", "memory.current"))
        free = min(free, limit - used)
    except (OSError, ValueError):
        pass  # no limit
    return max(0, free) / MILLION


def _free_gpu() -> float:
    """Megabytes of the first GPU's memory that nobody uses; 0 where it does not tell."""
    try:
        import pynvml

        pynvml.nvmlInit()
        return float(pynvml.nvmlDeviceGetMemoryInfo(pynvml.nvmlDeviceGetHandleByIndex(0)).free / MILLION)
    except Exception:  # no library, no driver, or a card that does not tell
        return 0.0


def _amount(job: Mapping[str, Any], knob: str, default: float) -> float:
    """A knob as a number; somebody may have set it to anything, which the trainer will refuse."""
    value = number(job.get(knob))
    return default if value is None or not math.isfinite(value) else max(0.0, value)
