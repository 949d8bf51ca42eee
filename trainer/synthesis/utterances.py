"""Utterances to train on: text, spoken, recorded, turned into features, in endless deterministic rounds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.units import SAMPLE_RATE
from trainer.features import log_mel
from trainer.synthesis import speech
from trainer.synthesis.sentences import corpus

LONGEST = 11 * SAMPLE_RATE
"""Utterances longer than this (11 s, in samples) are left out: they are rare and make batches slow."""
TWO_SENTENCES = 0.15
"""Share of clips with a pause between two sentences, without which a recogniser stops at the first pause."""
NOISE_ONLY = 0.02
"""Share of clips without speech, so that silence is heard as silence."""


@dataclass(frozen=True)
class Utterance:
    """`features`: float16 [80, frames]; `seconds` of audio; an empty text means nobody speaks."""

    text: str
    features: NDArray[np.float16]
    seconds: float


class Speakers:
    """Rounds of utterances; the same seed, rank and round always say the same."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._espeak = speech.espeak_with_invented_voices(folder)
        self._variants = speech.training_variants(self._espeak)
        self._seed = seed

    def round(self, rank: int, number: int, count: int) -> Iterator[Utterance]:
        """`count` new utterances."""
        name = f"{self._seed} {rank} {number}"
        dice, noise = random.Random(name), np.random.default_rng(abs(hash_of(name)))
        texts = corpus(count * 2, seed=hash_of(name) % 2**31, exclude=())
        for text in islice(texts, count):
            if dice.random() < NOISE_ONLY:
                yield self._nothing(noise)
                continue
            said = [text, next(texts)] if dice.random() < TWO_SENTENCES else [text]
            spoken = self._say(said, speech.training_speaker(dice, self._variants), noise)
            if spoken is not None:
                yield spoken

    def _say(self, texts: list[str], who: speech.Speaker, noise: np.random.Generator) -> Utterance | None:
        voices = []
        for text in texts:
            voice, rate = self._espeak.say(text, who.language, who.variant, who.rate, who.pitch, who.pitch_range)
            pause = np.zeros(int(rate * noise.uniform(0.2, 1.8)), np.float32)
            voices += [trimmed(voice), pause]
        voice = np.concatenate(voices[:-1])
        if voice.size < rate // 20:
            return None
        audio = speech.record(voice, rate, noise)
        if audio.size > LONGEST or not np.isfinite(audio).all():
            return None
        return Utterance(" ".join(texts), log_mel(audio).astype(np.float16), audio.size / SAMPLE_RATE)

    def _nothing(self, noise: np.random.Generator) -> Utterance:
        samples = int(noise.uniform(0.5, 4) * SAMPLE_RATE)
        hush = speech.noise_like_a_room(samples, noise) * 10 ** noise.uniform(-4, -1.5)
        return Utterance("", log_mel(hush.astype(np.float32)).astype(np.float16), samples / SAMPLE_RATE)


def trimmed(voice: NDArray[np.float32], threshold: float = 0.002) -> NDArray[np.float32]:
    """`voice` without the silence espeak puts before and after it."""
    loud = np.flatnonzero(np.abs(voice) > threshold)
    return voice[loud[0] : loud[-1] + 1] if loud.size else voice[:0]


def hash_of(name: str) -> int:
    """A number for a name, the same on every machine and in every process (Python's own hash is salted)."""
    import hashlib

    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big")
