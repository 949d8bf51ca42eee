"""What learns: a base with an adapter, low-rank matrices beside the frozen ones (LoRA, arXiv:2106.09685) through
peft, or the whole of the base.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import torch

from trainer.contract.errors import JobError
from trainer.contract.job import Job
from trainer.whole import Whole


def load_base(folder: Path) -> Any:
    """The WhisperForConditionalGeneration of a folder, in single precision, nothing looked up anywhere.

    Raises:
        JobError: damaged files, or another kind of network.
    """
    from transformers import WhisperForConditionalGeneration
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        model = WhisperForConditionalGeneration.from_pretrained(
            str(folder), dtype=torch.float32, local_files_only=True, attn_implementation="sdpa"
        )
    except Exception as error:  # the libraries raise what they like for damaged files
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise JobError(f"The base in {folder} cannot be loaded ({reason})", "install it again", folder) from error
    model.config.use_cache = False
    return model


def learner_of(base: Any, job: Job) -> Any:
    """The base made ready to learn as the job says; either kind has peft's methods."""
    learner = Whole(base) if job.full else with_adapter(base, job)
    if job.gradient_checkpointing:
        # With use_reentrant=True a frozen input would cut the gradient off.
        base.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    return learner


def with_adapter(base: Any, job: Job) -> Any:
    """The base frozen and with a fresh adapter, the same for the same seed.

    peft's `task_type` stays unset: its wrapper for sequence models passes `input_ids`, which Whisper has not.
    """
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(job.seed)  # before the adapter is made, or its first values differ from run to run
    return get_peft_model(
        base,
        LoraConfig(
            r=job.rank,
            lora_alpha=job.alpha,
            lora_dropout=job.dropout,
            target_modules=_targets(job),
            bias="none",
        ),
    )


def _targets(job: Job) -> list[str] | str:
    """The matrices that get an adapter, as peft takes them: by name, or by an expression for their whole names."""
    if job.where == "both":
        return list(job.targets)
    return rf"model\.{job.where}\..*\.({'|'.join(job.targets)})"


def trainable(model: Any) -> dict[str, torch.nn.Parameter]:
    """What is trained, by name, always in the same order."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def set_strength(model: Any, strength: float) -> None:
    """How much of what was learnt counts: 1 as it was trained, 0 for the base alone."""
    from peft.tuners.lora import LoraLayer

    if isinstance(model, Whole):
        model.set_strength(strength)
    for module in model.modules():
        if isinstance(module, LoraLayer):
            for name in module.scaling:
                module.set_scale(name, strength)


def save_adapter(model: Any, folder: Path) -> None:
    """Write what was learnt into a new folder, an adapter in peft's format."""
    model.save_pretrained(str(folder))
    with contextlib.suppress(OSError):
        (folder / "README.md").unlink()  # an empty form for a hub
