"""Whether there is room for a run, in memory and on the disk, estimated before anything is begun.

A GPU without memory raises an error and half as many clips are tried at once; a processor's system kills the
process instead, and nobody is told. So what clearly cannot work is refused with a remedy, and where only the
wanted number of clips at once is too much, it is lowered beforehand.
"""

from __future__ import annotations

import resource
import shutil
from pathlib import Path
from typing import Any

import torch

from models.windows import FULL
from trainer.errors import TrainingError
from trainer.job import Job

FLOAT = 4
SHORT = 1000
"""Frames up to which a whole micro-batch is computed at once."""
ENCODER_KEPT = 24
"""Floats kept for the backward pass at each place of an encoder layer, in widths of the model: inputs and outputs
of two norms, four projections and a feed-forward net four times as wide, and the adapter's own inputs. Counted in
transformers' Whisper; measured peaks lie below."""
DECODER_KEPT = 34
"""The same with a second attention …"""
CROSS_KEPT = 4
"""… whose keys and values have the length of the window."""
TOKENS = 120
"""Of a long label."""
VERSION_COPIES = 2
"""The merged folder and the converted one, in single precision at worst."""


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
    fixed = learnt * FLOAT * (3 + job.full)
    clip, free = activations(model.get_base_model().config, job, FULL), free_memory(device)
    if fixed + clip > free:
        what = "training all weights" if job.full else "training"
        remedy = "set “full” to false, or choose a smaller base" if job.full else "choose a smaller base"
        raise TrainingError(
            f"For {what} of {job.base.name} there is too little memory "
            f"({(fixed + clip) / 1e9:.1f} GB needed, {free / 1e9:.1f} GB free)",
            f"close other programs, {remedy}",
        )
    return int(min(job.micro_batch, (free - fixed) * FULL // (clip * SHORT)))


def activations(config: Any, job: Job, frames: int) -> int:
    """Bytes that one clip in a window of so many frames keeps for the backward pass."""
    width, places = config.d_model, frames // 2
    encoder = config.encoder_layers * places * width * ENCODER_KEPT
    decoder = config.decoder_layers * (TOKENS * width * DECODER_KEPT + places * width * CROSS_KEPT)
    if job.gradient_checkpointing:  # only each layer's input, and one layer at a time
        encoder = encoder // config.encoder_layers + config.encoder_layers * places * width
        decoder = decoder // config.decoder_layers + config.decoder_layers * TOKENS * width
    first = 3 * places * 2 * width + frames * config.num_mel_bins  # two convolutions and their activations
    return int(FLOAT * (encoder + decoder + first + 3 * TOKENS * config.vocab_size))


def check_disk(model: Any, job: Job, folder: Path) -> None:
    """Refuse a run whose checkpoints and version would fill the disk. Raises TrainingError."""
    learnt = sum(p.numel() for p in model.parameters() if p.requires_grad)
    checkpoint = learnt * FLOAT * 3
    # The newest, the best, one being written, and what comes of them.
    needed = checkpoint * (job.keep_checkpoints + 2) + learnt * FLOAT
    if job.export:
        needed += VERSION_COPIES * FLOAT * sum(p.numel() for p in model.parameters())
    if needed > (free := shutil.disk_usage(folder).free):
        raise TrainingError(
            f"There is too little room in {folder} ({needed / 1e9:.2f} GB needed, {free / 1e9:.2f} GB free)",
            "delete old runs and versions, or set “keep_checkpoints” to 1",
        )


def free_memory(device: torch.device) -> int:
    """Bytes that can still be had, by the system's own estimate; a lower limit of the process counts."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    free = [1 << 62]
    try:
        lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        free.append(int(lines["MemAvailable"].split()[0]) << 10)
        most, _ = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            free.append(most - int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize())
        group = Path("/sys/fs/cgroup")
        free.append(int((group / "memory.max").read_text()) - int((group / "memory.current").read_text()))
    except (OSError, ValueError, KeyError):
        pass  # another system, or no limit: memory is what the ones before say
    return max(0, min(free))
