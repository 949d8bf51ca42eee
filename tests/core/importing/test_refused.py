"""What people import by mistake or out of malice: refused in words that help, and nothing stays behind."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.importing.exporter import export
from core.importing.importer import import_path
from store.database import Store
from store.errors import StoreError
from store.formats import formats
from store.segments.edits import SegmentChange, apply, state
from tests.core.importing.driver import RATE, rows, speech, write
from tests.core.importing.driver import state as everything

CUES = """1
00:00:00,000 --> 00:00:01,000
uno

2
00:00:01,500 --> 01:00:02,000
dos, mal cerrado

3
00:00:02,000 --> 00:00:03,000
tres
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home") as store:
        yield store


def refusal(store: Store, path: Path, format_name: str | None = None) -> str:
    """The sentence that an import is refused with; nothing has changed by it."""
    before, kept = everything(store), audio_of(store)
    with pytest.raises(StoreError) as refused:
        import_path(store, path, format_name)
    assert everything(store) == before
    assert audio_of(store) == kept
    return str(refused.value)


def audio_of(store: Store) -> list[Path]:
    return list(store.folder.rglob("*.flac"))


def table(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "segments.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", ["x" * 300 + ".wav", "x/" * 3000, "a\0b.wav"])
def test_a_name_that_nothing_can_have_is_a_name_of_nothing(store: Store, tmp_path: Path, name: str) -> None:
    assert refusal(store, tmp_path / name).startswith("There is no file or folder")


def test_what_never_ends_is_not_waited_for(store: Store, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tubo.wav")
    for path in (tmp_path / "tubo.wav", Path("/dev/zero")):
        assert "is not a file" in refusal(store, path)


def test_ten_gigabytes_are_not_decoded_to_see_that_they_are_too_long(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "larga.wav", speech()[:RATE])
    with path.open("r+b") as file:
        file.seek(4)
        file.write(b"\xff\xff\xff\xff")  # what programs leave there that cannot know the length
        file.truncate(10 << 30)
    read: list[object] = []
    [rejected] = import_path(store, path, on_progress=read.append).rejected
    assert "is longer than 24 hours" in rejected.reason
    assert not read


@pytest.mark.parametrize(
    ("name", "content", "format_name", "sentence"),
    [
        ("solo.csv", b"audio_path,transcript\n", None, "holds no segments"),
        ("otra.csv", b"{", "csv", "holds no segments"),
        ("vacio.jsonl", b"", "nemo", "holds no segments"),
        ("ceros.csv", b"audio_path,transcript\na.wav,ho\0la\n", None, "name its format, for example --format csv"),
        ("caja.rar", b"Rar!\x1a\x07\0" + bytes(range(256)), None, "looks like none of"),
    ],
)
def test_a_file_without_a_row_is_not_imported_as_if_all_was_well(
    store: Store, tmp_path: Path, name: str, content: bytes, format_name: str | None, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert sentence in refusal(store, tmp_path / name, format_name)


def test_an_archive_is_called_by_its_own_name(store: Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "vacio.zip", "w"):
        pass
    assert refusal(store, tmp_path / "vacio.zip").startswith(f"{tmp_path / 'vacio.zip'} holds no audio")
    with zipfile.ZipFile(tmp_path / "filas.zip", "w") as archive:
        archive.writestr("segments.csv", "audio_path,transcript\nnada.wav,Nada.\n")
    [rejected] = import_path(store, tmp_path / "filas.zip").rejected
    assert f"put the file into {tmp_path / 'filas.zip'}" in rejected.reason


def test_sound_of_rows_that_were_refused_does_not_stay(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder / "larga.wav", speech()[:RATE])
    write(folder / "buena.wav", speech()[RATE : 3 * RATE])
    path = table(folder, f"audio_path,transcript\nlarga.wav,{'x ' * 9000}\nbuena.wav,Hola.\n")
    done = import_path(store, path)
    assert (done.imported, len(done.rejected)) == (1, 1)
    [kept] = audio_of(store)
    assert kept.stem == rows(store)[0]["sha256"]
    silence = write(tmp_path / "silencio.wav", speech()[:RATE] * 0)
    assert import_path(store, silence).rejected
    assert audio_of(store) == [kept]


def test_the_data_folder_inside_a_folder_is_not_imported_into_itself(store: Store, tmp_path: Path) -> None:
    write(tmp_path / "clase.wav", speech())
    first = import_path(store, tmp_path)
    assert (first.imported, first.recordings) == (1, 1)
    again = import_path(store, tmp_path)
    assert (again.duplicates, again.rejected) == (1, [])


def test_one_subtitle_that_never_ends_does_not_cost_those_after_it(store: Store, tmp_path: Path) -> None:
    write(tmp_path / "in" / "clase.wav", speech())
    (tmp_path / "in" / "clase.srt").write_text(CUES)
    done = import_path(store, tmp_path / "in" / "clase.srt")
    [rejected] = done.rejected
    assert "reaches to 3602.00 s" in rejected.reason
    assert [row["reference"] for row in rows(store)] == ["uno", "tres"]


def test_metadata_whose_first_line_is_bad_is_metadata_all_the_same(store: Store, tmp_path: Path) -> None:
    write(tmp_path / "in" / "wavs" / "a.wav", speech()[: 2 * RATE])
    (tmp_path / "in" / "metadata.csv").write_text("a|uno|dos|tres\na|Hola.|hola\n")
    assert formats.guess(tmp_path / "in").name == "ljspeech"
    done = import_path(store, tmp_path / "in")
    assert (done.imported, [one.where for one in done.rejected]) == (1, ["metadata.csv, line 1"])
    assert rows(store)[0]["reference"] == "Hola."


@pytest.mark.parametrize("name", ["json", "audiofolder", "nemo"])
def test_that_nobody_speaks_is_known_after_a_round_trip(store: Store, tmp_path: Path, name: str) -> None:
    write(tmp_path / "in" / "a.wav", speech()[: 2 * RATE])
    import_path(store, table(tmp_path / "in", "audio_path,transcript\na.wav,Hola.\n"))
    number = store.execute("SELECT id FROM segments")[0]["id"]
    was, revision = state(store, number)
    silent = type(was)(was.start, was.end, was.speaker, "corrected", reference="")
    apply(store, "ana", "correct", [SegmentChange(number, silent, revision)])
    export(store, tmp_path / "out", name)
    with Store.open(tmp_path / "elsewhere") as other:
        import_path(other, tmp_path / "out", name)
        assert [(row["status"], row["reference"]) for row in rows(other)] == [("corrected", "")]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_may_not_be_looked_into_is_named(store: Store, tmp_path: Path) -> None:
    write(tmp_path / "in" / "a.wav", speech())
    closed = write(tmp_path / "in" / "zu" / "b.wav", speech()).parent
    closed.chmod(0)
    try:
        done = import_path(store, tmp_path / "in")
        assert "allow yourself to read it" in refusal(store, closed)
    finally:
        closed.chmod(0o700)
    assert done.imported == 1
    assert [one.where for one in done.rejected] == [str(closed)]
