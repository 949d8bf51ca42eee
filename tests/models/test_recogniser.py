"""The starter recogniser through the very class that loads the big ones: what it hears, and what it refuses."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.activity import FRAME, Span
from models.device import Device
from models.errors import AudioError, ModelError
from models.evaluation.scoring import normalise, total, word_errors
from models.units import SAMPLE_RATE, WINDOW
from models.whisper.alternatives import Alternative
from models.whisper.heard import Hypothesis, Word
from models.whisper.kind import check
from models.whisper.recogniser import WhisperRecogniser, padded, pieces, unheard
from models.whisper.windows import Windows
from tests import starters
from tests.properties import examples
from tests.starters import load_recogniser, load_voice

DEVICE = Device("cpu", 1, "asked for by a test")
SENTENCES = (
    "Hola, ¿qué tal?",
    "Me llamo Ana y vivo en Madrid.",
    "Ayer fui al mercado con mi hermano.",
    "Muchas gracias.",
)

Audio = NDArray[np.float32]


@pytest.fixture(scope="module")
def recogniser() -> WhisperRecogniser:
    return load_recogniser(DEVICE)


@pytest.fixture(scope="module")
def spoken() -> list[Audio]:
    """The sentences in the starter voice, at the recogniser's rate."""
    voice = load_voice()
    step = voice.sample_rate / SAMPLE_RATE
    said = (np.concatenate(list(voice.speak(text))) for text in SENTENCES)
    return [np.interp(np.arange(0, len(a), step), np.arange(len(a)), a).astype(np.float32) for a in said]


def test_spoken_sentences_are_understood_better_than_by_chance(
    recogniser: WhisperRecogniser, spoken: list[Audio]
) -> None:
    heard = [recogniser.recognise(audio) for audio in spoken]
    assert total([word_errors(text, h.text) for text, h in zip(SENTENCES, heard, strict=True)]).rate < 0.6
    for audio, hypothesis in zip(spoken, heard, strict=True):
        assert_sound(hypothesis, len(audio) / SAMPLE_RATE)
        assert hypothesis.words and 0 < hypothesis.probability <= 1
        assert hypothesis.model == "starter-ear" and hypothesis.compute_seconds > 0


def assert_sound(hypothesis: Hypothesis, seconds: float) -> None:
    """What holds of every hypothesis, whatever was said."""
    assert hypothesis.seconds == seconds
    assert hypothesis.text == " ".join(word.text for word in hypothesis.words)
    for word in hypothesis.words:
        assert word.text == word.text.strip() != ""
        assert 0 <= word.start <= word.end <= seconds
        assert 0 <= word.probability <= 1
        assert {type(word.start), type(word.end), type(word.probability)} == {float}
    assert all(one.start <= next_one.start for one, next_one in pairwise(hypothesis.words))
    assert 0 <= hypothesis.doubt <= 1
    weights = [other.weight for other in hypothesis.alternatives]
    assert weights == sorted(weights, reverse=True) and all(0 < weight <= 1 for weight in weights)
    for other in hypothesis.alternatives:
        assert 0 <= other.first <= other.last <= len(hypothesis.words)
        before = " ".join(word.text for word in hypothesis.words[other.first : other.last])
        assert normalise(before) != normalise(other.text)
    json.dumps([word.text for word in hypothesis.words])


def test_what_is_hard_to_hear_is_doubtful_and_comes_with_alternatives(
    recogniser: WhisperRecogniser, spoken: list[Audio]
) -> None:
    noise = np.random.default_rng(6).normal(0, 0.08, 200_000).astype(np.float32)
    clear = [recogniser.recognise(audio) for audio in spoken]
    noisy = [recogniser.recognise(audio + noise[: len(audio)]) for audio in spoken]
    assert sum(one.doubt for one in noisy) > 2 * sum(one.doubt for one in clear)
    assert sum(len(one.alternatives) for one in noisy) >= len(noisy)
    for one, audio in zip(noisy, spoken, strict=True):
        assert_sound(one, len(audio) / SAMPLE_RATE)


def test_without_alternatives_there_is_no_doubt() -> None:
    words = (Word("sí", 0, 1, 0.5), Word("no", 1, 2, 1.0))
    assert Hypothesis("sí no", words, 2, 0.1, "ear").doubt == 0.0
    other = Alternative(1, 2, "ni", 0.4)
    assert Hypothesis("sí no", words, 2, 0.1, "ear", (other,)).doubt == pytest.approx(0.2)


def test_the_same_audio_is_heard_the_same_twice(recogniser: WhisperRecogniser, spoken: list[Audio]) -> None:
    first, second = recogniser.recognise(spoken[2]), recogniser.recognise(spoken[2])
    assert (first.text, first.words) == (second.text, second.words)


