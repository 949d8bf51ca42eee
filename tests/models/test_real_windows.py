"""Whisper base in the windows that were measured for it: as well as in full ones, at half the cost, no loops."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from core.bench import stamps
from core.bench.calibration import ran_away
from core.bench.prompts import folded
from core.engine.filters import resample
from models.catalog import entries
from models.device import Device
from models.evaluation.scoring import total, word_errors
from models.units import SAMPLE_RATE
from models.whisper.recogniser import WhisperRecogniser
from models.whisper.windows import Windows
from tests import real_weights
from tests.human_speech import first_prompts
from tests.starters import load_voice

pytestmark = pytest.mark.real

DEVICE = Device("cpu", 1, "asked for by a test")
HARD = (
    "Ayer llegué tarde al trabajo porque había mucho tráfico.",
    "¿Quién ha dejado la luz del baño encendida?",
    "Cada vez que viene mi tía, trae dulces para todos.",
    "El médico me dijo que tenía que beber más agua.",
)
"""What Whisper base made loops of in synthetic voices, when it was asked once."""

Audio = NDArray[np.float32]


@pytest.fixture(scope="module")
def load() -> partial[WhisperRecogniser]:
    return partial(WhisperRecogniser, real_weights.folder_of(real_weights.WHISPER), "whisper-base", DEVICE)


@pytest.fixture(scope="module")
def measured() -> Windows:
    [entry] = [one for one in entries() if one.name == "whisper-base"]
    assert entry.windows is not None
    return entry.windows


def spent(recogniser: WhisperRecogniser, said: Sequence[tuple[str, Audio]]) -> tuple[float, float]:
    """Share of words misheard, accents folded, and seconds of the processor."""
    began = time.process_time()
    heard = [recogniser.recognise(audio).text for _, audio in said]
    seconds = time.process_time() - began
    assert not any(ran_away(text, len(audio) / SAMPLE_RATE) for text, (_, audio) in zip(heard, said, strict=True))
    errors = [word_errors(folded(text), folded(one)) for (text, _), one in zip(said, heard, strict=True)]
    return total(errors).rate, seconds


def test_people_are_understood_as_well_at_half_the_cost(
    load: partial[WhisperRecogniser], measured: Windows
) -> None:
    said = [(prompt.text, prompt.audio()) for prompt in first_prompts(12)]
    if not stamps.missing():
        said += [(stamp.text, stamp.audio()) for stamp in stamps.stamps()[:60:5]]
    full, before = spent(load(Windows()), said)
    short, after = spent(load(measured), said)
    assert short <= full + 0.03, "of the words, with room for few of them"
    assert after < before / 2


def test_no_loop_comes_through_and_the_same_audio_is_heard_the_same(
    load: partial[WhisperRecogniser], measured: Windows
) -> None:
    recogniser, voice, noise = load(measured), load_voice(), np.random.default_rng(1)
    for text in HARD:
        audio = resample(np.concatenate(list(voice.speak(text))), voice.sample_rate, SAMPLE_RATE)
        for loud in (0.0, 0.02):
            hard = audio + noise.normal(0, loud, len(audio)).astype(np.float32)
            first, second = recogniser.recognise(hard), recogniser.recognise(hard)
            assert (first.text, first.words, first.alternatives) == (second.text, second.words, second.alternatives)
            assert not ran_away(first.text, first.seconds)
