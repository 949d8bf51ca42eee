"""What the starter voice learns from: espeak-ng's own speech, taken apart frame by frame.

A frame is HOP samples. For each the analysis gives a pitch, whether vocal folds swing, the smooth spectrum
that rides on their pulses, and the spectrum of the noise beside it: noise and pulses are measured apart, band
by band, so that fricatives stay crisp and vowels do not buzz. The teacher is a voice variant of our own,
written below: espeak's ready-made women have an echo, which no vocoder can take apart again.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.synthesis.espeak import Espeak, EspeakSpeech, piper_folder

SAMPLE_RATE = 22050
HOP = 128
PULSE_BANDS, NOISE_BANDS = 80, 28
FLOOR = -11.0  # natural log of the smallest amplitude told apart from silence
RATE, PITCH_RANGE = 158, 55
LEAD_FRAMES, TAIL_FRAMES = 4, 10  # silence kept before the first and after the last phoneme
PAUSES = ",;:.?!"
UNTIMED = "_^ ˈˌ"  # symbols that never take time of their own

VARIANT = """\
language variant
name tertulia
gender female
pitch 116 208
flutter 2
roughness 0
formant 0 105 90 130
formant 1 109 90 140
formant 2 110 85 130
formant 3 111 85 130
formant 4 114 90 130
formant 5 114 90 130
formant 6 110 80 130
formant 7 110 80 130
formant 8 110 80 130
stressAdd 0 0 -10 -10 0 0 10 40
consonants 125 125
"""

Array = NDArray[np.float32]


@dataclass(frozen=True)
class AnalysedSentence:
    """One analysed sentence: P symbols, T = frames.sum() frames."""

    text: str
    symbols: list[str]  # ["^", phonemes as piper writes them ..., "$"]
    frames: NDArray[np.int64]  # [P] frames of each symbol
    pulse: Array  # [T, PULSE_BANDS] natural log of the pulse spectrum
    noise: Array  # [T, NOISE_BANDS] natural log of the noise spectrum
    log_f0: Array  # [T] natural log of hertz, interpolated where unvoiced
    voiced: Array  # [T] 0 or 1


def band_centres(count: int) -> NDArray[np.float64]:
    """`count` frequencies in hertz from 40 Hz to half the sample rate.

    Flatter than mel: near 3 kHz, where formants are told apart, bands must not be wider than a harmonic.
    """
    low, high = (np.log1p(f / 1500) for f in (40.0, SAMPLE_RATE / 2))
    return np.asarray(1500 * np.expm1(np.linspace(low, high, count)))


def teacher(folder: Path) -> Espeak:
    """espeak-ng with the teacher's variant, on a copy in `folder` of the data that Spanish needs."""
    source, data = piper_folder() / "espeak-ng-data", folder / "espeak-ng-data"
    shutil.rmtree(data, ignore_errors=True)
    (data / "voices" / "!v").mkdir(parents=True)
    for name in ("phondata", "phonindex", "phontab", "intonations", "es_dict", "en_dict"):
        shutil.copy(source / name, data / name)
    shutil.copytree(source / "lang", data / "lang")
    (data / "voices" / "!v" / "tertulia").write_text(VARIANT)
    return Espeak(data)


def teach(espeak: Espeak, text: str, rate: int = RATE) -> EspeakSpeech:
    """The teacher says `text` at `rate` words a minute."""
    return espeak.speak(text, variant="tertulia", rate=rate, pitch_range=PITCH_RANGE)


def phonemize(text: str) -> list[list[str]]:
    """Symbols per sentence, exactly as piper will ask for them."""
    from piper.phonemize_espeak import EspeakPhonemizer

    symbols: list[list[str]] = EspeakPhonemizer().phonemize("es", text)
    return symbols


def align(symbols: Sequence[str], speech: EspeakSpeech) -> tuple[NDArray[np.int64], int] | None:
    """Samples of each symbol and where the first begins; None where espeak's two accounts disagree.

    espeak tells when each phoneme starts; piper's symbols are single code points. A phoneme's time goes to
    its last letter ("tʃ": to "ʃ"), a pause to the punctuation mark before it, the end of the sentence to "$".
    """
    time = np.zeros(len(symbols), np.int64)
    events = speech.events
    spoken = [index for index, event in enumerate(events) if event.name]
    if not spoken:
        return None
    place = 1
    for index in range(spoken[0], spoken[-1] + 1):
        event = events[index]
        after = events[index + 1].sample if index + 1 < len(events) else len(speech.samples)
        if not event.name:  # a pause, or the seam between two clauses
            if after > event.sample:
                before = next((p for p in range(place - 1, 0, -1) if symbols[p] != " "), 0)
                pause = place if symbols[place] in PAUSES else before
                if symbols[pause] not in PAUSES:
                    return None
                time[pause] += after - event.sample
            continue
        for letter in unicodedata.normalize("NFD", event.name):
            # The two accounts may differ in lengths ("pː" and "p") and in the stress of a lone word.
            while place < len(symbols) - 1 and symbols[place] != letter and symbols[place] in PAUSES + " ː":
                place += 1
            if symbols[place] != letter:
                if letter in "ˈˌ":
                    continue
                return None
            place += 1
        time[place - 1] += after - event.sample
    if any(symbol not in PAUSES + " $" for symbol in symbols[place:]):
        return None
    return time, events[spoken[0]].sample


