"""Whether there is room for a run, in memory and on the disk, estimated before anything is begun; and what it took.

A GPU without memory raises an error and half as many clips are tried at once; a processor's system kills the
process instead, and nobody knows why. So what clearly cannot work is refused with a remedy, and where only the
wanted number of clips at once is too much, it is lowered beforehand.
"""

from __future__ import annotations

import resource
import shutil
from pathlib import Path
from typing import Any

import torch

from models.whisper.windows import FULL
from trainer.contract import needs
from trainer.contract.errors import TrainingError
from trainer.contract.job import Job

SHORT = 1000
"""Frames up to which a whole micro-batch is computed at once."""


def together(micro_batch: int, frames: int, device: torch.device) -> int:
    """How many clips of a micro-batch are computed at once in windows of so many frames.

    In longer windows proportionally fewer. On a processor, whose attention keeps every place beside every other, by
    the square: that takes the most memory, and what does not fit the caches is slower, too (16 clips of 30 s on two
    cores: 3.9 s at once, 3.3 s by twos).
    """
    share = SHORT / max(SHORT, frames)
    return max(1, int(micro_batch * (share if device.type == "cuda" else share**2)))


def most_at_once(model: Any, job: Job, device: torch.device) -> int:
    """The micro-batch for which there is memory, at most the job's.

    Args:
        model: what learns, on its device already.

    Raises:
        TrainingError: not even one clip in a full window.
    """
    learnt = sum(p.numel() for p in model.parameters() if p.requires_grad)
    # Weights are there already. Still to come: a gradient and two moments each, and the base to go back to.
    fixed = learnt * needs.FLOAT * (3 + job.full)
    clip, free = activations(model, job, FULL), free_memory(device)
    if fixed + clip > free:
        what = "training all weights" if job.full else "training"
        remedy = "set “full” to false, or choose a smaller base" if job.full else "choose a smaller base"
        raise TrainingError(
            f"For {what} of {job.base.name} there is too little memory "
            f"({(fixed + clip) / 1e9:.1f} GB needed, {free / 1e9:.1f} GB free)",
            f"close other programs, {remedy}",
        )
    return int(min(job.micro_batch, (free - fixed) * FULL // (clip * SHORT)))


def activations(model: Any, job: Job, frames: int) -> int:
    """Bytes that one clip in a window of so many frames keeps for the backward pass."""
    return needs.activations(model.get_base_model().config.to_dict(), frames, job.gradient_checkpointing)


def check_disk(model: Any, job: Job, folder: Path) -> None:
    """Refuse a run whose checkpoints and version would fill the disk. Raises TrainingError."""
    learnt = sum(p.numel() for p in model.parameters() if p.requires_grad)
    needed = needs.disk(job, learnt, sum(p.numel() for p in model.parameters()))
    if needed > (free := shutil.disk_usage(folder).free):
        raise TrainingError(
            f"There is too little room in {folder} ({needed / 1e9:.2f} GB needed, {free / 1e9:.2f} GB free)",
            "delete old runs and versions, or set “keep_checkpoints” to 1",
            folder,
        )


def free_memory(device: torch.device) -> int:
    """Bytes that can still be had there."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return needs.free_memory()


def memory_mb(device: torch.device) -> int:
    """The most memory used so far: the GPU's where there is one, else the process's."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device)) >> 20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
