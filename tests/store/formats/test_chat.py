"""CHAT transcripts as they are in TalkBank, as people break them, and as they were exported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pylangacq import CHAT as LIBRARY

from store.errors import StoreError
from store.formats.formats import FORMATS, guess
from store.formats.item import Item, TimedWord
from tests.patience import PATIENCE
from tests.store.formats.format_items import put
from tests.store.formats.timeline_items import again, few, in_order, rows, to_milliseconds, turns, written

CHAT = FORMATS["chat"]
EVERYTHING = ("heard", "speaker", "note", "split", "status", "reason", "words")

TALK = """@UTF8
@Begin
@Languages:\tspa
@Participants:\tCHI María_José Target_Child, INV Investigator
@ID:\tspa|corpus|CHI|3;02.||||Target_Child|||
@ID:\tspa|corpus|INV|||||Investigator|||
@Media:\tcharla, audio
*CHI:\t&-um yo [/] yo quiero (.) xxx <el perro> [//] el gato . \x15500_2000\x15
%mor:\tpro|yo v|querer
%com:\tseñala
\tel dibujo
%eng:\tI want the cat.
%wor:\tyo \x15500_900\x15 quiero \x15900_1500\x15 .
@Comment:\tpausa larga
*INV:\t¿el gato ? \x152000_3000\x15
*CHI:\t0 . \x153000_3500\x15
*CHI:\tsí +... \x153500_4000\x15
*INV:\tsin tiempo .
*XXX:\tal
\trevés ! \x155000_4000\x15
@End
"""


@few
@given(turns(EVERYTHING, extra=("%eng", "%pho")))
def test_everything_comes_back(items: list[Item]) -> None:
    with written(CHAT, items) as (folder, given_items):
        if items:
            assert again(CHAT, folder) == in_order([to_milliseconds(item) for item in given_items])
            assert guess(folder) is CHAT


@few
@given(turns(("speaker", "note", "words")))
def test_pylangacq_reads_what_was_exported(items: list[Item]) -> None:
    with written(CHAT, items) as (folder, _):
        for file in folder.glob("*.cha"):
            chat = LIBRARY.from_files([str(file)], parallel=False, strict=False)
            mine = in_order([item for item in again(CHAT, folder) if item.audio.stem == file.stem])
            marks = [
                (mark[0] / 1000, mark[1] / 1000)
                for each in chat.utterances()
                if (mark := each.time_marks) is not None
            ]
            assert sorted(marks) == sorted((item.start, item.end) for item in mine)
            assert len(chat.headers()[0].participants) == len({item.speaker for item in mine})
            assert chat.headers()[0].media == {"filename": file.stem, "format": "audio", "status": None}


def test_a_transcript_as_talkbank_has_them(tmp_path: Path) -> None:
    audio = put(tmp_path / "charla.mp3")
    file = put(tmp_path / "010203.cha", TALK.encode())

    items, rejected = rows(CHAT, file)

    assert guess(file) is CHAT
    assert [replace(item, where="") for item in items] == [
        Item(
            audio,
            "",
            0.5,
            2.0,
            "&-um yo [/] yo quiero (.) xxx <el perro> [//] el gato.",
            speaker="María José",
            note="señala el dibujo",
            words=(TimedWord("yo", 0.5, 0.9), TimedWord("quiero", 0.9, 1.5)),
            extra={"%mor": "pro|yo v|querer", "%eng": "I want the cat."},
        ),
        Item(audio, "", 2.0, 3.0, "¿el gato?", speaker="INV"),
        Item(audio, "", 3.0, 3.5, "", speaker="María José"),
        Item(audio, "", 3.5, 4.0, "sí +...", speaker="María José"),
    ]
    assert [(row.where, row.reason.split(":")[0]) for row in rejected] == [
        ("010203.cha, utterance 5", "It has no time marks"),
        ("010203.cha, utterance 6", "The span from 5 to 4 s does not run forward"),
    ]

    copy = put(tmp_path / "again" / "charla.wav")
    CHAT.write(tmp_path / "again", [replace(item, audio=copy) for item in items])
    assert again(CHAT, tmp_path / "again") == [replace(item, audio=copy, where="") for item in items]


def test_marks_inside_an_utterance_and_old_ones(tmp_path: Path) -> None:
    put(tmp_path / "a.wav")
    lines = '*ANA:\thola \x150_500\x15 Ben . \x15500_900\x15\n*ANA:\tsí . \x15%snd:"a"_1000_2000\x15\n'
    items, rejected = rows(CHAT, put(tmp_path / "a.cha", f"@UTF8\n@Begin\n{lines}@End\n".encode()))
    assert not rejected
    assert [(item.start, item.end, item.text) for item in items] == [(0.0, 0.9, "hola Ben."), (1.0, 2.0, "sí.")]


def test_what_people_write_is_what_the_file_shows(tmp_path: Path) -> None:
    audio = put(tmp_path / "a.wav")
    CHAT.write(
        tmp_path,
        [
            Item(audio, "", 0.0, 1.0, "¿Qué tal, Ana?", speaker="Ben"),
            Item(audio, "", 1.0, 2.0, "Bien", speaker="Ana María", note="ríe", status="corrected"),
        ],
    )
    lines = (tmp_path / "a.cha").read_text(encoding="utf-8").splitlines()
    assert "@Participants:\tBEN Ben Participant, ANA Ana_María Participant" in lines
    assert "@Media:\ta, audio" in lines
    assert "*BEN:\t¿Qué tal, Ana ? \x150_1000\x15" in lines
    assert "*ANA:\tBien . \x151000_2000\x15" in lines and "%com:\tríe" in lines
    assert len(LIBRARY.from_files([str(tmp_path / "a.cha")], parallel=False, strict=True).utterances()) == 2


def test_a_line_changed_by_hand_is_what_counts(tmp_path: Path) -> None:
    audio = put(tmp_path / "a.wav")
    CHAT.write(tmp_path, [Item(audio, "", 0.0, 1.0, "hola")])
    file = tmp_path / "a.cha"
    assert again(CHAT, file)[0].text == "hola"

    put(file, file.read_bytes().replace(b"\thola .", "\tadiós .".encode()))
    assert again(CHAT, file)[0].text == "adiós."


def test_audio_that_an_export_links_to(tmp_path: Path) -> None:
    audio = put(tmp_path / "elsewhere" / "a b.wav")
    CHAT.write(tmp_path / "export", [Item(audio, "", 0.0, 1.0, "hola")])
    assert [item.audio for item in again(CHAT, tmp_path / "export")] == [audio]


def test_audio_that_is_not_there_is_named(tmp_path: Path) -> None:
    items, rejected = rows(CHAT, put(tmp_path / "x.cha", TALK.encode()))
    assert not items
    assert [row.reason for row in rejected] == [
        "The audio “charla” is not there: put charla.wav into the same folder."
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "has a line @Begin"),
        (b"hola", "has a line @Begin"),
        (TALK.encode()[:-6], "breaks off before its line @End"),
        (TALK.encode()[:300], "breaks off before its line @End"),
        (TALK.encode("cp1252"), "--encoding cp1252"),
    ],
)
def test_what_cannot_be_read_does_not_spoil_its_neighbours(tmp_path: Path, data: bytes, said: str) -> None:
    put(tmp_path / "charla.wav")
    file = put(tmp_path / "a.cha", data)
    with pytest.raises(StoreError, match=said):
        list(CHAT.read(file))

    put(tmp_path / "b.cha", TALK.replace("\n", "\r\n").encode("utf-8-sig"))
    items, rejected = rows(CHAT, tmp_path)
    assert len(items) == 4
    assert rejected[0].where == "a.cha"


def test_another_encoding_that_is_named(tmp_path: Path) -> None:
    put(tmp_path / "charla.wav")
    file = put(tmp_path / "a.cha", TALK.encode("cp1252"))
    items = [row for row in CHAT.read(file, "cp1252") if isinstance(row, Item)]
    assert items[0].note == "señala el dibujo"


@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize("piece", ["a", "\x15", '\x15%a:"', "1_", "\x151_", " .", "a "])
def test_a_flood_takes_no_time(tmp_path: Path, piece: str) -> None:
    put(tmp_path / "a.wav")
    flood = piece * (900_000 // len(piece))
    text = f"@UTF8\n@Begin\n*ANA:\t{flood} \x150_900\x15\n%wor:\t{flood}\n@End\n"
    assert len([*CHAT.read(put(tmp_path / "a.cha", text.encode()))]) == 1


@few
@given(
    st.lists(
        st.sampled_from(
            ["*CHI:\thola . \x15", "0_900\x15", "@Comment:\ttertulia {", "*CHI:", "%mor:\tx|y z", "*:\t\x15\x15",
             "\tmás", "@Participants:\tA, B C, ", "@Media:\t",
             "[<>](", "%xter:\ttertulia []", "@ID:\t|||", "\x15_\x15"]
        )
    )
)  # fmt: skip
def test_no_muddle_of_lines_brings_the_reader_down(lines: list[str]) -> None:
    with written(CHAT, []) as (folder, _):
        put(folder / "a.wav")
        text = "\n".join(["@UTF8", "@Begin", *lines, "@End"])
        try:
            list(CHAT.read(put(folder / "a.cha", text.encode())))
        except StoreError as error:
            assert "CHAT" in str(error)
