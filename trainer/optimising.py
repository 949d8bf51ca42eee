"""The optimiser's small parts: the rate at each step, precision, and its state as plain tensors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch

from trainer.contract.job import Job

_MOMENTS = ("step", "exp_avg", "exp_avg_sq")


def rate(job: Job, step: int, stages: Sequence[tuple[int, int]]) -> float:
    """The learning rate of a step (from 0): up during the warm-up, then down to zero as the schedule says.

    It depends on nothing but the step, so there is no scheduler whose state could be lost.

    Args:
        stages: first step and number of steps of each; the rate rises and falls in every one.
    """
    first, steps = next(stage for stage in reversed(stages) if step >= stage[0])
    step -= first
    warm = max(1, round(job.warmup * steps))
    if step < warm:
        return job.learning_rate * (step + 1) / warm
    gone = (step - warm) / max(1, steps - warm)
    fall = {"cosine": (1 + math.cos(math.pi * gone)) / 2, "linear": 1 - gone, "constant": 1.0}
    return job.learning_rate * fall[job.schedule]


def device_of(job: Job, local_rank: int) -> torch.device:
    """Where to compute: a GPU if there is one and the job does not forbid it."""
    if job.device == "cpu" or (job.device == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    return torch.device("cuda", local_rank)


def precision_of(job: Job, device: torch.device) -> str:
    """fp32, bf16 or fp16, resolved for the device."""
    if job.precision != "auto":
        return job.precision
    if device.type == "cpu":
        return "fp32"
    return "bf16" if torch.cuda.is_bf16_supported() else "fp16"


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """The context in which a forward pass computes."""
    dtype = torch.float16 if precision == "fp16" else torch.bfloat16
    return torch.autocast(device.type, dtype=dtype, enabled=precision != "fp32")


def state_of(optimiser: torch.optim.Optimizer, named: Mapping[str, torch.nn.Parameter]) -> dict[str, torch.Tensor]:
    """AdamW's moments under the names of their parameters; none before the first step."""
    return {
        f"{name}|{moment}": optimiser.state[p][moment]
        for name, p in named.items()
        if p in optimiser.state
        for moment in _MOMENTS
    }


def restore(
    optimiser: torch.optim.Optimizer, named: Mapping[str, torch.nn.Parameter], state: Mapping[str, torch.Tensor]
) -> None:
    """Undo `state_of`."""
    for name, p in named.items():
        if f"{name}|step" in state:
            moments = {moment: state[f"{name}|{moment}"] for moment in _MOMENTS}
            optimiser.state[p] = {m: t if m == "step" else t.to(p.device) for m, t in moments.items()}


def out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that memory did not suffice, on a GPU or a processor."""
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
        isinstance(error, RuntimeError) and ("out of memory" in str(error) or "can't allocate memory" in str(error))
    )