def test_silence_is_filled_up_before_the_features(spoken: list[Audio], monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the speech the network sees the floor of the log-mel scale, as it did in training, and not zeros."""
    folder = starters.path("recogniser")
    assert folder is not None
    recogniser = WhisperRecogniser(folder, "in full windows", DEVICE, Windows())
    seen: list[NDArray[np.float32]] = []
    encode = recogniser._whisper.encode

    def watched(features: NDArray[np.float32]) -> Any:
        seen.append(features)
        return encode(features)

    monkeypatch.setattr(recogniser._whisper, "encode", watched)
    recogniser.recognise(spoken[0])
    (features,) = seen
    assert features.shape == (80, 3000)
    assert (features[:, -100:] == features.min()).all() and features.min() != 0


def test_padding_is_zero_samples_to_thirty_seconds() -> None:
    audio = np.ones(1234, dtype=np.float32)
    full = padded(audio)
    assert full.shape == (WINDOW,) and full.dtype == np.float32
    assert (full[:1234] == 1).all() and not full[1234:].any()
    assert np.array_equal(padded(full), full)
    with pytest.raises(AudioError, match=r"30\.0 s of audio do not fit"):
        padded(np.zeros(WINDOW + 1, dtype=np.float32))


@pytest.mark.parametrize(
    "audio",
    [
        np.zeros(0, dtype=np.float32),
        np.zeros(16_000, dtype=np.float32),
        np.full(32_000, 0.2, dtype=np.float32),
        np.random.default_rng(0).normal(0, 0.02, 80_000).astype(np.float32),
        np.zeros(40 * SAMPLE_RATE, dtype=np.float32),
    ],
    ids=["nothing", "silence", "an offset", "noise", "a long silence"],
)
def test_where_nobody_speaks_nothing_is_heard(recogniser: WhisperRecogniser, audio: Audio) -> None:
    heard = recogniser.recognise(audio)
    assert (heard.text, heard.words, heard.probability) == ("", (), 0.0)
    assert heard.seconds == len(audio) / SAMPLE_RATE


@pytest.mark.parametrize("samples", [1, 160, 399, 1600])
def test_a_blink_of_audio_does_no_harm(recogniser: WhisperRecogniser, spoken: list[Audio], samples: int) -> None:
    part = spoken[1][8000 : 8000 + samples]
    assert_sound(recogniser.recognise(part), samples / SAMPLE_RATE)
    assert all(word.end <= samples / SAMPLE_RATE for word in recogniser.hear(part)[0])


@pytest.mark.parametrize(
    "audio",
    [
        np.array([0.1, np.nan], dtype=np.float32),
        np.array([np.inf], dtype=np.float32),
        np.zeros(100, dtype=np.int16),
        np.zeros(100),
        np.zeros((2, 100), dtype=np.float32),
        [0.0, 0.1],
    ],
    ids=["nan", "infinity", "int16", "float64", "stereo", "list"],
)
def test_what_is_not_audio_is_refused_with_a_sentence(recogniser: WhisperRecogniser, audio: Any) -> None:
    with pytest.raises(AudioError, match=r"(convert it first|not numbers: record it again).*\.$"):
        recogniser.recognise(audio)


def test_a_long_recording_is_heard_to_its_end(recogniser: WhisperRecogniser, spoken: list[Audio]) -> None:
    """Sentences far apart in 70 s come back in their places, and nothing from the silence between."""
    long = np.zeros(70 * SAMPLE_RATE + 77, dtype=np.float32)
    places = (2, 25, 64)
    for place, audio in zip(places, spoken[1:], strict=True):
        long[place * SAMPLE_RATE :][: len(audio)] = audio
    heard = recogniser.recognise(long)
    assert_sound(heard, len(long) / SAMPLE_RATE)
    for place, audio in zip(places, spoken[1:], strict=True):
        end = place + len(audio) / SAMPLE_RATE
        assert any(place - 0.5 <= word.start and word.end <= end + 0.5 for word in heard.words)
    assert not any(35 < word.start < 60 for word in heard.words)


def test_after_a_long_pause_the_second_sentence_is_heard_too(
    recogniser: WhisperRecogniser, spoken: list[Audio]
) -> None:
    pause = np.zeros(3 * SAMPLE_RATE, dtype=np.float32)
    heard = recogniser.recognise(np.concatenate([spoken[1], pause, spoken[2]]))
    resumed = len(spoken[1]) / SAMPLE_RATE + 3
    assert len([word for word in heard.words if word.end < resumed]) >= 4
    assert len([word for word in heard.words if word.start > resumed - 0.5]) >= 4


@pytest.mark.parametrize(
    ("heard", "resumes"),
    [
        (1.0, 1.0),
        (2.9, 4.5),
        (3.2, 4.5),
        (5.15, 6.0),
        (4.2, 4.5),
        (5.09, 6.0),
    ],
    ids=["in the middle of a sentence", "its last sound", "behind it", "all", "in the pause", "its beginning"],
)
def test_speech_behind_the_last_word_is_not_left_unheard(heard: float, resumes: float) -> None:
    """Speech from 0 to 3 s and from 5 to 5.2 s in a piece of 6 s."""
    stretches = [Span(0, 3 * SAMPLE_RATE), Span(5 * SAMPLE_RATE, 5 * SAMPLE_RATE + 3200)]
    start = unheard(stretches, int(heard * SAMPLE_RATE), 6 * SAMPLE_RATE)
    assert start == pytest.approx(resumes * SAMPLE_RATE, abs=FRAME)


def test_long_audio_is_cut_in_its_pauses() -> None:
    frames = 70 * SAMPLE_RATE // FRAME
    activity = np.ones(frames, dtype=np.float32)
    for second in (22, 47):
        activity[second * SAMPLE_RATE // FRAME :][:16] = 0
    cuts = [end / SAMPLE_RATE for _, end in pieces(activity, frames * FRAME)]
    assert cuts == pytest.approx([22.25, 47.25, 70], abs=0.3)


@examples(60)
@given(st.integers(0, 100 * SAMPLE_RATE), st.integers(0, 9))
def test_pieces_are_the_whole_recording_and_fit_the_window(samples: int, seed: int) -> None:
    activity = np.random.default_rng(seed).random(-(-samples // FRAME), dtype=np.float32)
    cut = pieces(activity, samples)
    assert sum(end - start for start, end in cut) == samples
    assert all(0 < end - start <= WINDOW for start, end in cut)
    assert all(one[1] == next_one[0] for one, next_one in pairwise(cut))
    assert not cut or (cut[0][0], cut[-1][1]) == (0, samples)


def test_the_probability_of_a_hypothesis_is_the_mean_of_its_words() -> None:
    words = (Word("sí", 0, 1, 0.5), Word("no", 1, 2, 1.0))
    assert Hypothesis("sí no", words, 2, 0.1, "ear").probability == 0.75


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A starter recogniser that a test may damage."""
    folder = starters.path("recogniser")
    assert folder is not None
    return Path(shutil.copytree(folder, tmp_path / "ear"))


@pytest.mark.parametrize("file", ["tokenizer.json", "model.bin", "config.json", "vocabulary.json"])
def test_a_folder_that_is_not_whole_is_refused_before_a_hub_is_asked(copy: Path, file: str) -> None:
    (copy / file).unlink()
    with pytest.raises(ModelError, match=rf"my-ear in .* lacks {file}: install"):
        WhisperRecogniser(copy, "my-ear", DEVICE)


def test_the_name_of_a_model_on_a_hub_is_not_a_folder() -> None:
    for name in ("small", "Systran/faster-whisper-small"):
        with pytest.raises(ModelError, match=f"is not at {name}: choose another"):
            WhisperRecogniser(Path(name), name, DEVICE)


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("model.bin", r"my-ear in .* cannot be loaded \(.+\): install it again"),
        ("tokenizer.json", r"my-ear in .* cannot be loaded \(.+\): install it again"),
        ("vocabulary.json", r"my-ear in .* cannot be loaded \(.+\): install it again"),
        ("config.json", r"my-ear has no usable settings in .*config\.json: install it again"),
    ],
)
def test_a_damaged_file_is_refused(copy: Path, file: str, sentence: str) -> None:
    path = copy / file
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ModelError, match=sentence):
        WhisperRecogniser(copy, "my-ear", DEVICE)


