"""The published Kokoro network, where it is on this machine: people's recogniser understands it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.engine.filters import resample
from models.device import Device
from models.evaluation.scoring import total, word_errors
from models.kokoro import kind
from models.kokoro.voice import KEPT, KokoroVoice
from models.units import SAMPLE_RATE
from models.whisper.recogniser import WhisperRecogniser
from tests.real_weights import KOKORO, WHISPER, folder_of
from tests.starters import load_voice

pytestmark = pytest.mark.real
TEXTS = [
    "Mi hermana trabaja en una panadería.",
    "Cuando era pequeño, vivía en un pueblo muy tranquilo.",
    "Si llueve mañana, nos quedaremos en casa viendo una película.",
    "El verano pasado mi hermana perdió el tren.",
]


@pytest.fixture(scope="module")
def voice() -> KokoroVoice:
    return kind.load(folder_of(KOKORO), "kokoro-82m")


def test_it_is_understood(voice: KokoroVoice) -> None:
    listener = WhisperRecogniser(folder_of(WHISPER), "whisper-base", Device("cpu", 1, "a test"))
    errors = []
    for text in TEXTS:
        sound = resample(np.concatenate([*voice.speak(text)]), voice.sample_rate, SAMPLE_RATE)
        errors.append(word_errors(text, listener.recognise(sound).text))
    assert total(errors).words == 33 and total(errors).rate < 0.15


def test_the_same_text_sounds_the_same_and_begins_at_once(voice: KokoroVoice) -> None:
    (first,), (again,) = (list(voice.speak("Hola, ¿qué tal?")) for _ in range(2))
    assert np.array_equal(first, again)
    loud = np.flatnonzero(np.abs(first) > 0.05)
    assert loud[0] < (KEPT + 0.15) * voice.sample_rate
    assert 0.6 < len(first) / voice.sample_rate < 2.0


def test_a_piper_voice_speaks_as_before_beside_it(voice: KokoroVoice) -> None:
    piper = load_voice()
    before = list(piper.speak(TEXTS[0]))
    assert list(voice.speak(TEXTS[0]))
    for left, right in zip(before, load_voice().speak(TEXTS[0]), strict=True):
        assert len(left) == len(right)


def test_the_speakers_that_are_there_are_offered(voice: KokoroVoice) -> None:
    folder: Path = folder_of(KOKORO)
    offered = kind.describe(folder).speakers
    assert len(offered) > 1
    other = kind.load(folder, "kokoro-82m", offered[-1])
    (mine,), (theirs,) = (list(each.speak("Buenos días.")) for each in (voice, other))
    assert len(mine) != len(theirs) or not np.allclose(mine, theirs)
