"""A person at the Train screen: is it worth it, the run as it goes, leaving it and coming back, stopping it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.runs.bases import Base
from core.runs.presets import PRESETS
from core.runs.snapshot import Snapshot
from core.runs.watch import HUNG
from core.runs.worth import Worth
from models.evaluation.rates import Interval
from store.database import Store
from tests.tui.train_driver import spoken_corrections, training, under_way
from trainer.contract.job import Job
from tui.pictures.train import STEPS, append_events, at_work, begin, preparation, steps
from tui.shell.text_view import TextView
from tui.train.keys import TRAIN
from tui.train.reads import Prospect
from tui.train.run_follower import RunAskedToStop, RunBegan, RunEnded, RunStateChanged
from tui.train.version_actions import OverviewRead, VerdictRead
from tui.train.worth_page import worth_rows

GPU = {"name": "Test GPU", "memory_used_mb": 5120, "memory_total_mb": 81920, "utilisation": 97, "watts": 310}


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learner who corrected enough to train on."""
    data = tmp_path_factory.mktemp("spoken")
    spoken_corrections(data, train=12, dev=3, test=4)
    return data


@pytest.fixture
def alive(tmp_path: Path) -> Iterator[Path]:
    """A run that another process is at; its folder."""
    folder = under_way(tmp_path)
    with at_work(folder):
        yield folder


# --- is it worth it? ------------------------------------------------------------------------------


async def test_an_empty_dataset_says_what_training_is_and_what_to_do_first(tmp_path: Path) -> None:
    async with training(tmp_path) as it:
        await it.sees("Worth it?", "Here your corrections teach the ear", "× Nothing is corrected yet")
        assert "start training" not in it.seen()
        await it.press("b", "right")
        await it.sees("Nothing was trained yet")
        await it.press("right")
        await it.sees("No version was made yet")
        await it.press(
            "right", "enter", "space", "equals_sign", "o", "delete", "M", "P", "u", "minus", "x", "r", "X", "L"
        )
        await it.sees("Versions", "Runs")
        assert it.app.screen is it.screen and not it.toasts()


async def test_before_training_one_sees_what_it_would_bring_and_take(spoken: Path) -> None:
    async with training(spoken) as it:
        await it.sees("12 clips", "4 clips set aside", "expected gain", "time", "memory", "free", "of disk")
        await it.sees("preset", "A few minutes, chosen by how much there is", "starts from", "starter-ear")
        await it.sees("b start training", "a preset", "B from")
        await it.press("a", "a")
        await it.sees("An hour or two")
        assert it.screen.plan.preset == "hour"
        await it.press("A", "A", "A")
        await it.sees("Many hours")
        await it.press("a")
        await it.sees("chosen by how much there is")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ("✓ Worth it", "34.5 % of your words are misheard [28.0 - 41.0], on 412 words",
              "30 to 50 % fewer words misheard: 17.2 to 24.1 %", "an estimate: nothing was trained here yet")),
        ({"words": 90}, ("too little to say: 90 words of yours are held out, 200 are needed", "30 to 50 % fewer")),
        ({"gain": (-0.05, 0.2)}, ("from 5 % more to 20 % fewer words misheard: 27.6 to 36.2 %",)),
        ({"gain": None, "measured": True}, ("nobody can say yet", "as earlier runs here took")),
        ({"good": False, "advice": "Correct more first."}, ("– Not yet", "Correct more first.")),
    ],
)  # fmt: skip
def test_what_is_an_estimate_or_too_little_is_called_so(change: dict[str, Any], words: tuple[str, ...]) -> None:
    shot = Snapshot(
        rows=[], base=Base("starter-ear", Path("/"), None), preset=PRESETS["minutes"], job=Job(Path("/")), knobs={},
        clips={"train": 80, "dev": 20, "test": 60}, seconds={"train": 240.0, "dev": 60.0, "test": 180.0},
        words={"train": 500, "dev": 100, "test": 412}, replay_clips=0, regional_clips=0, left_out=(),
    )  # fmt: skip
    worth = Worth(
        wer=Interval(0.345, 0.28, 0.41, 10, 412), words=412, snapshot=shot, steps=240, gain=(0.3, 0.5),
        minutes=4.2, measured=False, memory_mb=900, free_memory_mb=6400, disk_mb=120, advice="", good=True,
    )  # fmt: skip
    rows = worth_rows(Prospect(replace(worth, **change)), "A few minutes", "", 74)
    seen = " ".join(" ".join(row.content.plain for row in rows).split())
    assert all(word in seen for word in words), seen
    assert all(row.content.cell_length <= 74 for row in rows)


