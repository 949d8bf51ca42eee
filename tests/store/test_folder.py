"""The data folder: where it is, what it must not be, and who may look into it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from store.database import Store
from store.errors import StoreError
from store.paths import data_folder
from store.sessions import start_session


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_data_folder_is_where_tertulia_home_says_and_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERTULIA_HOME", str(tmp_path / "a" / "b"))
    folder = data_folder()
    assert folder == tmp_path / "a" / "b" and mode(folder) == 0o700
    with Store.open(folder) as store:
        start_session(store, "A2", "conocerse", "starter", "starter", "starter")
        assert {mode(path) for path in folder.iterdir()} == {0o600}


def test_without_tertulia_home_the_platform_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERTULIA_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    folder = data_folder()
    assert folder.is_relative_to(tmp_path) and folder.name == "tertulia"


def test_a_folder_in_the_wrong_place_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    for home in (tmp_path / "file", tmp_path / "file" / "below", Path("~nobody-by-that-name/x")):
        monkeypatch.setenv("TERTULIA_HOME", str(home))
        with pytest.raises(StoreError, match=r"could not be used|TERTULIA_HOME"):
            data_folder()


def test_someone_elses_folder_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").touch()
    tmp_path.chmod(0o755)
    with Store.open(tmp_path):
        assert mode(tmp_path) == 0o755 and mode(tmp_path / "tertulia.db") == 0o600


@pytest.mark.parametrize("shared", [0o755, 0o775, 0o2775, 0o1777])
@pytest.mark.parametrize("holds", ["nothing", "a photo"])
def test_a_folder_that_was_there_stays_as_open_as_it_was_however_often_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared: int, holds: str
) -> None:
    home = tmp_path / "class"
    home.mkdir()
    if holds == "a photo":
        (home / "photo.jpg").touch()
    home.chmod(shared)
    monkeypatch.setenv("TERTULIA_HOME", str(home))
    for _ in range(3):
        with Store.open(data_folder()):
            assert mode(home) == shared
            assert mode(home / "tertulia.db") == 0o600
