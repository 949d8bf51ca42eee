"""What was measured of a recogniser's windows goes by its weights, and lies in the data folder."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from core.versions import measured
from core.versions.active import RECOGNISER, active, open_recogniser
from models.catalog import Entry, starter
from models.device import Device
from models.whisper.recogniser import WhisperRecogniser
from models.whisper.windows import Windows

DEVICE = Device("cpu", 1, "asked for by a test")
FOUND = Windows(margin=1.0, floor=5.0)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def entry(tmp_path: Path) -> Entry:
    """A recogniser in somebody else's folder, whose files say margin 0.3."""
    known = starter(RECOGNISER)
    assert known.path is not None
    return replace(known, path=Path(shutil.copytree(known.path, tmp_path / "theirs")), starter=False)


def folder_of(entry: Entry) -> Path:
    assert entry.path is not None
    return entry.path


def test_what_was_measured_goes_before_what_was_published_and_what_the_folder_says(
    data: Path, entry: Entry
) -> None:
    assert measured.hears(data, entry) == measured.hears(None, entry) == Windows(0.3)
    published = replace(entry, windows=Windows(2.0, 10.0))
    assert measured.hears(data, published) == Windows(2.0, 10.0)
    measured.keep(data, folder_of(entry), "theirs", FOUND, {"clips": 7})
    assert measured.hears(data, published) == measured.hears(data, entry) == FOUND
    assert measured.hears(None, entry) == Windows(0.3), "nobody's folder knows of it"
    assert sorted(path.name for path in folder_of(entry).iterdir()) == sorted(
        path.name for path in folder_of(starter(RECOGNISER)).iterdir()
    )


def test_it_belongs_to_the_weights_and_not_to_a_place(data: Path, entry: Entry, tmp_path: Path) -> None:
    measured.keep(data, folder_of(entry), "theirs", FOUND, {})
    moved = replace(entry, path=folder_of(entry).rename(tmp_path / "elsewhere"))
    assert measured.hears(data, moved) == FOUND
    weights = tmp_path / "elsewhere" / "model.bin"
    body = bytearray(weights.read_bytes())
    body[-1] ^= 1  # as many bytes
    weights.write_bytes(body)
    assert measured.hears(data, moved) == Windows(0.3)


def test_full_windows_can_be_what_was_found(data: Path, entry: Entry) -> None:
    measured.keep(data, folder_of(entry), "theirs", Windows(), {})
    assert measured.hears(data, replace(entry, windows=FOUND)) == Windows()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"v": 2, "weights": {}}', '{"v": 1, "weights": {"x": {"margin": 1}}}']
)
def test_a_damaged_file_is_as_none(data: Path, entry: Entry, text: str) -> None:
    data.mkdir()
    (data / measured.NAME).write_text(text)
    assert measured.hears(data, entry) == Windows(0.3)
    measured.keep(data, folder_of(entry), "theirs", FOUND, {})
    assert measured.hears(data, entry) == FOUND
    [row] = json.loads((data / measured.NAME).read_text())["weights"].values()
    assert (row["name"], row["floor"], row["margin"]) == ("theirs", 5.0, 1.0)


def test_the_recogniser_in_use_hears_so(data: Path, entry: Entry) -> None:
    measured.keep(data, folder_of(entry), "theirs", FOUND, {})
    for name in (str(folder_of(entry)), None):
        choice = active(data, RECOGNISER, name)
        assert choice.hears == FOUND
        recogniser = open_recogniser(choice, DEVICE)
        assert isinstance(recogniser, WhisperRecogniser) and recogniser.hears == FOUND