def analyse(espeak: Espeak, text: str, rate: int = RATE) -> AnalysedSentence | None:
    """Speak and take apart one sentence; None where it is no single sentence or does not align."""
    sentences = phonemize(text)
    if len(sentences) != 1:
        return None
    symbols = ["^", *sentences[0], "$"]
    speech = teach(espeak, text, rate)
    aligned = align(symbols, speech)
    if aligned is None:
        return None
    time, start = aligned
    edges = np.round(np.cumsum(time) / HOP).astype(np.int64)
    frames = np.diff(edges, prepend=0)
    frames[0], frames[-1] = LEAD_FRAMES, TAIL_FRAMES
    count = int(frames.sum())
    samples = np.pad(speech.samples.astype(np.float64), (4096, 4096))
    first = 4096 + start - LEAD_FRAMES * HOP
    centres = first + HOP // 2 + HOP * np.arange(count)
    if centres[-1] + 600 >= len(samples):
        samples = np.pad(samples, (0, 4096))
    samples[:4096] = 0
    log_f0, voiced = pitch(samples, centres)
    pulse, noise = spectra(samples, centres, np.exp(log_f0), voiced)
    log_f0 = log_f0 + question(text, symbols, frames)
    return AnalysedSentence(
        text, symbols, frames, pulse, noise, log_f0.astype(np.float32), voiced.astype(np.float32)
    )


_ASKING = re.compile(r"qué|cómo|cuándo|dónde|quién|cuál|cuánt", re.IGNORECASE)


def question(text: str, symbols: Sequence[str], frames: NDArray[np.int64]) -> NDArray[np.float64]:
    """What to add to log f0 [T]: where "¿…?" wants yes or no, a rise from the last stressed vowel on.

    espeak's questions hardly rise, and fall again at the very end; those with a question word may stay so.
    """
    rise = np.zeros(int(frames.sum()))
    marks = [place for place, symbol in enumerate(symbols) if symbol == "ˈ"]
    if not text.rstrip().endswith("?") or _ASKING.search(text.split("¿")[-1]) or not marks:
        return rise
    ends = np.cumsum(frames)
    start, stop = int(ends[marks[-1]]), int(ends[-2])
    rise[start:stop] = 0.30 * np.linspace(0.0, 1.0, stop - start) ** 1.5
    rise[stop:] = 0.30
    return rise


