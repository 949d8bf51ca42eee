"""Files of weights are told apart by their headers, whatever these claim."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import kinds, onnx
from models.errors import ModelError
from models.tutor.header import header
from models.whisper.safetensors import mel_bins, settings_of_another
from tests import starters
from tests.models import model_files
from tests.models.model_files import CHAT, field, gguf, text

TUTOR = kinds.tutor("GGUF")
VOICE = kinds.voice("Piper ONNX")
PIPER = ("input", "input_lengths", "scales")
TENSOR, ATTRIBUTE, GRAPH = 5, 5, 6
OUTSIDE = field(8, b"weights") + field(13, field(1, b"location") + field(2, b"../../secret.bin"))


def test_a_header_is_read(tmp_path: Path) -> None:
    found = header(gguf(tmp_path / "mine.gguf", {**CHAT, "general.license": "mit"}, {"llama.block_count": 7}))
    assert found.tensors == 1 and found.numbers == {"llama.block_count": 7}
    assert found.texts == {**CHAT, "general.license": "mit"}
    assert TUTOR.describe(tmp_path / "mine.gguf").licence == "mit"
    assert "tertulia.moves" in header(starters.path("tutor")).texts


@pytest.mark.parametrize(
    ("texts", "numbers", "tensors", "sentence"),
    [
        (
            {"general.architecture": "gemma3"},
            {},
            9,
            "has no chat template: it goes on with texts, and cannot answer",
        ),
        ({**CHAT, "tokenizer.chat_template": " "}, {}, 9, "has no chat template"),
        ({**CHAT, "general.architecture": "bert"}, {}, 9, "is a model that compares texts, and cannot answer"),
        (CHAT, {"llama.pooling_type": 1}, 9, "is a model that compares texts, and cannot answer"),
        ({**CHAT, "general.architecture": "clip"}, {}, 9, "is a part of a model that sees pictures"),
        ({**CHAT, "general.type": "mmproj"}, {}, 9, "is a part of a model that sees pictures"),
        ({**CHAT, "general.type": "adapter"}, {}, 9, "is an adapter for another model"),
        ({**CHAT, "general.architecture": "whisper"}, {}, 9, "is a model that hears, for whisper.cpp"),
        (CHAT, {}, 0, "is a vocabulary without a model"),
    ],
)
def test_a_gguf_that_cannot_answer_says_what_it_is(
    tmp_path: Path, texts: dict[str, str], numbers: dict[str, int], tensors: int, sentence: str
) -> None:
    path = gguf(tmp_path / "mine.gguf", texts, numbers, tensors)
    with pytest.raises(ModelError) as refused:
        TUTOR.check(path, "mine")
    assert f"The tutor mine at {path} {sentence}" in str(refused.value)
    assert str(refused.value).endswith(": choose an instruct (chat) model.")


@pytest.mark.parametrize(
    "extra",
    [
        text("k") + struct.pack("<IQ", 8, 1 << 62),
        text("k") + struct.pack("<IIQ", 9, 8, 1 << 62),
        text("k") + struct.pack("<IIQ", 9, 4, 1 << 62),
        text("k") + struct.pack("<IIQ", 9, 9, 3),
        text("k") + struct.pack("<I", 99),
        struct.pack("<Q", 1 << 40),
        b"\0",
    ],
)
def test_a_hostile_header_costs_a_sentence(tmp_path: Path, extra: bytes) -> None:
    path = gguf(tmp_path / "mine.gguf", extra=extra)
    with pytest.raises(ModelError, match=r"The tutor mine at .* cannot be used \(it.*\): install it again"):
        TUTOR.check(path, "mine")


def test_an_endless_vocabulary_ends(tmp_path: Path) -> None:
    path = gguf(tmp_path / "mine.gguf", extra=text("k") + struct.pack("<IIQ", 9, 8, 1 << 40))
    with path.open("ab") as file:
        file.truncate(1 << 36)  # of empty strings, and nothing on the disk
    with pytest.raises(ValueError, match=r"it is endless|it ends too early"):
        header(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.integers(0, 400))
def test_any_bytes_are_a_header_or_a_value_error(tmp_path: Path, body: bytes, at: int) -> None:
    for name, whole, read in [
        ("a.gguf", gguf(tmp_path / "whole.gguf").read_bytes(), header),
        ("a.onnx", model_files.onnx(tmp_path / "whole.onnx", PIPER).read_bytes(), onnx.outline),
        ("a.safetensors", model_files.safetensors(tmp_path / "whole.safetensors", 80).read_bytes(), mel_bins),
    ]:
        path = tmp_path / name
        path.write_bytes(whole[:at] + body)
        with suppress(ValueError):
            read(path)


def test_of_a_split_tutor_all_parts_must_be_there(tmp_path: Path) -> None:
    parts = [gguf(tmp_path / f"mine-0000{n}-of-00003.gguf", tensors=n - 1) for n in (1, 2, 3)]
    about = TUTOR.describe(parts[0])
    assert about.name == "mine"
    parts[1].unlink()
    with pytest.raises(ModelError, match=r"lacks mine-00002-of-00003\.gguf: put all its parts into one folder"):
        TUTOR.check(parts[0], "mine")


def voice(tmp_path: Path) -> Path:
    settings = starters.path("voice").with_name(f"{starters.path('voice').name}.json").read_text(encoding="utf-8")
    (tmp_path / "mine.onnx.json").write_text(settings, encoding="utf-8")
    return tmp_path / "mine.onnx"


def test_an_onnx_that_is_no_voice_is_refused(tmp_path: Path) -> None:
    path = model_files.onnx(voice(tmp_path), ["pixels"])
    with pytest.raises(ModelError, match=r"mine\.onnx is an ONNX file, but no Piper voice: choose another one"):
        VOICE.check(path, "mine")
    path.write_bytes(b"no network")
    with pytest.raises(ModelError, match=r"The voice mine at .* cannot be used: it .*: install it again"):
        VOICE.check(path, "mine")
    VOICE.check(model_files.onnx(path, PIPER), "mine")


@pytest.mark.parametrize(
    ("weights", "nodes"),
    [
        (OUTSIDE, b""),
        (b"", field(1, field(ATTRIBUTE, field(TENSOR, OUTSIDE)))),
        (b"", field(1, field(ATTRIBUTE, field(GRAPH, field(TENSOR, OUTSIDE))))),
        (b"", field(15, field(1, OUTSIDE))),
    ],
    ids=["initializer", "constant", "graph within a graph", "sparse"],
)
def test_a_voice_with_weights_in_other_files_is_refused(tmp_path: Path, weights: bytes, nodes: bytes) -> None:
    path = model_files.onnx(voice(tmp_path), PIPER, weights, nodes)
    with pytest.raises(ModelError, match="keeps weights in other files: choose one that is whole in one file"):
        VOICE.check(path, "mine")


def test_graphs_within_graphs_end(tmp_path: Path) -> None:
    graph = b""
    for _ in range(50):
        graph = field(1, field(ATTRIBUTE, field(GRAPH, graph)))
    with pytest.raises(ValueError, match="it is too deep"):
        onnx.outline(model_files.onnx(tmp_path / "deep.onnx", PIPER, nodes=graph))


def test_a_whisper_of_hugging_face_says_for_how_many_bands_it_is(tmp_path: Path) -> None:
    assert mel_bins(model_files.safetensors(tmp_path / "model.safetensors", 128)) == 128
    assert settings_of_another(tmp_path, 128) == ""
    (tmp_path / "preprocessor_config.json").write_text('{"feature_size": 80}')
    assert settings_of_another(tmp_path, 128) == "80 in preprocessor_config.json"
