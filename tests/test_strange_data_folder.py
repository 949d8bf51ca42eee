"""A data folder that somebody else made: whatever its rows and links say, nothing outside it is touched."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.runs import launch
from core.versions import active, registry
from core.versions.listing import listing
from models.errors import ModelError
from store import runs, versions
from store.check import check
from store.database import Store
from store.errors import StoreError
from tests import learner_store as makings

NAMES = ("version", "checkpoints", "adapter", "making")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.delenv("TERTULIA_RECOGNISER", raising=False)
    with Store.open(tmp_path / "home") as store:
        yield store


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """What is precious to the user, under the names that a run's folder has inside."""
    for name in (*NAMES, "lock"):
        (tmp_path / "documents" / name).mkdir(parents=True)
        (tmp_path / "documents" / name / "letter.txt").write_text("Querida Ana:")
    return tmp_path / "documents"


def letters(documents: Path) -> int:
    return len(list(documents.rglob("letter.txt")))


def strange(store: Store, version: Path | str, run: Path | str = "runs/0001") -> None:
    """A row of a run and of a version that say that they lie there."""
    made = runs.add_run(store, "minutes")
    versions.add_version(store, active.RECOGNISER, "v1", str(version), "0" * 64, {}, None, made.id)
    store.execute("UPDATE runs SET folder = ?, status = 'finished'", (str(run),))


def every_list(store: Store) -> None:
    """What the Train screen, `runs` and `versions` read."""
    registry.settle(store)
    assert [run.id for run in runs.runs(store)] == [1]
    assert [version.name for version in registry.all_versions(store)] == ["v1"]
    registry.active(store)
    registry.rollback_target(store)


@pytest.mark.parametrize("away", ["whole", "upwards", "itself", "above"])
def test_a_deleted_version_that_says_it_lies_elsewhere_takes_nothing_with_it(
    store: Store, documents: Path, away: str
) -> None:
    said = {
        "whole": documents / "version",
        "upwards": "../documents/version",
        "itself": documents,
        "above": "runs/0001/../../../documents/version",
    }
    strange(store, said[away], documents)
    versions.mark_deleted(store, 1)
    every_list(store)
    registry.delete(store, "v1")
    assert letters(documents) == 5
    found = check(store)
    said_of_it = str(documents)[:80]  # a sentence says no more of a path
    assert any("Run 1 " in one and said_of_it in one for one in found)
    assert any("Version 1 " in one for one in found)


@pytest.mark.parametrize("folder", ["{0}", "../documents", "", "/", ".", "audio"])
def test_a_run_that_says_it_lies_elsewhere_is_removed_alone(store: Store, documents: Path, folder: str) -> None:
    (store.folder / "audio").mkdir()
    made = runs.add_run(store, "minutes")
    store.execute("UPDATE runs SET folder = ?, status = 'failed'", (folder.format(documents),))
    launch.delete(store, runs.run(store, made.id))
    assert runs.runs(store) == [] and letters(documents) == 5
    assert (store.folder / "audio").is_dir() and not (store.folder.parent / "deleted-documents").exists()


@pytest.mark.parametrize("link", ["runs", "runs/0001", "runs/0001/version", "runs/0001/checkpoints"])
@pytest.mark.parametrize("target", ["outside", "audio"])
def test_links_are_not_followed_to_what_is_removed(store: Store, documents: Path, link: str, target: str) -> None:
    if target == "audio":  # inside the data folder, and as precious
        documents = documents.rename(store.folder / "audio")
    strange(store, "runs/0001/version")
    place = store.folder / link
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to({"runs": documents.parent, "runs/0001": documents}.get(link, documents / place.name))
    if link == "runs":
        documents = documents.rename(documents.with_name("0001"))
    versions.mark_deleted(store, 1)
    every_list(store)
    if link in ("runs", "runs/0001"):
        with pytest.raises(StoreError, match="a link leads elsewhere, so nothing there was touched"):
            registry.delete(store, "v1")
    else:
        registry.delete(store, "v1")
        assert not place.is_symlink()
    assert letters(documents) == 5
    store.execute("DELETE FROM model_versions")
    store.execute("UPDATE runs SET status = 'failed'")
    try:
        launch.delete(store, runs.run(store, 1))
    except StoreError as error:
        assert "a link leads elsewhere" in str(error)
    assert letters(documents) == 5


def test_a_link_in_the_place_of_a_removed_run_is_no_way_out(store: Store, documents: Path) -> None:
    made = runs.add_run(store, "minutes")
    made.folder.mkdir(parents=True)
    (made.folder.parent / "deleted-0007").symlink_to(documents)
    launch.delete(store, made)
    assert letters(documents) == 5 and list(made.folder.parent.glob("deleted-*")) == []


@pytest.mark.parametrize("written", ["{", "[1, 2]", "[" * 100_000, "null"])
def test_scores_that_are_none_are_as_if_nothing_was_measured(store: Store, written: str) -> None:
    strange(store, "runs/0001/version")
    store.execute("PRAGMA ignore_check_constraints = 1")
    store.execute("UPDATE model_versions SET scores = ?", (written,))
    every_list(store)
    assert versions.version(store, 1).scores == {}
    assert active.load_recogniser(store.folder).name == "starter-ear"


@pytest.mark.parametrize("written", ["yesterday", "", "2026-01-01T00:00:00", "9" * 400])
def test_a_run_that_began_at_no_time_is_one_that_failed(store: Store, written: str) -> None:
    runs.add_run(store, "minutes")
    store.execute("UPDATE runs SET started_at = ?", (written,))
    registry.settle(store)
    assert [run.status for run in runs.runs(store)] == ["failed"]


@pytest.mark.parametrize("how", ["row", "link"])
def test_a_recogniser_is_loaded_from_the_data_folder_alone(store: Store, tmp_path: Path, how: str) -> None:
    made = makings.version(store)
    registry.promote(store, "v1")
    away = tmp_path / "away" / "version"
    shutil.move(store.folder / made.folder, away)
    if how == "row":
        store.execute("UPDATE model_versions SET folder = ? WHERE id = ?", (str(away), made.id))
    else:
        (store.folder / made.folder).symlink_to(away)
    with pytest.raises(ModelError, match="a link leads elsewhere" if how == "link" else "v1 is not at"):
        active.check(active.named(store.folder, active.RECOGNISER, "v1"))
    said: list[str] = []
    assert active.load_recogniser(store.folder, warn=said.append).name == "starter-ear"
    assert len(said) == 1
    [used] = [one.entry for one in listing(store.folder) if one.in_use and one.entry.part == active.RECOGNISER]
    assert used.name == "starter-ear"