def _cut(samples: NDArray[np.float64], centres: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    """[T, size]: the samples around each centre."""
    return np.asarray(samples[centres[:, None] + np.arange(-(size // 2), size - size // 2)])


def pitch(
    samples: NDArray[np.float64], centres: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Natural log of f0 in hertz [T] (interpolated where unvoiced) and voicing [T]."""
    low, high = SAMPLE_RATE // 330, SAMPLE_RATE // 85
    window = np.hanning(1024)
    norm = np.fft.irfft(np.abs(np.fft.rfft(window, 2048)) ** 2)
    power = np.abs(np.fft.rfft(_cut(samples, centres, 1024) * window, 2048)) ** 2
    power[:, 230:] = 0  # below 2.5 kHz: fricatives have no say
    auto = np.fft.irfft(power)
    auto = auto[:, : high + 2] / np.maximum(auto[:, :1], 1e-9) / (norm[: high + 2] / norm[0])
    peaks = (auto[:, low:high] >= auto[:, low - 1 : high - 1]) & (auto[:, low:high] > auto[:, low + 1 : high + 1])
    values = np.where(peaks, auto[:, low:high], 0.0)
    best = np.argmax(values > 0.93 * values.max(1, keepdims=True), axis=1) + low  # the shortest good period
    rows = np.arange(len(centres))
    a, b, c = (auto[rows, best + d] for d in (-1, 0, 1))
    period = best + np.clip(0.5 * (a - c) / np.minimum(a - 2 * b + c, -1e-9), -0.5, 0.5)

    # Two neighbouring periods resemble each other where the folds swing: sharper in time than the window.
    smooth = np.convolve(samples, np.hanning(11) / np.hanning(11).sum(), "same")
    near = np.arange(-110, 110)
    shift = np.round(period).astype(np.int64)
    one = smooth[(centres - shift // 2)[:, None] + near]
    two = smooth[(centres - shift // 2 + shift)[:, None] + near]
    energy = np.sqrt((one**2).sum(1) * (two**2).sum(1))
    alike = (one * two).sum(1) / np.maximum(energy, 1e-9)
    voiced = (alike > 0.6) & (b > 0.35) & (energy > 220 * 4e-4**2)
    voiced = _majority(voiced, 2)
    if not voiced.any():
        return np.full(len(centres), np.log(160.0)), voiced
    track = np.log(SAMPLE_RATE / period)
    middle = np.median(track[voiced])
    sane = voiced & (np.abs(track - middle) < 0.6)
    track = np.interp(rows, rows[sane], _median(track[sane], 2)) if sane.any() else np.full(len(rows), middle)
    return track, voiced


def _majority(flags: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    padded = np.pad(flags.astype(np.int64), reach, "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return np.asarray(windows.sum(1) > reach)


def _median(track: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(track, reach, "edge"), 2 * reach + 1)
    return np.asarray(np.median(windows, axis=1))


def spectra(
    samples: NDArray[np.float64],
    centres: NDArray[np.int64],
    f0: NDArray[np.float64],
    voiced: NDArray[np.bool_],
) -> tuple[Array, Array]:
    """Natural logs of the pulse spectrum [T, PULSE_BANDS] and of the noise spectrum [T, NOISE_BANDS].

    The pulse spectrum is that of one period (what a pulse train of rate f0 must be filtered by to sound so);
    the noise spectrum is that of white noise: 1 for noise of variance 1.
    """
    size, count = 2048, len(centres)
    frames = _cut(samples, centres, 1024)
    offsets = np.abs(np.arange(-512, 512))[None, :]
    grid = SAMPLE_RATE / size
    pulse_at, noise_at = band_centres(PULSE_BANDS), band_centres(NOISE_BANDS)
    pulse = np.full((count, PULSE_BANDS), FLOOR, np.float64)
    noise = np.full((count, NOISE_BANDS), FLOOR, np.float64)

    short = (
        np.abs(np.fft.rfft(_cut(samples, centres, 256) * np.hanning(256), 512)) ** 2 / (np.hanning(256) ** 2).sum()
    )
    edges = np.concatenate([[0.0], (noise_at[1:] + noise_at[:-1]) / 2, [SAMPLE_RATE / 2]])
    bins = np.clip(np.round(edges / (SAMPLE_RATE / 512)).astype(int), 0, 256)
    for band in range(NOISE_BANDS):
        lo, hi = bins[band], max(bins[band + 1], bins[band] + 1)
        # The mean of a logarithm lies below the logarithm of the mean: by this much for so many bins.
        bias = 0.25 / max(0.5, (hi - lo) / 3) * 0.9
        noise[:, band] = 0.5 * np.log(np.maximum(short[:, lo:hi].mean(1), 1e-12)) + bias

    rows = np.flatnonzero(voiced)
    if not len(rows):
        return pulse.astype(np.float32), np.maximum(noise, FLOOR).astype(np.float32)
    hertz = f0[rows]
    periods = SAMPLE_RATE / hertz

    def hann(width: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(
            np.where(offsets < width[:, None] / 2, 0.5 + 0.5 * np.cos(2 * np.pi * offsets / width[:, None]), 0.0)
        )

    narrow, wide = hann(np.minimum(3 * periods, 1000)), hann(np.minimum(4 * periods, 1020))
    tones = np.log(np.abs(np.fft.rfft(frames[rows] * narrow, size)) / narrow.sum(1, keepdims=True) * 2 + 1e-9)
    rest = np.log(np.abs(np.fft.rfft(frames[rows] * wide, size)) / np.sqrt((wide**2).sum(1, keepdims=True)) + 1e-9)
    axis = np.arange(size // 2 + 1) * grid
    breath = np.interp(pulse_at, [0, 2500, 5000, 8000, 11025], [-5.0, -4.2, -2.6, -1.9, -1.6])
    for place, row in enumerate(rows):
        base = hertz[place]
        tops = np.arange(1, int(SAMPLE_RATE / 2 / base)) * base
        pulse[row] = np.interp(pulse_at, tops, np.interp(tops, axis, tones[place])) + np.log(SAMPLE_RATE / 2 / base)
        valleys = tops[:-1] + base / 2
        level = np.interp(noise_at, valleys, np.interp(valleys, axis, rest[place]))
        # Level of the pulse train as noise density: what breath is measured against, and what bounds a leak.
        train = np.interp(noise_at, pulse_at, pulse[row] + 0.5 * np.log(base / SAMPLE_RATE) + breath)
        loud = np.interp(noise_at, pulse_at, pulse[row] + 0.5 * np.log(base / SAMPLE_RATE))
        leak = np.where(level > loud - 1.2, level, np.minimum(level, train + 0.7))
        noise[row] = np.maximum(np.where(noise_at < 1200, np.minimum(leak, train), leak), train)
    return np.maximum(pulse, FLOOR).astype(np.float32), np.maximum(noise, FLOOR).astype(np.float32)
