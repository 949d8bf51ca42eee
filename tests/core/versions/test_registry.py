"""Versions: registered, let in, gone back from, deleted; and nothing is changed where that is refused."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.runs.errors import TrainingRefused
from core.versions import registry
from core.versions.active import RECOGNISER, ModelChoice, check, chosen_name, load_recogniser
from models.errors import ModelError
from store import runs, versions
from store.database import Store
from store.errors import StoreError
from store.segments.table import add_hypothesis
from tests import learner_store as makings
from tests.learner_store import heard, never, often, seldom
from trainer.contract.folder import DEPLOYED, WEIGHTS


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.delenv("TERTULIA_RECOGNISER", raising=False)
    with Store.open(tmp_path) as store:
        yield store


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials take seconds; here it is enough that files are whole."""
    monkeypatch.setattr(registry, "try_out", check)


def active(store: Store) -> str:
    here = registry.active(store)
    return "" if here is None else here.name


def journal(store: Store) -> list[tuple[str, str]]:
    """All promotions, the oldest first."""
    made = reversed(versions.promotions(store, RECOGNISER))
    return [(versions.version(store, one.version).name, one.reason) for one in made]


def weights(store: Store, name: str) -> Path:
    return store.folder / registry.find(store, name).folder / DEPLOYED / WEIGHTS


def damage(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 0xFF
    path.write_bytes(body)


# --- promoting ------------------------------------------------------------------------------------


def test_one_that_is_better_listens_from_then_on(store: Store) -> None:
    made = makings.version(store)
    assert registry.promote(store, "v1") == made
    assert active(store) == chosen_name(store, RECOGNISER) == "v1"
    first, second = journal(store)
    assert first == ("starter-ear", registry.FIRST)
    verdict = registry.verdict_of(store, made)
    assert verdict is not None and second == ("v1", verdict.sentence)
    assert load_recogniser(store.folder).name == "v1"
    registry.promote(store, "v1")
    assert len(journal(store)) == 2, "it is the one already"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (heard("old", often), heard("new", often)),
        (heard("old", often), heard("new", seldom, general=often)),
        (heard("old", often, clips=20), heard("new", never, clips=20)),
    ],
)
def test_the_gate_keeps_out_what_is_not_proven(store: Store, before: Any, after: Any, untried: None) -> None:
    made = makings.version(store, before, after)
    verdict = registry.verdict_of(store, made)
    assert verdict is not None
    with pytest.raises(TrainingRefused) as refused:
        registry.promote(store, "v1")
    assert str(refused.value) == f"v1 was not promoted: {verdict.sentence} --force promotes it all the same."
    assert journal(store) == []
    registry.promote(store, "v1", force=True)
    assert journal(store)[-1] == ("v1", "forced")


def test_a_damaged_version_is_refused_and_changes_nothing(store: Store) -> None:
    makings.version(store)
    registry.promote(store, "v1")
    makings.version(store)
    was = journal(store)
    damage(weights(store, "v2"))
    for force in (False, True):
        with pytest.raises(ModelError, match=r"v2 in .* is damaged \(wrong checksum\): choose another version"):
            registry.promote(store, "v2", force=force)
    os.truncate(weights(store, "v2"), 1000)
    with pytest.raises(ModelError, match=r"v2 in .* is damaged"):
        registry.promote(store, "v2", force=True)
    weights(store, "v2").unlink()
    with pytest.raises(ModelError, match=r"v2 .*model\.bin"):
        registry.promote(store, "v2")
    assert journal(store) == was and load_recogniser(store.folder).name == "v1"
    damage(weights(store, "v1"))
    with pytest.raises(ModelError, match=r"v1 in .* is damaged"):
        registry.promote(store, "v1")  # it is the active one, and another one listens in its place
    assert journal(store) == was


def test_one_whose_other_files_are_damaged_is_found_out_by_trying(store: Store) -> None:
    made = makings.version(store)
    (store.folder / made.folder / DEPLOYED / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="recogniser v1"):
        registry.promote(store, "v1")
    assert journal(store) == []


