"""How much arithmetic a training step is, counted on paper, and how much a device could do in the same time.

An adapter's step: every matrix of the network is multiplied forward and, for the gradient of its input, backward;
its own gradient is not wanted, since it is frozen. Attention's two products have no frozen side and cost twice as
much backward as forward, as do the adapter's own small matrices. The two convolutions lie before the first adapter
and are only computed forward. Norms, activations and the optimiser are left out.
"""

from __future__ import annotations

import time
from typing import Any

import torch

from trainer.contract.job import Job

PEAKS = {
    "H200": 989e12, "H100 PCIe": 756e12, "H100": 989e12, "A100": 312e12, "A10": 125e12, "A30": 165e12,
    "L40S": 362e12, "L40": 181e12, "L4": 121e12, "A6000": 155e12, "4090": 165e12, "4080": 97e12, "4070": 58e12,
    "3090": 71e12, "3080": 60e12,
}  # fmt: skip
"""Dense products in bf16, summed in fp32, of the makers' data sheets; the first name that is part of a device's."""
FEED_FORWARD = ("fc1", "fc2")
SIZE = {"cuda": 8192, "cpu": 1024}
TRIES = 5


def a_window(config: Any, job: Job, frames: int, tokens: int) -> float:
    """Floating-point operations of one window in one step, forward and backward.

    Args:
        config: a WhisperConfig.
        job: its adapter counts.
        frames: of the window.
        tokens: that the decoder is shown.
    """
    width, inner, places = config.d_model, config.encoder_ffn_dim, frames // 2
    convolutions = 2 * 3 * width * (frames * config.num_mel_bins + places * width)
    encoder, decoder = config.encoder_layers, config.decoder_layers
    # A decoder layer attends to the encoder as well: two more matrices on its own places, two on the encoder's.
    crossing = decoder * 4 * places * width**2
    matrices = decoder * (_matrices(width, inner, tokens) + 4 * tokens * width**2)
    matrices += 2 * tokens * width * config.vocab_size
    attention = 4 * width * decoder * (tokens**2 + tokens * places)
    listening, within = encoder * _matrices(width, inner, places), 4 * width * encoder * places**2
    if job.where == "decoder":
        forward_only, both_ways = listening + within + crossing, 2 * matrices + 3 * attention
    else:
        forward_only, both_ways = 0, 2 * (matrices + crossing + listening) + 3 * (attention + within)
    return float(convolutions + forward_only + both_ways + 3 * _adapter(config, job, places, tokens))


def _adapter(config: Any, job: Job, places: int, tokens: int) -> int:
    """Forward operations of the adapter's matrices."""
    total = 0
    for name in job.targets:
        rows = config.encoder_layers * places * (job.where != "decoder")
        if job.where != "encoder":
            crossed = 0 if name in FEED_FORWARD else places if name in ("k_proj", "v_proj") else tokens
            rows += config.decoder_layers * (tokens + crossed)
        width = config.d_model + (config.encoder_ffn_dim if name in FEED_FORWARD else config.d_model)
        total += 2 * job.rank * rows * width
    return total


def _matrices(width: int, inner: int, places: int) -> int:
    """Forward operations of a layer's own matrices: four of attention, two of the feed-forward net."""
    return places * (8 * width**2 + 4 * width * inner)


def peak(device: torch.device, precision: str) -> tuple[float, str]:
    """Operations a second that a device can do at most, and how that is known."""
    if device.type == "cuda" and precision in ("bf16", "fp16"):
        name = torch.cuda.get_device_name(device)
        if known := next((rate for part, rate in PEAKS.items() if part in name), None):
            return known, "data sheet"
    return measured(device, precision), "measured, one large product"


def measured(device: torch.device, precision: str) -> float:
    """Operations a second in a product of two large square matrices, the best of some tries."""
    size = SIZE[device.type]
    kinds = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}
    matrix = torch.randn(size, size, device=device, dtype=kinds[precision])
    best = float("inf")
    for _ in range(TRIES):
        if device.type == "cuda":
            torch.cuda.synchronize()
        began = time.perf_counter()
        matrix @ matrix
        if device.type == "cuda":
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - began)
    return 2 * size**3 / best
