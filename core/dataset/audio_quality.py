"""How good the audio of a segment is, and a copy of it that is easier to analyse.

What is stored is never touched: whoever was recorded quietly, or with an offset by a cheap sound card, is
measured as they are. Networks hear the analysis copy, where a whisper is as loud as a shout.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.dataset.fingerprint import fingerprint
from models.activity import FRAME
from store.units import SAMPLE_RATE

Audio = NDArray[np.float32]

TARGET = -23.0
"""LUFS of an analysis copy, the broadcasters' level (EBU R 128)."""
HIGHEST_PEAK = 10 ** (-1 / 20)
"""An analysis copy's loudest sample: -1 dBFS."""
SHORTEST_LOUDNESS = 0.4
"""Seconds in one block of ITU-R BS.1770; shorter audio has no loudness by that definition."""
SILENCE = -100.0
"""Loudness of what holds nothing: 16 bits go no lower."""
MOST_SNR = 90.0
"""Decibels; digital silence between the words would be infinitely better."""

SPOKEN, UNSPOKEN = 0.5, 0.15
"""Probabilities of speech from which a frame counts as speech, and up to which as background."""
LEAST_BACKGROUND = 4
"""Frames of background below which nothing is said about it."""

WINDOW = 512
FALL = 1e-6
"""A band ends where its spectrum has fallen by 60 dB for good …"""
QUANTISED = (1 / 32768) ** 2 / 12 * 4
"""… or to four times the noise that 16 bits make by themselves: power of a sample."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What the audio of a segment is like."""

    loudness: float
    """LUFS (ITU-R BS.1770), or the level in dBFS where it is too short for that."""
    snr: float | None
    """Decibels between speech and background; None where there is too little of one of them."""
    clipped: float
    """Share of the samples that are cut off, 0 to 1."""
    band: float | None
    """Hertz up to which there is sound; None for silence."""
    fingerprint: bytes
    """Empty for silence."""


def measure(audio: Audio, likely: NDArray[np.float32], clipped: float) -> Measures:
    """Measure a segment.

    Args:
        audio: float32, shape (samples,), 16 kHz, as it is stored.
        likely: probability of speech of each of its FRAME samples; of the last, shorter one too.
        clipped: share of its samples that are cut off, which shows in the file that it came from.
    """
    level = centred(audio)
    return Measures(loudness(level), snr(level, likely), clipped, band_limit(level), fingerprint(level))


def analysis_copy(audio: Audio) -> Audio:
    """The audio without offset and at TARGET, its peaks no higher than HIGHEST_PEAK; the original stays as it is.

    Args:
        audio: float32, shape (samples,), 16 kHz.
    """
    if not len(audio):
        return audio
    level = centred(audio)
    peak = float(np.abs(level).max())
    if peak == 0:
        return level
    gain = min(10 ** ((TARGET - loudness(level)) / 20), HIGHEST_PEAK / peak)
    return np.multiply(level, gain, dtype=np.float32)


def centred(audio: Audio) -> Audio:
    """The audio without its offset (DC)."""
    return np.subtract(audio, audio.mean(dtype=np.float64), dtype=np.float32) if len(audio) else audio


def loudness(audio: Audio) -> float:
    """Integrated loudness in LUFS; for short or nearly silent audio its level (RMS) in dBFS instead."""
    if len(audio) >= SHORTEST_LOUDNESS * SAMPLE_RATE:
        import warnings

        with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
            warnings.simplefilter("ignore")
            value = float(_meter().integrated_loudness(audio))
        if math.isfinite(value):
            return value
    return _decibels(float(np.mean(np.square(audio, dtype=np.float64)))) if len(audio) else SILENCE


def snr(audio: Audio, likely: NDArray[np.float32]) -> float | None:
    """Power of the speech over that of the background, in decibels; None where either is too short to tell.

    Frames next to speech are left out of the background: words fade.
    """
    frames = len(audio) // FRAME
    if not frames:
        return None
    power = np.square(audio[: frames * FRAME], dtype=np.float64).reshape(frames, FRAME).mean(axis=1)
    heard = likely[:frames]
    spoken = heard >= SPOKEN
    near = np.convolve(spoken, np.ones(5))[2:-2] > 0
    background = (heard <= UNSPOKEN) & ~near
    if not spoken.any() or background.sum() < LEAST_BACKGROUND:
        return None
    noise = float(np.median(power[background]))  # a word that was taken for background does not count
    speech = max(float(power[spoken].mean()) - noise, 1e-12)
    return float(np.clip(10 * math.log10(speech / max(noise, 1e-12)), -MOST_SNR, MOST_SNR))


def band_limit(audio: Audio) -> float | None:
    """Hertz up to which a segment holds sound, to about 60 Hz; None for silence.

    Telephones and old codecs end at 4 kHz or below, whatever rate the file has.
    """
    if len(audio) < WINDOW:
        audio = np.pad(audio, (0, WINDOW - len(audio)))
    window = np.hanning(WINDOW)
    frames = np.lib.stride_tricks.sliding_window_view(audio, WINDOW)[:: WINDOW // 2]
    power = np.abs(np.fft.rfft(frames * window.astype(np.float32), axis=1)) ** 2
    # The loudest tenth of the moments of each frequency: an s is rare, and all there is above 5 kHz.
    spectrum = np.quantile(power, 0.9, axis=0) if len(power) > 1 else power[0]
    floor = max(float(spectrum.max()) * FALL, QUANTISED * float(np.square(window).sum()))
    above = np.flatnonzero(spectrum > floor)
    return float(above[-1] * SAMPLE_RATE / WINDOW) if len(above) else None


def _decibels(power: float) -> float:
    return 10 * math.log10(power) if power > 10 ** (SILENCE / 10) else SILENCE


@functools.cache
def _meter() -> Any:
    import pyloudnorm

    return pyloudnorm.Meter(SAMPLE_RATE)
