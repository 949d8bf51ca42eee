"""A person lays two versions side by side: what each heard in the same clips, and the clips to listen to."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from core.player.protocol import Error, Finished, Play, Stop
from core.versions.compare import CACHE, compared
from models.evaluation.evaluate import Evaluation
from models.evaluation.scoring import character_errors, word_errors
from store.database import Store
from tests.patience import PATIENCE
from tests.tui.train_driver import TrainDriver, finished, listening, spoken_corrections, training
from tui.shell.clip_player import ClipPlayer, PlayingEnded, PlayingFailed
from tui.stand_ins import SilentPlayer
from tui.train.compare_screen import CompareScreen
from tui.train.version_comparer import ClipsHeard, ComparisonFailed, ComparisonRead, VersionComparer


@pytest.fixture(scope="module")
def compared_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter and a version of it, which heard four clips; the version is said to have heard every word."""
    data = tmp_path_factory.mktemp("data")
    spoken_corrections(data, test=4)
    folder = finished(data)
    (folder / "version" / "recogniser-ct2" / "windows.json").write_text('{"v": 1, "margin": 1.0}')
    with Store.open(data) as store:
        from core.versions.registry import settle

        settle(store)
        compared(store, "v1", "v1")
    [path] = (data / CACHE).iterdir()
    path.write_text(json.dumps(perfect(Evaluation.from_json(json.loads(path.read_text()))).as_json()))
    with Store.open(data) as store:
        compared(store, "starter-ear", "starter-ear")
    return data


@pytest.fixture
def data(compared_once: Path, tmp_path: Path) -> Path:
    """A copy that the story may change."""
    return shutil.copytree(compared_once, tmp_path / "data")


def perfect(heard: Evaluation) -> Evaluation:
    """The same, had every word been heard."""
    clips = tuple(
        replace(
            clip, heard=clip.reference, words=word_errors(clip.reference, clip.reference),
            characters=character_errors(clip.reference, clip.reference),
        )
        for clip in heard.sets["test"]
    )  # fmt: skip
    return replace(heard, sets={"test": clips})


