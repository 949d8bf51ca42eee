"""events.jsonl: what happens in a run, one JSON object a line, for whoever watches now or attaches later.

Every line carries `v`, `event` and `ts` (seconds since 1970 as the clock has it, for people only; no duration is
computed from it) and the fields of its event below. Whoever reads passes over what it does not know. After a
resume, steps since the checkpoint appear a second time with the same figures: the later one counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

VERSION = 1
Name = Literal[
    "start", "hello", "stage", "replay", "train_begin", "step", "eval", "checkpoint", "strength", "evaluate",
    "heartbeat", "warning", "stopping", "error", "done",
]  # fmt: skip
Stage = Literal["check", "load", "replay", "train", "strength", "merge", "convert", "verify", "evaluate"]
"""What a run is at, in this order."""

FIELDS: Mapping[Name, tuple[str, ...]] = {
    # The folder is ours.
    "start": ("pid", "resume"),
    # Who is at work, with what, on what. `resumed_step` is null in the beginning.
    "hello": (
        "pid", "processes", "versions", "device", "precision", "base", "train_clips", "train_seconds", "dev_clips",
        "replay_clips", "resumed_step",
    ),
    # One of Stage.
    "stage": ("name",),
    # Clips that were made on the spot.
    "replay": ("done", "total"),
    # `stages`: first step and number of steps of each; `trainable` of `total` weights learn.
    "train_begin": ("step", "steps", "stages", "trainable", "total", "precision"),
    # `gpu`: name, memory_used_mb, memory_total_mb, utilisation, temperature, watts; null without one.
    "step": (
        "step", "steps", "epoch", "loss", "lr", "grad_norm", "seconds", "speech_seconds", "frames", "memory_mb",
        "gpu", "eta",
    ),
    # A look at dev. `samples`: reference, before, heard of each.
    "eval": (
        "step", "best_step", "seconds", "samples", "wer", "wer_low", "wer_high", "cer", "sub", "ins", "del",
        "words", "clips", "strict_wer", "rule",
    ),
    "checkpoint": ("step", "path"),
    # `tried`: strength, wer, general of each.
    "strength": ("chosen", "tried"),
    # Clips that a recogniser has heard; `set` is test, general, silence or timestamps.
    "evaluate": ("model", "set", "done", "total"),
    # At the same thing for so many seconds.
    "heartbeat": ("beat", "stage", "step", "seconds"),
    # `micro_batch` where there are now fewer clips at once.
    "warning": ("message", "micro_batch"),
    "stopping": ("why", "step"),
    # The last one where the exit code is 1.
    "error": ("type", "message", "hint"),
    # The last one where it is 0. `status` is finished or stopped; what follows `step` is of a finished run.
    "done": (
        "status", "step", "best_step", "adapter", "wer_before", "wer_after", "version", "strength", "verified",
        "report",
    ),
}  # fmt: skip
"""The fields an event may have, by its name."""


def check(event: Name, fields: Mapping[str, Any]) -> None:
    """Raise ValueError for an event that there is not, or a field that it does not have."""
    if event not in FIELDS:
        raise ValueError(f"there is no event “{event}”")
    if unknown := sorted(fields.keys() - set(FIELDS[event])):
        raise ValueError(f"the event “{event}” has no field “{unknown[0]}”")


def event_in(line: bytes) -> dict[str, Any] | None:
    """The event in a line, its fields as they come; None where it is not one, as where a dying process tore it."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None
