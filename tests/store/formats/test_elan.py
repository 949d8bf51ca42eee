"""ELAN documents made by pympi, by hand, by an attacker, and by an export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pympi.Elan import Eaf

from store.errors import StoreError
from store.formats.formats import FORMATS, guess
from store.formats.item import Item, TimedWord
from tests.store.formats.format_items import put
from tests.store.formats.timeline_items import again, few, in_order, rows, to_milliseconds, turns, written

ELAN = FORMATS["elan"]
EVERYTHING = ("heard", "speaker", "note", "split", "status", "reason", "words")


def a_talk(media: str = "file:///C:/Users/Ana/charla.wav", relative: str | None = "./charla.wav") -> Eaf:
    """Ana and Ben, who speak at once, with a translation and parts of speech."""
    eaf = Eaf(author="Ana")
    eaf.remove_tier("default")
    eaf.add_linked_file(media, relative, "audio/x-wav")
    eaf.add_linguistic_type("said of it", "Symbolic_Association", timealignable=False)
    eaf.add_linguistic_type("words", "Time_Subdivision")
    eaf.add_tier("A-Transcript", part="Ana")
    eaf.add_tier("Ben")
    eaf.add_tier("translation@A-Transcript", "said of it", parent="A-Transcript")
    eaf.add_tier("words@A-Transcript", "words", parent="A-Transcript")
    eaf.add_tier("pos", "said of it", parent="words@A-Transcript")
    eaf.add_annotation("A-Transcript", 500, 2000, "Hola,\n¿qué tal?")
    eaf.add_annotation("A-Transcript", 2500, 4000, "")
    eaf.add_annotation("Ben", 1500, 3000, "<Sí> & «no».")
    eaf.add_ref_annotation("translation@A-Transcript", "A-Transcript", 1000, "Hello, how are you?")
    eaf.add_annotation("words@A-Transcript", 500, 900, "Hola,")
    eaf.add_annotation("words@A-Transcript", 900, 2000, "¿qué tal?")
    eaf.add_ref_annotation("pos", "words@A-Transcript", 700, "INTJ")
    return eaf


@few
@given(turns(EVERYTHING, extra=("translation", "%pos")))
def test_everything_comes_back(items: list[Item]) -> None:
    with written(ELAN, items) as (folder, given_items):
        if items:
            assert again(ELAN, folder) == in_order([to_milliseconds(item) for item in given_items])
            assert guess(folder) is ELAN


@few
@given(turns(("speaker", "note", "words")))
def test_pympi_reads_what_was_exported(items: list[Item]) -> None:
    with written(ELAN, items) as (folder, _):
        for file in folder.glob("*.eaf"):
            eaf = Eaf(str(file))
            found = [
                (start / 1000, end / 1000, text)
                for name in eaf.get_tier_names()
                if not eaf.get_parameters_for_tier(name).get("PARENT_REF")
                for start, end, text in eaf.get_annotation_data_for_tier(name)
            ]
            mine = [item for item in again(ELAN, folder) if item.audio.stem == file.stem]
            assert sorted(found) == sorted((item.start, item.end, item.text) for item in mine)
            assert eaf.media_descriptors[0]["RELATIVE_MEDIA_URL"] == f"./{file.stem}.wav"
            assert str(folder) not in file.read_text(encoding="utf-8")


def test_a_document_made_by_pympi(tmp_path: Path) -> None:
    audio = put(tmp_path / "charla.wav")
    file = tmp_path / "2026-05 charla.eaf"
    a_talk().to_file(str(file))

    items, rejected = rows(ELAN, file)

    assert not rejected and guess(file) is ELAN
    assert [replace(item, where="") for item in items] == [
        Item(
            audio,
            "",
            0.5,
            2.0,
            "Hola, ¿qué tal?",
            speaker="Ana",
            words=(TimedWord("Hola,", 0.5, 0.9), TimedWord("¿qué tal?", 0.9, 2.0)),
            extra={"translation": "Hello, how are you?"},
        ),
        Item(audio, "", 2.5, 4.0, "", speaker="Ana"),
        Item(audio, "", 1.5, 3.0, "<Sí> & «no».", speaker="Ben"),
    ]
    assert items[0].where == "2026-05 charla.eaf, tier A-Transcript, a2"

    copy = put(tmp_path / "again" / "charla.wav")
    ELAN.write(tmp_path / "again", [replace(item, audio=copy) for item in items])
    assert again(ELAN, tmp_path / "again") == in_order([replace(item, audio=copy, where="") for item in items])


@pytest.mark.parametrize("version", ["2.7", "3.0", "3.1"])
def test_newer_documents_are_read_without_a_warning(tmp_path: Path, version: str) -> None:
    put(tmp_path / "charla.wav")
    eaf = a_talk()
    eaf.adocument |= {"VERSION": version, "FORMAT": version}
    eaf.to_file(str(tmp_path / "charla.eaf"))
    assert len(rows(ELAN, tmp_path)[0]) == 3


def test_media_that_begins_later_than_its_document(tmp_path: Path) -> None:
    put(tmp_path / "mi charla.wav")
    eaf = a_talk("file:///elsewhere/mi%20charla.wav", None)
    eaf.media_descriptors[0]["TIME_ORIGIN"] = 10_000
    eaf.to_file(str(tmp_path / "a.eaf"))
    items, rejected = rows(ELAN, tmp_path)
    assert not rejected
    assert items[0].start == 10.5 and items[0].words[0].start == 10.5


def test_audio_that_an_export_links_to(tmp_path: Path) -> None:
    audio = put(tmp_path / "else where" / "á%20.wav")
    ELAN.write(tmp_path / "export", [Item(audio, "", 0.0, 1.0, "hola")])
    assert [item.audio for item in again(ELAN, tmp_path / "export")] == [audio]


def test_audio_outside_the_folder_is_not_taken(tmp_path: Path) -> None:
    put(tmp_path / "charla.wav")
    folder = tmp_path / "export"
    folder.mkdir()
    a_talk("../charla.wav", "../charla.wav").to_file(str(folder / "a.eaf"))
    items, rejected = rows(ELAN, folder)
    assert not items and "climbs out of its folder" in rejected[0].reason


def test_exact_spans_are_not_believed_once_the_times_have_changed(tmp_path: Path) -> None:
    audio = put(tmp_path / "a.wav")
    ELAN.write(tmp_path, [Item(audio, "", 0.50003, 1.0, "hola", samples=(8001, 16000))])
    file = tmp_path / "a.eaf"
    assert again(ELAN, file)[0].samples == (8001, 16000)

    put(file, file.read_bytes().replace(b'"500"', b'"400"'))
    assert again(ELAN, file)[0] == Item(audio, "", 0.4, 1.0, "hola")


def test_annotations_without_a_time_or_backwards_cost_their_row(tmp_path: Path) -> None:
    put(tmp_path / "charla.wav")
    eaf = a_talk()
    eaf.timeslots["ts2"] = None
    first, last = next(iter(eaf.tiers["Ben"][0].values()))[:2]
    eaf.timeslots[first], eaf.timeslots[last] = 3000, 1500
    eaf.to_file(str(tmp_path / "a.eaf"))
    items, rejected = rows(ELAN, tmp_path)
    assert [item.speaker for item in items] == ["Ana"]
    assert [row.reason.split(":")[0] for row in rejected] == [
        "It has no time",
        "The span from 3 to 1.5 s does not run forward",
    ]


def test_references_in_circles_end(tmp_path: Path) -> None:
    put(tmp_path / "charla.wav")
    eaf = a_talk()
    eaf.add_tier("loop", "said of it", parent="translation@A-Transcript")
    eaf.tiers["loop"][1]["a90"] = ("a91", "x", None, None)
    eaf.tiers["loop"][1]["a91"] = ("a90", "y", None, None)
    eaf.tiers["translation@A-Transcript"][2]["PARENT_REF"] = "loop"
    eaf.to_file(str(tmp_path / "a.eaf"))
    assert len(rows(ELAN, tmp_path)[0]) == 3


BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<ANNOTATION_DOCUMENT>&c;</ANNOTATION_DOCUMENT>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>
<ANNOTATION_DOCUMENT>&f;</ANNOTATION_DOCUMENT>"""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (BOMB.encode(), "declares a document type"),
        (OUTSIDE.encode("utf-16"), "declares a document type"),
        (b"", "not whole, valid XML"),
        (b"\0\xff", "not whole, valid XML"),
        (b"<html></html>", "not an ELAN document"),
        (b"<ANNOTATION_DOCUMENT VERSION='3.0'/>", "not an ELAN document"),
        (b"<ANNOTATION_DOCUMENT>" * 100_000, "not whole, valid XML"),
    ],
)
def test_what_is_no_document_does_not_spoil_its_neighbours(tmp_path: Path, data: bytes, said: str) -> None:
    file = put(tmp_path / "a.eaf", data)
    with pytest.raises(StoreError, match=said):
        list(ELAN.read(file))

    put(tmp_path / "b" / "charla.wav")
    a_talk().to_file(str(tmp_path / "b" / "b.eaf"))
    items, rejected = rows(ELAN, tmp_path)
    assert len(items) == 3
    assert [row.where for row in rejected] == ["a.eaf"]


@few
@given(st.data())
def test_a_document_that_breaks_off_or_was_scratched_is_refused_whole(data: st.DataObject) -> None:
    with written(ELAN, []) as (folder, _):
        put(folder / "charla.wav")
        file = folder / "a.eaf"
        a_talk().to_file(str(file))
        whole = file.read_bytes()
        cut = data.draw(st.integers(0, len(whole) - 2))
        put(file, whole[:cut])
        with pytest.raises(StoreError):
            list(ELAN.read(file))

        put(file, whole[:cut] + data.draw(st.binary(min_size=1, max_size=3)) + whole[cut + 2 :])
        try:
            list(ELAN.read(file))
        except StoreError as error:
            assert "save it" in str(error)


def test_text_that_xml_cannot_hold_is_not_written(tmp_path: Path) -> None:
    audio = put(tmp_path / "a.wav")
    with pytest.raises(StoreError, match="after “uno dos”, which XML forbids"):
        ELAN.write(tmp_path, [Item(audio, "", 0.0, 1.0, "uno dos\uffff tres")])
    assert not list(tmp_path.glob("*.eaf*"))
