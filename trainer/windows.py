"""Whisper on windows shorter than thirty seconds.

transformers refuses anything but 3000 frames, although nothing in the network needs them: the check compares
with `config.max_source_positions`, and the position table is added whole. Showing the encoder a shorter table
and that length is enough, and a three-second clip then costs a tenth.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn


@contextmanager
def window(model: Any, frames: int) -> Iterator[None]:
    """Within it, `model` (WhisperForConditionalGeneration) takes features of `frames` frames (even, ≤ 3000)."""
    encoder = model.get_encoder()
    full = encoder.embed_positions
    positions = full.weight.shape[0]
    if frames % 2 or not 0 < frames <= 2 * positions:
        raise ValueError(f"a window of {frames} frames: must be even and at most {2 * positions}")
    short = nn.Embedding(frames // 2, full.weight.shape[1], _weight=full.weight[: frames // 2], _freeze=True)
    encoder.embed_positions, encoder.config.max_source_positions = short, frames // 2
    try:
        yield
    finally:
        encoder.embed_positions, encoder.config.max_source_positions = full, positions
