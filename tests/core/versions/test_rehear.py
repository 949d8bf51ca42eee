"""After a promotion, what waits for a person is transcribed again with that version, in the background."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from core.importing.importer import import_path
from core.importing.transcription import TranscriptionProgress
from core.review.desk import Desk
from core.versions import rehear as closing
from core.versions.active import RECOGNISER, VARIABLES, chosen_name
from core.versions.rehear import LOG, begin_rehearing, rehear, rehearing
from models import catalog
from store import versions
from store.database import Store
from store.files import locked
from store.paths import make_folder
from store.segments.queue import View, first
from tests.core.importing.driver import conversation, rows, write
from tests.patience import PATIENCE

OTHER = "otra"
SEGMENTS = 8


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight segments, heard by the starter, and another recogniser on this machine."""
    folder = tmp_path_factory.mktemp("heard")
    starter = catalog.starter(RECOGNISER).path
    assert starter is not None
    with Store.open(folder / "data") as store:
        import_path(store, write(folder / "clase.wav", conversation(SEGMENTS // 2)))
        shutil.copytree(starter, store.folder / "models" / RECOGNISER / OTHER)
        for name in (OTHER, "starter-ear"):
            versions.add_version(store, RECOGNISER, name, str(starter), "", {})
        promote(store, "starter-ear")
        rehear(store)
    return folder / "data"


@pytest.fixture
def store(heard: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of it; whoever is still at work on it in the end is ended."""
    shutil.copytree(heard, tmp_path / "data")
    with Store.open(tmp_path / "data") as store:
        yield store
    for process in at_it(tmp_path / "data"):
        process.kill()


def promote(store: Store, name: str) -> None:
    version = versions.version_named(store, RECOGNISER, name)
    assert version is not None
    versions.promote(store, version.id, "chosen")


def heard_by(store: Store) -> list[str]:
    return [row["model"] for row in rows(store, "s.model")]


def hearings(store: Store) -> list[tuple[str, int]]:
    return [(row["model"], row["segment_id"]) for row in store.execute("SELECT * FROM hypotheses ORDER BY id")]


def at_it(data: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if {"core.versions.rehear", str(data)} <= set(process.info["cmdline"] or ())
    ]


def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_waits_is_heard_in_the_order_of_the_queue_and_put_in_order_again(store: Store) -> None:
    assert heard_by(store) == ["starter-ear"] * SEGMENTS
    assert rehear(store).segments == 0
    desk = Desk(store, "ana")
    done = min(row["segment_id"] for row in store.execute("SELECT segment_id FROM hypotheses"))
    desk.accept(desk.card(done), "Una frase que nadie dijo así.")
    store.execute("UPDATE segments SET expected = id % 3 WHERE reference IS NULL")
    queue = first(store, View(), SEGMENTS)
    before = len(hearings(store))
    seen: list[TranscriptionProgress] = []

    def on_progress(progress: TranscriptionProgress) -> None:
        seen.append(progress)
        if progress.done == SEGMENTS:  # as if what was learnt meanwhile had moved this one
            store.execute("UPDATE segments SET expected = 99 WHERE id = ?", (queue[-1],))

    promote(store, OTHER)
    result = rehear(store, on_progress)
    assert (result.segments, result.left, result.failed) == (SEGMENTS, 0, [])
    assert hearings(store)[before:] == [(OTHER, segment) for segment in (*queue, done)]
    assert heard_by(store) == [OTHER] * SEGMENTS
    assert [one.done for one in seen] == list(range(SEGMENTS + 1)) and seen[-1].total == SEGMENTS
    assert store.execute("SELECT expected FROM segments WHERE id = ?", (queue[-1],))[0]["expected"] < 99


def test_after_going_back_the_older_ears_word_counts_again(store: Store) -> None:
    promote(store, OTHER)
    rehear(store)
    trail = versions.trail(store, RECOGNISER)
    versions.roll_back(store, RECOGNISER, trail[0])
    assert rehear(store).segments == SEGMENTS
    assert heard_by(store) == ["starter-ear"] * SEGMENTS


def test_another_ear_in_the_middle_of_it_begins_anew(store: Store) -> None:
    promote(store, OTHER)

    def on_progress(progress: TranscriptionProgress) -> None:
        if progress.done == 3 and chosen_name(store, RECOGNISER) == OTHER:
            promote(store, "starter-ear")

    assert rehear(store, on_progress).left == 0
    assert heard_by(store) == ["starter-ear"] * SEGMENTS
    assert [model for model, _ in hearings(store)].count(OTHER) == 4


def test_it_stops_when_it_is_told_to_and_goes_on_later(store: Store) -> None:
    promote(store, OTHER)
    before = len(hearings(store))
    assert rehear(store, should_stop=lambda: len(hearings(store)) >= before + 2).left == SEGMENTS - 2
    assert rehear(store).segments == SEGMENTS - 2


def test_it_goes_on_in_the_background_and_is_done_once(store: Store) -> None:
    data = store.folder
    assert rehearing(data) is None
    promote(store, OTHER)
    begin_rehearing(data)
    now = rehearing(data)
    assert now is not None and 0 <= now.done <= now.total
    [process] = at_it(data)
    begin_rehearing(data)
    assert at_it(data) == [process]
    assert os.getsid(process.pid) == process.pid and process.nice() > 0
    until(lambda: rehearing(data) is None)
    assert heard_by(store) == [OTHER] * SEGMENTS
    assert len(hearings(store)) == 2 * SEGMENTS
    assert f"{SEGMENTS} segments were heard by {OTHER}, 0 wait" in (data / LOG).read_text()
    until(lambda: not at_it(data))


def test_it_is_killed_and_begun_again_and_hears_the_rest(store: Store) -> None:
    data = store.folder
    promote(store, OTHER)
    begin_rehearing(data)
    until(lambda: OTHER in heard_by(store))
    [process] = at_it(data)
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: rehearing(data) is None)
    left = heard_by(store).count("starter-ear")
    begin_rehearing(data)
    until(lambda: rehearing(data) is None)
    assert heard_by(store) == [OTHER] * SEGMENTS
    assert f"{left} segments were heard by {OTHER}" in (data / LOG).read_text()


def test_what_goes_wrong_is_in_its_log_and_not_in_the_app(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLES[RECOGNISER], "no-such-ear")
    begin_rehearing(store.folder)
    until(lambda: rehearing(store.folder) is None)
    until(lambda: "There is no recogniser called 'no-such-ear'" in (store.folder / LOG).read_text())
    assert heard_by(store) == ["starter-ear"] * SEGMENTS


def test_what_an_older_version_notes_of_its_progress_is_no_obstacle(store: Store) -> None:
    folder = store.folder / closing.FOLDER
    make_folder(folder)
    (folder / closing.PROGRESS).write_text('{"done": 3, "total": 8, "seconds": 2.5, "left": null}')
    assert rehearing(store.folder) is None
    with locked(folder / closing.LOCK):
        assert rehearing(store.folder) == closing.BEGUN