@pytest.mark.parametrize("size", [(300, 80), (120, 40), (60, 20), (40, 12), (20, 6), (10, 4)])
async def test_it_can_be_drawn_in_any_size(tmp_path: Path, alive: Path, size: tuple[int, int]) -> None:
    async with training(tmp_path, size) as it:
        await it.posted.next(RunStateChanged)
        for key in ("right", "down", "right", "pagedown", "right", "end", "left", "up", "tab", "home"):
            await it.press(key)
            assert all(len(line) <= size[0] for line in it.seen().splitlines())
        await it.pilot.resize_terminal(80, 24)
        await it.sees("Worth it?", "Versions")


# --- a run ----------------------------------------------------------------------------------------


async def test_a_run_that_was_started_elsewhere_is_attached_to_with_its_whole_curve(
    tmp_path: Path, alive: Path
) -> None:
    async with training(tmp_path) as it:
        await it.sees(
            "▶ Run 1: running", "learning", "100 of 240 steps, 42 %", "about 3 min left", "43.6× real time"
        )
        await it.sees("learning rate", "memory 1,130 MB", "best step 100", "21.5 %", "before 41.0 %", "step 240")
        assert len(it.screen.pages.run.loss.plot.points) == 100 and len(it.screen.pages.run.wer.plot.points) == 6
        assert "●" in it.seen()

        append_events(alive, steps(100, 130))
        await it.sees("130 of 240 steps")
        await it.press("1")
        append_events(alive, steps(130, 150))
        await it.press("4")
        await it.sees("150 of 240 steps", "run 1 running 62 %")
    async with training(tmp_path) as it:  # the app was closed, and opened again
        await it.sees("150 of 240 steps")
        assert len(it.screen.pages.run.loss.plot.points) == 150


async def test_sentences_before_and_now_have_their_differences_marked(tmp_path: Path, alive: Path) -> None:
    async with training(tmp_path, (100, 40)) as it:
        await it.sees("said Me gustan las naranjas.", "before Me gusta la naranja.", "now Me gustan las naranjas.")
        assert "naranja." in it.marked("underline") and "cada." in it.marked("bold")
        assert "Cádiz" not in it.marked("underline")


async def test_a_graphics_processor_shows_how_busy_it_is(tmp_path: Path) -> None:
    folder = begin(tmp_path)
    append_events(folder, [*preparation("cuda"), *steps(0, 30, gpu=GPU)])
    with at_work(folder):
        async with training(tmp_path) as it:
            await it.sees("Test GPU", "5,120 of 81,920 MB", "97 % busy", "310 W")


async def test_stopping_asks_first_and_says_that_it_can_be_resumed(tmp_path: Path, alive: Path) -> None:
    async with training(tmp_path) as it:
        await it.sees("x stop")
        await it.press("x")
        await it.sees("Stop run 1?", "you can resume it")
        await it.press("escape")
        assert not (alive / "STOP").exists()
        await it.press("x", "y")
        await it.until((alive / "STOP").exists)
        await it.until(lambda: any("ends after this step" in toast for toast in it.toasts()))


async def test_a_run_that_hangs_can_be_ended_where_it_stands(tmp_path: Path, alive: Path) -> None:
    append_events(alive, [{"event": "heartbeat", "stage": "train", "step": 100, "seconds": 2 * HUNG}])
    [force] = [key.keys[0] for key in TRAIN if key.id == "train.force"]
    async with training(tmp_path) as it:
        await it.sees("! Run 1: stalled", "force it to stop", f"{force} force stop")
        await it.press(force)
        await it.sees("Force run 1 to stop?", "the run can be resumed")
        await it.press("y")
        assert (await it.posted.next(RunAskedToStop)).forced


async def test_a_run_that_was_killed_says_so_and_offers_to_go_on(tmp_path: Path) -> None:
    folder = under_way(tmp_path)
    with at_work(folder):
        async with training(tmp_path) as it:
            await it.sees("running")
    async with training(tmp_path) as it:
        await it.page("Run")
        await it.sees("× Run 1: failed", "The trainer was killed", "What helps:", "r resume")
        assert it.run().status == "failed"
        await it.press("r")  # its job is gone, so that nobody could go on
        await it.until(lambda: any("job.json is gone" in toast for toast in it.toasts()))


