"""The base and its adapter: low-rank matrices beside the frozen ones (LoRA, arXiv:2106.09685), through peft."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import torch

from trainer.errors import JobError
from trainer.job import Job


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
        raise JobError(f"The base in {folder} cannot be loaded ({reason})", "install it again") from error
    model.config.use_cache = False
    return model


def with_adapter(base: Any, job: Job) -> Any:
    """The base frozen and with a fresh adapter, the same for the same seed.

    peft's `task_type` stays unset: its wrapper for sequence models passes `input_ids`, which Whisper has not.
    """
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(job.seed)  # before the adapter is made, or its first values differ from run to run
    model = get_peft_model(
        base,
        LoraConfig(
            r=job.rank,
            lora_alpha=job.alpha,
            lora_dropout=job.dropout,
            target_modules=list(job.targets),
            bias="none",
        ),
    )
    if job.gradient_checkpointing:
        # With use_reentrant=True a frozen input would cut the gradient off.
        model.get_base_model().gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    return model


def trainable(model: Any) -> dict[str, torch.nn.Parameter]:
    """What is trained, by name, always in the same order."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def save_adapter(model: Any, folder: Path) -> None:
    """Write the adapter in peft's format into a new folder."""
    model.save_pretrained(str(folder))
    with contextlib.suppress(OSError):
        (folder / "README.md").unlink()  # an empty form for a hub
