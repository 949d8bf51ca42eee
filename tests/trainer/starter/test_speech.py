"""The speech the starter recogniser learns from: who speaks, how it is recorded, and what Andalusians do."""

import random

import numpy as np
import pytest

from trainer.synthesis import speech
from trainer.synthesis.accent import Habits, andalusian, phonemes_with_accent
from trainer.synthesis.espeak import Espeak

ALWAYS = Habits(lost_final_s=1.0, lost_final_r=1.0, velar_n=1.0)


@pytest.fixture(scope="module")
def espeak(tmp_path_factory: pytest.TempPathFactory) -> Espeak:
    return speech.espeak_with_invented_voices(tmp_path_factory.mktemp("espeak"))


def test_reserved_voices_never_speak_in_training(espeak: Espeak) -> None:
    own = speech.training_variants(espeak)
    dice = random.Random(3)
    voices = {speech.training_speaker(dice, own).variant for _ in range(3000)}
    assert len(voices) > 200
    assert not voices & set(speech.RESERVED_VOICES)
    assert set(speech.RESERVED_VOICES) <= set(espeak.variants())


def test_an_invented_voice_speaks_and_differs_from_its_neighbour(espeak: Espeak) -> None:
    first, rate = espeak.say("Buenos días.", variant="invented1")
    second, _ = espeak.say("Buenos días.", variant="invented2")
    assert rate == 22_050
    assert np.abs(first).max() > 0.05
    assert first.shape != second.shape or not np.allclose(first, second, atol=0.01)


def test_a_recording_is_audible_finite_and_within_bounds(espeak: Espeak) -> None:
    voice, rate = espeak.say("¿Dónde está la estación?", variant="m3")
    for seed in range(20):
        heard = speech.record(voice, rate, np.random.default_rng(seed))
        assert heard.dtype == np.float32
        assert np.isfinite(heard).all()
        assert 0.01 < np.abs(heard).max() < 1
        assert 0.8 < len(heard) / speech.SAMPLE_RATE / (len(voice) / rate) < 2.5


def test_the_same_dice_make_the_same_recording(espeak: Espeak) -> None:
    voice, rate = espeak.say("Hola.", variant="m3")
    once, again = (speech.record(voice, rate, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(once, again)


@pytest.mark.parametrize(
    ("standard", "said"),
    [
        ("T'inko", "s'inko"),  # cinco: seseo
        ("est'a", "eht'a"),  # está: s before a consonant is a breath
        ("los", "lo"),  # final s lost
        ("kans'aDo", "kans'ao"),  # cansado
        ("kans'aDos", "kans'ao"),  # cansados
        ("kom'er", "kom'e"),  # comer
        ("sjuD'ad", "sjuD'a"),  # ciudad
        ("x'Ente", "h'Ente"),  # gente
        ("pan", "paN"),  # pan
        ("k'al^e", "k'aJ^e"),  # calle
        ("k'asa", "k'asa"),  # casa: nothing changes
    ],
)
def test_an_andalusian_word(standard: str, said: str) -> None:
    assert andalusian(standard, random.Random(1), ALWAYS) == said


def test_the_accent_is_heard_in_the_sound_and_keeps_the_question_mark(espeak: Espeak) -> None:
    text = "¿Están los pescados en la nevera, Luis?"
    said = phonemes_with_accent(espeak, text, random.Random(1), ALWAYS)
    assert said.startswith("[[") and said.endswith("?")
    standard, _ = espeak.say(text)
    accented, _ = espeak.say(said, phonemes=True)
    assert np.abs(accented).max() > 0.05
    assert 0.6 < len(accented) / len(standard) < 1.2
