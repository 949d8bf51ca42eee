"""A network of a real Whisper's shape: it weighs what that one weighs, says what it was asked to say, and ends."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the training extra is not installed")

from models.device import Device
from models.whisper.recogniser import WhisperRecogniser
from models.whisper.windows import Windows
from trainer.contract.job import check_base
from trainer.geometry import GEOMETRIES, build, write

DEVICE = Device("cpu", 1, "a test")
SECOND = np.random.default_rng(1).normal(0, 0.1, 16_000).astype(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("geometry")
    write("tiny", made, tokens=12)
    return made


def test_it_has_as_many_weights_as_the_published_model() -> None:
    # The published position table of the encoder is among them.
    assert sum(p.numel() for p in build(GEOMETRIES["tiny"]).parameters()) == 37_760_640


def test_whoever_decodes_it_gets_as_many_tokens_as_were_asked_for(folder: Path) -> None:
    recogniser = WhisperRecogniser(folder / "recogniser-ct2", "tiny", DEVICE, Windows(0.3))
    # It says the same to everything, in every window, whoever asks.
    for audio in (SECOND, np.tile(SECOND, 5)):
        theirs = recogniser._whisper.transcribe(
            audio, language="es", beam_size=5, temperature=0.0, without_timestamps=True
        )
        [segment] = theirs[0]
        assert len([token for token in segment.tokens if token < recogniser._tokenizer.eot]) == 12
        frames = recogniser.hears.frames(len(audio))
        found = recogniser._decoder.decode(recogniser._encoded(audio, frames), 3.0, None)
        assert len(found.tokens) == 12 and not found.looping, "a loop would be decoded twice"


def test_it_can_be_trained_on(folder: Path) -> None:
    check_base(folder / "recogniser")
    config = json.loads((folder / "recogniser" / "config.json").read_text(encoding="utf-8"))
    assert (config["d_model"], config["vocab_size"], config["dtype"]) == (384, 51_865, "float16")


def test_only_the_wanted_format_stays(tmp_path: Path) -> None:
    write("tiny", tmp_path, formats=("recogniser",))
    assert [path.name for path in tmp_path.iterdir()] == ["recogniser"]
