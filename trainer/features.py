"""Whisper's log-mel features, computed once for speech only and padded later to any window.

The same numbers as Hugging Face's WhisperFeatureExtractor on the waveform padded with zero samples: there the
tail is the floor, 2.0 below the clip's loudest value, because features are clamped to 8 decades and scaled by
4 (OpenAI's whisper/audio.py).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from models.units import SAMPLE_RATE

FRAME = 160
"""Samples from one feature frame to the next (10 ms at 16 kHz)."""
FLOOR = 2.0
"""How far below the loudest feature digital silence lies."""


@lru_cache(maxsize=2)
def _filters(bands: int) -> torch.Tensor:
    from transformers.audio_utils import mel_filter_bank

    return torch.tensor(
        mel_filter_bank(201, bands, 0.0, 8000.0, SAMPLE_RATE, norm="slaney", mel_scale="slaney"),
        dtype=torch.float32,
    )


def log_mel(audio: NDArray[np.float32], bands: int = 80) -> NDArray[np.float32]:
    """Features [bands, frames] of `audio` (16 kHz mono); one frame for each 10 ms, the last one rounded up."""
    padded = np.zeros(-(-len(audio) // FRAME) * FRAME + 2 * FRAME, np.float32)
    padded[: len(audio)] = audio
    spectrum = torch.stft(
        torch.from_numpy(padded), 400, FRAME, window=torch.hann_window(400), center=True, return_complex=True
    )
    power = spectrum[:, :-2].abs() ** 2
    mel = torch.clamp(_filters(bands).T @ power, min=1e-10).log10()
    mel = torch.maximum(mel, mel.max() - 8.0)
    return np.asarray(((mel + 4.0) / 4.0).numpy(), np.float32)


def to_window(features: list[NDArray[np.float16]], frames: int, zeros: list[bool]) -> torch.Tensor:
    """A batch [n, bands, frames], each clip followed by silence.

    `zeros[i]` pads clip i with 0.0, as faster-whisper pads short clips by itself; otherwise with its floor, as
    silence in the waveform would. A model that must bear both is trained on both.
    """
    batch = torch.empty(len(features), features[0].shape[0], frames)
    for row, (mel, zero) in enumerate(zip(features, zeros, strict=True)):
        length = min(frames, mel.shape[1])
        batch[row, :, length:] = 0.0 if zero else float(mel.max()) - FLOOR
        batch[row, :, :length] = torch.from_numpy(mel[:, :length].astype(np.float32))
    return batch
