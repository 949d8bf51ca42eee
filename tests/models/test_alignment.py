"""When the words of a given text are said, and how a quiet voice is heard, by starter recogniser and voice."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.device import Device
from models.errors import AudioError
from models.units import SAMPLE_RATE
from models.whisper.alignment import Written, fitted, loud, means, warped, written
from models.whisper.heard import Word
from models.whisper.level import QUIET, audible, gain
from models.whisper.recogniser import WhisperRecogniser
from store.audio.folder import read_audio
from tests.places import DATA
from tests.properties import examples
from tests.starters import load_recogniser, load_voice

Audio = NDArray[np.float32]
FIRST, SECOND = "Me llamo Ana y vivo en Madrid.", "Ayer fui al mercado con mi hermano."


@pytest.fixture(scope="module")
def recogniser() -> WhisperRecogniser:
    return load_recogniser(Device("cpu", 1, "asked for by a test"))


@pytest.fixture(scope="module")
def spoken() -> list[Audio]:
    """The two sentences in the starter voice, without the silence around them."""
    voice = load_voice()
    step = voice.sample_rate / SAMPLE_RATE
    found = []
    for text in (FIRST, SECOND):
        said = np.concatenate(list(voice.speak(text)))
        audio = np.interp(np.arange(0, len(said), step), np.arange(len(said)), said).astype(np.float32)
        loud = np.flatnonzero(np.abs(audio) > 0.01)
        found.append(audio[loud[0] : loud[-1] + 1])
    return found


def silence(seconds: float) -> Audio:
    return np.random.default_rng(0).normal(0, 1e-3, int(seconds * SAMPLE_RATE)).astype(np.float32)


def assert_sound(words: list[Word], text: str, seconds: float) -> None:
    """What holds of every alignment, whatever the text."""
    assert [word.text for word in words] == text.split()
    assert {type(number) for word in words for number in (word.start, word.end, word.probability)} <= {float}
    assert all(0 <= word.start <= word.end <= seconds and 0 <= word.probability <= 1 for word in words)
    assert all(one.end <= other.start for one, other in pairwise(words))


def test_words_of_a_corrected_text_are_found_where_they_are_said(
    recogniser: WhisperRecogniser, spoken: list[Audio]
) -> None:
    first, second = (len(audio) / SAMPLE_RATE for audio in spoken)
    audio = np.concatenate([silence(1), spoken[0], silence(1.5), spoken[1], silence(0.7)])
    words = recogniser.align(audio, f"{FIRST} {SECOND}")
    assert_sound(words, f"{FIRST} {SECOND}", len(audio) / SAMPLE_RATE)
    madrid, ayer = words[6], words[7]
    assert words[0].start == pytest.approx(1, abs=0.12)
    assert madrid.end == pytest.approx(1 + first, abs=0.15)
    assert ayer.start == pytest.approx(2.5 + first, abs=0.12)
    assert words[-1].end == pytest.approx(2.5 + first + second, abs=0.15)
    # Within a sentence, longer words take longer.
    assert words[1].end - words[1].start > words[3].end - words[3].start
    assert np.mean([word.probability for word in words]) > 0.7


def test_a_voice_that_the_recogniser_does_not_understand_is_still_followed(recogniser: WhisperRecogniser) -> None:
    """A real reader, whom the starter recogniser hardly understands, with the times published with it."""
    audio = read_audio(DATA / "es_read_1.wav")
    text = "Las arenas son blanquecinas de grano medio y tiene muy poca asistencia."
    words = recogniser.align(audio, text)
    assert_sound(words, text, len(audio) / SAMPLE_RATE)
    said = [0.96, 1.09, 1.15, 1.57, 1.66, 1.86, 1.92, 2.91, 3.62, 3.71, 3.78, 4.10, 4.22, 4.61]
    found = [moment for word in words[:7] for moment in (word.start, word.end)]
    assert np.median(np.abs(np.subtract(said, found))) < 0.15


def test_noise_between_the_words_is_not_taken_for_them(recogniser: WhisperRecogniser, spoken: list[Audio]) -> None:
    first = len(spoken[0]) / SAMPLE_RATE
    audio = np.concatenate([silence(1), spoken[0], silence(1.5), spoken[1], silence(0.7)])
    audio += np.random.default_rng(7).normal(0, 0.02, len(audio)).astype(np.float32)
    words = recogniser.align(audio, f"{FIRST} {SECOND}")
    assert words[0].start == pytest.approx(1, abs=0.2)
    assert words[6].end < 2 + first < words[7].start


def test_a_word_that_nobody_says_is_improbable_and_takes_no_time_from_the_others(
    recogniser: WhisperRecogniser, spoken: list[Audio]
) -> None:
    right = recogniser.align(spoken[0], FIRST)
    text = FIRST.replace("vivo", "vivo felizmente")
    words = recogniser.align(spoken[0], text)
    assert_sound(words, text, len(spoken[0]) / SAMPLE_RATE)
    assert words[5].probability < 0.1 < right[5].probability
    for known, word in zip(right, [*words[:5], *words[6:]], strict=True):
        assert abs(known.start - word.start) < 0.35


@pytest.mark.parametrize(
    "text", ["", "   ", "hola", "¿ — 🎉 !", "<|endoftext|> <|es|>", "a " * 700, "中文 \ud800 ñ"]
)
def test_any_text_can_be_aligned_with_any_sound(
    recogniser: WhisperRecogniser, spoken: list[Audio], text: str
) -> None:
    for audio in (spoken[1], silence(1), np.zeros(8000, np.float32), spoken[1][:100], spoken[1][:0]):
        assert_sound(recogniser.align(audio, text), text, len(audio) / SAMPLE_RATE)


def test_more_than_a_window_is_not_aligned(recogniser: WhisperRecogniser) -> None:
    with pytest.raises(AudioError, match=r"30\.1 s of audio"):
        recogniser.align(np.zeros(int(30.1 * SAMPLE_RATE), np.float32), "hola")
    with pytest.raises(AudioError, match="not numbers"):
        recogniser.align(np.full(100, np.nan, np.float32), "hola")


def test_a_path_becomes_words() -> None:
    path = [(0, 0), (0, 1), (0, 2), (1, 3), (1, 4), (2, 5), (2, 6), (3, 6), (3, 7), (4, 9)]
    words = [Written("sí", 1, [0]), Written("", 0, []), Written("¿no?", 3, [1])]
    assert warped(path, words) == [(0.0, 0.06), (0.06, 0.06), (0.06, 0.18)]
    assert means([0.5, 1.0, 0.0, 0.5], words) == [0.5, 0.0, 0.0]


def test_pieces_become_written_words() -> None:
    pieces = [" ¿", "Qué", " ex", "-", "novia", "?", " \x00", " ¡", " Ay", "!", " …"]
    words = written(pieces, [[index] for index in range(len(pieces))])
    assert words == [
        Written("¿Qué", 2, [1]),
        Written("ex-novia?", 5, [0, 2]),
        Written("¡Ay!", 3, [1]),
        Written("…", 1, []),
    ]
    assert written([], []) == written([" "], [[1]]) == []


def test_words_without_a_time_share_the_gap() -> None:
    audio = np.zeros(4 * SAMPLE_RATE, np.float32)
    audio[SAMPLE_RATE : 2 * SAMPLE_RATE] = audio[3 * SAMPLE_RATE :] = np.tile([0.3, -0.3], SAMPLE_RATE // 2)
    given_times = [(0.0, 2.5), (2.5, 2.5), (2.5, 2.6), (2.6, 4.0), (4.0, 4.0)]
    said = [Written("ajá", 1, [0])] * 5
    assert fitted(given_times, said, 4.0, loud(audio)) == [
        (1.0, 2.0),
        (2.0, 2.5),
        (2.5, 3.0),
        (3.0, 4.0),
        (4.0, 4.0),
    ]
    # Where nothing is known, what is loud is shared by length.
    said = [Written(word, 1, [0]) for word in ("a", "b", "otorrino")]
    assert fitted([None] * 3, said, 4.0, loud(audio)) == [(1.0, 1.31), (1.31, 1.62), (1.62, 4.0)]
    assert fitted([None] * 3, said, 0.0, loud(audio[:0])) == [(0.0, 0.0)] * 3


@examples(60)
@given(st.lists(st.floats(0, 3), min_size=1, max_size=12), st.integers(0, 2 * SAMPLE_RATE), st.integers(0, 9))
def test_fitted_words_are_in_order_and_inside(times: list[float], samples: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    audio = (chance.normal(0, 0.1, samples) * (chance.random(samples) > 0.5)).astype(np.float32)
    audio[samples // 3 : samples // 2] = 0
    known = [span if chance.random() < 0.7 else None for span in pairwise(sorted(times))]
    said = [Written("sí" * chance.integers(1, 9), 1, [0]) for _ in known]
    spans = fitted(known, said, samples / SAMPLE_RATE, loud(audio))
    flat = [moment for span in spans for moment in span]
    assert len(spans) == len(times) - 1 and flat == sorted(flat)
    assert all(0 <= moment <= samples / SAMPLE_RATE for moment in flat)


@pytest.mark.parametrize("decibels", [-20, -45])
def test_a_quiet_voice_is_heard_like_a_loud_one(
    recogniser: WhisperRecogniser, spoken: list[Audio], decibels: float
) -> None:
    loud = np.concatenate([silence(0.5), spoken[1], silence(0.5)])
    quiet = (np.rint(loud * 10 ** (decibels / 20) * 32768) / 32768).astype(np.float32)
    kept = quiet.copy()
    heard = recogniser.recognise(quiet)
    assert len(heard.words) >= 6 and heard.text == recogniser.recognise(audible(quiet)).text
    assert np.array_equal(quiet, kept)


def test_only_what_is_quiet_is_made_louder() -> None:
    chance = np.random.default_rng(4)
    loud = chance.normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
    assert audible(loud) is loud
    for empty in (np.zeros(SAMPLE_RATE, np.float32), np.full(5000, 0.2, np.float32), loud[:0], loud[:100]):
        assert audible(empty) is empty
    quiet = (loud / 300 + 0.1).astype(np.float32)
    assert audible(quiet).std() == pytest.approx(QUIET, rel=0.1) and abs(audible(quiet).mean()) < 1e-3


def test_neither_a_click_nor_a_long_pause_is_taken_for_the_loudness_of_speech() -> None:
    chance = np.random.default_rng(5)
    speech = chance.normal(0, 0.003, 5 * SAMPLE_RATE).astype(np.float32)
    clicked = speech.copy()
    clicked[20_000:20_050] = 0.9
    assert gain(clicked) == pytest.approx(gain(speech), rel=0.1) and np.abs(audible(clicked)).max() <= 1
    paused = np.concatenate([np.zeros(120 * SAMPLE_RATE, np.float32), speech * 20, speech[:0]])
    assert gain(paused) == 1.0
