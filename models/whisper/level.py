"""Quiet speech made loud enough to be heard, on a copy: the networks lose what is too soft for them.

Both were trained on speech at an ordinary level. Silero's probabilities fall with it, and Whisper's features
shift by a constant that it learnt to expect. What is loud enough already is left as it is, sample by sample.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

QUIET = 0.03
"""Loudness (root mean square of speech, of full scale) below which it is raised to as much: -30 dBFS."""
MOST = 1000.0
"""The largest factor: what 60 dB cannot lift is the noise of the converter."""
BLOCK = 480
"""Samples over which loudness is measured, 30 ms."""
CLICKS = 16
"""So many louder blocks may be clicks and knocks."""


def audible(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """The audio, louder if it is quiet; a click is limited rather than taken for the speech.

    Args:
        audio: float32, shape (samples,), 16 kHz; it is not changed.
    """
    factor = gain(audio)
    return audio if factor == 1.0 else np.clip((audio - audio.mean()) * np.float32(factor), -1.0, 1.0)


def gain(audio: NDArray[np.float32]) -> float:
    """The factor that makes quiet speech loud enough, 1.0 where nothing has to be done."""
    blocks = audio[: len(audio) // BLOCK * BLOCK].reshape(-1, BLOCK)
    if not len(blocks):
        return 1.0
    # The loudest half second counts, or the loudest twentieth of a short clip: it is more than a few clicks, and
    # long pauses are not asked.
    rank = min(CLICKS, len(blocks) // 20)
    loudness = float(np.sort(blocks.std(axis=1, dtype=np.float64))[-1 - rank])
    return float(np.clip(QUIET / loudness, 1.0, MOST)) if loudness > 0 else 1.0
