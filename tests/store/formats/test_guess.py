"""Which format a file or folder is of, seen from what is in it, and what is said where it is of none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import StoreError
from store.formats.formats import FORMATS, MODULES, OWN, find, guess
from tests.store.formats.format_items import put


def test_every_format_is_there_by_its_name() -> None:
    assert len(FORMATS) > 10 and OWN in FORMATS
    for name in MODULES:
        assert find(name) is FORMATS[name]
        assert name == find(name).name
        assert FORMATS[name].about and FORMATS[name].suffixes
    with pytest.raises(StoreError, match=r"no format “\[31mcsv”: use one of audiofolder, chat, .* vtt"):
        find("\x9b\x1b\x07[31mcsv")


def test_asking_for_the_formats_loads_none_of_their_libraries() -> None:
    heavy = {"pyarrow", "praatio", "pympi", "pylangacq", "srt", "webvtt", "soundfile", "av"}
    code = (
        "import sys; from store.formats.formats import FORMATS; "
        f"[each.about for each in FORMATS.values()]; print({heavy} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("name", "text", "format_"),
    [
        ("a.json", '{"tertulia": 1, "segments": []}', "json"),
        ("a.json", '[{"id": 1, "data": {"audio": "a.wav"}, "annotations": []}]', "label-studio"),
        ("a.json", '{"audio_filepath": "a.wav", "text": "Hola"}\n', "nemo"),
        ("a.jsonl", '\n{"duration": 1, "audio_filepath": "a.wav"}\n', "nemo"),
        ("a.tsv", "client_id\tpath\tsentence\tup_votes\n", "common-voice"),
        ("a.tsv", "path\tsentence\n", "csv"),
        ("a.csv", "audio_path;transcript\n", "csv"),
        ("metadata.csv", "file_name,transcription\n", "audiofolder"),
        ("metadata.csv", '"file_name","transcription"\n', "audiofolder"),
        ("metadata.jsonl", '{"file_name": "a.wav"}\n', "audiofolder"),
        ("metadata.csv", "a|Hola|Hola\n", "ljspeech"),
        ("transcripts.txt", "1_2_3\tHola\n", "mls"),
        ("wav.scp", "a a.wav\n", "kaldi"),
    ],
)
def test_files_and_their_folders_by_what_is_in_them(tmp_path: Path, name: str, text: str, format_: str) -> None:
    put(tmp_path / "wavs" / "a.wav")
    for bom in ("", "\ufeff"):
        path = put(tmp_path / name, f"{bom}{text}".encode())
        assert guess(path) is FORMATS[format_]
        assert guess(tmp_path) is FORMATS[format_]


def test_what_is_no_dataset(tmp_path: Path) -> None:
    put(tmp_path / "audio" / "a.wav")
    put(tmp_path / "a.json", b'{"name": "package"}')
    put(tmp_path / "b.json", b"[1, 2]")
    put(tmp_path / "notes.txt", b"Hola")
    put(tmp_path / "table.csv", b"name,price\n")
    for path in (tmp_path, *tmp_path.iterdir(), tmp_path / "audio" / "a.wav"):
        with pytest.raises(StoreError, match=r"looks like none of audiofolder, .*--format csv"):
            guess(path)
    with pytest.raises(StoreError, match="There is no file or folder"):
        guess(tmp_path / "none")


@given(
    st.binary(max_size=200), st.sampled_from([".json", ".jsonl", ".csv", ".tsv", ".parquet", ".srt", ".txt", ""])
)
def test_no_file_is_too_odd_to_be_looked_at(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str
) -> None:
    path = put(tmp_path_factory.getbasetemp() / f"odd{suffix}", data)
    for format_ in FORMATS.values():
        assert format_.fits(path) in (True, False)


def test_odd_things_are_looked_at_without_harm(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "train.tsv").mkdir()
    (tmp_path / "metadata.csv").mkdir()
    for path in (tmp_path, tmp_path / "loop", tmp_path / "train.tsv", Path("/dev/null"), Path("/proc/self/mem")):
        for format_ in FORMATS.values():
            assert format_.fits(path) in (True, False)
