"""The starter voice speaks, at the pace that is asked for, whatever the text holds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.errors import ModelError
from models.piper.voice import PiperVoice
from models.voice import CEILING, levelled, speakable
from tests import starters
from tests.starters import load_voice


@pytest.fixture(scope="module")
def voice() -> PiperVoice:
    return load_voice()


def seconds(voice: PiperVoice, text: str, pace: float = 1.0) -> float:
    return sum(len(part) for part in voice.speak(text, pace)) / voice.sample_rate


def test_each_sentence_is_one_array_that_neither_clips_nor_whispers(voice: PiperVoice) -> None:
    parts = list(voice.speak("¡Hola! ¿Qué hiciste el fin de semana? Yo fui al mercado con mi hermano."))
    assert len(parts) == 3
    for part in parts:
        assert part.dtype == np.float32 and part.ndim == 1
        assert len(part) > 0.2 * voice.sample_rate
        assert 0.2 < np.abs(part).max() <= CEILING + 1e-6
        assert np.sqrt(np.mean(part**2)) > 0.05


def test_half_the_pace_takes_twice_as_long(voice: PiperVoice) -> None:
    text = "Mañana vamos a la playa con toda la familia."
    normal = seconds(voice, text)
    assert 1.7 < seconds(voice, text, 0.5) / normal < 2.3
    assert 0.6 < seconds(voice, text, 1.5) / normal < 0.75


def test_an_absurd_pace_is_brought_within_limits(voice: PiperVoice) -> None:
    text = "Mañana vamos a la playa."
    assert seconds(voice, text, 0.0) == pytest.approx(seconds(voice, text, 0.4), rel=0.02)
    assert seconds(voice, text, 99.0) == pytest.approx(seconds(voice, text, 1.6), rel=0.02)


@pytest.mark.parametrize("text", ["", "   ", "¿…?", "\x1b", "🎉🎉", "—", "***"])
def test_what_has_no_letters_is_not_spoken(voice: PiperVoice, text: str) -> None:
    assert list(voice.speak(text)) == []


def test_two_voices_that_say_the_same_sound_the_same() -> None:
    one, other = load_voice(), load_voice()
    for text in ("Buenos días.", "¿Cómo te llamas?"):
        for left, right in zip(one.speak(text), other.speak(text), strict=True):
            assert np.array_equal(left, right)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("**Fui** al _mercado_ 🎉", "Fui al mercado"),
        ("Uno\nDos\n\nTres.", "Uno. Dos. Tres."),
        ("¿Vienes?\nSí.", "¿Vienes? Sí."),
        ("[[h@l'o]] hola", "h l'o hola"),
        ("\x1b[31mhola\x1b[0m \u202eadiós", "31mhola 0m adiós"),
        ("an\u0303o", "año"),
        ("cuesta 5 €, el 20 %", "cuesta 5 €, el 20 %"),
        ("<b>hola</b> , amigo", "b hola /b, amigo"),
    ],
)
def test_only_what_can_be_spoken_is_spoken(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@given(st.text(max_size=80))
def test_any_text_becomes_plain(text: str) -> None:
    plain = speakable(text)
    assert speakable(plain) == plain
    assert plain.isprintable() and "[[" not in plain
    assert bool(plain) == any(char.isalnum() for char in plain)


@given(st.lists(st.floats(-4, 4, width=32), max_size=50))
def test_no_loudness_clips(samples: list[float]) -> None:
    loud = levelled(np.array(samples, dtype=np.float32))
    assert loud.dtype == np.float32 and len(loud) == len(samples)
    assert np.abs(loud).max(initial=0) <= CEILING + 1e-6


def test_quiet_and_loud_sentences_come_out_alike() -> None:
    tone: NDArray[np.float32] = np.sin(np.arange(16_000) / 20).astype(np.float32)
    assert np.allclose(levelled(tone * 0.01), levelled(tone * 0.9), atol=1e-4)
    assert not levelled(np.zeros(100, dtype=np.float32)).any()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A starter voice that a test may damage."""
    onnx = starters.path("voice")
    assert onnx is not None
    for file in (onnx, onnx.with_name(onnx.name + ".json")):
        shutil.copy(file, tmp_path)
    return tmp_path / onnx.name


def test_a_voice_without_its_settings_is_refused(copy: Path) -> None:
    copy.with_name(copy.name + ".json").unlink()
    with pytest.raises(ModelError, match=r"lacks .*\.onnx\.json.*install it again"):
        PiperVoice(copy, "mine")


@pytest.mark.parametrize("settings", ["", "[]", "{}", '{"phoneme_id_map": {}, "audio": {"sample_rate": 0}}'])
def test_a_voice_with_useless_settings_is_refused(copy: Path, settings: str) -> None:
    copy.with_name(copy.name + ".json").write_text(settings, encoding="utf-8")
    with pytest.raises(ModelError, match="no usable settings"):
        PiperVoice(copy, "mine")


def test_a_damaged_voice_is_refused(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:5000])
    with pytest.raises(ModelError, match=r"mine at .* cannot be loaded: install it again"):
        PiperVoice(copy, "mine")


@pytest.mark.parametrize("change", [{"phoneme_type": "pinyin"}, {"num_speakers": 2}])
def test_a_voice_that_loads_and_cannot_speak_is_named(copy: Path, change: dict[str, object]) -> None:
    file = copy.with_name(copy.name + ".json")
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(ModelError, match="The voice mine cannot speak: choose another voice"):
        list(PiperVoice(copy, "mine").speak("Buenos días."))
