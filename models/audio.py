"""The audio that every model hears: float32, one channel, 16 kHz; and how it is padded to a window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.errors import AudioError
from models.units import SAMPLE_RATE, WINDOW

Audio = NDArray[np.float32]


def padded(audio: Audio, samples: int = WINDOW) -> Audio:
    """Audio of at most 30 s filled up with zero samples to a window that Whisper hears.

    The one padding convention: recognition, training and evaluation all go through here.

    Args:
        audio: shape (samples,), 16 kHz.
        samples: of the window; at least as many as the audio has.

    Returns:
        shape (samples,).

    Raises:
        AudioError: longer than the longest window.
    """
    if len(audio) > WINDOW:
        seconds = len(audio) / SAMPLE_RATE
        raise AudioError(f"{seconds:.1f} s of audio do not fit Whisper's window of 30 s", "cut it at a pause first")
    return np.pad(audio, (0, samples - len(audio)))


def check_audio(audio: Audio) -> None:
    """Refuse what is not one channel of finite float32 samples, with an AudioError."""
    if not isinstance(audio, np.ndarray) or audio.dtype != np.float32 or audio.ndim != 1:
        given = f"{audio.dtype} {audio.shape}" if isinstance(audio, np.ndarray) else type(audio).__name__
        raise AudioError(f"The recogniser hears one channel of float32 at 16 kHz, not {given}", "convert it first")
    if not np.isfinite(audio).all():
        raise AudioError("The audio holds samples that are not numbers", "record it again, or convert it anew")
