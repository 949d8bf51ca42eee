"""The starter voice that is shipped, through the very library that the app speaks with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.places import ROOT

VOICE = ROOT / "models" / "starter" / "voice" / "es-starter.onnx"
TEXT = "Buenos días, me llamo Jorge y vivo en Zaragoza."


@pytest.fixture(scope="module")
def voice() -> Any:
    from piper import PiperVoice

    return PiperVoice.load(VOICE)


def spoken(voice: Any, text: str, pace: float = 1.0, life: float | None = None) -> NDArray[np.float32]:
    """What the graph itself puts out: piper would hide its level by normalising."""
    from piper import SynthesisConfig

    settings = SynthesisConfig(length_scale=pace, noise_scale=life, normalize_audio=False)
    return np.concatenate([chunk.audio_float_array for chunk in voice.synthesize(text, settings)])


def test_it_is_small_and_of_the_promised_rate(voice: Any) -> None:
    assert VOICE.stat().st_size < 6_000_000
    assert voice.config.sample_rate == 22_050
    assert voice.config.espeak_voice == "es"


def test_it_speaks(voice: Any) -> None:
    audio = spoken(voice, TEXT)
    assert np.isfinite(audio).all()
    assert 0.03 < float(np.sqrt((audio**2).mean())) < 0.4
    assert 0.2 < float(np.abs(audio).max()) < 1.0
    assert 2.0 < len(audio) / 22_050 < 5.0
    assert abs(float(audio.mean())) < 0.01


def test_it_begins_and_ends_without_a_click(voice: Any) -> None:
    for text in (TEXT, "¿Vas al cine?", "Sí", "ah"):
        audio = spoken(voice, text)
        assert np.abs(audio[:20]).max() < 0.02
        assert np.abs(audio[-20:]).max() < 0.02


@pytest.mark.parametrize("pace", [0.7, 1.5, 2.5])
def test_pace_stretches_time(voice: Any, pace: float) -> None:
    assert len(spoken(voice, TEXT, pace)) / len(spoken(voice, TEXT)) == pytest.approx(pace, rel=0.05)


def test_pace_leaves_the_pitch_alone(voice: Any) -> None:
    plain, slow = (_pitch(spoken(voice, TEXT, pace, 0.0)) for pace in (1.0, 1.5))
    assert slow == pytest.approx(plain, rel=0.06)
    assert 120 < plain < 260


def test_questions_rise_and_statements_fall(voice: Any) -> None:
    for words in ("Vas al cine mañana", "Tienes hambre", "Vivís en Madrid"):
        question, statement = spoken(voice, f"¿{words}?"), spoken(voice, f"{words}.")
        assert _pitch(_end(question)) > 1.3 * _pitch(_end(statement))


def test_frames_add_up_to_the_audio(voice: Any) -> None:
    for chunk in voice.synthesize(TEXT + " ¿Y tú, cómo te llamas?", include_alignments=True):
        assert len(chunk.phoneme_id_samples) == len(chunk.phoneme_ids)
        assert int(chunk.phoneme_id_samples.sum()) == len(chunk.audio_float_array)
        assert (chunk.phoneme_id_samples >= 0).all()
        assert [part.phoneme for part in chunk.phoneme_alignments] == ["^", *chunk.phonemes, "$"]


@pytest.mark.parametrize("text", ["", " ", "...", "¿?", "漢字 😀", "xxx", "Łódź", "a", "3.141.592", "[[a]]"])
def test_odd_texts_do_no_harm(voice: Any, text: str) -> None:
    for chunk in voice.synthesize(text):
        assert np.isfinite(chunk.audio_float_array).all()
        assert len(chunk.audio_float_array) < 22_050 * 12


@pytest.mark.parametrize("ids", [[1, 2], [1, 0, 2], [0], [0, 0, 0], [1, 0, 9_999, 0, 2], [-3, 14], [14] * 40])
def test_odd_ids_do_no_harm(voice: Any, ids: list[int]) -> None:
    inputs = {
        "input": np.array([ids], np.int64),
        "input_lengths": np.array([len(ids)], np.int64),
        "scales": np.array([0.667, 1.0, 0.8], np.float32),
    }
    audio, frames = voice.session.run(None, inputs)
    assert np.isfinite(audio).all()
    assert frames.shape == (1, len(ids))
    assert audio.size == frames.sum() * voice.config.hop_length > 0


def test_a_long_sentence_stays_in_tune(voice: Any) -> None:
    """A pitch summed up in single precision would drift after ten seconds."""
    text = ", ".join(["mañana vamos a comer en casa de mi abuela"] * 8) + "."
    audio = spoken(voice, text, life=0.0)
    third = len(audio) // 3
    assert len(audio) > 15 * 22_050
    assert _pitch(audio[-2 * third : -third]) == pytest.approx(_pitch(audio[:third]), rel=0.15)


def _end(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """The last 80 ms that are loud."""
    loud = np.flatnonzero(np.abs(audio) > 0.1 * np.abs(audio).max())[-1]
    return audio[max(0, loud - 1760) : loud]


def _pitch(audio: NDArray[np.float32]) -> float:
    """Median pitch in hertz of the loud parts, by autocorrelation."""
    found = []
    for start in range(0, max(1, len(audio) - 882), 441):
        part = audio[start : start + 882] * np.hanning(len(audio[start : start + 882]))
        if part.std() < 0.3 * audio.std():
            continue
        power = np.abs(np.fft.rfft(part, 4096)) ** 2
        power[465:] = 0  # below 2.5 kHz
        auto = np.fft.irfft(power)[60:245]
        found.append(22_050 / (60 + int(auto.argmax())))
    return float(np.median(found))
