"""What the objects of the Dataset screen post: a task at its work, figures that are read. No screen is there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.message import Message

from core.processes.events import Failed, Notice, Result
from core.review.desk import Desk
from store.database import Store
from store.errors import StoreError
from tests.core.importing.driver import conversation, write
from tests.store.desk_store import hear, record
from tests.tui.correct_driver import READ
from tui.database_worker import DatabaseWorker
from tui.dataset import figures_reader
from tui.dataset.figures_reader import DoubtsFailed, DoubtsRead, FiguresFailed, FiguresRead, FiguresReader
from tui.dataset.import_form import ImportRequest
from tui.dataset.outcome import outcome
from tui.shell.task_runner import TaskBegan, TaskEnded, TaskProgressed, TaskRunner, TaskStopRequested

# --- tasks ----------------------------------------------------------------------------------------


class Inbox:
    """Who shows what is posted."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._arrived = asyncio.Event()

    def post(self, message: Message) -> None:
        self.messages.append(message)
        self._arrived.set()

    async def has(self, kind: type[Message]) -> None:
        """Wait until one of this kind has come."""
        while not any(isinstance(message, kind) for message in self.messages):
            self._arrived.clear()
            await self._arrived.wait()

    @property
    def kinds(self) -> list[type[Message]]:
        """In their order, neighbours that are alike once."""
        kinds = [type(message) for message in self.messages]
        return [kind for place, kind in enumerate(kinds) if place == 0 or kind != kinds[place - 1]]

    @property
    def end(self) -> TaskEnded:
        """The newest, which says how a task ended."""
        message = self.messages[-1]
        assert isinstance(message, TaskEnded)
        return message


async def test_a_task_begins_tells_how_far_it_is_and_ends_with_its_result(tmp_path: Path) -> None:
    inbox = Inbox()
    runner = TaskRunner(inbox.post)
    await runner.run("import", ImportRequest(READ).arguments, tmp_path)
    assert inbox.kinds == [TaskBegan, TaskProgressed, TaskEnded]
    assert isinstance(inbox.end.ended, Result) and inbox.end.ended.body["imported"] == 1
    assert runner.task is None, "another one may begin"
    with Store.open(tmp_path) as store:
        assert next(iter(store.execute("SELECT count(*) AS n FROM recordings")))["n"] == 1


async def test_what_a_task_says_beside_its_result_comes_with_its_end(tmp_path: Path) -> None:
    (tmp_path / "clase.csv").write_text("audio_path,transcript\nfalta.wav,No está\n", encoding="utf-8")
    inbox = Inbox()
    await TaskRunner(inbox.post).run("import", ImportRequest(tmp_path / "clase.csv").arguments, tmp_path / "data")
    end = outcome(inbox.end)
    assert [place for place, _ in end.rejected] == ["clase.csv, row 2"] and end.state == "failed"


async def test_a_task_that_cannot_be_done_ends_with_one_sentence(tmp_path: Path) -> None:
    inbox = Inbox()
    await TaskRunner(inbox.post).run("split", ["--shares=0,1,1"], tmp_path)
    assert inbox.messages == [TaskBegan("split"), inbox.end]
    assert isinstance(inbox.end.ended, Failed) and not inbox.end.stopped
    assert outcome(inbox.end).text == (
        "“0,1,1” are no shares of train, dev and test: give three numbers such as 80,10,10."
    )


async def test_a_task_is_asked_to_stop_and_what_it_says_after_that_is_not_passed_on(tmp_path: Path) -> None:
    write(tmp_path / "audio" / "uno.flac", conversation(120))
    inbox = Inbox()
    runner = TaskRunner(inbox.post)
    at_work = asyncio.create_task(
        runner.run("import", ImportRequest(tmp_path / "audio").arguments, tmp_path / "data")
    )
    await inbox.has(TaskProgressed)
    await runner.run("export", ["--format=json", "--", str(tmp_path / "out")], tmp_path / "data")
    assert [message for message in inbox.messages if isinstance(message, TaskBegan)] == [TaskBegan("import")]
    await runner.stop()
    await at_work
    assert inbox.kinds == [TaskBegan, TaskProgressed, TaskStopRequested, TaskEnded]
    assert inbox.end.stopped and outcome(inbox.end).state == "stopped"
    await runner.stop()  # there is nothing to stop any more
    assert isinstance(inbox.messages[-1], TaskEnded)


@dataclass
class Case:
    """An end, and what is shown of it."""

    message: TaskEnded
    state: str
    text: str


