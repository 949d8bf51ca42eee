"""Files that were damaged on the way: what can be read is read, and the rest is refused in a sentence."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from store.errors import StoreError
from store.formats.formats import FORMATS
from store.formats.item import Item, Rejected, TimedWord
from store.text import clean
from tests.properties import examples
from tests.store.formats.format_items import put

TABLES = (
    "csv", "json", "label-studio", "common-voice", "mls", "ljspeech", "nemo", "audiofolder", "parquet", "kaldi",
)  # fmt: skip

ITEMS = [
    Item(
        Path(), "", 0.0, 0.05, text="¿Qué tal, niño?", speaker="Ana", note="ríe", words=(TimedWord("¿Qué", 0, 0.1),)
    ),
    Item(Path(), "", 0.05, 0.1, text='Dijo "sí"; luego no.', heard="dijo si", extra={"lang": "es"}),
    Item(Path(), "", 0.1, 0.12, speaker="Eva", status="flagged", reason="eco", samples=(1600, 1920)),
]

DAMAGE = st.tuples(
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 12),
    st.binary(max_size=3)
    | st.sampled_from([b'"', b"\t", b"\n", b"|", b"{", b"]", b"null", b"-1", b"1e999", b"../", b"\0"]),
)
"""Where, how many bytes go, and which come instead."""


@pytest.fixture(scope="module", params=TABLES)
def export(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    format_ = FORMATS[request.param]
    folder = tmp_path_factory.mktemp(request.param) / "export"
    items = [replace(item, start=None, end=None, samples=None) if format_.clips else item for item in ITEMS]
    placed = []
    for number, item in enumerate(items, 1):
        audio = put(folder / f"{format_.place(number if format_.clips else 1, item)}.wav")
        placed.append(replace(item, audio=audio))
    format_.write(folder, placed)
    yield request.param, folder
    shutil.rmtree(folder)


def is_sentence(text: str) -> bool:
    return clean(text) == text and text.endswith((".", "?")) and ": " in text


@examples(40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.lists(DAMAGE, min_size=1, max_size=3), cut=st.booleans(), data=st.data())
def test_any_damage_ends_in_rows_reasons_or_a_sentence(
    export: tuple[str, Path], damage: list[tuple[float, int, bytes]], cut: bool, data: st.DataObject
) -> None:
    name, folder = export
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".wav", ".xml"))
    path = data.draw(st.sampled_from(files))
    whole = path.read_bytes()
    damaged = bytearray(whole)
    for place, length, bytes_ in damage:
        at = int(place * len(damaged))
        damaged[at : at + length] = bytes_
    path.write_bytes(damaged[: len(damaged) // 2] if cut else damaged)
    try:
        for row in FORMATS[name].read(folder):
            assert isinstance(row, Item | Rejected) and clean(row.where) == row.where
            if isinstance(row, Item):
                assert row.audio.is_file()
                assert row.audio.is_relative_to(folder) or FORMATS[name].read_into
                assert (row.start or 0.0) < (row.end or 1e9)
            else:
                assert is_sentence(row.reason)
    except StoreError as error:
        assert is_sentence(str(error))
    finally:
        path.write_bytes(whole)
