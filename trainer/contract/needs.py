"""What a run needs of a machine: memory for its activations, and disk.

The app says it beforehand, the trainer refuses by it, and both count alike.
"""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer.contract.job import Job

FLOAT = 4
"""Bytes of a number in single precision."""
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


def activations(config: Mapping[str, Any], frames: int, once_more: bool) -> int:
    """Bytes that one clip in a window of so many frames keeps for the backward pass.

    Args:
        config: the base's config.json.
        once_more: whether layers are computed twice, and less is kept (`gradient_checkpointing`).
    """
    width, places = int(config["d_model"]), frames // 2
    encoder = places * width * ENCODER_KEPT
    decoder = TOKENS * width * DECODER_KEPT + places * width * CROSS_KEPT
    layers = int(config["encoder_layers"]), int(config["decoder_layers"])
    if once_more:  # of all layers their inputs, and one layer at a time
        kept = encoder + layers[0] * places * width + decoder + layers[1] * TOKENS * width
    else:
        kept = layers[0] * encoder + layers[1] * decoder
    bands = int(config.get("num_mel_bins", 80))
    first = 3 * places * 2 * width + frames * bands  # two convolutions and their activations
    return FLOAT * (kept + first + 3 * TOKENS * int(config["vocab_size"]))


def disk(job: Job, learnt: float, weights: float) -> float:
    """Bytes that checkpoints and the version take.

    Args:
        learnt: weights that are trained.
        weights: all of the base.
    """
    checkpoint = 3 * FLOAT * learnt  # each weight with its two moments
    # The newest, the best, one being written, and what comes of them.
    needed = checkpoint * (job.keep_checkpoints + 2) + FLOAT * learnt
    return needed + (VERSION_COPIES * FLOAT * weights if job.export else 0)


def free_memory() -> int:
    """Bytes that can still be had, by the system's own estimate; a lower limit of process or container counts."""
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text(encoding="utf-8").splitlines())
        free = [int(lines["MemAvailable"].split()[0]) << 10]
    except (OSError, ValueError, LookupError):  # another system: all there is, then
        free = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY:
        with contextlib.suppress(OSError, ValueError):
            free.append(most - int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize())
    with contextlib.suppress(OSError, ValueError):  # no container, or no limit
        group = Path("/sys/fs/cgroup")
        free.append(int((group / "memory.max").read_text()) - int((group / "memory.current").read_text()))
    return max(0, min(free))
