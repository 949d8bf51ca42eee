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

from models.catalog import entries, starter
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


@given(st.integers(1, WINDOW), st.floats(0, 30), st.floats(0, 30))
def test_a_window_is_no_shorter_than_its_floor(samples: int, margin: float, floor: float) -> None:
    frames = Windows(margin, floor).frames(samples)
    assert frames == max(frames_for(samples, margin), frames_for(1, 0.0, floor))
    assert frames == FULL or frames >= floor * 100 - 1


def test_what_was_measured_for_whisper_base_is_known() -> None:
    [entry] = [one for one in entries() if one.name == "whisper-base"]
    assert entry.windows == Windows(margin=2.0, floor=10.0)
    assert entry.windows.frames(3 * SAMPLE_RATE) == 1000 and entry.windows.frames(12 * SAMPLE_RATE) == 1400


def test_windows_are_written_and_read(folder: Path) -> None:
    for hears in (Windows(0.3), Windows(2.0, 10.0)):
        (folder / windows.NAME).write_text(json.dumps({"v": 1, **hears.as_json(), "tried": []}))
        assert windows.read(folder) == hears
    assert windows.from_json(Windows().as_json()) == Windows()
    (folder / windows.NAME).write_text('{"v": 1, "margin": 0.5}')
    assert windows.read(folder) == Windows(0.5, 0.0), "as it was written before there was a floor"


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


def test_longer_audio_is_cut_into_full_windows(
    folder: Path, spoken: list[NDArray[np.float32]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / windows.NAME).write_text(json.dumps({"v": 1, "margin": 0.5}))
    pause = np.zeros(6 * SAMPLE_RATE, np.float32)
    long = np.concatenate([part for audio in spoken * 3 for part in (audio, pause)])
    assert len(long) > WINDOW
    text, frames = seen(WhisperRecogniser(folder, "ear", DEVICE), long, monkeypatch)
    assert len(frames) > 1 and set(frames) == {FULL}, "a cut is no turn"
    assert len(text.split()) > 2 * len(SENTENCES[0].split())


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"v": 1}', '{"v": 2, "margin": 0.5}', '{"v": 1, "margin": -1}', '{"v": 1, "margin": NaN}',
             '{"v": 1, "margin": "wide"}',
             '{"v": 1, "margin": 1, "floor": 31}', '{"v": 1, "margin": 1, "floor": null}',
             '{"v": 1, "margin": null}']
)  # fmt: skip
def test_a_damaged_file_is_told_with_its_remedy(folder: Path, text: str) -> None:
    (folder / windows.NAME).write_text(text)
    with pytest.raises(ModelError, match="damaged: remove it"):
        WhisperRecogniser(folder, "ear", DEVICE)
