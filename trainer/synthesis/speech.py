"""Synthetic Spanish speech, as many-voiced as espeak-ng can be made.

espeak's own variants are few, and a recogniser trained on them alone knows those voices by heart
(unseen ones cost it twice the errors). So most speakers here are invented: a variant file with random
formants, pitch and breath, spoken through a random room into a random microphone.

The ten voices in `RESERVED_VOICES` are for evaluation and never speak in training.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.units import SAMPLE_RATE
from trainer.synthesis.espeak import Espeak, EspeakError, piper_folder

RESERVED_VOICES = ("m7", "f5", "Alicia", "Lee", "linda", "edward", "pablo", "max", "steph2", "miguel")
INVENTED_VOICES = 240

# Whispering, growling or robotic variants teach nothing about people.
_UNFIT = {
    "Demonic",
    "UniRobot",
    "Storm",
    "croak",
    "whisper",
    "whisperf",
    "anikaRobot",
    "RicishayMax3",
    "Tweaky",
}
_UNFIT |= {f"{family}{n}" for family in ("robosoft", "klatt") for n in ("", *range(2, 9))}


@dataclass(frozen=True)
class Speaker:
    """One way to speak: espeak language and variant, and the knobs espeak is turned to."""

    language: str
    variant: str | None
    rate: int
    pitch: int
    pitch_range: int


def invented_variant(number: int) -> str:
    """The text of an espeak variant file: a speaker who exists nowhere else, the same for the same number."""
    dice = random.Random(f"voice {number}")
    tract = dice.uniform(0.86, 1.2)  # the length of the throat moves all formants together
    female = tract > 1.02
    low = dice.uniform(120, 200) if female else dice.uniform(65, 115)
    high = low * dice.uniform(1.15, 1.55)
    lines = ["language variant", f"name invented{number}", f"pitch {low:.0f} {high:.0f}"]
    for formant in range(9):
        frequency = 100 * tract * dice.gauss(1, 0.04 if formant in (1, 2) else 0.06)
        strength = 100 * dice.uniform(0.6, 1.35) if formant < 6 else 100 * dice.uniform(0, 1.4)
        lines.append(f"formant {formant} {frequency:.0f} {strength:.0f} {100 * dice.uniform(0.7, 1.6):.0f}")
    lines.append(f"flutter {dice.choice([0, 2, 4, 6, 10])}")
    lines.append(f"roughness {dice.choice([0, 0, 1, 2, 3])}")
    lines.append(f"voicing {dice.uniform(35, 150):.0f}")
    lines.append(f"consonants {dice.uniform(55, 150):.0f} {dice.uniform(40, 150):.0f}")
    if dice.random() < 0.5:
        lines.append("breath " + " ".join(f"{dice.uniform(0, 9):.0f}" for _ in range(8)))
        lines.append("breathw 150 150 200 200 400 400 600 600")
    if dice.random() < 0.5:
        tilt = [dice.uniform(60, 255) for _ in range(4)]
        lines.append(f"tone 300 {tilt[0]:.0f} 900 {tilt[1]:.0f} 2000 {tilt[2]:.0f} 3500 {tilt[3]:.0f}")
    if dice.random() < 0.3:
        lines.append(f"intonation {dice.choice([1, 2, 3])}")
    return "\n".join(lines) + "\n"


def espeak_with_invented_voices(folder: Path) -> Espeak:
    """espeak-ng with INVENTED_VOICES more variants; its data folder is made in `folder` (links to the real one)."""
    invent_voices(folder)
    return Espeak(folder)


def invent_voices(folder: Path, numbers: Sequence[int] = range(INVENTED_VOICES)) -> None:
    """Make an espeak-ng data folder with these invented variants; EspeakError without piper-tts.

    More than some 240 are silently forgotten.
    """
    source = piper_folder() / "espeak-ng-data"
    if not source.is_dir():
        raise EspeakError(f"piper-tts has no espeak-ng data at {source}", "reinstall piper-tts", source)
    variants = folder / "voices" / "!v"
    variants.mkdir(parents=True, exist_ok=True)
    # espeak-ng lists at most 350 voices (N_VOICES_LIST) and forgets the rest, so only Spanish is linked.
    spanish = [source / "lang" / "roa" / name for name in ("es", "es-419")]
    for item in [*source.iterdir(), *spanish, *(source / "voices" / "!v").iterdir()]:
        link = folder / item.relative_to(source)
        link.parent.mkdir(parents=True, exist_ok=True)
        if item.name not in ("voices", "lang") and not link.exists():
            link.symlink_to(item)
    for number in numbers:
        (variants / f"invented{number}").write_text(invented_variant(number))


def training_variants(espeak: Espeak) -> list[str]:
    """espeak's own variants that may speak in training."""
    banned = _UNFIT | set(RESERVED_VOICES)
    return [v for v in espeak.variants() if v not in banned and not v.startswith("invented") and " " not in v]


