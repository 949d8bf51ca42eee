"""Where a model lies, and what stands in the way: links, files, full disks, folders that may not be written."""

from __future__ import annotations

import errno
import io
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from models.catalog import Entry
from models.errors import ModelError
from models.fetching import download, fetch
from tests.models.fetching import made_up
from tests.models.fetching.web import Web

FILES = made_up.contents(100_000, 300)


@pytest.fixture
def entry(web: Web) -> Entry:
    made_up.publish(web, FILES)
    return made_up.entry(made_up.item(FILES))


def is_whole(place: Path) -> bool:
    return {file.name: file.read_bytes() for file in place.iterdir()} == FILES


@pytest.mark.parametrize("kind", ["link", "file"])
def test_a_partial_folder_that_is_something_else_is_left_alone(entry: Entry, tmp_path: Path, kind: str) -> None:
    partial = tmp_path / "models" / "recogniser" / ".made-up.partial"
    partial.parent.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    partial.symlink_to(tmp_path / "elsewhere") if kind == "link" else partial.write_text("mine")
    with pytest.raises(ModelError, match=f"is a {kind}, and a download should be a folder there: remove it"):
        fetch(entry, tmp_path / "models")
    assert not list((tmp_path / "elsewhere").iterdir()) and os.path.lexists(partial)


def test_a_link_among_the_partial_files_is_not_followed(entry: Entry, tmp_path: Path) -> None:
    partial = tmp_path / "models" / "recogniser" / ".made-up.partial"
    partial.mkdir(parents=True)
    (tmp_path / "mine").write_text("mine")
    (partial / "model-0.bin").symlink_to(tmp_path / "mine")
    with pytest.raises(ModelError, match="made-up is not fetched, because"):
        fetch(entry, tmp_path / "models")
    assert (tmp_path / "mine").read_text() == "mine"


def test_nothing_is_fetched_through_a_link_out_of_the_models_folder(entry: Entry, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "models" / "recogniser").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match=r"is a link that leads out of .*: remove the link"):
        fetch(entry, tmp_path / "models")
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_models_folder_that_is_a_link_is_fine(entry: Entry, tmp_path: Path) -> None:
    (tmp_path / "big-disk").mkdir()
    (tmp_path / "models").symlink_to(tmp_path / "big-disk")
    assert is_whole(fetch(entry, tmp_path / "models"))


def test_a_model_that_was_linked_is_left_alone(entry: Entry, tmp_path: Path) -> None:
    whole = fetch(entry, tmp_path / "other")
    link = tmp_path / "models" / "recogniser" / "made-up"
    link.parent.mkdir(parents=True)
    link.symlink_to(whole)
    assert fetch(entry, tmp_path / "models") == link
    (whole / "model-1.bin").write_bytes(b"x")
    with pytest.raises(ModelError, match="is a link, and not made-up as it was published: remove it with"):
        fetch(entry, tmp_path / "models")
    assert (whole / "model-1.bin").read_bytes() == b"x"


def test_a_folder_that_may_not_be_written_says_so(
    entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, *args: object, **more: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setattr(Path, "mkdir", refused)  # of root, no folder keeps anything
    with pytest.raises(ModelError, match=r"may not be written .*: allow yourself"):
        fetch(entry, tmp_path / "models")


def test_a_file_in_the_way_says_so(entry: Entry, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("mine")
    with pytest.raises(ModelError, match=r"made-up is not fetched, because .*models fails"):
        fetch(entry, tmp_path / "models")


class FullDisk(io.FileIO):
    """A file on a disk that has room for so many bytes more."""

    room = 0

    def write(self, data: Any) -> int:
        fits = bytes(data)[: FullDisk.room]
        FullDisk.room -= len(fits)
        if data and not fits:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(fits)


def test_a_disk_that_is_full_at_any_byte_keeps_what_fits(
    entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dice: random.Random
) -> None:
    def opened(path: Path) -> io.BufferedRandom:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        return io.BufferedRandom(FullDisk(os.open(path, flags, 0o600), "r+b"))

    place = tmp_path / "recogniser" / "made-up"
    for room in [0, 1, *dice.sample(range(2, 60_000), 8)]:
        FullDisk.room = room
        with monkeypatch.context() as full:
            full.setattr(download, "_opened", opened)
            with pytest.raises(ModelError, match=r"The disk of .* is full, so made-up is not fetched to its end"):
                fetch(entry, tmp_path)
        assert not place.exists()
        if room > 50_000:
            break
    assert is_whole(fetch(entry, tmp_path))


def test_what_would_not_fit_is_not_begun(
    entry: Entry, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free)
    with pytest.raises(ModelError, match=r"made-up needs 16 MB in .* and 1 MB are free: free some space"):
        fetch(entry, tmp_path)
    assert web.asked == [] and not list((tmp_path / "recogniser").iterdir())


def test_a_stick_may_be_laid_out_in_several_ways(entry: Entry, web: Web, tmp_path: Path) -> None:
    for layout in ["", "made-up", "recogniser/made-up", "models/recogniser/made-up"]:
        stick = tmp_path / f"stick-{layout.count('/')}-{bool(layout)}"
        (stick / layout).mkdir(parents=True)
        for name, body in FILES.items():
            (stick / layout / name).write_bytes(body)
        assert is_whole(fetch(entry, tmp_path / f"models-{stick.name}", source_folder=stick))
    assert web.asked == []
    with pytest.raises(ModelError, match=r"has no model-0\.bin: put the files of made-up into"):
        fetch(entry, tmp_path / "models", source_folder=tmp_path)
