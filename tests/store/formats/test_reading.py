"""Files of unknown making: their encodings, their lengths, the audio they name, the numbers in them."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import StoreError
from store.formats import reading
from store.formats.reading import (
    audio_beside,
    check_span,
    head,
    number,
    parse_json,
    read_lines,
    read_text,
    resolve,
    seconds_of,
)
from store.formats.writing import replacing, text_file
from tests.store.formats.format_items import put

SAID = "¿Qué tal, niño?\nBien — «gracias».\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_how_to_read(tmp_path: Path, encoding: str) -> None:
    path = put(tmp_path / "a.txt", SAID.encode(encoding))

    assert read_text(path) == SAID
    assert list(read_lines(path)) == SAID.splitlines(keepends=True)
    assert head(path) == SAID


def test_another_encoding_is_shown_and_not_guessed(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt", SAID.replace("—", "-").encode("cp1252"))

    with pytest.raises(
        StoreError, match=r"Line 1 of .*a.txt is not UTF-8; .*“¿Qué tal, niño\?”.*--encoding cp1252"
    ):
        read_text(path)
    assert read_text(path, "cp1252") == SAID.replace("—", "-")
    assert read_text(put(tmp_path / "b.txt", SAID.encode("utf-8-sig")), "utf-8") == SAID


def test_a_bad_byte_at_the_end_is_seen_before_the_first_line_is_used(tmp_path: Path) -> None:
    path = put(tmp_path / "a.tsv", b"uno\n" * 100_000 + b"a\xf1o\n")

    with pytest.raises(StoreError, match=r"Line 100001 of .* “año”"):
        next(read_lines(path))


@pytest.mark.parametrize("data", ["año".encode()[:-2], "año".encode("utf-16")[:-1]])
def test_a_character_cut_in_half_at_the_end_is_seen(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(StoreError, match="Line 1 of"):
        read_text(put(tmp_path / "a.txt", data))


@pytest.mark.parametrize("name", ["klingon", "zlib", "rot13", "", "\x1b[31m"])
def test_what_is_no_encoding_is_said_to_be_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="no encoding’s name: try utf-8"):
        read_text(put(tmp_path / "a.txt", b"hola"), name)


def test_zero_bytes_are_no_text(tmp_path: Path) -> None:
    path = put(tmp_path / "a.json", SAID.encode("utf-16-le"))

    with pytest.raises(StoreError, match=r"zero bytes.*--encoding utf-16-le"):
        read_text(path)
    path.write_bytes("hola".encode("utf-16-le"))
    with pytest.raises(StoreError, match=r"zero bytes.*--encoding utf-16-le"):
        read_text(path)
    assert read_text(path, "utf-16-le") == "hola"
    assert head(path) == ""


def test_a_line_without_end_is_refused_and_not_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(3 << 30)  # 3 GB that take no room

    tracemalloc.start()
    with pytest.raises(StoreError, match=r"Line 1 of .* is longer than 1024 KB"):
        list(read_lines(path))
    with pytest.raises(StoreError, match="larger than 256 MB"):
        read_text(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 16 << 20


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, problem in (
        (tmp_path / "none", "There is no file"),
        (tmp_path, "is a folder"),
        (tmp_path / "pipe", "is not a file"),
        (tmp_path / "zero\0", "There is no file"),
    ):
        with pytest.raises(StoreError, match=problem):
            read_text(path)
        with pytest.raises(StoreError, match=problem):
            list(read_lines(path))
        assert head(path) == ""


@pytest.mark.parametrize(
    "text", ['{"a": 1', "[NaN]", "[-Infinity]", "[" * 100_000, "1" * 5000, "", "{'a': 1}", '["\t"]']
)
def test_json_that_is_none(text: str) -> None:
    with pytest.raises(StoreError, match="not complete, valid JSON"):
        parse_json(text)


def test_audio_is_found_inside_its_folder(tmp_path: Path) -> None:
    audio = put(tmp_path / "data" / "clips" / "año 1.wav")

    assert resolve(tmp_path / "data", "clips/año 1.wav") == audio
    assert resolve(tmp_path / "data", "./clips/año 1.wav") == audio
    assert resolve(tmp_path / "data", "clips\\año 1.wav") == audio
    assert resolve(tmp_path / "data", str(audio)) == audio
    (tmp_path / "data" / "link.wav").symlink_to(audio)
    assert resolve(tmp_path / "data", "link.wav") == tmp_path / "data" / "link.wav"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "No audio is named"),
        ("  ", "No audio is named"),
        ("a\0.wav", "zero byte"),
        ("none.wav", "is not there"),
        ("/none.wav", "is not there"),
        ("clips", "is not there"),
        ("/etc", "is not there"),
        ("/dev/zero", "is not there"),
        ("a" * 5000, "is not there"),
        ("../outside.wav", "climbs out"),
        ("clips/../../outside.wav", "climbs out"),
        ("..\\outside.wav", "climbs out"),
        ("link.wav", "leads outside"),
        ("folder/outside.wav", "leads outside"),
        ("loop.wav", "is not there"),
        ("touch ran |", "shell command"),
        ("|touch ran", "shell command"),
        ("https://example.org/a.wav", "network"),
        ("s3://bucket/a.wav", "network"),
        ("\x1b[31m.wav", "is not there"),
        ("\ud800.wav", "is not there"),
    ],
)
def test_audio_that_is_not_taken(tmp_path: Path, name: str, problem: str) -> None:
    folder = put(tmp_path / "data" / "clips" / "a.wav").parent.parent
    put(tmp_path / "outside.wav")
    (folder / "link.wav").symlink_to(tmp_path / "outside.wav")
    (folder / "folder").symlink_to(tmp_path)
    (folder / "loop.wav").symlink_to("loop.wav")

    reason = resolve(folder, name)

    assert isinstance(reason, str) and problem in reason
    assert "\x1b" not in reason and reason.endswith(".")
    assert not (folder / "ran").exists()


@given(st.text())
def test_any_name_is_a_file_inside_or_a_reason(name: str) -> None:
    found = resolve(Path(__file__).parent, name)

    assert isinstance(found, str) or found.is_file()


def test_audio_beside_a_transcript(tmp_path: Path) -> None:
    for transcript, audio in (
        ("a.srt", "a.flac"),
        ("b.es.srt", "b.MP3"),
        ("c.wav.vtt", "c.wav"),
        ("d.2.TextGrid", "d.2.ogg"),
    ):
        assert audio_beside(tmp_path / transcript) is None
        assert audio_beside(tmp_path / transcript) is None
        put(tmp_path / audio)
        assert audio_beside(tmp_path / transcript) == tmp_path / audio
    put(tmp_path / "a.wav")
    assert audio_beside(tmp_path / "a.srt") == tmp_path / "a.wav", "the better copy"
    assert audio_beside(tmp_path / ".srt") is None


@given(st.floats(0, 1e9))
def test_numbers_are_read_as_they_are_written(value: float) -> None:
    assert number(repr(value), "the start") == value == number(value, "the start")


@pytest.mark.parametrize(
    "text", ["", "-1", "nan", "inf", "1e999", "1_000", "1,5", "0x1", "uno", "١", True, None, []]
)
def test_numbers_that_are_none(text: str) -> None:
    with pytest.raises(StoreError, match=r"^The start is “.*”: it has to be a number"):
        number(text, "the start")


def test_spans_run_forward() -> None:
    for good in ((None, None), (0.0, None), (None, 1.0), (1.0, 1.5)):
        check_span(*good)
    for bad in ((1.0, 1.0), (2.0, 1.0), (None, 0.0), (-1.0, None), (0.0, float("nan")), (float("inf"), None)):
        with pytest.raises(StoreError):
            check_span(*bad)


def test_the_length_of_audio_is_in_its_header(tmp_path: Path) -> None:
    assert seconds_of(put(tmp_path / "a.wav")) == 0.125
    assert seconds_of(put(tmp_path / "b.wav", b"no sound")) is None
    assert seconds_of(tmp_path / "none.wav") is None


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = put(tmp_path / "new" / "a.txt", b"before")

    with pytest.raises(ValueError, match="halfway"), text_file(path) as file:
        file.write("half")
        raise ValueError("halfway")
    assert path.read_bytes() == b"before"
    with text_file(path) as file:
        file.write("después\n")
        assert path.read_bytes() == b"before"
    assert path.read_text("utf-8") == "después\n"
    assert [each.name for each in path.parent.iterdir()] == ["a.txt"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    put(tmp_path / "file", b"")
    with pytest.raises(StoreError, match=r"file/a\.txt could not be used"), replacing(tmp_path / "file" / "a.txt"):
        pass


def test_the_limits_are_what_the_sentences_say() -> None:
    assert reading.LARGEST_DOCUMENT == 256 * 1024 * 1024
    assert reading.LONGEST_LINE == 1024 * 1024