@asynccontextmanager
async def comparing(data: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[TrainDriver]:
    """The app, with v1 and the starter side by side, opened by keys."""
    async with training(data, size) as it:
        await it.page("Versions")
        await it.press("down", "space", "up", "equals_sign")
        await it.until(lambda: isinstance(it.app.screen, CompareScreen))
        yield it


def screen(it: TrainDriver) -> CompareScreen:
    """The two, side by side."""
    assert isinstance(it.app.screen, CompareScreen)
    return it.app.screen


async def test_two_versions_stand_side_by_side_with_the_difference_and_its_interval(data: Path) -> None:
    async with comparing(data) as it:
        await it.sees("beside v1, on 4 clips of your test", "starter-ear", "v1 0.0 %", "words in silence")
        await it.sees("change -", "points [", "too little to say", "↓ fewer", "→ 0")
        await it.sees("said", "[word]: not heard")
        first = it.seen()
        await it.press("down")
        assert it.seen() != first
        comparison = screen(it).comparison
        assert (
            comparison is not None and comparison.second.wer("test").value == 0 < comparison.first.wer("test").value
        )


async def test_words_that_were_misheard_are_marked_by_more_than_colour(data: Path) -> None:
    async with comparing(data, (100, 30)) as it:
        await it.sees("said")
        worst = screen(it).comparison
        assert worst is not None
        clip = max(worst.first.sets["test"], key=lambda clip: clip.words.count)
        assert set(it.marked("underline").split()) & set(clip.heard.split())


async def test_a_clip_is_listened_to_and_the_next_key_silences_it(data: Path) -> None:
    async with comparing(data) as it:
        await it.sees("space listen")
        await it.press("space")
        await it.until(lambda: it.tape.plays)
        [play] = it.tape.plays
        comparison = screen(it).comparison
        assert comparison is not None
        span = comparison.spans[int(screen(it).clips.key)]
        assert (play.sha256, play.start, play.end) == (span.sha256, span.start, span.end) and play.gain >= 1
        await it.press("space")
        await it.until(lambda: Stop() in it.tape.asked)
        it.tape.finish(play.end)
        await it.press("space", "down")
        await it.until(lambda: [type(command) for command in it.tape.asked] == [Play, Stop, Play, Stop])
        it.tape.emit(Error("There is no loudspeaker: plug one in."))
        await it.until(lambda: any("no loudspeaker" in toast for toast in it.toasts()))
        await it.press("escape")
        assert it.app.screen is it.screen
        await it.until(lambda: it.tape.closed)


async def test_the_two_change_places(data: Path) -> None:
    async with comparing(data) as it:
        await it.sees("starter-ear beside v1", "↓ fewer")
        await it.press("tab")
        await it.sees("v1 beside starter-ear", "↑ more", "change +")


async def test_without_anything_held_out_a_sentence_says_what_to_do(tmp_path: Path) -> None:
    finished(tmp_path)
    async with comparing(tmp_path) as it:
        await it.sees("× Nothing that you corrected is held out from training", "tertulia split")
        await it.press("space", "tab", "down", "escape")
        assert it.app.screen is it.screen


async def test_leaving_early_ends_the_process(data: Path) -> None:
    shutil.rmtree(data / CACHE)
    async with comparing(data) as it:
        comparer = screen(it).comparer
        assert comparer is not None
        await it.until(lambda: comparer.task.pid is not None)
        await it.press("escape")
        await it.until(lambda: comparer.task.pid is None)
        assert it.app.screen is it.screen and not it.toasts()


async def test_one_version_alone_is_compared_with_what_it_was_trained_from(tmp_path: Path) -> None:
    finished(tmp_path)
    async with training(tmp_path) as it:
        await it.page("Versions")
        await it.press("equals_sign")  # with what it was trained from, where nothing is marked
        await it.until(lambda: isinstance(it.app.screen, CompareScreen))
        assert set(screen(it).names) == {"v1", "starter-ear"}


# --- what works for the screen, without it --------------------------------------------------------


async def test_progress_is_posted_clip_by_clip_and_then_the_comparison(data: Path) -> None:
    shutil.rmtree(data / CACHE)
    async with listening(data) as (host, posted):
        VersionComparer(host, data, "starter-ear", "v1").begin()
        read = await posted.next(ComparisonRead, seconds=PATIENCE)
        assert read.comparison.change.words > 10
        assert set(read.gains) == {span.segment for span in read.comparison.spans}
        told = [message.text for message in posted.of(ClipsHeard)]
        assert "starter-ear hears your clips: 0 of 4" in told and "v1 hears your clips: 4 of 4" in told


async def test_why_nothing_can_be_compared_is_posted(data: Path) -> None:
    async with listening(data) as (host, posted):
        VersionComparer(host, data, "starter-ear", "v7").begin()
        assert "v7" in (await posted.next(ComparisonFailed)).why


async def test_a_clip_has_ended_when_no_other_is_heard(tmp_path: Path) -> None:
    tape = SilentPlayer()
    async with listening(tmp_path) as (host, posted):
        player = ClipPlayer(host, lambda: tape)
        player.hush()  # nothing to hear
        player.play(Play("a", 0, 100))
        player.hush()
        player.play(Play("b", 0, 100))
        tape.emit(Finished("a", 40, "stopped"), Error("The loudspeaker crackles."))
        assert (await posted.next(PlayingFailed)).why == "The loudspeaker crackles."
        assert player.playing and not posted.of(PlayingEnded)
        tape.emit(Finished("b", 100, "end"))
        await posted.next(PlayingEnded)
        assert not player.playing and [type(command) for command in tape.asked] == [Play, Stop, Play]
        await player.close()
        assert tape.closed