def test_the_network_knows_its_own_mel_bands(
    copy: Path, recogniser: WhisperRecogniser, spoken: list[Audio]
) -> None:
    """Neither a missing nor a wrong preprocessor_config.json changes what is heard."""
    said = recogniser.recognise(spoken[0]).text
    (copy / "preprocessor_config.json").unlink()
    assert WhisperRecogniser(copy, "my-ear", DEVICE).recognise(spoken[0]).text == said
    (copy / "preprocessor_config.json").write_text('{"feature_size": 40}', encoding="utf-8")
    assert WhisperRecogniser(copy, "my-ear", DEVICE).recognise(spoken[0]).text == said


def test_weights_in_the_folder_of_another_network_are_refused(copy: Path) -> None:
    settings = copy / "preprocessor_config.json"
    settings.write_text('{"feature_size": 128}', encoding="utf-8")
    with pytest.raises(ModelError, match="has weights for 80 mel bands and settings for 128: install all files"):
        check(copy, "my-ear")
    settings.unlink()
    vocabulary = json.loads((copy / "vocabulary.json").read_text(encoding="utf-8"))
    (copy / "vocabulary.json").write_text(json.dumps([*vocabulary, "<|yue|>"]), encoding="utf-8")
    with pytest.raises(ModelError, match="has weights for 2248 tokens and a vocabulary of 2249: install all files"):
        check(copy, "my-ear")


def test_a_tokenizer_of_another_network_is_refused(copy: Path) -> None:
    text = (copy / "tokenizer.json").read_text(encoding="utf-8")
    (copy / "tokenizer.json").write_text(text.replace("<|notimestamps|>", "<|yue|>"), encoding="utf-8")
    with pytest.raises(ModelError, match="has the tokenizer of another model: install all files"):
        WhisperRecogniser(copy, "my-ear", DEVICE)


def test_an_english_ear_is_refused(copy: Path) -> None:
    vocabulary = json.loads((copy / "vocabulary.json").read_text(encoding="utf-8"))
    vocabulary[vocabulary.index("")] = "english"
    (copy / "vocabulary.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    with pytest.raises(ModelError, match="hears only English"):
        WhisperRecogniser(copy, "my-ear", DEVICE)
