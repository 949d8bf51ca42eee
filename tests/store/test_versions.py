"""Model versions and runs: the journal of promotions, what rolling back leads through, and what stays known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import runs, versions
from store.database import Store
from store.errors import StoreError
from store.versions import ROLLBACK, active_version, add_version, promote, roll_back, trail
from tests.properties import examples

PART = "recogniser"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as store:
        yield store


def made(store: Store, *names: str) -> list[int]:
    """So many versions of the recogniser, none of them promoted."""
    return [add_version(store, PART, name, f"runs/{name}/version", "0" * 64, {"wer": 0.1}) for name in names]


def active(store: Store) -> int | None:
    here = active_version(store, PART)
    return None if here is None else here.id


def test_rolling_back_goes_to_the_one_before_and_then_further_back(store: Store) -> None:
    one, two, three = made(store, "v1", "v2", "v3")
    assert trail(store, PART) == [] and active(store) is None
    for number in (one, two, three):
        promote(store, number, "better")
    assert trail(store, PART) == [one, two, three] and active(store) == three
    roll_back(store, PART, two)
    assert trail(store, PART) == [one, two] and active(store) == two
    roll_back(store, PART, one)
    assert trail(store, PART) == [one] and active(store) == one
    with pytest.raises(StoreError, match="was not version 3 before: promote that one instead"):
        roll_back(store, PART, three)
    promote(store, three, "after all")
    assert trail(store, PART) == [one, three]


def test_several_may_be_passed_over_at_once(store: Store) -> None:
    one, two, three = made(store, "v1", "v2", "v3")
    for number in (one, two, three):
        promote(store, number, "better")
    roll_back(store, PART, one)
    assert trail(store, PART) == [one]
    assert [entry.reason for entry in versions.promotions(store, PART)] == [ROLLBACK, "better", "better", "better"]


def test_one_that_was_promoted_twice_is_gone_back_to_once_at_a_time(store: Store) -> None:
    one, two = made(store, "v1", "v2")
    for number in (one, two, one):
        promote(store, number, "chosen")
    assert trail(store, PART) == [one, two, one]
    roll_back(store, PART, two)
    assert trail(store, PART) == [one, two]
    roll_back(store, PART, one)
    assert trail(store, PART) == [one]


def test_a_promotion_may_not_pretend_to_be_a_rollback(store: Store) -> None:
    [one] = made(store, "v1")
    with pytest.raises(StoreError, match="A rollback is no promotion"):
        promote(store, one, f" {ROLLBACK}\x1b[0m ")
    assert active(store) is None


def test_parts_have_trails_of_their_own(store: Store) -> None:
    [version] = made(store, "v1")
    voice = add_version(store, "voice", "v1", "/voice", "0" * 64, {})
    promote(store, voice, "nicer")
    promote(store, version, "better")
    assert trail(store, PART) == [version] and trail(store, "voice") == [voice]
    with pytest.raises(StoreError, match="was not version"):
        roll_back(store, PART, voice)


@examples(40)
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 3)), max_size=25))
def test_whatever_is_promoted_and_gone_back_from_the_trail_is_that_of_undo(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, int]]
) -> None:
    with Store.open(tmp_path_factory.mktemp("trail")) as store:
        numbers = made(store, "v1", "v2", "v3", "v4")
        expected: list[int] = []
        for forward, which in steps:
            if forward:
                promote(store, numbers[which], "chosen")
                expected.append(numbers[which])
            elif len(expected) > 1:
                target = expected[-2]
                roll_back(store, PART, target)
                expected.pop()
            assert trail(store, PART) == expected
            assert active(store) == (expected[-1] if expected else None)


def test_a_deleted_version_stays_known_and_is_never_promoted(store: Store) -> None:
    one, two = made(store, "v1", "v2")
    promote(store, one, "better")
    versions.mark_deleted(store, two)
    with pytest.raises(StoreError, match="recogniser v2 was deleted: choose another version"):
        promote(store, two, "better")
    assert [(each.name, each.deleted) for each in versions.versions(store, PART)] == [("v2", True), ("v1", False)]
    assert versions.version_named(store, PART, "v\udcff") is None, "bytes that are no text"
    gone = versions.version_named(store, PART, "v2")
    assert gone is not None and gone.deleted and gone.scores == {"wer": 0.1}
    with pytest.raises(StoreError):
        versions.mark_deleted(store, 99)


def test_a_deleted_version_is_not_gone_back_to(store: Store) -> None:
    one, two = made(store, "v1", "v2")
    promote(store, one, "better")
    promote(store, two, "better")
    versions.mark_deleted(store, one)
    with pytest.raises(StoreError, match="recogniser v1 was deleted: choose another version"):
        roll_back(store, PART, one)
    assert active(store) == two


def test_marks_are_single_words_in_order_and_each_once(store: Store) -> None:
    [one] = made(store, "v1")
    versions.tag_version(store, one, ["zeta", "de  marzo", "zeta", "", " \x1b[2J "])
    assert versions.version(store, one).tags == ("de-marzo", "zeta")
    versions.tag_version(store, one, [])
    assert versions.version(store, one).tags == ()
    with pytest.raises(StoreError):
        versions.tag_version(store, 99, ["x"])


# --- runs -----------------------------------------------------------------------------------------


def test_runs_have_folders_by_their_numbers_and_are_listed_newest_first(store: Store) -> None:
    first = runs.add_run(store, "minutes")
    [base] = made(store, "v1")
    second = runs.add_run(store, "hour", base)
    assert [run.id for run in runs.runs(store)] == [second.id, first.id]
    assert first.folder == store.folder / "runs" / "0001" and not first.folder.exists()
    assert (second.base, second.preset, second.status, second.ended_at) == (base, "hour", "preparing", None)


def test_a_run_that_goes_on_has_not_ended(store: Store) -> None:
    run = runs.add_run(store, "minutes")
    for status in runs.STATUSES:
        runs.set_status(store, run.id, status)
        now = runs.run(store, run.id)
        assert (now.status, now.ended_at is not None) == (status, status in runs.ENDED)
    with pytest.raises(StoreError, match="A run cannot be “tired”: choose among preparing"):
        runs.set_status(store, run.id, "tired")
    with pytest.raises(StoreError):
        runs.set_status(store, 99, "failed")


def test_a_run_is_forgotten_only_where_it_made_nothing(store: Store) -> None:
    barren, fruitful = runs.add_run(store, "minutes"), runs.add_run(store, "minutes")
    add_version(store, PART, "v1", "runs/0002/version", "0" * 64, {}, run=fruitful.id)
    runs.remove_run(store, barren.id)
    with pytest.raises(StoreError):
        runs.remove_run(store, fruitful.id)
    assert [run.id for run in runs.runs(store)] == [fruitful.id]
