"""Actions at the desk: done as a whole, never over somebody else's, and taken back however late."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from store.check import check
from store.database import Store
from store.errors import StoreError
from store.segments.edits import (
    ActionDone,
    Addition,
    ConflictError,
    SegmentChange,
    SegmentState,
    apply,
    redo,
    state,
    undo,
)
from store.segments.search import search
from store.segments.splits import set_split
from store.segments.table import corrections, segment
from tests.store.desk_store import correct, hear, record


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


@pytest.fixture
def three(store: Store) -> list[int]:
    return hear(store, record(store), ["voy a la casa", "la caza es grande", "no se"])


def says(store: Store, number: int) -> tuple[str, str]:
    one = segment(store, number)
    return one.status, one.text


def cut(store: Store, number: int, author: str = "ana") -> ActionDone:
    """Split a segment in its middle."""
    whole, revision = state(store, number)
    middle = (whole.start + whole.end) // 2
    recording = segment(store, number).recording
    parts = [replace(whole, end=middle, proposal="voy"), replace(whole, start=middle, proposal="a la casa")]
    retired = SegmentChange(number, replace(whole, status="retired"), revision)
    return apply(store, author, "split", [retired], [Addition(recording, part) for part in parts])


def test_a_correction_is_taken_back_and_done_again_after_a_restart(store: Store, three: list[int]) -> None:
    correct(store, three[0], "Voy a la casa.")
    correct(store, three[0], "Voy a casa.")
    correct(store, three[2], "No sé.")
    store.close()
    with Store.open(store.folder) as again:
        for expected in (("corrected", "Voy a casa."), ("corrected", "Voy a la casa."), ("new", "voy a la casa")):
            undone = undo(again, "ana")
            assert undone is not None and undone.action.kind == "undo"
            assert says(again, three[0]) == expected
        assert undo(again, "ana") is None
        assert says(again, three[2]) == ("new", "no se")
    with Store.open(store.folder) as later:
        for _ in range(3):
            assert redo(later, "ana") is not None
        assert redo(later, "ana") is None
        assert says(later, three[0]) == ("corrected", "Voy a casa.")
        assert says(later, three[2]) == ("corrected", "No sé.")
        assert check(later) == []


def test_whatever_is_done_ends_what_could_be_redone(store: Store, three: list[int]) -> None:
    correct(store, three[0], "Voy.")
    undo(store, "ana")
    correct(store, three[1], "La caza.")
    assert redo(store, "ana") is None
    undo(store, "ana")
    assert undo(store, "ana") is None
    redo(store, "ana")
    assert says(store, three[1]) == ("corrected", "La caza.") and says(store, three[0])[0] == "new"


def test_each_person_takes_back_their_own(store: Store, three: list[int]) -> None:
    correct(store, three[0], "Voy a la casa.", "ana")
    correct(store, three[1], "La casa es grande.", "berta")
    assert undo(store, "ana") is not None and undo(store, "ana") is None
    assert says(store, three[1]) == ("corrected", "La casa es grande.")
    assert redo(store, "berta") is None
    assert undo(store, "berta") is not None
    assert redo(store, "ana") is not None
    assert says(store, three[0]) == ("corrected", "Voy a la casa.") and says(store, three[1])[0] == "new"


def test_an_import_is_no_slip_of_the_finger(store: Store, three: list[int]) -> None:
    correct(store, three[1], "La casa es grande.")
    undo(store, "ana")
    was, revision = state(store, three[0])
    apply(
        store,
        "ana",
        "import",
        [SegmentChange(three[0], replace(was, status="corrected", reference="Voy."), revision)],
    )
    assert redo(store, "ana") is not None
    assert undo(store, "ana") is not None and undo(store, "ana") is None
    assert says(store, three[0]) == ("corrected", "Voy.")


def test_the_later_of_two_is_told_both_texts(store: Store, three: list[int]) -> None:
    seen, revision = state(store, three[0])
    with Store.open(store.folder) as other:
        theirs = correct(other, three[0], "Voy a la caza.", "berta")
    mine = replace(seen, status="corrected", reference="Voy a la casa.")
    with pytest.raises(ConflictError, match=r"changed by berta.*“Voy a la caza\.”.*“Voy a la casa\.”") as caught:
        apply(store, "ana", "correct", [SegmentChange(three[1], seen, 0), SegmentChange(three[0], mine, revision)])
    conflict = caught.value
    assert (conflict.segment, conflict.author) == (three[0], "berta")
    assert (conflict.theirs.reference, conflict.yours.reference) == ("Voy a la caza.", "Voy a la casa.")
    assert says(store, three[0]) == ("corrected", "Voy a la caza.") and corrections(store, three[1]) == []
    # Having seen theirs, ana may decide for hers.
    apply(store, "ana", "correct", [SegmentChange(three[0], conflict.yours, conflict.revision)])
    assert conflict.revision == state(store, three[0])[1] - 1 and theirs.segments == (three[0],)


def test_undo_does_not_run_over_what_somebody_did_since(store: Store, three: list[int]) -> None:
    older = correct(store, three[2], "No sé.")
    mine = correct(store, three[0], "Voy a la casa.")
    correct(store, three[0], "Voy a la caza.", "berta")
    with pytest.raises(ConflictError, match=r"“Voy a la caza\.”, yours new") as caught:
        undo(store, "ana")
    assert caught.value.action == mine.action.id and says(store, three[0])[1] == "Voy a la caza."
    # What is older can still be taken back.
    past = undo(store, "ana", before=caught.value.action)
    assert past is not None and past.action.undoes == older.action.id and says(store, three[2]) == ("new", "no se")
    # And when berta takes hers back, nothing stands in the way any more.
    undo(store, "berta")
    assert undo(store, "ana") is not None and says(store, three[0]) == ("new", "voy a la casa")
    assert check(store) == []


def test_a_word_is_replaced_everywhere_in_one_action(store: Store) -> None:
    many = hear(store, record(store, 400), ["la caza"] * 300)
    changes = []
    for number in reversed(many):
        was, revision = state(store, number)
        changes.append(SegmentChange(number, replace(was, proposal="la casa"), revision))
    done = apply(store, "ana", "replace", changes, summary="caza → casa", seconds=4.0, keystrokes=12)
    assert done.segments == tuple(reversed(many))
    assert {says(store, number) for number in many} == {("new", "la casa")}
    assert len(search(store, "casa", limit=999)) == 300
    undo(store, "ana")
    assert {says(store, number) for number in many} == {("new", "la caza")}
    assert check(store) == []


def test_a_split_is_taken_back_and_its_parts_come_back(store: Store, three: list[int]) -> None:
    whole, left, right = cut(store, three[0]).segments
    assert [says(store, n) for n in (whole, left, right)] == [
        ("retired", "voy a la casa"), ("new", "voy"), ("new", "a la casa"),
    ]  # fmt: skip
    undo(store, "ana")
    assert [says(store, n)[0] for n in (whole, left, right)] == ["new", "retired", "retired"]
    redo(store, "ana")
    assert [says(store, n) for n in (left, right)] == [("new", "voy"), ("new", "a la casa")]
    correct(store, left, "Voy")
    undo(store, "ana")
    undo(store, "ana")
    assert [says(store, n)[0] for n in (whole, left, right)] == ["new", "retired", "retired"]
    assert check(store) == []


def test_what_was_split_is_left_in_peace(store: Store, three: list[int]) -> None:
    correct(store, three[0], "Voy a la casa.", "berta")
    cut(store, three[0], "ana")
    with pytest.raises(StoreError, match="was split or merged: change what was made of it"):
        correct(store, three[0], "Voy.")
    with pytest.raises(ConflictError, match=r"changed by ana"):
        undo(store, "berta")
    undo(store, "ana")
    assert undo(store, "berta") is not None and says(store, three[0]) == ("new", "voy a la casa")


def test_sound_that_was_in_the_test_stays_there_however_it_is_cut(store: Store, three: list[int]) -> None:
    whole, left, right = cut(store, three[0]).segments
    set_split(store, [left], "test")
    set_split(store, [right], "train")
    undo(store, "ana")
    assert segment(store, whole).split == "test"
    redo(store, "ana")
    assert [segment(store, number).split for number in (left, right)] == ["test", "test"]
    set_split(store, [three[1]], "test")
    assert {segment(store, number).split for number in cut(store, three[1]).segments} == {"test"}
    assert segment(store, three[2]).split == ""


def test_half_an_action_is_never_done(store: Store, three: list[int]) -> None:
    was, _ = state(store, three[0])
    good = SegmentChange(three[0], replace(was, status="corrected", reference="Voy."), 0)
    before = "\n".join(store._connection.iterdump())
    for bad in (
        SegmentChange(99, was, 0),
        SegmentChange(three[1], replace(was, start=-1), 0),
        SegmentChange(three[1], replace(was, end=was.start), 0),
        SegmentChange(three[1], replace(was, end=10**9), 0),
        SegmentChange(three[1], replace(was, status="done"), 0),
        SegmentChange(three[1], replace(was, status="corrected"), 0),
        SegmentChange(three[1], replace(was, note="a" * 20_000), 0),
        SegmentChange(three[1], was, 0, listened=float("nan")),
        SegmentChange(three[1], was, 7),
        SegmentChange(three[0], was, 0),
    ):
        with pytest.raises(StoreError) as caught:
            apply(store, "ana", "correct", [good, bad])
        assert str(caught.value).endswith(".")
    for addition in (
        Addition(99, was),
        Addition(1, SegmentState(5, 5, "Ana")),
        Addition(1, SegmentState(0, 10**9, "Ana")),
    ):
        with pytest.raises(StoreError):
            apply(store, "ana", "split", [good], [addition])
    for changes, seconds, keystrokes in (([], 1.0, 1), ([good], -1.0, 1), ([good], 1.0, -1)):
        with pytest.raises(StoreError):
            apply(store, "ana", "correct", changes, seconds=seconds, keystrokes=keystrokes)
    assert "\n".join(store._connection.iterdump()) == before


def test_what_a_person_writes_is_neutralised(store: Store, three: list[int]) -> None:
    evil = "\x1b[2Jhola\u202e"
    was, _ = state(store, three[0])
    apply(store, evil, "note", [SegmentChange(three[0], replace(was, note=evil, reason=evil, proposal=evil), 0)])
    undo(store, evil)
    assert check(store) == []
    dump = "\n".join(store._connection.iterdump())
    assert "hola" in dump and not {"\x1b", "\u202e"} & set(dump) and "\\u001b" not in dump
