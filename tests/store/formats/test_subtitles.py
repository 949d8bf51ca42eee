"""Subtitles beside their audio: what people and other programs wrote, and what was exported."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import srt as srt_library
import webvtt as vtt_library
from hypothesis import given
from hypothesis import strategies as st

from store.errors import StoreError
from store.formats.formats import FORMATS, guess
from store.formats.item import Item
from tests.patience import PATIENCE
from tests.store.formats.format_items import put
from tests.store.formats.timeline_items import again, few, in_order, rows, to_milliseconds, turns, written

SRT, VTT = FORMATS["srt"], FORMATS["vtt"]
EVERYTHING = ("heard", "speaker", "note", "split", "status", "reason", "words")


@few
@given(turns())
def test_srt_gives_back_times_and_text(items: list[Item]) -> None:
    with written(SRT, items) as (folder, given_items):
        expected = [replace(to_milliseconds(item), samples=None) for item in given_items]
        assert again(SRT, folder) == in_order(expected) if items else True


@few
@given(turns(EVERYTHING))
def test_vtt_gives_back_everything(items: list[Item]) -> None:
    with written(VTT, items) as (folder, given_items):
        if items:
            assert again(VTT, folder) == in_order([to_milliseconds(item) for item in given_items])


@few
@given(turns())
def test_the_srt_library_reads_what_was_exported(items: list[Item]) -> None:
    with written(SRT, items) as (folder, _):
        for file in folder.glob("*.srt"):
            cues = list(srt_library.parse(file.read_text(encoding="utf-8")))
            mine = [item for item in in_order(again(SRT, folder)) if item.audio.stem == file.stem]
            assert [cue.start.total_seconds() for cue in cues] == [item.start for item in mine]
            assert [cue.content.replace("\u2060", "") for cue in cues] == [item.text for item in mine]


@few
@given(turns(("speaker", "note")))
def test_players_see_the_speaker_and_no_remarks(items: list[Item]) -> None:
    with written(VTT, items) as (folder, _):
        for file in folder.glob("*.vtt"):
            captions = vtt_library.WebVTT.from_string(file.read_text(encoding="utf-8"), strict=True).captions
            assert len(captions) == sum(item.audio.stem == file.stem for item in again(VTT, folder))
            assert not any("tertulia" in caption.text and "NOTE" not in caption.text for caption in captions)


def test_srt_made_by_the_library(tmp_path: Path) -> None:
    put(tmp_path / "charla.wav")
    cues = [
        srt_library.Subtitle(1, timedelta(seconds=1), timedelta(seconds=2.5), "Hola,\n<i>¿qué tal?</i>"),
        srt_library.Subtitle(2, timedelta(seconds=3), timedelta(seconds=4), "{\\an8}Bien."),
        srt_library.Subtitle(3, timedelta(hours=1), timedelta(hours=1, seconds=1), ""),
    ]
    put(tmp_path / "charla.srt", srt_library.compose(cues, reindex=False, eol="\r\n").encode("utf-8-sig"))

    items, rejected = rows(SRT, tmp_path / "charla.srt")

    assert not rejected and guess(tmp_path) is SRT
    assert [(item.start, item.end, item.text) for item in items] == [
        (1.0, 2.5, "Hola, ¿qué tal?"),
        (3.0, 4.0, "Bien."),
        (3600.0, 3601.0, ""),
    ]
    assert items[1].where == "charla.srt, line 7"
    assert items[0].audio == tmp_path / "charla.wav"


def test_vtt_made_by_the_library(tmp_path: Path) -> None:
    put(tmp_path / "charla.mp3")
    captions = [
        vtt_library.Caption("00:00:01.000", "00:00:02.500", "<v Ana María>Hola,\n<b>¿qué</b> &lt;tal&gt;?", "uno"),
        vtt_library.Caption("00:00:03.000", "00:00:04.000", "Bien.", settings="line:0 align:start"),
        vtt_library.Caption("00:00:04.000", "00:00:05.000", "<v Ana>¿Sí?</v> <v.loud Ben>¡Sí!</v>"),
    ]
    file = tmp_path / "charla.vtt"
    vtt_library.WebVTT(captions=captions, header_comments=["made by hand"]).save(str(file))

    items, rejected = rows(VTT, file)

    assert not rejected and guess(file) is VTT
    assert [(item.speaker, item.text) for item in items] == [
        ("Ana María", "Hola, ¿qué <tal>?"),
        ("", "Bien."),
        ("Ana / Ben", "¿Sí? ¡Sí!"),
    ]
    assert [dict(item.extra) for item in items] == [{"identifier": "uno"}, {"settings": "line:0 align:start"}, {}]
    target = put(tmp_path / "again" / "charla.wav")
    VTT.write(tmp_path / "again", [replace(item, audio=target) for item in items])
    assert [item.extra for item in again(VTT, tmp_path / "again")] == [item.extra for item in items]


def test_times_that_cannot_be_right_cost_their_cue_only(tmp_path: Path) -> None:
    put(tmp_path / "a.wav")
    put(
        tmp_path / "a.srt",
        b"1\n00:00:05,000 --> 00:00:04,000\nal reves\n\n2\n00:00:0x,000 --> 00:00:07,000\nilegible\n\n"
        b"3\n00:00:10,000 --> 00:00:12,000\nbueno\n\n4\n00:00:11,000 --> 00:00:13,000\nencima\n\n"
        b"00:00:13.000 --> 00:00:14.000\nsin numero\n5\n00:00:15,0 -- > 00:00:16,0\n2\n",
    )
    items, rejected = rows(SRT, tmp_path)

    assert [item.text for item in items] == ["bueno", "sin numero", "2"]
    assert [(row.where, row.reason.split(":")[0][:32]) for row in rejected] == [
        ("a.srt, line 2", "The span from 5 to 4 s does not "),
        ("a.srt, line 6", "Its times cannot be read"),
        ("a.srt, line 14", "The span from 11 to 13 s overlap"),
    ]


def test_the_same_in_vtt(tmp_path: Path) -> None:
    put(tmp_path / "a.wav")
    put(
        tmp_path / "a.vtt",
        b"WEBVTT\n\n00:05.000 --> 00:04.000\nal reves\n\n00:0x.000 --> 00:07.000\nilegible\n\n"
        b"00:10.000 --> 00:12.000\n<v Ana>bueno\n\n00:11.000 --> 00:13.000\n<v Ana>encima\n\n"
        b"00:11.000 --> 00:13.000\n<v Ben>a la vez\n00:14.000 --> 00:15.000\npegado\n",
    )
    items, rejected = rows(VTT, tmp_path)

    assert [(item.speaker, item.text) for item in items] == [("Ana", "bueno"), ("Ben", "a la vez"), ("", "pegado")]
    assert [row.where for row in rejected] == ["a.vtt, line 3", "a.vtt, line 6", "a.vtt, line 12"]
    assert "times cannot be read" in rejected[1].reason


def test_remarks_changed_by_hand_are_not_believed(tmp_path: Path) -> None:
    put(tmp_path / "a.wav")
    remark = '{"samples": [16000, 32000], "words": [["Hola", 1, 2]], "note": 7, "split": "dev"}'
    put(
        tmp_path / "a.vtt",
        f"WEBVTT\n\nNOTE tertulia {remark}\n\n00:01.000 --> 00:02.500\nAdiós\n\n"
        "NOTE tertulia {broken\n\n00:03.000 --> 00:04.000\nsigue\n".encode(),
    )
    (first, second), rejected = rows(VTT, tmp_path)

    assert not rejected
    assert (first.samples, first.words, first.note, first.split) == (None, (), "", "dev")
    assert second == Item(tmp_path / "a.wav", "a.vtt, line 10", 3.0, 4.0, "sigue")


def test_audio_that_an_export_links_to(tmp_path: Path) -> None:
    audio = put(tmp_path / "elsewhere" / "ab -- >.wav")
    item = Item(audio, "", 0.0, 1.0, "hola")
    folder = tmp_path / "export"

    VTT.write(folder, [item])
    assert [each.audio for each in again(VTT, folder)] == [audio]
    with pytest.raises(StoreError, match="SRT file cannot say where its audio lies"):
        SRT.write(folder, [item])


@pytest.mark.parametrize("name", ["a.srt", "a.vtt"])
def test_a_transcript_without_audio_is_one_row(tmp_path: Path, name: str) -> None:
    put(tmp_path / name, b"WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\nhola\n")
    items, rejected = rows(FORMATS[name[2:]], tmp_path / name)
    assert not items
    assert [row.where for row in rejected] == [name] and "put a.wav" in rejected[0].reason


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.srt", b"", "holds no subtitles"),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nAdi\xf3s\n".encode("cp1252"), "--encoding cp1252"),
        ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\n\0\n", "zero bytes"),
        ("a.srt", b"1" * (2 << 20), "longer than|no subtitles"),
        ("a.vtt", b"1\n00:00:01.000 --> 00:00:02.000\n", "not WebVTT"),
        ("a.vtt", b"", "not WebVTT"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    put(tmp_path / "a.wav")
    file = put(tmp_path / name, data)
    with pytest.raises(StoreError, match=said):
        list(FORMATS[name[2:]].read(file))

    put(tmp_path / "b.wav")
    put(tmp_path / f"b{name[1:]}", b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nhola\n")
    items, rejected = rows(FORMATS[name[2:]], tmp_path)
    assert [item.text for item in items] == ["hola"]
    assert [row.where for row in rejected] == [name]


def test_encodings_that_are_named_or_marked(tmp_path: Path) -> None:
    put(tmp_path / "a.wav")
    cue = "1\n00:00:01,000 --> 00:00:02,000\nAdiós, señor\n"
    for encoding, given_name in (("utf-16", None), ("utf-8-sig", None), ("cp1252", "cp1252")):
        file = put(tmp_path / "a.srt", cue.encode(encoding))
        assert [item.text for item in SRT.read(file, given_name) if isinstance(item, Item)] == ["Adiós, señor"]


@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize("line", ["1", "1:", " ", "<", "- ", "<v ", "<v.", "{\\", "-->", "&#", "<i "])
def test_a_flood_takes_no_time(tmp_path: Path, line: str) -> None:
    put(tmp_path / "a.wav")
    for size in (11_000, 90_000, 1_000_000):
        flood = (line[:2] + "." * size) if line == "<v." else line * (size // len(line))
        cue = f"00:00:01.000 --> 00:00:02.000\n{flood}\n"
        for name, text in (("a.srt", cue), ("a.vtt", f"WEBVTT\n\n{cue}")):
            file = put(tmp_path / name, text.encode())
            assert len([*FORMATS[name[2:]].read(file)]) in (1, 2)


@few
@given(
    st.lists(st.sampled_from(["WEBVTT", "", "1", "00:00:01.000 --> 00:00:02.000", "--> x", "NOTE a", "<v", "ñ"]))
)
def test_no_muddle_of_lines_brings_a_reader_down(lines: list[str]) -> None:
    with written(VTT, []) as (folder, _):
        put(folder / "a.wav")
        for format_, name in ((SRT, "a.srt"), (VTT, "a.vtt")):
            try:
                list(format_.read(put(folder / name, "\n".join(lines).encode())))
            except StoreError as error:
                assert str(error).endswith((".", ")."))


def test_a_link_that_leads_outside_is_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "secret.srt", b"1\n00:00:01,000 --> 00:00:02,000\nsecreto\n")
    folder = tmp_path / "export"
    put(folder / "secret.wav")
    (folder / "secret.srt").symlink_to(tmp_path / "secret.srt")
    items, rejected = rows(SRT, folder)
    assert not items and "leads outside" in rejected[0].reason


def test_text_on_several_lines_is_not_written(tmp_path: Path) -> None:
    audio = put(tmp_path / "a.wav")
    with pytest.raises(StoreError, match="line ends or control characters"):
        SRT.write(tmp_path, [Item(audio, "", 0.0, 1.0, "a\n\n2\n00:00:00,000 --> 00:00:01,000\nb")])
    assert not list(tmp_path.glob("*.srt*"))


def test_a_turn_to_the_end_of_its_audio_ends_there(tmp_path: Path) -> None:
    audio = put(tmp_path / "a.wav")
    SRT.write(tmp_path, [Item(audio, "", text="entero")])
    assert [(item.start, item.end) for item in again(SRT, tmp_path)] == [(0.0, 0.125)]
