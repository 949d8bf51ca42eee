"""A person judges what a run made: the verdict with its interval, promoting, keeping, rolling back, deleting."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.engine.protocol import ModelChanged, UseModel
from core.importing.transcription import TranscriptionProgress
from core.review.derived_columns import refresh
from core.versions import registry, rehear
from core.versions.registry import Standing
from models.evaluation.rates import Interval
from store.database import Store
from store.segments.table import add_hypothesis
from tests.tui.correct_driver import correcting, fill
from tests.tui.train_driver import TrainDriver, evaluation, finish, finished, training, under_way
from tui.active_recogniser import labels
from tui.pictures.train import at_work
from tui.shell.confirm import Confirm
from tui.shell.text_view import TextView
from tui.train.dialogs import Force, Tags
from tui.train.version_actions import RunSettled, VerdictRead


@pytest.fixture(autouse=True)
def rehearings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Nothing is transcribed again in these stories; the folders in which it would be."""
    asked: list[Path] = []
    monkeypatch.setattr(rehear, "begin_rehearing", asked.append)
    return asked


@pytest.fixture
def better(tmp_path: Path) -> Path:
    """A version that was proven better; its run's folder."""
    return finished(tmp_path)


def active(data: Path) -> str:
    """Name of the version that is in use."""
    with Store.open(data) as store:
        found = registry.active(store)
    return found.name if found else ""


async def verdict(it: TrainDriver) -> None:
    """Go to the verdict."""
    await it.posted.next(VerdictRead)
    await it.page("Verdict")


# --- the verdict ----------------------------------------------------------------------------------


async def test_a_run_that_finishes_is_settled_and_shows_its_verdict(tmp_path: Path) -> None:
    folder = under_way(tmp_path)
    with at_work(folder):
        async with training(tmp_path) as it:
            await it.sees("running")
            finish(folder)
            settled = await it.posted.next(RunSettled)
            assert settled.made is not None and settled.made.name == "v1"
            await it.sees("✓ Better: v1", "P promotes it, - keeps the present ear")
            await it.until(lambda: any("Run 1 is finished and made v1." in toast for toast in it.toasts()))
            assert it.run().status == "finished" and active(tmp_path) == "", "nothing is promoted by itself"
            await it.page("Versions")
            await it.sees("▌ v1 ")


async def test_the_verdict_rests_on_figures_with_intervals(tmp_path: Path, better: Path) -> None:
    async with training(tmp_path, (100, 50)) as it:
        await verdict(it)
        await it.sees(
            "Your own speech, held out (420 words)",
            "before 24.5 % [20",
            "after 7.1 % [1.7",
            "├",
            "●",
            "┤",
            "points [",
        )
        await it.sees("fewer errors, and not by chance", "Spanish at large", "no difference at all")
        await it.sees(
            "letters wrong (CER)",
            "misheard words",
            "words in silence 0 in 20 clips",
            "100 %",
            "strength of what is new 0.8",
        )
        assert "✓ Better: v1" in it.marked("bold") or "✓" in it.seen()


async def test_too_few_words_say_nothing(tmp_path: Path) -> None:
    finished(tmp_path, before=evaluation("starter-ear", 4, blocks=3), after=evaluation("run 1", 12, blocks=3))
    async with training(tmp_path) as it:
        await verdict(it)
        await it.sees("? Too little to say: v1")


# --- which version is in use ----------------------------------------------------------------------


async def test_promoted_by_key_and_the_header_says_so(tmp_path: Path, better: Path, rehearings: list[Path]) -> None:
    async with training(tmp_path, (120, 40)) as it:
        await it.sees("ear: starter, hears no people", "v1 was proven better and waits for you")
        await verdict(it)
        await it.press("P")
        await it.until(lambda: active(tmp_path) == "v1" and UseModel("recogniser") in it.engine.asked)
        await it.engine_says(ModelChanged("recogniser", "v1", False))
        await it.sees("ear: v1, 7 ± 5 of 100 words wrong", "it is the ear", "u roll back")
        assert rehearings == [tmp_path] and "P promote" not in it.seen()
        await it.until(lambda: any("v1 is in use now." in toast for toast in it.toasts()))
        await it.pilot.resize_terminal(80, 24)
        await it.sees("ear: v1, 7 of 100 words wrong")

        await it.press("u")
        await it.sees("Roll back to starter-ear?")
        await it.press("y")
        await it.until(lambda: active(tmp_path) == "starter-ear")
        await it.engine_says(ModelChanged("recogniser", "starter-ear", True))
        await it.sees("ear: starter, hears no people")
        assert "u roll back" not in it.seen()


async def test_what_is_not_proven_better_needs_the_word(tmp_path: Path) -> None:
    finished(tmp_path, every=4)
    async with training(tmp_path) as it:
        await verdict(it)
        await it.sees("= Not proven better: v1")
        await it.press("P")
        await it.until(lambda: isinstance(it.app.screen, Force))
        await it.sees("Promote it although it was not proven better?", "Write “force”")
        await it.press("enter")
        await it.sees("× Write “force”, or leave with esc: nothing is changed.")
        await it.press("escape")
        assert active(tmp_path) == ""
        await it.press("P")
        await it.until(lambda: isinstance(it.app.screen, Force))
        await it.press(*"force", "enter")
        await it.until(lambda: active(tmp_path) == "v1")


async def test_a_version_whose_files_are_gone_is_not_promoted(
    tmp_path: Path, better: Path, rehearings: list[Path]
) -> None:
    async with training(tmp_path) as it:
        await verdict(it)
        shutil.rmtree(better / "version" / "recogniser-ct2")
        await it.press("P")
        await it.until(lambda: it.toasts() and not it.app.is_promoting)
        assert active(tmp_path) == "" and not rehearings and UseModel("recogniser") not in it.engine.asked
        await it.sees("P promote")


