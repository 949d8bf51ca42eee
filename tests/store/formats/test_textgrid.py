"""TextGrids from Praat and other programs, and those that were exported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from praatio import textgrid as praatio
from praatio.data_classes.interval_tier import IntervalTier
from praatio.data_classes.point_tier import PointTier
from praatio.data_classes.textgrid import Textgrid

from store.errors import StoreError
from store.formats.formats import FORMATS, guess
from store.formats.item import Item, TimedWord
from tests.patience import PATIENCE
from tests.store.formats.format_items import put
from tests.store.formats.timeline_items import again, few, in_order, rows, turns, written

GRID = FORMATS["textgrid"]
EVERYTHING = ("heard", "speaker", "note", "split", "status", "reason", "words")


def a_talk() -> Textgrid:
    """Ana and Ben, who speak at once, as a person would have annotated them in Praat."""
    grid = Textgrid(0, 6)
    grid.addTier(IntervalTier("Ana", [(0.5, 2, 'Dijo "hola",\n¿no?'), (3, 4, "item [2]:")], 0, 6))
    grid.addTier(IntervalTier("Ben", [(1.5, 2.5, "Sí.")], 0, 6))
    grid.addTier(IntervalTier("Ana - words", [(0.5, 1, "Dijo"), (1, 2, '"hola",')], 0, 6))
    grid.addTier(IntervalTier("Ben - phones", [(1.5, 2, "s"), (2, 2.5, "i")], 0, 6))
    grid.addTier(PointTier("bells", [(3.3, "ding")], 0, 6))
    return grid


@few
@given(turns(EVERYTHING))
def test_everything_comes_back_to_the_sample(items: list[Item]) -> None:
    with written(GRID, items) as (folder, given_items):
        if items:
            assert again(GRID, folder) == in_order([replace(item, samples=None) for item in given_items])
            assert guess(folder) is GRID


@few
@given(turns(("speaker",)))
def test_praatio_reads_what_was_exported(items: list[Item]) -> None:
    # Its reader fails where a label says such a thing, and at times that are written with an exponent.
    items = [replace(item, text=item.text.replace("[", "(").replace('"', "'")) for item in items]
    items = [item for item in items if (item.start or 1) > 1e-4]
    with written(GRID, items) as (folder, _):
        for file in folder.glob("*.TextGrid"):
            grid = praatio.openTextgrid(str(file), includeEmptyIntervals=False)
            found = [
                (start, end, label)
                for tier in grid.tiers
                if not tier.name.endswith("status")
                for start, end, label in tier.entries
            ]
            mine = [item for item in again(GRID, folder) if item.audio.stem == file.stem and item.text]
            assert sorted(found) == sorted((item.start, item.end, item.text) for item in mine)


@pytest.mark.parametrize("kind", ["long_textgrid", "short_textgrid"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_files_made_by_praatio(tmp_path: Path, kind: str, encoding: str) -> None:
    audio = put(tmp_path / "charla.wav")
    file = tmp_path / "charla.TextGrid"
    a_talk().save(str(file), kind, includeBlankSpaces=True)  # type: ignore[arg-type]
    file.write_bytes(file.read_text(encoding="utf-8").replace("\n", "\r\n").encode(encoding))

    items, rejected = rows(GRID, file)

    assert not rejected and guess(file) is GRID
    assert [replace(item, where="") for item in items] == [
        Item(
            audio,
            "",
            0.5,
            2.0,
            'Dijo "hola", ¿no?',
            speaker="Ana",
            words=(TimedWord("Dijo", 0.5, 1.0), TimedWord('"hola",', 1.0, 2.0)),
        ),
        Item(audio, "", 3.0, 4.0, "item [2]:", speaker="Ana"),
        Item(audio, "", 1.5, 2.5, "Sí.", speaker="Ben"),
    ]
    assert items[2].where == "charla.TextGrid, tier Ben, 1.5 s"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.97])
def test_a_file_that_breaks_off_is_refused_and_says_where(tmp_path: Path, share: float) -> None:
    put(tmp_path / "a.wav")
    for kind in ("long_textgrid", "short_textgrid"):
        file = tmp_path / "a.TextGrid"
        a_talk().save(str(file), kind, includeBlankSpaces=True)  # type: ignore[arg-type]
        data = file.read_bytes()
        put(file, data[: int(len(data) * share)])
        with pytest.raises(StoreError, match=r"breaks off or is damaged at line \d+|is not UTF-8"):
            list(GRID.read(file))


def test_turns_of_one_voice_that_overlap(tmp_path: Path) -> None:
    audio = put(tmp_path / "a.wav")
    near = [Item(audio, "", 0.0, 2.0, "uno", speaker="Ana"), Item(audio, "", 1.9, 3.0, "dos", speaker="Ana")]
    GRID.write(tmp_path, near)
    assert again(GRID, tmp_path) == near
    assert praatio.openTextgrid(str(tmp_path / "a.TextGrid"), False).tierNames == ("Ana", "Ana - text 2")

    GRID.write(tmp_path, [*near, Item(audio, "", 2.0, 2.8, "tres", speaker="Ana")])
    items, rejected = rows(GRID, tmp_path)
    assert [item.text for item in items] == ["uno", "tres"]
    assert "one voice says one thing at a time" in rejected[0].reason


def test_a_reversed_interval_costs_its_row(tmp_path: Path) -> None:
    put(tmp_path / "a.wav")
    grid = (
        'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n9\n<exists>\n1\n"IntervalTier"\n"Ana"\n0\n9\n3\n'
        '2\n1\n"al revés"\n3\n4\n"bueno"\n1e999\n5\n"sin fin"\n'
    )
    items, rejected = rows(GRID, put(tmp_path / "a.TextGrid", grid.encode()))
    assert [item.text for item in items] == ["bueno"]
    assert len(rejected) == 2 and "does not run forward" in rejected[0].reason


def test_a_tier_of_words_belongs_to_the_only_speaker(tmp_path: Path) -> None:
    put(tmp_path / "a.wav")
    grid = Textgrid(0, 3)
    grid.addTier(IntervalTier("words", [(0, 1, "hola"), (1, 2, "Ana")], 0, 3))
    grid.save(str(tmp_path / "a.TextGrid"), "short_textgrid", includeBlankSpaces=True)
    items, rejected = rows(GRID, tmp_path)
    assert not items and "words and no turns" in rejected[0].reason

    grid.addTier(IntervalTier("utterances", [(0, 2, "hola Ana")], 0, 3))
    grid.save(str(tmp_path / "a.TextGrid"), "short_textgrid", includeBlankSpaces=True)
    items, rejected = rows(GRID, tmp_path)
    assert not rejected
    assert [(item.speaker, [word.text for word in item.words]) for item in items] == [("", ["hola", "Ana"])]


def test_audio_that_an_export_links_to(tmp_path: Path) -> None:
    audio = put(tmp_path / "elsewhere" / "a.wav")
    GRID.write(tmp_path / "export", [Item(audio, "", 0.0, 1.0, "hola")])
    assert [item.audio for item in again(GRID, tmp_path / "export")] == [audio]

    audio.unlink()
    items, rejected = rows(GRID, tmp_path / "export")
    assert not items and "is not there" in rejected[0].reason


@pytest.mark.parametrize("data", [b"", b"garbage", b'"ooTextFile"', b"\0\1\2", 'ooTextFile "TextGrid" "á'.encode()])
def test_what_is_no_textgrid_does_not_spoil_its_neighbours(tmp_path: Path, data: bytes) -> None:
    put(tmp_path / "a.wav")
    file = put(tmp_path / "a.TextGrid", data)
    with pytest.raises(StoreError):
        list(GRID.read(file))

    put(tmp_path / "b" / "b.wav")
    a_talk().save(str(tmp_path / "b" / "b.textgrid"), "long_textgrid", includeBlankSpaces=True)
    items, rejected = rows(GRID, tmp_path)
    assert len(items) == 3
    assert [row.where for row in rejected] == ["a.TextGrid"]


@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize("piece", ['"', '""" ', "1 ", "1" * 100, "! ", '"a" '])
def test_a_flood_takes_no_time(tmp_path: Path, piece: str) -> None:
    put(tmp_path / "a.wav")
    flood = "\n".join([piece * 1000] * 1000)
    file = put(tmp_path / "a.TextGrid", f'"ooTextFile"\n"TextGrid"\n0 9 <exists> 1\n{flood}'.encode())
    with pytest.raises(StoreError):
        list(GRID.read(file))


@few
@given(
    st.lists(st.sampled_from(['"IntervalTier"', '"TextTier"', '"Ana"', "0", "1", "2", "<exists>", "1e999", '""']))
)
def test_no_muddle_of_tokens_brings_the_reader_down(tokens: list[str]) -> None:
    with written(GRID, []) as (folder, _):
        put(folder / "a.wav")
        text = f'"ooTextFile"\n"TextGrid"\n0 9 <exists> 1\n{" ".join(tokens)}'
        try:
            list(GRID.read(put(folder / "a.TextGrid", text.encode())))
        except StoreError as error:
            assert "breaks off or is damaged" in str(error)
