"""Locks that go with their holder, and files that are whole or not there."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from store import database, files
from store.database import Store
from store.errors import StoreError
from trainer import files as trainer_files

ROOMS = pytest.mark.parametrize("room", [files, trainer_files], ids=["store", "trainer"])
HOLD = """
import sys
from pathlib import Path
from store.files import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the file “lock”."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        yield process
        process.kill()


@ROOMS
def test_a_lock_keeps_others_out_until_its_holder_dies(
    room: ModuleType, holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    path = tmp_path / "lock"
    for seconds in (0.0, 0.1):
        with pytest.raises(BlockingIOError):
            room.lock(path, seconds)
    assert files.held(path)
    holder.kill()
    descriptor = room.lock(path, 30.0)
    assert files.held(path) and stat.S_IMODE(path.stat().st_mode) == 0o600
    os.close(descriptor)
    assert not files.held(path) and path.exists()


def test_who_looks_does_not_take_another_who_looks_for_a_holder(tmp_path: Path) -> None:
    assert not files.held(tmp_path / "nothing") and not (tmp_path / "nothing").exists()
    with files.locked(tmp_path / "lock"):
        assert files.held(tmp_path / "lock")
    assert not files.held(tmp_path / "lock")


def test_a_database_that_somebody_makes_ready_for_ever_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.open(tmp_path).close()
    monkeypatch.setattr(database, "LOCK_SECONDS", 0.1)
    with files.locked(tmp_path / database.LOCK), pytest.raises(StoreError, match="Another Tertulia is making"):
        Store.open(tmp_path)
    Store.open(tmp_path).close()


@ROOMS
def test_a_file_is_replaced_wholly_or_not_at_all(room: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "file"
    room.write_atomically(path, b"one")
    assert path.read_bytes() == b"one" and stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(ZeroDivisionError), room.replacing(path) as part:
        part.write_bytes(b"half of tw")
        assert path.read_bytes() == b"one"
        raise ZeroDivisionError
    assert path.read_bytes() == b"one"
    with pytest.raises(OSError, match="No such file"), room.replacing(path):
        pass  # nothing was written
    room.write_atomically(path, b"two")
    assert path.read_bytes() == b"two" and list(tmp_path.iterdir()) == [path]


def test_a_part_that_a_killed_process_left_is_no_obstacle(tmp_path: Path) -> None:
    part = tmp_path / "file.part"
    part.write_bytes(b"a longer text that was left")
    files.write_atomically(tmp_path / "file", b"new", part)
    assert (tmp_path / "file").read_bytes() == b"new" and not part.exists()