async def test_an_error_of_the_trainer_is_a_sentence_with_its_remedy(tmp_path: Path, alive: Path) -> None:
    async with training(tmp_path) as it:
        await it.sees("running")
        append_events(
            alive, [{"event": "error", "type": "OSError", "message": "The disk is full", "hint": "make room"}]
        )
        await it.sees("× Run 1: failed", "The disk is full.", "What helps: make room")
        await it.until(lambda: any("The disk is full; make room" in toast for toast in it.toasts()))
        await it.until(lambda: it.run().status == "failed")


async def test_what_the_trainer_printed_can_be_read(tmp_path: Path, alive: Path) -> None:
    (alive / "log.txt").write_text(
        "loading\n\x1b[2Jclip 3 is quiet\n" + "step\r" * 50 + "the end\n", encoding="utf-8"
    )
    async with training(tmp_path) as it:
        await it.sees("running")
        await it.press("L")
        await it.until(lambda: isinstance(it.app.screen, TextView))
        await it.sees("Log of run 1", "clip 3 is quiet", "the end")
        assert "[2J" not in it.seen() and it.seen().count("step") == 0
        await it.press("escape")
        assert it.app.screen is it.screen


async def test_a_run_that_cannot_be_parsed_does_no_harm(tmp_path: Path, alive: Path) -> None:
    with (alive / "events.jsonl").open("ab") as file:
        file.write(b'{"event": "step", "step": "x"}\n\x00\xff{\n[1]\n{"event": "eval", "step": 120, "wer": NaN}\n')
    append_events(alive, [{"event": "step", "step": 121, "steps": STEPS, "loss": 1e300, "lr": -1, "seconds": 1}])
    async with training(tmp_path) as it:
        await it.sees("121 of 240 steps", "▶ Run 1: running")


async def test_leaving_a_running_run_for_another_page_is_respected(tmp_path: Path, alive: Path) -> None:
    async with training(tmp_path) as it:
        await it.sees("running")
        await it.press("left")
        await it.press("question_mark")
        it.posted.messages.clear()
        await it.press("escape")
        await it.posted.next(OverviewRead)  # the run is come upon once more
        await it.pilot.pause()
        assert it.screen.pages.tabs.here == 0


async def test_leaving_the_app_closes_the_database_and_lets_the_run_go_on(tmp_path: Path, alive: Path) -> None:
    async with training(tmp_path) as it:
        await it.posted.next(RunStateChanged)
        database = it.screen.database
    with pytest.raises(RuntimeError):  # its threads are gone
        database.read(lambda desk: desk.store)
    assert not (alive / "STOP").exists()


async def test_a_run_is_deleted_from_the_list_when_somebody_confirms_it(tmp_path: Path) -> None:
    folder = under_way(tmp_path)
    append_events(folder, [{"event": "done", "status": "stopped", "step": 100}])
    async with training(tmp_path) as it:
        await it.page("Versions")
        await it.sees("■ run 1 stopped - minutes")
        await it.press("delete")
        await it.sees("Delete run 1?")
        await it.press("enter")
        await it.sees("Nothing was trained yet.")
        assert not folder.exists()
        await it.page("Run")
        await it.sees("Nothing was trained yet")


async def test_training_from_the_first_key_to_the_verdict(spoken: Path) -> None:
    """A real run of a few steps, started, followed and finished."""
    pytest.importorskip("torch", reason="the training extra is not installed")
    async with training(spoken) as it:
        it.screen.plan.knobs = {
            "max_steps": 2, "batch": 4, "evaluate_every": 2, "dev_clips": 2, "full_windows": 0.0, "made_replay": 0,
            "made_dev": 0, "made_general": 0, "threads": 1, "device": "cpu",
            "quantization": "float32", "learning_rate": 1e-4,
        }  # fmt: skip
        await it.press("b")
        assert (await it.posted.next(RunBegan)).run.id == 1
        await it.sees("Run 1:")
        assert (await it.posted.next(RunEnded, seconds=80)).state.status == "finished"
        await it.posted.next(VerdictRead)
        await it.sees("Too little to say: v1", "before", "after")
        assert it.run().status == "finished"
        with Store.open(spoken) as store:
            assert len(store.execute("SELECT id FROM model_versions WHERE name = 'v1'")) == 1
        manifest = (it.run().folder / "manifest.jsonl").read_text(encoding="utf-8")
        assert len(manifest.splitlines()) == 19
        assert json.loads((it.run().folder / "job.json").read_text())["before_name"] == "starter-ear"
