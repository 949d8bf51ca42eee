"""What is exported comes back as it was, whatever people say, write and call themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.formats import (
    audiofolder,
    common_voice,
    csv_table,
    kaldi,
    label_studio,
    ljspeech,
    mls,
    nemo,
    parquet,
    product_json,
)
from store.formats.formats import FORMATS, guess
from store.formats.item import Item
from tests.properties import examples
from tests.store.formats.format_items import clips, exported, extras, only_items, put, texts

few = examples(15)
EVERYTHING = ("heard", "speaker", "note", "split", "status", "reason", "words", "extra")
SPANS = st.tuples(st.integers(0, 160_000), st.integers(1, 80_000)).map(lambda pair: (pair[0], sum(pair)))


def by_audio(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (item.audio, item.start or 0.0, item.end or 0.0))


@few
@given(clips(("speaker", "note")))
def test_csv(items: list[Item]) -> None:
    with exported(FORMATS["csv"], items) as (folder, written):
        assert only_items(csv_table.read(folder)) == written
        assert guess(folder) is csv_table.FORMAT


@few
@given(clips(EVERYTHING))
def test_nemo(items: list[Item]) -> None:
    with exported(FORMATS["nemo"], items) as (folder, written):
        assert by_audio(only_items(nemo.read(folder))) == written
        assert guess(folder) is nemo.FORMAT


@few
@given(clips(EVERYTHING))
def test_audiofolder(items: list[Item]) -> None:
    with exported(FORMATS["audiofolder"], items) as (folder, written):
        assert by_audio(only_items(audiofolder.read(folder))) == by_audio(written)
        assert guess(folder) is audiofolder.FORMAT


@few
@given(clips(EVERYTHING))
def test_parquet(items: list[Item]) -> None:
    with exported(FORMATS["parquet"], items) as (folder, written):
        assert not (folder / "clips").exists(), "the audio is in the table now"
        assert guess(folder) is parquet.FORMAT
        back = list(parquet.read(folder, into=put(folder / "into" / "x").parent))
        names = {name: number for number, name in enumerate(("test", "train", "unsplit", "validation"))}
        order = sorted(
            written, key=lambda item: names[{"dev": "validation", "": "unsplit"}.get(item.split, item.split)]
        )
        assert [replace(item, audio=Path()) for item in only_items(back)] == [
            replace(item, audio=Path()) for item in order
        ]
        assert all(item.audio.read_bytes()[:4] == b"RIFF" for item in back if isinstance(item, Item))


VOTES = st.fixed_dictionaries({}, optional={"up_votes": st.just("2"), "accents": texts.filter(bool)})


@few
@given(clips(("heard", "speaker", "note", "split", "status", "reason", "extra"), extra=VOTES))
def test_common_voice(items: list[Item]) -> None:
    with exported(FORMATS["common-voice"], items) as (folder, written):
        assert by_audio(only_items(common_voice.read(folder))) == written
        assert guess(folder) is common_voice.FORMAT


@few
@given(clips(("speaker", "split")))
def test_mls(items: list[Item]) -> None:
    with exported(FORMATS["mls"], items) as (folder, written):
        assert by_audio(only_items(mls.read(folder))) == by_audio(written)
        assert guess(folder) is mls.FORMAT


WITHOUT_PIPES = texts.map(lambda text: text.replace("|", ""))
NORMALISED = st.fixed_dictionaries({}, optional={"normalised": st.just("dos mil veintiséis")})


@few
@given(clips(("extra",), WITHOUT_PIPES, extra=NORMALISED))
def test_ljspeech(items: list[Item]) -> None:
    with exported(FORMATS["ljspeech"], items) as (folder, written):
        assert only_items(ljspeech.read(folder)) == written
        assert guess(folder) is ljspeech.FORMAT


@st.composite
def recordings(draw: st.DrawFn, fields: tuple[str, ...], extra: bool) -> list[list[Item]]:
    """Recordings, each with spans in it that are known to the sample."""
    found = []
    for group in draw(st.lists(clips(fields), min_size=1, max_size=3)):
        spans = [draw(SPANS) for _ in group]
        known = draw(extras) if extra else {}
        found.append(
            [
                replace(item, start=first / 16000, end=end / 16000, samples=(first, end), extra=known)
                for item, (first, end) in zip(group, sorted(spans), strict=True)
            ]
        )
    return found


def placed(folder: Path, name: str, groups: list[list[Item]]) -> list[Item]:
    format_ = FORMATS[name]
    items = []
    for number, group in enumerate(groups, 1):
        audio = put(folder / f"{format_.place(number, group[0])}.wav")
        items += [replace(item, audio=audio) for item in group]
    format_.write(folder, items)
    assert guess(folder) is format_
    return items


@few
@given(groups=recordings(EVERYTHING[:-1], extra=True))
def test_json(tmp_path_factory: pytest.TempPathFactory, groups: list[list[Item]]) -> None:
    folder = tmp_path_factory.mktemp("json")
    written = placed(folder, "json", groups)
    assert only_items(product_json.read(folder)) == written
    assert only_items(product_json.read(folder / "tertulia.json")) == written


@few
@given(groups=recordings(EVERYTHING[:-1], extra=True))
def test_label_studio(tmp_path_factory: pytest.TempPathFactory, groups: list[list[Item]]) -> None:
    folder = tmp_path_factory.mktemp("ls")
    written = placed(folder, "label-studio", groups)
    back = only_items(label_studio.read(folder))
    assert [(item.audio, item.samples) for item in back] == [
        (item.audio, item.samples) for item in by_audio(written)
    ]
    assert sorted(map(repr, back)) == sorted(map(repr, written))


@few
@given(groups=recordings(("heard", "speaker", "note", "split", "status", "reason"), extra=False))
def test_kaldi(tmp_path_factory: pytest.TempPathFactory, groups: list[list[Item]]) -> None:
    folder = tmp_path_factory.mktemp("kaldi")
    written = placed(folder, "kaldi", groups)
    back = only_items(kaldi.read(folder))
    assert sorted(map(repr, back)) == sorted(repr(replace(item, samples=None)) for item in written)


@pytest.mark.parametrize(
    "name", ["csv", "json", "label-studio", "common-voice", "nemo", "audiofolder", "parquet", "kaldi"]
)
def test_audio_that_is_linked_to_is_found_where_it_is(tmp_path: Path, name: str) -> None:
    audio = put(tmp_path / "data folder" / "ñ.wav")
    item = Item(audio, "", text="¿Qué tal?", speaker="Ana")

    FORMATS[name].write(tmp_path / "export", [item])

    assert guess(tmp_path / "export") is FORMATS[name]
    assert only_items(FORMATS[name].read(tmp_path / "export")) == [item]


@pytest.mark.parametrize("name", ["nemo", "audiofolder", "parquet"])
def test_what_another_format_knew_does_not_change_what_is_known(tmp_path: Path, name: str) -> None:
    extra = {"offset": "3", "sentence": "No", "speaker": "Eva", "status": "validated", "género": "f"}
    with exported(FORMATS[name], [Item(tmp_path, "", text="Sí", extra=extra)]) as (folder, _):
        (item,) = only_items(FORMATS[name].read(folder))
        assert (item.start, item.text, item.speaker, item.status) == (None, "Sí", "", "")
        assert item.extra["género"] == "f"


@pytest.mark.parametrize("name", ["csv", "json", "kaldi"])
def test_nothing_to_write_is_no_fault(tmp_path: Path, name: str) -> None:
    FORMATS[name].write(tmp_path / "export", [])

    assert list(FORMATS[name].read(tmp_path / "export")) == []
