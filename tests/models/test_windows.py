"""Short turns are heard in short windows where a version was found good for it; everywhere else in full ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.catalog import starter
from models.device import Device
from models.errors import ModelError
from models.evaluation.scoring import word_errors
from models.units import HOP, SAMPLE_RATE, WINDOW
from models.whisper import windows
from models.whisper.recogniser import WhisperRecogniser
from models.whisper.windows import FULL, ROUND, Windows, frames_for
from tests.starters import load_voice

DEVICE = Device("cpu", 1, "asked for by a test")
SENTENCES = ("Me llamo Ana y vivo en Madrid.", "Ayer fui al mercado con mi hermano.", "Muchas gracias.")


@pytest.fixture(scope="module")
def spoken() -> list[NDArray[np.float32]]:
    voice = load_voice()
    step = voice.sample_rate / SAMPLE_RATE
    said = (np.concatenate(list(voice.speak(text))) for text in SENTENCES)
    return [np.interp(np.arange(0, len(a), step), np.arange(len(a)), a).astype(np.float32) for a in said]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recogniser that nobody has measured in short windows."""
    source = starter("recogniser").path
    assert source is not None
    shutil.copytree(source, tmp_path / "ear")
    (tmp_path / "ear" / windows.NAME).unlink(missing_ok=True)
    return tmp_path / "ear"


@given(st.integers(1, WINDOW), st.floats(0, 30))
def test_a_window_holds_the_speech_and_its_silence(samples: int, margin: float) -> None:
    frames = frames_for(samples, margin)
    assert frames * HOP >= samples and frames <= FULL and frames % ROUND == 0
    assert frames == FULL or frames >= margin * 100 + samples / HOP - 1
    assert frames <= margin * 100 + samples / HOP + ROUND + 1
    assert Windows().frames(samples) == FULL


def seen(
    recogniser: WhisperRecogniser, audio: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> tuple[str, list[int]]:
    """What is heard, and how many frames the encoder was shown each time."""
    frames: list[int] = []
    encode = recogniser._whisper.encode
    with monkeypatch.context() as patch:
        patch.setattr(recogniser._whisper, "encode", lambda mel: (frames.append(mel.shape[-1]), encode(mel))[1])
        return recogniser.recognise(audio).text, frames


def test_without_a_word_about_it_every_window_is_full(
    folder: Path, spoken: list[NDArray[np.float32]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert seen(WhisperRecogniser(folder, "ear", DEVICE), spoken[0], monkeypatch)[1] == [FULL]


def test_a_version_that_may_hears_the_same_words_in_a_window_of_its_turn(
    folder: Path, spoken: list[NDArray[np.float32]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / windows.NAME).write_text(json.dumps({"v": 1, "margin": 0.5}))
    recogniser, full = WhisperRecogniser(folder, "ear", DEVICE), WhisperRecogniser(folder, "ear", DEVICE, Windows())
    errors = words = 0
    for text, audio in zip(SENTENCES, spoken, strict=True):
        heard, frames = seen(recogniser, audio, monkeypatch)
        assert max(frames) <= len(audio) / HOP + 50 + ROUND
        found = word_errors(full.recognise(audio).text, heard)
        errors, words = errors + found.count, words + found.words
        assert word_errors(text, heard).rate < 0.7
    assert errors <= 0.35 * words


def test_longer_audio_is_still_cut_into_windows_that_are_full_at_most(
    folder: Path, spoken: list[NDArray[np.float32]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / windows.NAME).write_text(json.dumps({"v": 1, "margin": 0.5}))
    pause = np.zeros(6 * SAMPLE_RATE, np.float32)
    long = np.concatenate([part for audio in spoken * 3 for part in (audio, pause)])
    assert len(long) > WINDOW
    text, frames = seen(WhisperRecogniser(folder, "ear", DEVICE), long, monkeypatch)
    assert len(frames) > 1 and max(frames) <= FULL
    assert len(text.split()) > 2 * len(SENTENCES[0].split())


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"v": 1}', '{"v": 2, "margin": 0.5}', '{"v": 1, "margin": -1}', '{"v": 1, "margin": NaN}',
             '{"v": 1, "margin": "wide"}', '{"v": 1, "margin": null}']
)  # fmt: skip
def test_a_damaged_file_is_told_with_its_remedy(folder: Path, text: str) -> None:
    (folder / windows.NAME).write_text(text)
    with pytest.raises(ModelError, match="damaged: remove it"):
        WhisperRecogniser(folder, "ear", DEVICE)
