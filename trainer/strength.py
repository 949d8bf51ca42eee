"""How strong an adapter should be.

At full strength it often gives up more of what the base knew than it has to; scaling it down is free and is
chosen on clips that were not trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from trainer.adapter import set_strength
from trainer.decoding import hear
from trainer.labels import Labels

STRENGTHS = (1.0, 0.85, 0.7, 0.5, 0.25)
WORSE = 0.005
"""General speech of dev may be heard so much worse than by the base, in words: half of what the gate allows."""

Clips = Sequence[tuple[str, NDArray[np.float16]]]
"""Reference and features of each."""


@dataclass(frozen=True)
class Tried:
    """One strength of the adapter, and how well it hears."""

    strength: float
    wer: float
    general: float | None
    """Of clips that are not the learner's; None where there are none."""


def choose_strength(
    model: Any, labels: Labels, own: Clips, general: Clips, device: torch.device, between: Callable[[], None]
) -> tuple[Tried, list[Tried]]:
    """The strength that hears the learner best without hearing others worse, set on the model; and all tried.

    Args:
        own: dev clips of the learner.
        general: dev clips of others; without any, only the learner's count.
        between: called now and then, and may raise to stop.
    """
    tried = []
    for strength in (0.0, *STRENGTHS):
        set_strength(model, strength)
        wer = hear(model, labels, own, device, between).rate
        tried.append(Tried(strength, wer, hear(model, labels, general, device, between).rate if general else None))
    base, others = tried[0], tried[1:]
    harmless = [t for t in others if t.general is None or (base.general or 0.0) + WORSE >= t.general]
    # Where every strength harms, the weakest harms least; the gate will have its say.
    best = min(harmless, key=lambda t: (t.wer, -t.strength)) if harmless else others[-1]
    set_strength(model, best.strength)
    return best, tried
