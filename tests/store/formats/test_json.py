"""JSON: the program's own document, NeMo's manifests, and documents of any size."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import StoreError
from store.formats import json_stream, nemo, product_json
from store.formats.formats import guess
from store.formats.item import Item, Rejected, TimedWord
from store.formats.json_stream import Document
from tests.properties import examples
from tests.store.formats.format_items import SECONDS, exported, only_items, only_rejected, put, wav


def document(folder: Path, *segments: Any, version: Any = 1, **more: Any) -> Path:
    put(folder / "a.wav")
    text = json.dumps({"tertulia": version, **more, "segments": segments}, indent=1, ensure_ascii=False)
    return put(folder / "tertulia.json", text.encode())


def test_the_own_document_says_everything(tmp_path: Path) -> None:
    words = [{"text": "¿Qué", "start": 0.01, "end": 0.05}, {"text": "tal?", "start": 0.05, "end": 0.05}]
    path = document(
        tmp_path,
        {"audio": "a.wav", "start": 0.01, "end": 0.1, "samples": [160, 1600], "text": "¿Qué tal?", "words": words}
        | {
            "heard": "que tal",
            "speaker": "Ana",
            "note": "ríe",
            "split": "test",
            "status": "flagged",
            "reason": "eco",
        }
        | {"extra": {"género": "f"}, "later": "than this version"},
        {"audio": "a.wav"},
    )

    assert guess(path) is product_json.FORMAT and guess(tmp_path) is product_json.FORMAT
    first, second = only_items(product_json.read(tmp_path))
    assert first == Item(
        tmp_path / "a.wav",
        "",
        0.01,
        0.1,
        "¿Qué tal?",
        "que tal",
        "Ana",
        "ríe",
        "test",
        "flagged",
        "eco",
        (TimedWord("¿Qué", 0.01, 0.05), TimedWord("tal?", 0.05, 0.05)),
        (160, 1600),
        {"género": "f", "later": "than this version"},
    )
    assert second == Item(tmp_path / "a.wav", "")


def test_segments_that_are_none_are_rejected_and_the_rest_goes_on(tmp_path: Path) -> None:
    bad: dict[str, Any] = {
        "No audio": {"text": "Hola"},
        "is not there": {"audio": "none.wav"},
        "climbs out": {"audio": "../a.wav"},
        "run forward": {"audio": "a.wav", "start": 2, "end": 1},
        "a number": {"audio": "a.wav", "start": "soon"},
        "gives as its text": {"audio": "a.wav", "text": ["Hola"]},
        "gives as its audio": {"audio": {"path": "a.wav"}},
        "before it begins": {"audio": "a.wav", "words": [{"text": "Hola", "start": 1, "end": 0.5}]},
        "start of a word": {"audio": "a.wav", "words": [{"text": "Hola"}]},
        "not the first and one past": {"audio": "a.wav", "samples": [5, 5]},
        "not an object": "a.wav",
    }
    path = document(tmp_path, *bad.values(), {"audio": "a.wav", "text": "Sí"})

    rows = list(product_json.read(path))

    for number, (row, problem) in enumerate(zip(rows[:-1], bad, strict=True), 1):
        assert isinstance(row, Rejected) and row.where == f"tertulia.json, segment {number}"
        assert problem in row.reason
    assert isinstance(rows[-1], Item)


def test_a_document_of_a_later_version_is_refused(tmp_path: Path) -> None:
    for path in (
        document(tmp_path, {"audio": "a.wav"}, version=2),
        document(tmp_path / "rate", {"audio": "a.wav"}, sample_rate=8000),
    ):
        with pytest.raises(StoreError, match="this program reads version 1"):
            list(product_json.read(path))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "ends too early"),
        ("[]", "“\\[” stands where “{” should"),
        ('{"tertulia": 1}', "holds no list “segments”"),
        ('{"tertulia": 1, "segments": [{"audio": "a.wav"}', "ends too early"),
        ('{"tertulia": 1, "segments": [{"audio": "a.w', "Unterminated string"),
        ('{"tertulia": 1, "segments": {"audio": "a.wav"}}', "“{” stands where “\\[” should"),
        ('{"tertulia": 1, "segments": [{"start": NaN}]}', "NaN is not a number"),
        ('{"tertulia": 1, "segments": [' + "[" * 100_000, "not complete, valid JSON"),
    ],
)
def test_a_document_that_is_cut_off_or_none(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(StoreError, match=problem):
        list(product_json.read(put(tmp_path / "tertulia.json", text.encode())))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@examples(60)
@given(st.lists(VALUES, max_size=6), st.booleans(), st.sampled_from([None, 0, 3]), st.integers(1, 20))
def test_a_list_read_by_its_elements_is_the_list(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], inner: bool, indent: int | None, chunk: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "values.json"
    whole = {"before": {"segments": [1]}, "n": 12, "segments": values, "after": [2]} if inner else values
    path.write_text(json.dumps(whole, ensure_ascii=True, indent=indent))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("store.formats.reading.CHUNK", chunk)
        found = Document(path, key="segments" if inner else None)
        assert list(found.elements()) == values
    assert not inner or found.header == {"before": {"segments": [1]}, "n": 12}


def test_a_document_larger_than_memory_should_hold_is_read_piece_by_piece(tmp_path: Path) -> None:
    put(tmp_path / "a.wav")
    items = (Item(tmp_path / "a.wav", "", number / 10, number / 10 + 0.1, "hola " * 80) for number in range(10_000))

    tracemalloc.start()
    (path,) = product_json.write(tmp_path, items)
    count = sum(1 for _ in Document(path, key="segments").elements())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 10_000 and path.stat().st_size > 4 << 20
    assert most < 2 << 20


def test_an_element_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "LARGEST_ELEMENT", 1 << 20)
    path = put(tmp_path / "a.json", b'["' + b"a" * (8 << 20))

    tracemalloc.start()
    with pytest.raises(StoreError, match="Unterminated string"):
        list(Document(path).elements())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 << 20


def manifest(folder: Path, *rows: dict[str, Any] | str, name: str = "manifest.json") -> Path:
    put(folder / "audio" / "a.wav", wav(1))
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    return put(folder / name, "\n".join(lines).encode())


def test_nemo_spans_predictions_and_other_keys(tmp_path: Path) -> None:
    base = {"audio_filepath": "audio/a.wav"}
    path = manifest(
        tmp_path,
        {**base, "duration": 1.0, "text": "Hola", "pred_text": "ola", "lang": "es", "speaker": 12, "snr": 3.5},
        {**base, "offset": 0.25, "duration": 0.5, "text": "Sí"},
        {**base, "duration": 0.5, "text": "el principio"},
        {**base, "duration": 0.9996, "text": "redondeado"},
        {**base},
        name="val_manifest.json",
    )

    assert guess(path) is nemo.FORMAT and guess(tmp_path) is nemo.FORMAT
    items = only_items(nemo.read(tmp_path))

    assert [(item.start, item.end, item.text) for item in items] == [
        (None, None, "Hola"),
        (0.25, 0.75, "Sí"),
        (None, 0.5, "el principio"),
        (None, None, "redondeado"),
        (None, None, ""),
    ]
    assert (items[0].heard, items[0].speaker, items[0].split) == ("ola", "12", "dev")
    assert items[0].extra == {"lang": "es", "snr": "3.5"}


def test_nemo_lines_that_are_none(tmp_path: Path) -> None:
    good = {"audio_filepath": "audio/a.wav", "duration": 1, "text": "Hola"}
    path = manifest(
        tmp_path,
        good,
        '{"audio_filepath": "audio/a.wav", "dur',
        "[1]",
        "",
        {**good, "duration": -1},
        {"text": "No"},
    )

    rows = list(nemo.read(path))

    assert [row.where for row in only_rejected(rows)] == [f"manifest.json, line {line}" for line in (2, 3, 5, 6)]
    with pytest.raises(StoreError, match="no manifest"):
        list(nemo.read(tmp_path / "audio"))


def test_nemo_gets_a_manifest_for_each_split_with_paths_and_durations(tmp_path: Path) -> None:
    items = [Item(tmp_path, "", text=split, split=split) for split in ("train", "dev", "test", "")]
    with exported(nemo.FORMAT, items) as (folder, _):
        for split in ("train", "dev", "test", ""):
            text = (folder / f"{split}_manifest.json".removeprefix("_")).read_text()
            row = json.loads(text)
            assert (folder / row["audio_filepath"]).is_file()
            assert (row["text"], row["duration"]) == (split, SECONDS)


def test_nemo_needs_audio_that_says_how_long_it_is(tmp_path: Path) -> None:
    item = Item(put(tmp_path / "audio" / "a.wav", b"none"), "", text="Hola")

    with pytest.raises(StoreError, match="does not say how long it is"):
        nemo.write(tmp_path, [item])
    assert not list(tmp_path.glob("*manifest*"))
