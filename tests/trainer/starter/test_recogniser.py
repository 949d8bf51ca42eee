"""What the starter recogniser's recipe relies on: tokens that faster-whisper can use, features that
transformers would compute, and windows shorter than thirty seconds."""

import random
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the training extra is not installed")

from models.audio import padded  # noqa: E402
from models.whisper.windows import FULL  # noqa: E402
from trainer.features import FLOOR, log_mel, to_window  # noqa: E402
from trainer.starter.recogniser import train  # noqa: E402
from trainer.starter.recogniser.tokens import Tokens, train_tokenizer  # noqa: E402
from trainer.synthesis.utterances import Utterance  # noqa: E402
from trainer.windows import window  # noqa: E402

LINES = ["El niño come pan en la cocina.", "¿Dónde está la estación?", "Mañana vamos a la playa."] * 50


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Tokens:
    folder = tmp_path_factory.mktemp("tokens")
    train_tokenizer(LINES, folder)
    return Tokens(folder)


@pytest.fixture(scope="module")
def model(tokens: Tokens) -> object:
    torch.manual_seed(1)
    return train.build(tokens).eval()


def test_every_text_comes_back_from_its_tokens(tokens: Tokens) -> None:
    for text in [*LINES[:3], "¡Ñandú, güey!", "Nunca visto: xilófono"]:
        assert tokens.words(tokens.text(text)) == text


def test_the_tokenizer_keeps_faster_whispers_default_suppression_harmless(tokens: Tokens) -> None:
    from faster_whisper.tokenizer import Tokenizer

    theirs = Tokenizer(tokens.tokenizer, True, task="transcribe", language="es")
    space = tokens.id("Ġ")
    assert space not in theirs.non_speech_tokens
    assert tokens.id("") < tokens.end  # CTranslate2 takes a vocabulary without "" for an English-only model
    assert theirs.timestamp_begin == tokens.first_timestamp
    assert theirs.sot_sequence == [tokens.start, tokens.spanish, tokens.transcribe]


def test_features_are_those_of_transformers(tmp_path: Path) -> None:
    from transformers import WhisperFeatureExtractor

    audio = (0.1 * np.random.default_rng(1).normal(size=25_000)).astype(np.float32)
    extract = WhisperFeatureExtractor(feature_size=80)
    theirs = extract(audio, sampling_rate=16_000, return_tensors="np").input_features[0]
    ours = to_window([log_mel(audio).astype(np.float32)], FULL, [False])[0].numpy()
    assert np.abs(theirs - ours).max() < 1e-3
    assert len(padded(audio)) == 480_000


def test_silence_after_speech_lies_at_the_floor_or_at_zero() -> None:
    mel = np.full((80, 10), 1.5, np.float16)
    floor, zero = to_window([mel, mel], 20, [False, True])
    assert float(floor[0, -1]) == pytest.approx(1.5 - FLOOR)
    assert float(zero[0, -1]) == 0


def test_a_short_window_hears_what_the_full_one_was_shown_first(model: object) -> None:
    features = torch.randn(1, 80, 200)
    with torch.no_grad(), window(model, 200):
        encoded = model.get_encoder()(features).last_hidden_state  # type: ignore[attr-defined]
    assert encoded.shape == (1, 100, train.WIDTH)
    assert model.get_encoder().embed_positions.weight.shape[0] == 1500  # type: ignore[attr-defined]


@pytest.mark.parametrize("frames", [0, 201, FULL + 2])
def test_an_impossible_window_is_refused(model: object, frames: int) -> None:
    with pytest.raises(ValueError, match="window"), window(model, frames):
        pass


def test_labels_carry_one_start_token_and_an_end(tokens: Tokens) -> None:
    for seed in range(20):
        heard = Utterance("Hola.", np.zeros((80, 50), np.float16), 0.5)
        given, wanted = train.labels(heard, tokens, random.Random(seed))
        assert given.count(tokens.start) == 1
        assert len(given) == len(wanted)
        assert wanted[-1] == tokens.end
        assert wanted[0] == tokens.spanish


def test_a_clip_without_speech_is_labelled_as_such(tokens: Tokens) -> None:
    hush = Utterance("", np.zeros((80, 50), np.float16), 0.5)
    _, wanted = train.labels(hush, tokens, random.Random(1))
    assert wanted[0] == tokens.no_speech
    assert wanted[-1] == tokens.end


def test_a_few_steps_teach_a_sentence(tokens: Tokens) -> None:
    """The losses, the window and both optimisers work together: the loss falls on what is repeated."""
    torch.manual_seed(1)
    torch.set_num_threads(1)
    model, head = train.build(tokens), torch.nn.Linear(train.WIDTH, len(train.CHARACTERS) + 1)
    optimisers = train.Optimisers(model, head, 2e-3)
    noise = np.random.default_rng(1)
    pair = [
        Utterance(text, noise.normal(size=(80, 120)).astype(np.float16), 1.2)
        for text in ("El niño come pan.", "Mañana vamos a la playa.")
    ]
    batch = train.batch_of(pair, 150, tokens, random.Random(1))
    seen = []
    for _ in range(12):
        attention, ctc = train.losses(model, head, batch)
        (attention + ctc).backward()
        optimisers.step(1.0)
        seen.append(attention.item() + ctc.item())
    assert seen[-1] < 0.6 * seen[0]