def training_speaker(
    dice: random.Random, own_variants: list[str], invented: Sequence[int] = range(INVENTED_VOICES)
) -> Speaker:
    """A random speaker: two in three invented, by these numbers, one in three from espeak's own fit variants."""
    variant = f"invented{dice.choice(invented)}" if dice.random() < 0.66 else dice.choice(own_variants)
    return Speaker(
        language="es" if dice.random() < 0.65 else "es-419",
        variant=variant,
        rate=int(dice.triangular(95, 220, 155)),
        pitch=int(min(99, max(0, dice.gauss(50, 16)))),
        pitch_range=dice.randint(20, 85),
    )


def evaluation_speaker(dice: random.Random, variant: str) -> Speaker:
    """A reserved voice speaking at a usual rate."""
    return Speaker("es" if dice.random() < 0.65 else "es-419", variant, dice.randint(130, 185),
                   int(min(80, max(20, dice.gauss(50, 8)))), dice.randint(35, 65))  # fmt: skip


def record(
    speech: NDArray[np.float32], rate: int, dice: np.random.Generator, hard: float = 1.0
) -> NDArray[np.float32]:
    """`speech` at `rate` hertz, as a microphone in a room would hear it: float32 mono at 16 kHz, peak below 1.

    Vocal size and speed (resampling), room, microphone tilt, band limit, noise, gain, lead and tail. `hard`
    scales how far each goes; 0 leaves the clean voice.
    """
    stretch = 1 + hard * dice.uniform(-0.1, 0.1)
    wanted = max(160, round(len(speech) * SAMPLE_RATE / rate * stretch))
    room_tail = 4_000
    spectrum = np.fft.rfft(speech, len(speech) + room_tail)
    target = round((len(speech) + room_tail) * wanted / max(1, len(speech)))
    bins = target // 2 + 1
    resampled = np.zeros(bins, np.complex128)
    shared = min(bins, len(spectrum))
    resampled[:shared] = spectrum[:shared]
    frequency = np.linspace(0, SAMPLE_RATE / 2, bins)
    if hard:
        resampled *= _microphone(frequency, dice, hard)
        if dice.random() < 0.55 * hard:
            resampled *= np.fft.rfft(_room(dice), target)
    dry = np.fft.irfft(resampled, target).astype(np.float32) * (target / (len(speech) + room_tail))
    lead, tail = (int(SAMPLE_RATE * dice.uniform(0.02, 0.5)) for _ in range(2))
    wet = np.concatenate([np.zeros(lead, np.float32), dry, np.zeros(max(0, tail - room_tail // 2), np.float32)])
    wet /= max(1e-4, float(np.abs(wet).max()))
    if hard and dice.random() < 0.85:
        snr = dice.uniform(8, 45)
        noise = noise_like_a_room(len(wet), dice)
        wet = wet + noise * float(np.sqrt(np.mean(wet**2))) * 10 ** (-snr / 20)
    peak = 10 ** (-dice.uniform(0.5, 24 * hard + 1) / 20)
    return (wet * (peak / max(1e-6, float(np.abs(wet).max())))).astype(np.float32)


def noise_like_a_room(samples: int, dice: np.random.Generator) -> NDArray[np.float32]:
    """Noise of unit power with a random slope (white to brown) and sometimes mains hum; float32 [samples]."""
    bins = samples // 2 + 1
    slope = dice.uniform(0, 1.6)
    shape = 1 / np.maximum(np.arange(bins) / samples * SAMPLE_RATE, 30) ** (slope / 2)
    noise = np.fft.irfft((dice.normal(size=bins) + 1j * dice.normal(size=bins)) * shape, samples)
    noise /= max(1e-9, float(np.sqrt(np.mean(noise**2))))
    if dice.random() < 0.25:
        time = np.arange(samples) / SAMPLE_RATE
        for harmonic in range(1, 5):
            noise += dice.uniform(0, 0.5) * np.sin(2 * np.pi * 50 * harmonic * time + dice.uniform(0, 6.3))
    return noise.astype(np.float32)


def _microphone(frequency: NDArray[np.float64], dice: np.random.Generator, hard: float) -> NDArray[np.float64]:
    octaves = np.log2(np.maximum(frequency, 60) / 1000)
    decibels = hard * dice.uniform(-4, 4) * octaves
    decibels += hard * dice.normal(0, 2) * np.sin(octaves * dice.uniform(1, 3) + dice.uniform(0, 6.3))
    response = 10 ** (decibels / 20)
    if dice.random() < 0.2 * hard:
        response = response / (1 + (frequency / dice.uniform(3000, 7500)) ** 8)
    if dice.random() < 0.4 * hard:
        response = response * (frequency / (frequency + dice.uniform(30, 220)))
    return np.asarray(response, np.float64)


def _room(dice: np.random.Generator) -> NDArray[np.float64]:
    decay = dice.uniform(0.03, 0.22)  # seconds to fall by 1/e^3, about 26 dB
    length = int(SAMPLE_RATE * 0.25)
    time = np.arange(length) / SAMPLE_RATE
    impulse = dice.normal(size=length) * np.exp(-3 * time / decay) * dice.uniform(0.02, 0.16)
    impulse[0] = 1.0
    return np.asarray(impulse, np.float64)
