"""A new format is one file in `store/formats` and one name in its table; everything else finds it there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import store.formats
from core.importing.detection import kinds
from core.importing.exporter import export
from core.importing.importer import import_path
from core.importing.preview import preview
from store.database import Store
from store.errors import StoreError
from store.formats.formats import MODULES, find, guess
from tests.core.importing.driver import rows, speech, write
from tui.cli import main
from tui.dataset.export_form import ExportForm
from tui.dataset.import_form import ImportForm

VERSES = '''
"""Verses beside their audio: a first line VERSES, then what is said, a verse a line."""
from itertools import groupby
from store.formats.format import Format
from store.formats.item import Item
from store.formats.reading import head, read_lines, audio_beside
from store.formats.writing import text_file

def files(path):
    return sorted(path.rglob("*.verses")) if path.is_dir() else [path]

def fits(path):
    return any(head(file).startswith("VERSES") for file in files(path))

def read(path, encoding=None):
    for file in files(path):
        for number, line in enumerate(list(read_lines(file, encoding))[1:]):
            yield Item(audio_beside(file), file.name, start=1.0 * number, end=1.0 * number + 1, text=line.strip())

def place(number, item):
    return f"poem_{number}"

def write(folder, items):
    made = []
    for audio, verses in groupby(items, lambda item: item.audio):
        with text_file(audio.with_suffix(".verses")) as file:
            file.write("\\n".join(["VERSES", *(verse.text for verse in verses)]))
        made.append(audio.with_suffix(".verses"))
    return made

FORMAT = Format(
    name="verses", about="verses beside their audio", fits=fits, read=read, place=place, write=write,
    beside_audio=True, export_audio="wav", suffixes=(".verses",),
)
'''
CHEST = '''
"""A chest: JSON lines with the audio inside."""
import base64, json
from store.formats.format import Format
from store.formats.item import Item

def fits(path):
    return path.is_file() and path.suffix == ".chest" and path.read_bytes()[:1] == b"{"

def read(path, encoding=None):
    raise AssertionError("it has to say where the audio is to be put")

def read_into(path, encoding, into):
    for number, line in enumerate(path.read_text().splitlines()):
        row = json.loads(line)
        audio = into / f"{number}.wav"
        audio.write_bytes(base64.b64decode(row["audio"]))
        yield Item(audio, f"{path.name}, line {number + 1}", text=row["text"])

def write(folder, items):
    rows = [{"audio": base64.b64encode(item.audio.read_bytes()).decode(), "text": item.text} for item in items]
    (folder / "a.chest").write_text("\\n".join(map(json.dumps, rows)))
    return [folder / "a.chest"]

FORMAT = Format(
    name="chest", about="a chest of audio", fits=fits, read=read, write=write, read_into=read_into, clips=True,
    place=lambda number, item: f"clips/{number}", suffixes=(".chest",),
)
'''

Add = Callable[[str, str], None]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Add:
    """Adds a file to the folder of formats, and its name to the table, before the others."""
    room = tmp_path / "formats"
    room.mkdir()
    monkeypatch.setattr(store.formats, "__path__", [*store.formats.__path__, str(room)])

    def added(name: str, source: str) -> None:
        (room / f"new_{name}.py").write_text(source)
        before = dict(MODULES)
        monkeypatch.setitem(MODULES, name, f"new_{name}")
        for other, module in before.items():  # to the end
            monkeypatch.delitem(MODULES, other)
            monkeypatch.setitem(MODULES, other, module)

    return added


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TERTULIA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def poem(folder: Path) -> Path:
    write(folder / "poema.wav", speech())
    (folder / "poema.verses").write_text("VERSES\nVerde que te quiero verde.\nVerde viento.\n")
    return folder


def test_it_is_guessed_imported_and_exported(add: Add, tmp_path: Path) -> None:
    add("verses", VERSES)
    folder = poem(tmp_path / "in")
    write(folder / "otra.flac", speech()[::-1].copy())
    assert guess(folder) is find("verses") and kinds(folder / "poema.verses") == [find("verses")]
    assert preview(folder).lines[0] == "“Verde que te quiero verde.”"
    with Store.open(tmp_path / "data") as store:
        done = import_path(store, folder)
        # The other file lies beside it and is described by nothing.
        assert (done.imported, done.rejected, done.recordings) == (3, [], 2)
        export(store, tmp_path / "out", "verses")
        assert sorted(path.name for path in (tmp_path / "out").glob("poem*")) == ["poem_1.verses", "poem_1.wav"]
    with Store.open(tmp_path / "fresh") as store:
        assert import_path(store, tmp_path / "out").imported == 2
        assert [row["reference"] for row in rows(store)] == ["Verde que te quiero verde.", "Verde viento."]


def test_what_is_damaged_is_not_listened_to(add: Add, tmp_path: Path) -> None:
    add("verses", VERSES)
    (tmp_path / "a.verses").write_bytes(b"\0\1\2")
    with pytest.raises(StoreError, match=r"looks like none of .*verses"):
        kinds(tmp_path / "a.verses")


def test_one_that_holds_its_audio_inside(add: Add, tmp_path: Path) -> None:
    add("verses", VERSES)
    add("chest", CHEST)
    with Store.open(tmp_path / "data") as store:
        import_path(store, poem(tmp_path / "in"))
        export(store, tmp_path / "out", "chest")
    (tmp_path / "out" / "a.chest").rename(tmp_path / "a.chest")
    assert preview(tmp_path / "a.chest").about == "a chest of audio"
    with Store.open(tmp_path / "fresh") as store:
        done = import_path(store, tmp_path / "a.chest")
        assert (done.imported, done.rejected) == (2, [])
        assert {row["reference"] for row in rows(store)} == {"Verde que te quiero verde.", "Verde viento."}
        assert not list((store.folder / "incoming").iterdir())


def test_the_command_line_and_the_forms_offer_it(
    add: Add, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add("verses", VERSES)
    folder = poem(tmp_path / "in")
    assert main(["import", str(folder), "--format", "verses", "--no-transcribe", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["imported"] == 2
    assert main(["export", str(tmp_path / "out"), "--format", "verses", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["segments"] == 2
    for command in ("import", "export"):
        with pytest.raises(SystemExit, match="0"):
            main([command, "--help"])
        assert "verses" in capsys.readouterr().out
    for form in (ImportForm(), ExportForm([])):
        offered = set()
        for form.format.chosen in range(len(MODULES)):
            offered.add(form.format.value)
        assert "verses" in offered