def test_an_unknown_or_deleted_version_is_refused(store: Store) -> None:
    with pytest.raises(TrainingRefused, match="There is no version 'v1': none was made yet"):
        registry.promote(store, "v1")
    makings.version(store)
    makings.version(store)
    registry.delete(store, "v2")
    with pytest.raises(TrainingRefused, match="v2 was deleted"):
        registry.promote(store, "v2", force=True)
    with pytest.raises(TrainingRefused, match="There is no version 'v7': choose one of v1, starter-ear"):
        registry.promote(store, "v7")
    with pytest.raises(TrainingRefused, match="There is no version"):
        registry.promote(store, os.fsdecode(b"v\xff"))
    assert journal(store) == []


def test_the_starter_is_promoted_back_without_a_verdict(store: Store, untried: None) -> None:
    makings.version(store)
    registry.promote(store, "v1")
    registry.promote(store, "starter-ear")
    assert journal(store)[-1] == ("starter-ear", "chosen") and chosen_name(store, RECOGNISER) == "starter-ear"


def test_a_model_of_this_machine_becomes_a_version_when_it_is_promoted(store: Store, untried: None) -> None:
    shutil.copytree(makings.DEPLOYED, store.folder / "models" / "recogniser" / "vecina")
    made = registry.promote(store, "vecina")
    assert (made.run, made.name) == (None, "vecina") and active(store) == "vecina"
    with pytest.raises(TrainingRefused, match="vecina is a model of the catalog"):
        registry.delete(store, "vecina")


# --- rolling back ---------------------------------------------------------------------------------


def promoted_versions(store: Store, count: int) -> None:
    """So many versions, one promoted after another."""
    for number in range(1, count + 1):
        makings.version(store)
        registry.promote(store, f"v{number}")


def test_rolling_back_leads_to_the_beginning(store: Store, untried: None) -> None:
    promoted_versions(store, 2)
    for name in ("v1", "starter-ear"):
        target = registry.rollback_target(store)
        assert target is not None and target.name == name
        assert registry.rollback(store).name == active(store) == name
    assert registry.rollback_target(store) is None
    with pytest.raises(TrainingRefused, match="no recogniser to go back to, starter-ear stays"):
        registry.rollback(store)
    registry.promote(store, "v2")
    assert registry.rollback(store).name == "starter-ear"


def test_before_any_promotion_there_is_nothing_to_go_back_to(store: Store) -> None:
    assert registry.rollback_target(store) is None
    with pytest.raises(TrainingRefused, match="no recogniser to go back to, starter-ear stays"):
        registry.rollback(store)


def test_what_is_deleted_or_damaged_is_passed_over(store: Store, untried: None) -> None:
    promoted_versions(store, 4)
    registry.delete(store, "v3")
    damage(weights(store, "v2"))
    target = registry.rollback_target(store)
    assert target is not None and target.name == "v2", "a look does not read all of the files"
    assert registry.rollback(store).name == "v1"
    assert active(store) == "v1"