async def test_keeping_the_present_recogniser_changes_nothing(tmp_path: Path, better: Path) -> None:
    async with training(tmp_path) as it:
        await verdict(it)
        await it.press("minus")
        await it.until(lambda: any("stays in use" in toast for toast in it.toasts()))
        assert active(tmp_path) == ""


async def test_while_what_waits_is_transcribed_again_a_line_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far: list[TranscriptionProgress | None] = [TranscriptionProgress(120, 400, 300.0, 90.0)]
    monkeypatch.setattr(rehear, "rehearing", lambda data: far[-1])
    async with training(tmp_path) as it:
        await it.sees("transcribed again: 120 of 400 segments, about 2 min left")
        far.append(None)
        await it.until(lambda: "transcribed again" not in it.seen())


async def test_the_queue_is_put_in_order_when_it_was_transcribed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far: list[TranscriptionProgress | None] = [None]
    monkeypatch.setattr(rehear, "rehearing", lambda data: far[-1])
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.until(lambda: len(it.screen.queue.ids) == 5)
        far.append(TranscriptionProgress(0, 5, 0.0, None))
        it.app.promote("starter-ear")
        await it.until(lambda: it.app.rehearing is not None)
        last = it.screen.queue.ids[-1]
        with Store.open(tmp_path) as store:
            words = [{"word": "ni", "start": 0.0, "end": 0.5, "probability": 0.1}] * 4
            add_hypothesis(store, last, "v1", "ni ni ni ni", words, 0.1)
            refresh(store, [last])
        far.append(None)
        await it.until(lambda: it.screen.queue.ids[1] == last)


@pytest.mark.parametrize(
    ("engine_name", "standing", "longest", "shortest"),
    [
        (
            "v3",
            Standing("v3", Interval(0.081, 0.062, 0.1, 9, 812), 812),
            "v3, 8 ± 2 of 100 words wrong",
            "v3, 8 % wrong",
        ),
        (
            "",
            Standing("v3", Interval(0.081, 0.062, 0.1, 9, 812), 812),
            "v3, 8 ± 2 of 100 words wrong",
            "v3, 8 % wrong",
        ),
        ("v2", Standing("v3", Interval(0.081, 0.062, 0.1, 9, 812), 812), "v2", "v2"),
        (
            "v3",
            Standing("v3", Interval(0.081, 0.062, 0.1, 9, 150), 150),
            "v3, too early to say how well it hears you",
            "v3, too early to say",
        ),
        ("v3", Standing("v3", None, 0), "v3, not yet tested on you", "v3, untested"),
        ("v3", None, "v3", "v3"),
        ("starter", None, "starter, hears no people", "starter, hears no people"),
        (
            "v3",
            Standing("v3", Interval(1.03, 0.9, 1.2, 9, 812), 812),
            "v3, nearly all words wrong",
            "v3, all wrong",
        ),
        (
            "whisper-large-v3-turbo",
            Standing("whisper-large-v3-turbo", None, 0),
            "whisper-large-v3-turbo, not yet tested on you",
            "whisper-large…, untested",
        ),
    ],
)
def test_how_good_the_recogniser_is_is_said_as_long_as_there_is_room(
    engine_name: str, standing: Standing | None, longest: str, shortest: str
) -> None:
    found = labels(engine_name, standing)
    assert (found[0], found[-1]) == (longest, shortest)
    assert [len(saying) for saying in found] == sorted((len(saying) for saying in found), reverse=True)


# --- versions and runs ----------------------------------------------------------------------------


async def test_versions_and_runs_stand_in_one_list(tmp_path: Path, better: Path) -> None:
    finished(tmp_path, every=4)
    async with training(tmp_path, (110, 40)) as it:
        await it.page("Versions")
        await it.sees("v2", "v1", "starter-ear", "better", "no better", "run 2 finished v2 minutes")
        await it.press("space")
        await it.sees("◆ v2")
        await it.press("down", "enter")
        await it.sees("✓ Better: v1")
        await it.page("Versions")
        await it.press("end", "enter")
        await it.sees("✓ Run 1: finished", "240 of 240 steps")


async def test_tags_and_the_card(tmp_path: Path, better: Path) -> None:
    async with training(tmp_path, (110, 40)) as it:
        await it.page("Versions")
        await it.press("o")
        await it.until(lambda: isinstance(it.app.screen, Tags))
        await it.press(*"verano microfono-2", "enter")
        await it.sees("#verano")
        await it.press("M")
        await it.until(lambda: isinstance(it.app.screen, TextView))
        await it.sees("Card of v1", "What it learnt from", "**better**")
        await it.press("end")
        await it.sees("What it is not for")


async def test_deleting_asks_and_the_recogniser_in_use_stays(tmp_path: Path, better: Path) -> None:
    async with training(tmp_path) as it:
        await it.page("Versions")
        await it.press("delete")
        await it.until(lambda: isinstance(it.app.screen, Confirm))
        await it.sees("Delete v1?")
        await it.press("n")
        assert (better / "version").is_dir()
        await it.press("P")
        await it.until(lambda: active(tmp_path) == "v1" and not it.app.is_promoting)
        await it.sees("● v1", "the ear")
        await it.press("delete", "y")
        await it.until(lambda: any("v1 is the recogniser in use" in toast for toast in it.toasts()))
        assert (better / "version").is_dir()


async def test_one_can_go_on_from_a_version(tmp_path: Path, better: Path) -> None:
    async with training(tmp_path) as it:
        assert it.screen.plan.base == ""
        await it.press("B")
        assert it.screen.plan.base == "v1"
        await it.press("B")
        assert it.screen.plan.base == ""