@pytest.mark.parametrize(
    "case",
    [
        Case(TaskEnded("split", Result({"moved": 1, "kept_out": []})), "done", "1 segment moved, 0 kept out"),
        Case(TaskEnded("export", Result({"segments": 2, "folder": "/a"})), "done", "2 segments in /a"),
        Case(
            TaskEnded("import", Result({"imported": 1, "segments": 3, "duplicates": 2})),
            "done",
            "1 imported (3 segments), 2 there already",
        ),
        Case(
            TaskEnded("import", Result({"rejected": [{"where": "a", "reason": "b"}]})),
            "failed",
            "0 imported (0 segments), 1 rejected",
        ),
        Case(TaskEnded("export", Failed("It is full"), stopped=True), "stopped", "Stopped. Nothing was written."),
        Case(TaskEnded("export", Failed("It is full", "make room")), "failed", "It is full: make room."),
    ],
)
def test_every_end_has_its_words(case: Case) -> None:
    shown = outcome(case.message)
    assert (shown.state, shown.text) == (case.state, case.text)


def test_a_notice_that_is_rejected_too_is_said_once() -> None:
    body = json.loads('{"imported": 1, "rejected": [{"where": "row 2", "reason": "is not there"}]}')
    notices = (Notice("is not there", "row 2"), Notice("is long", "row 3"), Notice("Look.", ""))
    shown = outcome(TaskEnded("import", Result(body), notices=notices))
    assert shown.rejected == (("row 2", "is not there"),) and shown.warnings == ("row 3: is long", "Look.")


# --- figures --------------------------------------------------------------------------------------


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[DatabaseWorker]:
    """A worker of a store in which three segments are heard."""
    with Store.open(tmp_path) as store:
        hear(store, record(store), ["Hola.", "¿Qué tal?", "Muy bien."])
    made = DatabaseWorker(tmp_path)
    yield made
    await made.close()


@pytest.fixture
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be read again at once."""
    monkeypatch.setattr(figures_reader, "REST", 0)


def correct(desk: Desk) -> None:
    """Somebody corrects the first segment."""
    desk.accept(desk.card(1), "Hola.")


async def test_counting_is_told_and_asking_meanwhile_counts_once_more(worker: DatabaseWorker) -> None:
    inbox = Inbox()
    reader = FiguresReader(worker, inbox.post)
    await asyncio.gather(reader.count(), reader.count(), reader.count())
    assert inbox.kinds == [FiguresRead] and len(inbox.messages) == 2
    assert [one.figures.whole.segments for one in inbox.messages if isinstance(one, FiguresRead)] == [3, 3]


async def test_segments_are_compared_when_they_have_changed_and_when_it_is_asked(
    worker: DatabaseWorker, no_rest: None
) -> None:
    inbox = Inbox()
    reader = FiguresReader(worker, inbox.post)
    await reader.count()
    await reader.compare()
    await reader.compare()
    assert [type(one) for one in inbox.messages] == [FiguresRead, DoubtsRead]
    reader.forget_doubts()
    await reader.compare()
    assert [type(one) for one in inbox.messages] == [FiguresRead, DoubtsRead, DoubtsRead]


async def test_polling_counts_what_has_changed_and_nothing_else(worker: DatabaseWorker, no_rest: None) -> None:
    inbox = Inbox()
    reader = FiguresReader(worker, inbox.post)
    await reader.count()
    await reader.compare()
    inbox.messages.clear()
    await reader.poll()
    assert not inbox.messages
    await worker.do(correct)
    await reader.poll()
    (read,) = inbox.messages
    assert isinstance(read, FiguresRead) and read.figures.by["status"]["corrected"].segments == 1


async def test_soon_after_counting_nothing_is_counted_again_by_itself(
    worker: DatabaseWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures_reader, "REST", 1e9)
    inbox = Inbox()
    reader = FiguresReader(worker, inbox.post)
    await reader.count()
    await reader.compare()
    inbox.messages.clear()
    await worker.do(correct)
    await reader.poll()
    assert not inbox.messages
    await reader.count()
    assert inbox.kinds == [FiguresRead], "asked for, it is counted"


async def test_what_cannot_be_read_is_told_in_a_sentence(
    worker: DatabaseWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Callable[[], None]:
        raise StoreError("The database is busy", "try again")

    inbox = Inbox()
    reader = FiguresReader(worker, inbox.post)
    await reader.count()
    monkeypatch.setattr("core.dataset.stats.suspicions", refuse)
    await reader.compare()
    monkeypatch.setattr("core.dataset.stats.stats", refuse)
    await reader.count()
    assert inbox.messages[1:] == [
        DoubtsFailed("The database is busy: try again."),
        FiguresFailed("The database is busy: try again."),
    ]
