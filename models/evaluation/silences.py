"""What a microphone hears when nobody speaks: a fixed set of clips in which there is not one word to be heard.

Whisper writes subtitles into silence, and training on speech alone makes it worse. So every model is asked what
it hears in the same noises: hiss, rumble, the hum of the mains, breath, each from barely audible to loud, and in
nothing at all. They are made, not recorded, and always the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from models.units import SAMPLE_RATE

LEVELS = (-80.0, -70.0, -60.0, -50.0, -40.0, -30.0)
"""Root mean square of the clips, dBFS."""
KINDS = ("hiss", "rumble", "hum", "breath")
SEED = 7


def silences() -> Iterator[NDArray[np.float32]]:
    """25 clips of 1 to 6 s without speech: float32, 16 kHz; the last one is digital silence."""
    for number, (level, kind) in enumerate(product(LEVELS, KINDS)):
        dice = np.random.default_rng((SEED, number))
        sound = _made(kind, (1 + number % 6) * SAMPLE_RATE, dice)
        yield (sound * (10 ** (level / 20) / np.sqrt(np.mean(np.square(sound))))).astype(np.float32)
    yield np.zeros(3 * SAMPLE_RATE, np.float32)


def _made(kind: str, samples: int, dice: np.random.Generator) -> NDArray[np.float64]:
    """So many samples of one kind of noise, at no particular level."""
    seconds = np.arange(samples) / SAMPLE_RATE
    if kind == "hum":  # the mains and its harmonics, and a little of what is always there
        tones = [
            np.sin(2 * np.pi * 50 * k * seconds + dice.uniform(0, 2 * np.pi)) / k**1.5 for k in (1, 2, 3, 4, 6)
        ]
        return np.asarray(sum(tones) + 0.02 * dice.standard_normal(samples), np.float64)
    hertz = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    shape = {
        "hiss": np.ones_like(hertz),
        "rumble": 1 / np.maximum(hertz, 20.0),
        "breath": np.exp(-(np.log2(np.maximum(hertz, 1.0) / 1200) ** 2)),  # most of it around 1.2 kHz
    }[kind]
    noise = np.fft.irfft(np.fft.rfft(dice.standard_normal(samples)) * shape, samples)
    if kind == "breath":  # in and out, every three seconds
        noise *= 0.02 + np.sin(np.pi * seconds / 1.5 + dice.uniform(0, np.pi)) ** 4
    return np.asarray(noise, np.float64)
