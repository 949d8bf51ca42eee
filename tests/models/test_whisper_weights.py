"""What the head of a model.bin says about its network, whatever file it is."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.whisper.weights import EMBEDDINGS, FIRST_LAYER, mel_bins, tokens
from tests import real_weights, starters
from tests.properties import examples

WIDTH = 8


def variable(name: str, *shape: int, length: int | None = None) -> bytes:
    """One variable of 32-bit floats, or of as many bytes as it claims."""
    size = 4
    for each in shape:
        size *= each
    head = struct.pack(f"<H{len(name) + 1}sB{len(shape)}IBI", len(name) + 1, name.encode() + b"\0", len(shape),
                       *shape, 0, size if length is None else length)  # fmt: skip
    return head + b"\0" * size


def weights(*variables: bytes, version: int = 6, count: int | None = None) -> bytes:
    """A model.bin of a Whisper with these variables."""
    spec = b"WhisperSpec\0"
    head = struct.pack(
        f"<IH{len(spec)}sII", version, len(spec), spec, 3, len(variables) if count is None else count
    )
    return head + b"".join(variables)


BOTH = (variable(EMBEDDINGS, 20, WIDTH), variable(FIRST_LAYER, WIDTH, 128, 3))


@pytest.mark.parametrize("version", [4, 5, 6])
def test_the_mel_bands_and_the_tokens_of_a_network_are_read_from_its_weights(tmp_path: Path, version: int) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(weights(*BOTH, version=version))
    assert (mel_bins(path), tokens(path)) == (128, 20)
    starter = starters.path("recogniser") / "model.bin"
    assert (mel_bins(starter), tokens(starter)) == (80, 2248)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"GGUF" + b"\0" * 64,
        weights(*BOTH, version=3),
        weights(*BOTH, version=7),
        weights(count=0xFFFF_FFFF),
        weights(variable(FIRST_LAYER, *[1] * 200)),
        weights(variable(FIRST_LAYER, WIDTH, 128)),
        weights(variable("first", 2, length=0xFFFF_FFFF), *BOTH),
        weights(variable("first", 2), count=9),
        weights(b"\x02\x00\xff\xfe"),
    ],
)
def test_a_file_that_makes_no_sense_says_nothing(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(body)
    assert mel_bins(path) is None


@examples(40)
@given(st.integers(0, len(weights(*BOTH)) - 1), st.binary(max_size=24))
def test_damage_never_does_more_than_hide_the_answer(place: int, damage: bytes) -> None:
    whole = weights(*BOTH)
    path = Path.home() / "damaged.bin"
    path.write_bytes(whole[:place] + damage)
    assert mel_bins(path) in (None, 128) or damage


@pytest.mark.real
def test_whisper_base_hears_80_bands() -> None:
    path = real_weights.folder_of(real_weights.WHISPER) / "model.bin"
    assert (mel_bins(path), tokens(path)) == (80, 51865)
