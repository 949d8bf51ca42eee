"""What works for the Train screen, without it: each does one thing with a data folder and says what happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.runs.snapshot import RunChoice
from store.database import Store
from store.runs import Run, runs
from store.versions import ModelVersion
from tests.tui.train_driver import finished, listening, under_way
from tui.pictures.train import append_events, at_work, steps
from tui.train.differences import marked
from tui.train.reads import Overview
from tui.train.run_follower import (
    RunAskedToStop,
    RunEnded,
    RunFailedToStart,
    RunFailedToStop,
    RunFollower,
    RunStateChanged,
)
from tui.train.training_plan import ChoiceChanged, ProspectRead, TrainingPlan
from tui.train.version_actions import (
    ActionRefused,
    CardFound,
    OverviewRead,
    PromotionWeighed,
    RunSettled,
    VerdictRead,
    VersionActions,
)

STOPPED = {"event": "done", "status": "stopped", "step": 100}


def known(data: Path, number: int = 1) -> Run:
    with Store.open(data) as store:
        return next(run for run in runs(store) if run.id == number)


# --- a run that is followed -----------------------------------------------------------------------


async def test_a_run_at_work_is_followed_from_its_first_step_to_its_end(tmp_path: Path) -> None:
    folder = under_way(tmp_path)
    async with listening(tmp_path) as (host, posted):
        follower = RunFollower(host)
        with at_work(folder):
            follower.follow(known(tmp_path))
            first = await posted.next(RunStateChanged)
            assert (first.run.id, first.state.status, len(first.state.loss_points)) == (1, "running", 100)
            assert follower.at_work and follower.can_stop and not follower.can_resume
            append_events(folder, steps(100, 130))
            await posted.next(RunStateChanged, lambda message: message.state.step == 130)
            assert first.state.step == 100, "what was posted stays as it was"
            append_events(folder, [STOPPED])
            ended = await posted.next(RunEnded)
        assert ended.state.status == "stopped" and follower.state == ended.state
        assert follower.can_resume and not follower.at_work


async def test_a_trainer_that_dies_is_an_end_too(tmp_path: Path) -> None:
    folder = under_way(tmp_path)
    async with listening(tmp_path) as (host, posted):
        with at_work(folder):
            RunFollower(host).follow(known(tmp_path))
            await posted.next(RunStateChanged)
        ended = await posted.next(RunEnded)
        assert ended.state.status == "failed" and ended.state.error


async def test_what_had_ended_before_is_shown_and_not_announced_again(tmp_path: Path) -> None:
    append_events(under_way(tmp_path), [STOPPED])
    other = under_way(tmp_path)
    async with listening(tmp_path) as (host, posted):
        follower = RunFollower(host)
        follower.follow(known(tmp_path, 1))
        assert (await posted.next(RunStateChanged)).state.status == "stopped"
        with at_work(other):
            follower.follow(known(tmp_path, 2))
            assert (await posted.next(RunStateChanged)).run.id == 2
            append_events(other, [STOPPED])
            assert (await posted.next(RunEnded)).run.id == 2, "the first end that is announced"


async def test_of_a_run_that_is_no_longer_followed_nothing_is_heard(tmp_path: Path) -> None:
    left, other = under_way(tmp_path), under_way(tmp_path)
    async with listening(tmp_path) as (host, posted):
        follower = RunFollower(host)
        with at_work(left), at_work(other):
            follower.follow(known(tmp_path, 1))
            await posted.next(RunStateChanged)
            follower.follow(known(tmp_path, 2))
            assert follower.state is None
            append_events(left, [STOPPED])
            assert (await posted.next(RunStateChanged)).run.id == 2
            append_events(other, [STOPPED])
            assert (await posted.next(RunEnded)).run.id == 2
            follower.forget()
            assert follower.run is None and not follower.can_resume


async def test_where_nothing_can_be_trained_the_reason_is_posted_once(tmp_path: Path) -> None:
    async with listening(tmp_path) as (host, posted):
        follower = RunFollower(host)
        for _ in range(2):
            follower.start(RunChoice())
            follower.start(RunChoice())  # while the first is being started
            assert follower.starting
            assert (await posted.next(RunFailedToStart)).why.endswith(".")
            assert not follower.starting and not posted.of(RunFailedToStart)
        assert follower.run is None


async def test_a_run_whose_job_is_gone_does_not_go_on(tmp_path: Path) -> None:
    append_events(under_way(tmp_path), [STOPPED])
    async with listening(tmp_path) as (host, posted):
        follower = RunFollower(host)
        follower.resume()  # there is none yet
        follower.follow(known(tmp_path))
        await posted.next(RunStateChanged)
        follower.resume()
        assert not follower.can_resume
        await posted.next(RunFailedToStart)
        assert follower.can_resume


async def test_asking_a_run_to_stop_is_answered(tmp_path: Path) -> None:
    folder = under_way(tmp_path)
    run = known(tmp_path)
    async with listening(tmp_path) as (host, posted):
        follower = RunFollower(host)
        with at_work(folder):
            follower.stop(run)
            assert await posted.next(RunAskedToStop) == RunAskedToStop(run, forced=False)
            assert (folder / "STOP").exists()
        follower.stop(run, force=True)
        assert "Run 1 is not at work" in (await posted.next(RunFailedToStop)).why


# --- versions -------------------------------------------------------------------------------------


async def test_a_run_that_has_ended_is_settled_before_anybody_hears_of_it(tmp_path: Path) -> None:
    finished(tmp_path)
    async with listening(tmp_path) as (host, posted):
        actions, follower = VersionActions(host), RunFollower(host)
        follower.follow(known(tmp_path), awaited=True)
        ended = await posted.next(RunEnded)
        actions.settle(ended.run, ended.state)
        settled = await posted.next(RunSettled)
        assert settled.made is not None and settled.made.name == "v1"
        assert (await posted.next(OverviewRead)).overview.newest == settled.made


async def test_a_verdict_is_read_to_be_shown_or_to_decide(tmp_path: Path) -> None:
    finished(tmp_path)
    async with listening(tmp_path) as (host, posted):
        actions = VersionActions(host)
        actions.read()
        await posted.next(OverviewRead)
        actions.weigh("v1")
        weighed = (await posted.next(PromotionWeighed)).judged
        assert weighed.verdict is not None and weighed.verdict.promotable
        assert actions.judged is None, "what is shown stays"
        actions.judge("v1")
        assert (await posted.next(VerdictRead)).judged == actions.judged == weighed
        actions.judge("v7")
        assert "v7" in (await posted.next(ActionRefused)).why
        assert actions.judged == weighed


async def test_tags_cards_and_deleting(tmp_path: Path) -> None:
    folder = finished(tmp_path)
    async with listening(tmp_path) as (host, posted):
        actions = VersionActions(host)
        actions.read()
        version = (await posted.next(OverviewRead)).overview.newest
        assert version is not None
        actions.tag("v1", ("verano",))
        tagged = (await posted.next(OverviewRead)).overview.newest
        assert tagged is not None and tagged.tags == ("verano",)
        actions.find_card(version)
        card = await posted.next(CardFound)
        assert (card.name, card.path.is_file()) == ("v1", True)
        actions.delete_run(known(tmp_path))
        assert "made v1" in (await posted.next(ActionRefused)).why and folder.is_dir()
        await posted.next(OverviewRead)
        actions.delete_version("v1")
        assert (await posted.next(OverviewRead)).overview.made_here == ()
        actions.find_card(version)
        assert "v1 has no card" in (await posted.next(ActionRefused)).why


@pytest.mark.parametrize(
    ("version", "marked", "other"),
    [("v2", "", "v1"), ("v2", "starter", "starter"), ("v1", "", "starter"), ("v1", "gone", "starter"),
     ("v3", "v2", "v2"), ("starter", "", "v1")],
)  # fmt: skip
def test_a_version_is_compared_with_what_is_marked_else_in_use_else_its_origin(
    version: str, marked: str, other: str
) -> None:
    def made(number: int, name: str, run: int | None = None, deleted: bool = False) -> ModelVersion:
        base = 1 if run is not None else None
        return ModelVersion(number, "recogniser", name, "", "", base, run, {}, "", deleted=deleted)

    versions = (
        made(5, "gone", 9, deleted=True), made(4, "v3", 3), made(3, "v2", 2), made(2, "v1", 1), made(1, "starter"),
    )  # fmt: skip
    overview = Overview(versions=versions, active=versions[3])
    found = overview.version(version)
    assert found is not None
    beside = overview.beside(found, marked)
    assert beside is not None and beside.name == other


# --- the next run ---------------------------------------------------------------------------------


async def test_only_what_the_last_choice_brings_is_posted(tmp_path: Path) -> None:
    async with listening(tmp_path) as (host, posted):
        plan = TrainingPlan(host)
        plan.other_preset(1)
        plan.other_preset(1)
        assert plan.preset == "hour" and plan.prospect is None and not plan.ready
        read = await posted.next(ProspectRead)
        assert read.prospect is plan.prospect and read.prospect.refused.startswith("Nothing is corrected yet")
        assert len(posted.of(ChoiceChanged)) == 2 and not plan.ready
        plan.other_base(["v2", "v1"])
        plan.other_base(["v1"])  # v2 was deleted meanwhile
        assert plan.base == ""
        await posted.next(ProspectRead)
        assert not posted.of(ProspectRead)


# --- differences ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("Son las cinco y media.", "Son las 5:30."), ("Nací el primero de mayo", "Nací el 1 de mayo"),
        ("Cuesta veinte por ciento más", "Cuesta 20 % más"), ("El vídeo", "el video"),
    ],
)  # fmt: skip
def test_what_is_one_word_is_no_difference(said: str, heard: str) -> None:
    assert (marked(said, heard).plain, marked(said, heard).spans) == (heard, [])


def test_what_is_another_word_is_marked_as_it_was_written() -> None:
    found = marked("Tengo dos o tres hijos", "Tengo 2 o 13 hijas")
    assert found.plain == "Tengo 2 o 13 hijas"
    assert [found.plain[span.start : span.end] for span in found.spans] == ["13", "hijas"]
    assert marked("Tengo tres", "Tengo").plain == "Tengo [tres]"
