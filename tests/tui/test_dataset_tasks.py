"""Importing, exporting and splitting from the Dataset screen: real commands, in processes of their own."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.splits import Assigned, SplitShare
from core.importing.preview import preview
from core.processes.events import Failed, Result
from core.review.desk import Desk
from store.database import Store
from store.segments.queue import View, count
from tests.core.importing.driver import conversation, speech, write
from tests.store.desk_store import hear, record
from tests.tui.correct_driver import ME
from tests.tui.dataset_driver import DatasetDriver, counting
from tui.dataset.export_form import ExportForm
from tui.dataset.import_form import ImportForm, ImportRequest
from tui.dataset.rejections import Rejections
from tui.dataset.split_form import SplitForm, described
from tui.shell.confirm import Confirm
from tui.shell.path_line import PathLine, complete
from tui.shell.task_runner import TaskBegan, TaskEnded, TaskProgressed, TaskStopRequested

pytestmark = pytest.mark.usefixtures("author")

TABLE = """audio_path,transcript,duration,speaker,notes
uno.wav,"El sábado fui al mercado, con mi hermano.",8.7,Ana,
falta.wav,No está,1,Ana,
../fuera.wav,Tampoco,1,Ana,
"""


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    """A folder with a recording, and a table that names others as well."""
    folder = tmp_path / "clase de hoy"
    write(folder / "uno.wav", speech())
    (folder / "clase.csv").write_text(TABLE, encoding="utf-8")
    return folder


async def form(it: DatasetDriver, key: str, path: Path) -> None:
    """Open the dialog of a key, and name a file or folder in it."""
    await it.press(key)
    await it.until(lambda: isinstance(it.app.screen, ImportForm | ExportForm))
    screen = it.app.screen
    screen.query_one(PathLine).value = str(path)
    screen.query_one(PathLine).cursor_position = len(str(path))


async def test_an_import_is_looked_into_carried_out_and_what_it_rejects_can_be_read(
    tmp_path: Path, lesson: Path
) -> None:
    async with counting(tmp_path / "data") as it:
        await form(it, "I", tmp_path / "cla")
        await it.press("tab")
        await it.sees(
            "csv: a table", "Ana: “El sábado fui al mercado, con mi hermano.”", "“falta.wav” is not there"
        )
        await it.press("enter")
        await it.until(lambda: it.screen.task_line.state == "done")
        await it.sees("✓ import", "1 imported (1 segment), 2 rejected", "L why", "9 s corrected")
        assert not it.toasts()
        await it.press("L")
        await it.sees("2 rows rejected", "clase.csv, row 3", "“falta.wav” is not there", "climbs out of its folder")
        await it.press("down", "escape")
        assert not isinstance(it.app.screen, Rejections)
        await it.press("escape")
        await it.until(lambda: not it.screen.task_line.display)


async def test_another_encoding_is_seen_before_it_is_imported(tmp_path: Path, lesson: Path) -> None:
    (lesson / "clase.csv").write_text('audio_path,transcript\nuno.wav,"Mañana"\n', encoding="cp1252")
    async with counting(tmp_path / "data") as it:
        await form(it, "I", lesson / "clase.csv")
        await it.sees("is not UTF-8", "Mañana", "as encoding, give cp1252")
        await it.press("down", "down", *"cp1252")
        await it.sees("“Mañana”")
        await it.press("escape")
        assert it.app.screen is it.screen and it.screen.runner.task is None


async def test_a_path_that_is_not_there_and_none_at_all_are_told(tmp_path: Path) -> None:
    async with counting(tmp_path / "data") as it:
        (tmp_path / "una").mkdir()
        (tmp_path / "uno").mkdir()
        await form(it, "I", tmp_path / "nada")
        await it.sees("Nothing is called that yet")
        await it.press("backspace", "backspace", "backspace", "backspace", "u", "tab")
        await it.sees("una/ uno/")
        await it.press("x", "tab")
        await it.sees("Nothing there begins like that.")
        await it.press("ctrl+u", *"~nobody", "tab")
        await it.sees("Nothing there begins like that.")
        await it.press("ctrl+u", "enter")
        await it.sees("Name a file or folder first.")
        await form_closed(it)
        it.screen.begin("import", ["--", "na\0da"])
        await it.until(lambda: it.screen.task_line.state == "failed")
        assert "The import cannot be started" in it.seen()
        it.screen.begin("import", ["--", str(tmp_path / "nada")])
        await it.until(lambda: any("There is no file or folder" in toast for toast in it.toasts()))
        assert it.screen.task_line.state == "failed"


async def form_closed(it: DatasetDriver) -> None:
    """Leave the dialog."""
    await it.press("escape")
    await it.until(lambda: it.app.screen is it.screen)


async def test_the_screen_shows_what_a_task_posts(tmp_path: Path) -> None:
    async with counting(tmp_path) as it:
        for message, words in (
            (TaskBegan("export"), ("▶ export", "begins…", "esc stop")),
            (TaskProgressed("export", "segment 2 of 4"), ("▶ export", "segment 2 of 4")),
            (TaskStopRequested("export"), ("▶ export", "stopping…")),
            (TaskEnded("export", Failed("It was stopped"), stopped=True), ("■ export", "Nothing was written.")),
            (TaskBegan("import"), ("▶ import", "begins…")),
            (
                TaskEnded("import", Result({"rejected": [{"where": "row 2", "reason": "is not there"}]})),
                ("× import", "1 rejected", "L why", "esc close"),
            ),
        ):
            it.screen.post_message(message)
            await it.sees(*words)
        assert not it.toasts()
        it.screen.post_message(TaskBegan("export"))
        it.screen.post_message(TaskEnded("export", Failed("The folder is full", "choose another")))
        await it.sees("× export", "The folder is full: choose another.")
        assert it.toasts() == ["The folder is full: choose another."]


async def test_an_import_goes_on_while_another_screen_is_shown(tmp_path: Path, lesson: Path) -> None:
    async with counting(tmp_path / "data") as it:
        it.screen.begin("import", ImportRequest(lesson).arguments)
        await it.app.switch_mode("talk")
        await it.until(lambda: any("The import is done: 1 imported" in toast for toast in it.toasts()))
        await it.press("3")
        await it.sees("9 s corrected", "✓ import")


async def test_an_import_is_stopped_only_after_asking_and_can_be_gone_on_with(tmp_path: Path) -> None:
    for number in range(2):
        write(tmp_path / "audio" / f"{number}.flac", conversation(60, 1e-4 * (number + 1)))
    async with counting(tmp_path / "data") as it:
        await form(it, "I", tmp_path / "audio")
        await it.sees("audio: a folder")
        await it.press("enter")
        await it.until(lambda: ".flac: " in it.screen.task_line.text)
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, Confirm))
        await it.sees("Stop the import?", "What was done stays")
        await it.press("n")
        assert it.screen.runner.task is not None
        await it.press("I", "O")  # one at a time
        assert it.app.screen is it.screen
        await it.press("escape", "y")
        await it.until(lambda: it.screen.runner.task is None)
        await it.sees("■ import", "Stopped. Import the same again")


async def test_who_leaves_while_something_runs_leaves_nothing_running(tmp_path: Path) -> None:
    write(tmp_path / "audio" / "uno.flac", conversation(120))
    async with counting(tmp_path / "data") as it:
        await form(it, "I", tmp_path / "audio")
        await it.press("enter")
        await it.until(lambda: "uno.flac" in it.screen.task_line.text)
        task = it.screen.runner.task
    assert task is not None and task.pid is None


def corrected(folder: Path, speakers: int = 1) -> None:
    """A store in which each speaker has three corrected segments."""
    with Store.open(folder) as store:
        mine = Desk(store, ME)
        for number in range(speakers):
            texts = [
                f"{word} {number} de la clase de hoy" for word in ("Primera frase", "Segunda cosa", "Tercer texto")
            ]
            for segment in hear(store, record(store, seed=number), texts, f"Persona {number}"):
                mine.accept(mine.card(segment), f"Texto del segmento {segment}.")


async def test_an_export_says_how_much_it_would_write_and_writes_it(tmp_path: Path) -> None:
    corrected(tmp_path / "data")
    async with counting(tmp_path / "data") as it:
        await form(it, "O", tmp_path / "out")
        await it.sees("3 segments, 3 s of audio", "the program's own")
        await it.press("down", "down", "right")
        await it.sees("No segment is like that")
        await it.press("left", "down", "down", "right", "up", "up", "up", "right")
        await it.sees("not possible: this format cuts clips")
        await it.press("enter")
        await it.sees("has a file for each segment")
        await it.press("left", "up", "up", "up", "right", "right", "right")
        await it.sees("‹ csv ›")
        await it.press("enter")
        await it.until(lambda: it.screen.task_line.state == "done")
        await it.sees("3 segments in")
    assert [path.suffix for path in (tmp_path / "out").iterdir() if path.suffix == ".csv"]


def test_one_segment_is_not_called_segments() -> None:
    would = Assigned({"train": SplitShare(1, 4.0), "dev": SplitShare(), "test": SplitShare()}, 1, ())
    told, *shares = map(str, described(would))
    assert told.startswith("1 segment would move")
    assert [line.split()[-2:] for line in shares] == [["1", "segment"], ["0", "segments"], ["0", "segments"]]


async def test_splitting_says_what_would_happen_and_then_does_it(tmp_path: Path) -> None:
    async with counting(tmp_path / "empty") as it:
        await it.press("percent_sign")
        await it.sees("Nothing is corrected yet")
        await it.press("enter")
        assert isinstance(it.app.screen, SplitForm)
    corrected(tmp_path / "data", speakers=6)
    async with counting(tmp_path / "data") as it:
        await it.press("percent_sign")
        await it.sees("18 segments would move", "train", "test")
        await it.press("backspace", "x")
        await it.sees("are no shares of train, dev and test")
        await it.press("backspace", "0")
        await it.sees("18 segments would move")
        with Store.open(tmp_path / "data") as store:
            assert not count(store, View(status="all", split="train"))
        await it.press("enter")
        await it.sees("✓ split", "18 segments moved, 0 kept out")
        with Store.open(tmp_path / "data") as store:
            assert (
                count(store, View(status="all", split="train")) > count(store, View(status="all", split="test")) > 0
            )
        await it.sees("By split", "test")


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=8
)


@given(st.sets(NAMES.filter(lambda name: name.strip(".") == name), min_size=1, max_size=5), st.data())
def test_completing_leads_to_what_is_there(names: set[str], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(names)))
    begun = data.draw(st.integers(1, len(name)))
    with tempfile.TemporaryDirectory() as folder:
        for each in names:
            Path(folder, each).touch()
        completed, offered = complete(f"{folder}/{name[:begun]}")
        assert name in offered and name.startswith(completed.removeprefix(f"{folder}/"))
        assert len(completed) >= len(f"{folder}/{name[:begun]}")
        assert complete(f"{folder}/{name}/x") == (f"{folder}/{name}/x", [])


def test_a_folder_of_audio_an_archive_and_one_file_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path / "audio" / "deep" / "uno.wav", np.zeros(1600, np.float32))
    assert preview(tmp_path / "audio").kind == "audio"
    assert preview(tmp_path / "audio" / "deep" / "uno.wav").kind == "audio"
    (tmp_path / "all.zip").write_bytes(b"PK\5\6" + bytes(18))
    assert preview(tmp_path / "all.zip").kind == "archive"
