"""What Hugging Face's `datasets` reads and writes: folders of audio with metadata, and Parquet."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import soundfile

from store.errors import StoreError
from store.formats import audiofolder, parquet
from store.formats.formats import guess
from store.formats.item import Item, Rejected, TimedWord
from tests.store.formats.format_items import WAV, exported, only_items, only_rejected, put

ITEMS = [
    Item(Path(), "", text="¿Qué tal?", speaker="Ana", split="train", words=(TimedWord("¿Qué", 0.0, 0.1),)),
    Item(Path(), "", text="-Bien.", split="dev", extra={"lang": "es"}),
    Item(Path(), "", heard="adios", split="test", status="unsure"),
    Item(Path(), "", text="sin grupo"),
]


@pytest.mark.parametrize("name", ["metadata.csv", "metadata.jsonl"])
def test_metadata_above_folders_that_are_splits(tmp_path: Path, name: str) -> None:
    put(tmp_path / "train" / "a.wav")
    put(tmp_path / "validation" / "b.wav")
    rows = [("train/a.wav", "Hola, tú"), ("validation/b.wav", "Adiós"), ("../c.wav", "No"), ("test/c.wav", "No")]
    if name.endswith("csv"):
        text = "file_name,transcription,age\n" + "".join(f'{path},"{said}",9\n' for path, said in rows)
    else:
        text = "".join(
            json.dumps({"file_name": path, "transcription": said, "age": 9}) + "\n" for path, said in rows
        )
    put(tmp_path / name, text.encode())

    assert guess(tmp_path) is audiofolder.FORMAT and guess(tmp_path / name) is audiofolder.FORMAT
    found = list(audiofolder.read(tmp_path))

    items = [row for row in found if isinstance(row, Item)]
    assert [(item.text, item.split, dict(item.extra)) for item in items] == [
        ("Hola, tú", "train", {"age": "9"}),
        ("Adiós", "dev", {"age": "9"}),
    ]
    assert ["climbs out" in row.reason or "is not there" in row.reason for row in only_rejected(found)] == [
        True,
        True,
    ]


def test_metadata_in_each_split_and_a_folder_called_like_one(tmp_path: Path) -> None:
    folder = tmp_path / "test"
    for split in (".", "train", "data/dev"):
        put(folder / split / "a.wav")
        put(folder / split / "metadata.csv", b"file_name,text\na.wav,Hola\n")

    assert [item.split for item in only_items(audiofolder.read(folder))] == ["", "train", "dev"]


def test_audiofolder_is_read_by_the_library_of_its_makers() -> None:
    datasets = pytest.importorskip("datasets")
    with exported(audiofolder.FORMAT, ITEMS) as (folder, _):
        for split, said in (("train", "¿Qué tal?"), ("validation", "-Bien."), ("test", "")):
            rows = datasets.load_dataset(
                "json",
                data_files=str(folder / split / "metadata.jsonl"),
                cache_dir=str(folder / "cache"),
            )["train"]
            assert rows[0]["transcription"] == said
            assert (folder / split / rows[0]["file_name"]).read_bytes() == WAV


def test_no_metadata(tmp_path: Path) -> None:
    put(tmp_path / "a.wav")
    put(tmp_path / "metadata.jsonl", b'{"file": "a.wav"}\n')
    assert not audiofolder.fits(tmp_path) and not audiofolder.fits(tmp_path / "metadata.jsonl")
    with pytest.raises(StoreError, match=r"no metadata\.jsonl or metadata\.csv"):
        list(audiofolder.read(tmp_path))


def test_parquet_of_ours_is_read_by_datasets(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    with exported(parquet.FORMAT, ITEMS) as (folder, _):
        files = {split: str(path) for path in (folder / "data").iterdir() if (split := path.name.split("-")[0])}
        found = datasets.load_dataset("parquet", data_files=files, cache_dir=str(tmp_path))
        assert set(found) == {"train", "validation", "test", "unsplit"}
        assert isinstance(found["train"].features["audio"], datasets.Audio)
        rows = found["train"].cast_column("audio", datasets.Audio(decode=False))
        assert rows[0]["transcription"] == "¿Qué tal?" and rows[0]["speaker"] == "Ana"
        samples, rate = soundfile.read(io.BytesIO(rows[0]["audio"]["bytes"]))
        assert (len(samples), rate, rows[0]["audio"]["path"]) == (2000, 16000, "tertulia_000001.wav")


def table(path: Path, rows: list[dict[str, Any]]) -> Path:
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as writer

    path.parent.mkdir(parents=True, exist_ok=True)
    writer.write_table(pyarrow.Table.from_pylist(rows), path)
    return path


def test_parquet_of_others(tmp_path: Path) -> None:
    put(tmp_path / "beside.wav")
    path = table(
        tmp_path / "validation-00000-of-00001.parquet",
        [
            {"audio": {"bytes": WAV, "path": "../../evil.wav"}, "sentence": "Hola", "age": 9, "extra": "{not ours"},
            {"audio": {"bytes": WAV, "path": None}, "sentence": None, "age": None, "extra": None},
            {"audio": {"bytes": None, "path": "beside.wav"}, "sentence": "Sí", "age": 9, "extra": None},
            {"audio": {"bytes": None, "path": "../beside.wav"}, "sentence": "No", "age": 9, "extra": None},
            {"audio": {"bytes": b"", "path": "a.wav"}, "sentence": "No", "age": 9, "extra": None},
            {"audio": None, "sentence": "No", "age": 9, "extra": None},
        ],
    )

    assert guess(path) is parquet.FORMAT and guess(tmp_path) is parquet.FORMAT
    rows = list(parquet.read(path, into=put(tmp_path / "into" / "x").parent))

    items = [row for row in rows if isinstance(row, Item)]
    assert [(item.text, item.split) for item in items] == [("Hola", "dev"), ("", "dev"), ("Sí", "dev")]
    assert [item.audio.parent.name for item in items[:2]] == ["into", "into"]
    assert items[0].extra == {"age": "9", "extra": "{not ours"}
    assert items[2].audio == tmp_path / "beside.wav"
    assert [row.where[-5:] for row in only_rejected(rows)] == ["row 4", "row 5", "row 6"]
    assert not (tmp_path.parent / "evil.wav").exists()


def test_audio_from_parquet_is_there_as_long_as_the_rows_are_asked_for(tmp_path: Path) -> None:
    path = table(tmp_path / "a.parquet", [{"audio": WAV, "text": "uno"}, {"audio": WAV, "text": "dos"}])

    rows = parquet.read(path)
    first, second = next(rows), next(rows)
    assert isinstance(first, Item) and isinstance(second, Item)
    assert first.audio.read_bytes() == second.audio.read_bytes() == WAV
    assert next(rows, None) is None
    assert not first.audio.parent.exists()


def test_parquet_links_to_audio_elsewhere(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    audio = put(tmp_path / "data folder" / "a.wav")

    (path,) = parquet.write(tmp_path / "export", [Item(audio, "", text="Hola")])

    assert audio.is_file()
    (item,) = only_items(parquet.read(path))
    assert item == Item(audio, "", text="Hola")


@pytest.mark.parametrize("data", [b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", b"", b"hola"])
def test_parquet_that_is_damaged(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(StoreError, match=r"a.parquet is not a complete Parquet file"):
        list(parquet.read(put(tmp_path / "a.parquet", data)))


def test_parquet_that_unpacks_to_far_more_than_it_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path / "a.parquet", [{"audio": b"\0" * (4 << 20)}])
    monkeypatch.setattr(parquet, "SWOLLEN_BYTES", 1 << 20)

    with pytest.raises(StoreError, match="would unpack to 4 MB"):
        list(parquet.read(path))


def test_parquet_without_audio(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no column of audio"):
        list(parquet.read(table(tmp_path / "a.parquet", [{"text": "Hola"}])))


def test_parquet_without_pyarrow_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path / "a.parquet", [{"audio": WAV}])
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    assert guess(path) is parquet.FORMAT
    with pytest.raises(StoreError, match=r"pip install 'tertulia\[parquet\]'"):
        list(parquet.read(path))
    with pytest.raises(StoreError, match=r"pip install 'tertulia\[parquet\]'"):
        parquet.write(tmp_path, [])


def test_a_row_that_is_none_keeps_its_place(tmp_path: Path) -> None:
    rows = [{"audio": WAV, "text": "a", "start": 0.0}, {"audio": WAV, "text": "b", "start": -1.0}]

    good, bad = parquet.read(table(tmp_path / "a.parquet", rows))

    assert isinstance(good, Item)
    assert bad == Rejected("a.parquet, row 2", "The start is “-1.0”: it has to be a number of 0 or more.")
