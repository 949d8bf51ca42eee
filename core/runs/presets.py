"""How to train, by how much there is to train on.

A few minutes of speech are learnt by heart in no time: they need many passes, half of each changed, and much speech
of others between them, or everything else is forgotten. With hours it is the other way round: few passes at a
lower rate. A small network takes rates at which a real Whisper falls apart. Every knob can be set by hand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.runs.bases import Base
from core.runs.errors import TrainingRefused
from models.device import physical_cores
from store.text import clean
from trainer.contract.errors import JobError
from trainer.contract.job import PARTS, Job, job_from

BF16 = ("amx_bf16", "avx512_bf16")
"""Words of /proc/cpuinfo of processors that multiply in bfloat16, several times as fast as in 32 bits."""
LOOKS = 6
"""Times that dev is heard on the way."""


@dataclass(frozen=True, slots=True)
class Preset:
    """Knobs for an amount of speech."""

    name: str
    title: str
    about: str
    up_to: float
    """Seconds of speech it suits."""
    steps: int
    """To aim at: the epochs follow from it, …"""
    epochs: tuple[int, int]
    """… within these bounds."""
    knobs: dict[str, Any]
    """For a real Whisper …"""
    small: dict[str, Any]
    """… and what is otherwise for a network of the starter's size."""


_MADE = {"made_replay": 1500, "made_dev": 160, "made_general": 300}
"""Clips of synthetic speech, made on the spot, so that the rest of Spanish is kept, and seen to be."""
_SMALL = {"where": "encoder", "distil": 1.0, "batch": 30}
"""What a network of the starter's size needs: little room, and quick to forget. A learner's 80 sentences (seed 2,
one run each, greedy) brought 36.1 % of errors down to 17.5 to 18.3 %; but of 160 free sentences of others, heard
with 12.1 % before, an adapter everywhere and replay with its texts made 16.3 %. With what the base says to the
replay instead of its texts it was 14.1 %, in the encoder only 13.4 %, and with three replay clips to one 12.4 %.
Heard with a beam, as the app hears (seed 1), three to one still cost others 1.2 points, and four to one none."""
_LAYERS = [part for part in PARTS if part.endswith("_proj")]
_ALL = list(PARTS)

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            "minutes",
            "A few minutes",
            "Up to half an hour: many passes, and two or three clips of others for each of yours.",
            1800,
            200,
            (3, 40),
            {"learning_rate": 2e-4, "rank": 16, "alpha": 32.0, "targets": _LAYERS, "replay": 2.0, **_MADE},
            {**_SMALL, "learning_rate": 1e-3, "targets": _ALL, "replay": 4.0},
        ),
        Preset(
            "hour",
            "An hour or two",
            "Half an hour to two hours: a few passes, as much of others as of yours.",
            2 * 3600,
            600,
            (3, 10),
            {"learning_rate": 1e-4, "rank": 16, "alpha": 32.0, "targets": _LAYERS, "replay": 1.0, **_MADE},
            {**_SMALL, "learning_rate": 1e-3, "targets": _ALL, "replay": 2.0},
        ),
        Preset(
            "hours",
            "Some hours",
            "Two to eight hours: a larger adapter, and half as much of others as of yours.",
            8 * 3600,
            3000,
            (3, 5),
            {"learning_rate": 1e-4, "rank": 16, "alpha": 32.0, "targets": _LAYERS, "replay": 0.5, **_MADE},
            {**_SMALL, "learning_rate": 7e-4, "targets": _ALL, "replay": 1.0},
        ),
        Preset(
            "many",
            "Many hours",
            "Eight hours and more: every matrix has its adapter, and a third of what is heard is of others.",
            math.inf,
            10_000,
            (2, 4),
            {"learning_rate": 1.5e-4, "rank": 32, "alpha": 64.0, "targets": _ALL, "replay": 0.3, **_MADE},
            {**_SMALL, "learning_rate": 5e-4, "replay": 0.5},
        ),
    )
}


def choose(seconds_of_speech: float) -> Preset:
    """The preset for so many seconds of a learner's corrected speech."""
    return next(preset for preset in PRESETS.values() if seconds_of_speech <= preset.up_to)


def named(name: str, seconds_of_speech: float) -> Preset:
    """The preset of that name; `auto` chooses by the amount. Raises TrainingRefused for another."""
    if name in ("", "auto"):
        return choose(seconds_of_speech)
    if name not in PRESETS:
        raise TrainingRefused(f"There is no preset “{name}”", f"use auto, {', '.join(PRESETS)}")
    return PRESETS[name]


def knobs(
    preset: Preset,
    base: Base,
    clips: int,
    others: int = 0,
    own: Mapping[str, Any] | None = None,
    device: str | None = None,
) -> dict[str, Any]:
    """All that a job of this preset sets; the trainer's own defaults hold for the rest.

    Args:
        clips: of the learner, to train on.
        others: clips of other people to replay; where they suffice, a real Whisper hears no synthetic ones.
        own: knobs that somebody set, which go before the preset's; `epochs` among them is left alone.
        device: cpu or cuda; found out without one.

    Raises:
        TrainingRefused: one of `own` is unknown, of a wrong type, or beyond its limits.
    """
    on_gpu = (device or present()) == "cuda"
    chosen: dict[str, Any] = {
        "batch": 16,
        "micro_batch": 30 if base.small or on_gpu else 4,
        "precision": "auto" if on_gpu else "bf16" if bf16() else "fp32",
        "threads": physical_cores(),
        **preset.knobs,
        **(preset.small if base.small else {}),
        **(own or {}),
    }
    job = checked(chosen, "The job")
    if not base.small and others >= job.replay * clips:
        # A real Whisper has heard real people: synthetic voices are a second best.
        chosen = {**chosen, "made_replay": 0, "made_dev": 0, **(own or {})}
    if "epochs" not in chosen:
        a_pass = max(1.0, clips * (1 + job.replay + job.noise) / job.batch)
        low, high = preset.epochs
        chosen["epochs"] = min(max(round(preset.steps / a_pass), low), high)
    steps = steps_of(checked(chosen, "The job"), clips)
    for knob in ("evaluate_every", "checkpoint_every"):
        chosen.setdefault(knob, max(5, min(500, math.ceil(steps / LOOKS))))
    return chosen


def checked(knobs: Mapping[str, Any], name: str) -> Job:
    """The job that has these knobs, its own defaults for the rest; its base is the root folder where none is given.

    Args:
        knobs: as in job.json.
        name: what the sentence calls them, such as the file that they are from.

    Raises:
        TrainingRefused: one is unknown, of a wrong type, or beyond its limits.
    """
    try:
        return job_from({"base": "/", **knobs}, Path(name))
    except JobError as error:
        raise TrainingRefused(clean(error.what, limit=None), clean(error.remedy, limit=None)) from error


def steps_of(job: Job, clips: int) -> int:
    """About how many steps a job on so many clips of the learner takes; the trainer counts them exactly."""
    steps = math.ceil(clips * (1 + job.replay + job.noise) / job.batch) * job.epochs
    return min(steps, job.max_steps) if job.max_steps else steps


def present() -> str:
    """cuda where a GPU's driver is there, else cpu. Only the trainer knows whether it works, and says so."""
    return "cuda" if any(Path(name).exists() for name in ("/dev/nvidiactl", "/dev/dxg")) else "cpu"


def bf16() -> bool:
    """Whether this machine's processor multiplies in bfloat16."""
    try:
        words = set(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split())
    except OSError:
        return False
    return not words.isdisjoint(BF16)
