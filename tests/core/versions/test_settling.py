"""Settling: what runs left behind is noted, registered and removed, whoever was killed, and by however many."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from core.runs.errors import TrainingRefused
from core.versions import model_card, registry
from core.versions.active import fingerprint
from store import runs, versions
from store.database import Store
from store.errors import StoreError
from store.runs import Run
from tests import learner_store as makings
from tests.patience import PATIENCE
from trainer.contract.folder import DEPLOYED, WEIGHTS

START = {"event": "start", "pid": 1, "resume": False}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.delenv("TERTULIA_RECOGNISER", raising=False)
    with Store.open(tmp_path) as store:
        yield store


def tell(run: Run, *events: dict[str, Any]) -> None:
    """The folder of a run that has told so much."""
    run.folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"v": 1, "ts": 1.8e9, **event}) + "\n" for event in events]
    (run.folder / "events.jsonl").write_text("".join(lines))


def begun(store: Store, seconds_ago: float) -> None:
    began = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    store.execute("UPDATE runs SET started_at = ?", (began.isoformat(timespec="milliseconds"),))


def test_a_run_that_finished_while_nobody_looked_gets_its_version(store: Store) -> None:
    makings.finished_run(store)
    makings.finished_run(store)
    assert [made.name for made in registry.settle(store)] == ["v1", "v2"]
    assert registry.settle(store) == []
    assert {run.status for run in runs.runs(store)} == {"finished"}
    made = registry.find(store, "v1")
    assert (made.run, made.folder, made.deleted) == (1, "runs/0001/version", False)
    assert made.sha256 == fingerprint(makings.DEPLOYED)
    assert made.base == registry.find(store, "starter-ear").id
    assert made.scores["outcome"] == "better" and made.scores["words"] > 200
    assert (store.folder / made.folder / model_card.NAME).read_text().startswith("# v1: ")
    assert registry.active(store) is None, "nothing is promoted by itself"


def test_those_who_settle_at_once_make_one_version_of_each_run(store: Store) -> None:
    made = [makings.finished_run(store) for _ in range(3)]
    together = Barrier(4)

    def settled(_: int) -> None:
        with Store.open(store.folder) as other:
            together.wait(timeout=PATIENCE)
            registry.settle(other)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(settled, range(4)))
    found = [(one.name, one.run) for one in registry.all_versions(store) if one.run]
    assert found == [("v3", 3), ("v2", 2), ("v1", 1)]
    assert registry.register(store, made[0]) == registry.find(store, "v1"), "who comes late finds it"
    assert {run.status for run in runs.runs(store)} == {"finished"}


def test_the_card_of_a_run_that_was_just_settled_says_when_it_ended(store: Store) -> None:
    makings.finished_run(store)
    [made] = registry.settle(store)
    ended = runs.run(store, 1).ended_at
    assert ended is not None and f" to {ended} |" in (store.folder / made.folder / model_card.NAME).read_text()


def test_a_job_that_nobody_can_read_stops_nobody(store: Store) -> None:
    run = makings.finished_run(store)
    (run.folder / "job.json").write_bytes(b"[" * 100_000)
    [made] = registry.settle(store)
    assert (made.name, made.base) == ("v1", None)
    other = runs.add_run(store, "minutes")
    other.folder.mkdir(parents=True)
    (other.folder / "job.json").write_bytes(b"[" * 100_000)
    registry.delete(store, "v1")
    assert not (run.folder / "version").exists()


def test_a_card_that_a_killed_process_did_not_write_is_written(store: Store) -> None:
    made = makings.version(store)
    (store.folder / made.folder / model_card.NAME).unlink()
    registry.settle(store)
    assert (store.folder / made.folder / model_card.NAME).is_file()


def test_files_that_a_killed_process_did_not_remove_are_removed(store: Store) -> None:
    made = makings.version(store)
    run = store.folder / "runs" / "0001"
    (run / "checkpoints" / "step-3").mkdir(parents=True)
    versions.mark_deleted(store, made.id)
    registry.settle(store)
    assert sorted(path.name for path in run.iterdir()) == [
        "events.jsonl", "job.json", "manifest.jsonl", "report.json",
    ]  # fmt: skip
    assert registry.find(store, "v1").deleted


def test_files_that_cannot_be_removed_keep_nobody_from_settling(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = makings.version(store)
    remove = shutil.rmtree

    def refused(path: Path) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(shutil, "rmtree", refused)
    with pytest.raises(StoreError, match=r"runs/0001/version.*Permission denied"):
        registry.delete(store, "v1")
    makings.finished_run(store)
    assert [one.name for one in registry.settle(store)] == ["v2"]
    monkeypatch.setattr(shutil, "rmtree", remove)
    registry.settle(store)
    assert not (store.folder / made.folder).exists()


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([START], "failed"),
        ([START, {"event": "error", "type": "JobError", "message": "No", "hint": "do"}], "failed"),
        ([START, {"event": "done", "status": "stopped", "step": 1}], "stopped"),
        ([START, {"event": "done", "status": "finished", "step": 1}], "finished"),
    ],
)
def test_how_a_run_ended_is_noted(store: Store, events: list[dict[str, Any]], status: str) -> None:
    run = runs.add_run(store, "minutes")
    runs.set_status(store, run.id, "running")
    tell(run, *events)
    assert registry.settle(store) == []
    assert runs.run(store, run.id).status == status


def test_a_run_at_work_is_running_whatever_its_row_says(store: Store) -> None:
    run = runs.add_run(store, "minutes")
    tell(run, START)
    runs.set_status(store, run.id, "failed")
    with (run.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        registry.settle(store)
        assert runs.run(store, run.id).status == "running"
    registry.settle(store)
    assert runs.run(store, run.id).status == "failed"


def test_a_run_whose_maker_was_killed_has_failed_after_a_while(store: Store) -> None:
    run = runs.add_run(store, "minutes")
    registry.settle(store)
    assert runs.run(store, run.id).status == "preparing"
    begun(store, seconds_ago=3600)
    registry.settle(store)
    assert runs.run(store, run.id).status == "failed"


def test_a_run_whose_version_is_gone_stops_nobody(store: Store) -> None:
    torn, whole = makings.finished_run(store), makings.finished_run(store)
    (torn.folder / "version" / DEPLOYED / WEIGHTS).unlink()
    assert [made.run for made in registry.settle(store)] == [whole.id]
    with pytest.raises(TrainingRefused, match="Run 1 made no version"):
        registry.register(store, torn)


@pytest.mark.parametrize("damage", [lambda report: "{", lambda report: report.replace("0.75", "9" * 400)])
def test_a_version_of_which_nothing_was_measured_is_one_all_the_same(
    store: Store, damage: Callable[[str], str]
) -> None:
    run = makings.finished_run(store)
    report = run.folder / "report.json"
    report.write_text(damage(report.read_text()))
    [made] = registry.settle(store)
    assert made.scores == {}
    assert registry.report_of(store, made) is None and registry.verdict_of(store, made) is None
    with pytest.raises(
        TrainingRefused, match="Nothing was measured about v1: train again, or promote it with --force"
    ):
        registry.promote(store, "v1")
    assert registry.promote(store, "v1", force=True) == registry.active(store)


def test_names_go_on_where_they_were(store: Store) -> None:
    makings.version(store)
    makings.version(store)
    registry.delete(store, "v2")
    assert makings.version(store).name == "v3"