def test_without_one_that_can_be_loaded_everything_stays(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    promoted_versions(store, 1)
    was = journal(store)

    def broken(recogniser: object) -> None:
        raise ModelError("It cannot be used.")

    monkeypatch.setattr(registry, "try_out", broken)
    with pytest.raises(TrainingRefused, match="no recogniser to go back to, v1 stays"):
        registry.rollback(store)
    assert journal(store) == was


def test_one_that_is_deleted_while_it_is_tried_does_not_become_the_ear(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    makings.version(store)
    makings.version(store)
    with monkeypatch.context() as patch:
        patch.setattr(registry, "try_out", check)
        registry.promote(store, "v1")
        registry.promote(store, "v2")
    was = journal(store)

    def meanwhile(tried: ModelChoice) -> None:
        with Store.open(store.folder) as other:
            registry.delete(other, tried.name)

    monkeypatch.setattr(registry, "try_out", meanwhile)
    with pytest.raises(StoreError, match="recogniser v1 was deleted: choose another version"):
        registry.rollback(store)
    assert journal(store) == was and active(store) == "v2"


# --- deleting and tagging -------------------------------------------------------------------------


def test_a_deleted_version_stays_known(store: Store) -> None:
    made = makings.version(store)
    run = store.folder / "runs" / "0001"
    for name in ("checkpoints", "adapter", "making"):
        (run / name / "within").mkdir(parents=True)
    registry.delete(store, "v1")
    registry.delete(store, "v1")
    left = sorted(path.name for path in run.iterdir())
    assert left == ["events.jsonl", "job.json", "manifest.jsonl", "report.json"]
    gone = registry.find(store, "v1")
    assert gone.deleted and gone.scores == made.scores
    assert registry.verdict_of(store, gone) is not None
    assert registry.settle(store) == []


def test_what_is_needed_is_not_deleted(store: Store, untried: None) -> None:
    promoted_versions(store, 1)
    with pytest.raises(TrainingRefused, match="v1 is the recogniser in use: promote another one first"):
        registry.delete(store, "v1")

    child = makings.finished_run(store)
    store.execute("UPDATE runs SET base_id = ? WHERE id = ?", (registry.find(store, "v1").id, child.id))
    registry.settle(store)
    registry.promote(store, "v2")
    with pytest.raises(TrainingRefused, match="v2, the recogniser in use, was trained from v1: keep it"):
        registry.delete(store, "v1")

    unused = makings.version(store)
    at_work = runs.add_run(store, "minutes")
    at_work.folder.mkdir(parents=True)
    job = {"base": str(makings.BASE), "before": str(store.folder / unused.folder / DEPLOYED)}
    (at_work.folder / "job.json").write_text(json.dumps(job))
    with (at_work.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(TrainingRefused, match="Run 4 still needs v3: wait for its end"):
            registry.delete(store, "v3")
    runs.set_status(store, at_work.id, "stopped")
    assert all(weights(store, name).is_file() for name in ("v1", "v2", "v3"))
    registry.delete(store, "v3")
    assert not weights(store, "v3").exists()


def test_marks_are_a_persons_own(store: Store) -> None:
    makings.version(store)
    assert registry.tag(store, "v1", ["para el coche", "mejor", "mejor", " "]).tags == ("mejor", "para-el-coche")
    assert registry.tag(store, "v1", []).tags == ()
    with pytest.raises(TrainingRefused, match="no version 'v2': choose one of v1"):
        registry.tag(store, "v2", ["x"])


# --- how good the recogniser is --------------------------------------------------------------------------


def test_how_good_the_ear_is_comes_from_its_own_test(store: Store, untried: None) -> None:
    assert registry.standing(store) == registry.Standing("starter-ear", None, 0)
    made = makings.version(store)
    registry.promote(store, "v1")
    said, verdict = registry.standing(store), registry.verdict_of(store, made)
    assert verdict is not None
    assert said.name == "v1" and said.wer == verdict.after and said.words == verdict.after.words and said.enough


def test_a_version_that_was_tested_on_nothing_has_no_figure(store: Store, untried: None) -> None:
    makings.version(store, heard("old", often, clips=0), heard("new", seldom, clips=0))
    registry.promote(store, "v1", force=True)
    assert registry.standing(store) == registry.Standing("v1", None, 0)


def test_else_from_what_was_corrected_since(tmp_path: Path) -> None:
    with makings.corrected(tmp_path / "learner", train=2, dev=4, test=6) as store:
        said = registry.standing(store)
        assert said.name == "starter-ear" and said.wer is not None and not said.enough
        held = store.execute(
            "SELECT sum(errors) AS e, sum(words) AS w FROM segments WHERE split IN ('dev', 'test')"
        )
        assert said.words == held[0]["w"] and said.wer.value == held[0]["e"] / held[0]["w"]
        # What another recogniser heard says nothing about this one.
        for row in store.execute("SELECT id FROM segments WHERE split = 'test'"):
            add_hypothesis(store, row["id"], "v9", "Otra cosa.", [], 0.1)
        store.execute("UPDATE segments SET model = 'v9' WHERE split = 'test'")
        assert registry.standing(store).words < said.words


def test_of_one_recording_only_nothing_is_said(tmp_path: Path) -> None:
    with makings.corrected(tmp_path / "learner", train=2, dev=0, test=1) as store:
        said = registry.standing(store)
        assert said.wer is None and said.words > 0 and not said.enough
