"""The same words as if said on another day: faster or slower, louder or softer, in noise, with a pause around.

What is done to a clip is drawn first, from dice that belong to its place in the run, and done afterwards. So
the length is known before any audio is read, and a resumed run draws the same.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.units import SAMPLE_RATE, WINDOW
from trainer.contract.job import Job

SNR_RANGE = 25.0
MASKS = 2


@dataclass(frozen=True)
class Augmentation:
    """What is done to one clip. The default is nothing."""

    speed: float = 1.0
    gain: float = 0.0
    """Decibels."""
    snr: float | None = None
    """Decibels from the noise up to the speech; None for no noise."""
    lead: int = 0
    tail: int = 0
    """Samples of silence before and behind."""
    seed: int = 0
    """Of the noise itself."""

    def samples(self, samples: int) -> int:
        """Length of a changed clip of that many samples."""
        return self.lead + round(samples / self.speed) + self.tail


def draw(dice: random.Random, job: Job, samples: int) -> Augmentation:
    """What to do to a clip of so many samples; it never grows beyond one window."""
    if dice.random() >= job.augment:
        return Augmentation()
    slowest = max(-job.speed, samples / WINDOW - 1)
    speed = 1 + dice.uniform(min(slowest, job.speed), job.speed)
    room = WINDOW - round(samples / speed)
    lead = min(room, int(dice.uniform(0, job.silence) * SAMPLE_RATE))
    tail = min(room - lead, int(dice.uniform(0, job.silence) * SAMPLE_RATE))
    snr = dice.uniform(job.least_snr, job.least_snr + SNR_RANGE) if dice.random() < job.noisy else None
    return Augmentation(speed, dice.uniform(-job.gain, job.gain), snr, lead, tail, dice.randrange(2**31))


def applied(audio: NDArray[np.float32], change: Augmentation) -> NDArray[np.float32]:
    """The changed clip, float32 [change.samples(len(audio))], within ±1."""
    if change == Augmentation():
        return audio
    voice = resampled(audio, round(len(audio) / change.speed))
    whole = np.pad(voice, (change.lead, change.tail))
    if change.snr is not None:
        level = float(np.sqrt(np.mean(np.square(voice, dtype=np.float64)))) * 10 ** (-change.snr / 20)
        whole = whole + noise(len(whole), change.seed) * np.float32(level)
    return np.asarray(np.clip(whole * np.float32(10 ** (change.gain / 20)), -1, 1), np.float32)


def resampled(audio: NDArray[np.float32], samples: int) -> NDArray[np.float32]:
    """The audio in so many samples, so that speed and pitch change together; what would alias is cut off."""
    if samples == len(audio):
        return audio
    spectrum = np.fft.rfft(audio)
    kept = np.zeros(samples // 2 + 1, np.complex128)
    shared = min(len(kept), len(spectrum))
    kept[:shared] = spectrum[:shared]
    return np.asarray(np.fft.irfft(kept, samples) * (samples / len(audio)), np.float32)


def noise(samples: int, seed: int) -> NDArray[np.float32]:
    """Background noise of unit power, anything from white to brown, float32 [samples]."""
    dice = np.random.default_rng(seed)
    bins = samples // 2 + 1
    shape = np.maximum(np.arange(bins) * SAMPLE_RATE / samples, 30.0) ** (-dice.uniform(0, 0.9))
    made = np.fft.irfft((dice.normal(size=bins) + 1j * dice.normal(size=bins)) * shape, samples)
    return np.asarray(made / max(1e-9, float(np.sqrt(np.mean(made**2)))), np.float32)


def hush(seed: int) -> NDArray[np.float32]:
    """A clip in which nobody speaks: one to six seconds of noise, from hardly any to a loud room."""
    dice = np.random.default_rng(seed)
    samples = int(dice.uniform(1, 6) * SAMPLE_RATE)
    return np.asarray(np.clip(noise(samples, seed + 1) * 10 ** dice.uniform(-4, -1.5), -1, 1), np.float32)


def masked(features: NDArray[np.float16], dice: random.Random, job: Job) -> NDArray[np.float16]:
    """A copy of features [bands, frames] with some time and some bands hidden behind their mean (SpecAugment).

    Park et al. 2019, arXiv:1904.08779, without its time warping, which helped little there.
    """
    bands, frames = features.shape
    hidden, mean = features.copy(), np.float16(features.mean(dtype=np.float64))
    for _ in range(MASKS):
        width = int(dice.uniform(0, job.mask_time) * frames)
        start = dice.randrange(frames - width + 1)
        hidden[:, start : start + width] = mean
        height = min(bands, dice.randint(0, job.mask_bands))
        low = dice.randrange(bands - height + 1)
        hidden[low : low + height] = mean
    return hidden
