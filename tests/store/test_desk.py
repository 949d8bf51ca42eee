"""What lies beside the segments: counts, drafts, word times, second passes, splits; and the check of all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from store.check import check
from store.database import Store
from store.errors import StoreError
from store.segments import drafts
from store.segments.annotations import add_second_pass, alignment, put_alignment, second_passes, work
from store.segments.edits import SegmentChange, apply, state, undo
from store.segments.splits import blocks, set_blocks, set_split
from store.segments.table import add_hypothesis, hypotheses, recording, segment
from store.segments.tallies import histogram, recount, tally
from tests.store.desk_store import correct, hear, record


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


@pytest.fixture
def three(store: Store) -> list[int]:
    return hear(store, record(store), ["voy a la casa", "la caza es grande", "no se"])


def test_a_hypothesis_is_what_its_segment_says_until_somebody_corrects_it(store: Store, three: list[int]) -> None:
    word = {"word": "vale", "start": 0.0, "end": 0.5, "probability": 0.25}
    add_hypothesis(store, three[0], "ear 2", "vale", [word], 0.1, alternatives=[(0, 1, "valle", 0.125)])
    one = segment(store, three[0])
    assert (one.heard, one.model, one.confidence, one.text) == ("vale", "ear 2", 0.25, "vale")
    assert [each.alternatives for each in hypotheses(store, three[0])] == [(), ((0, 1, "valle", 0.125),)]
    correct(store, three[0], "Valle.")
    add_hypothesis(store, three[0], "ear 3", "", [], 0.1)
    one = segment(store, three[0])
    assert (one.heard, one.confidence, one.text, one.reference) == ("", None, "Valle.", "Valle.")
    with pytest.raises(StoreError, match="weight of an alternative"):
        add_hypothesis(store, three[0], "ear", "x", [], 0.1, alternatives=[(0, 1, "y", float("inf"))])


def test_a_draft_waits_for_its_author_across_restarts(store: Store, three: list[int]) -> None:
    drafts.put(store, three[0], "ana", "Voy a la ca")
    drafts.put(store, three[0], "ana", "Voy a la cas")
    drafts.put(store, three[0], "berta", "")
    store.close()
    with Store.open(store.folder) as again:
        assert drafts.get(again, three[0], "ana") == "Voy a la cas" and drafts.get(again, three[0], "berta") == ""
        assert drafts.get(again, three[1], "ana") is None
        with pytest.raises(RuntimeError), again.transaction():
            drafts.drop(again, three[0], "ana")
            raise RuntimeError
        assert drafts.get(again, three[0], "ana") == "Voy a la cas"
        drafts.drop(again, three[0], "ana")
        drafts.drop(again, three[0], "ana")
        assert drafts.get(again, three[0], "ana") is None and drafts.get(again, three[0], "berta") == ""
        with pytest.raises(StoreError, match="no segment 99"):
            drafts.put(again, 99, "ana", "x")


def test_word_times_are_kept_for_the_text_they_are_of(store: Store, three: list[int]) -> None:
    words = [{"word": "No", "start": 0.0, "end": 0.4, "probability": 0.5}, {"word": "sé", "start": 0.4, "end": 1.0}]
    assert alignment(store, three[2]) is None
    put_alignment(store, three[2], "No se", words[:1], "letters")
    put_alignment(store, three[2], "No sé", words, "letters")
    kept = alignment(store, three[2])
    assert kept is not None and (kept.text, kept.words, kept.method) == ("No sé", tuple(words), "letters")
    with pytest.raises(StoreError, match="not a number of seconds"):
        put_alignment(store, three[2], "No", [{"word": "No", "start": float("nan"), "end": 1.0}], "letters")
    assert alignment(store, three[2]) == kept


def test_second_passes_are_only_ever_added(store: Store, three: list[int]) -> None:
    add_second_pass(store, three[0], "ana", "Voy a casa.", "Voy a la casa.", 1, 3, 2.5)
    [one] = second_passes(store, "ana")
    assert (one.segment, one.errors, one.words, one.listened_seconds) == (three[0], 1, 3, 2.5)
    assert second_passes(store, "berta") == []
    with pytest.raises(StoreError, match="only ever added to"):
        store.execute("DELETE FROM second_passes")


def test_what_annotating_costs_is_known_for_each_acceptance(store: Store, three: list[int]) -> None:
    for number, kind, seconds in ((three[0], "accept", 2.0), (three[1], "correct", 9.0), (three[2], "skip", 1.0)):
        was, revision = state(store, number)
        to = replace(was, status="skipped") if kind == "skip" else replace(was, status="corrected", reference="Sí.")
        apply(store, "ana", kind, [SegmentChange(number, to, revision, 1.0)], seconds=seconds, keystrokes=3)
    store.execute("UPDATE segments SET errors = 2, words = 4 WHERE id = ?", (three[1],))
    costs = work(store, "ana")
    assert [(one.kind, one.seconds, one.errors, one.audio_seconds) for one in costs] == [
        ("accept", 2.0, None, 1.0), ("correct", 9.0, 2, 1.0),
    ]  # fmt: skip
    assert {(one.keystrokes, one.listened) for one in costs} == {(3, 1.0)}
    assert [one.kind for one in work(store, "ana", last=1)] == ["correct"] and work(store, "berta") == []


def test_what_is_in_the_test_stays_in_the_test(store: Store, three: list[int]) -> None:
    assert set_split(store, three[:2], "train") == 2 and set_split(store, three, "train") == 1
    assert set_split(store, three[2:], "test") == 1 and set_split(store, three[2:], "test") == 0
    with pytest.raises(StoreError, match=rf"Segment {three[2]} is in the test"):
        set_split(store, three, "dev")
    with pytest.raises(StoreError, match="no segment 99"):
        set_split(store, [three[0], 99], "dev")
    with pytest.raises(StoreError, match="no split"):
        set_split(store, three[:1], "exam")
    assert [segment(store, number).split for number in three] == ["train", "train", "test"]
    assert set_split(store, three[:1], "") == 1 and set_split(store, [], "dev") == 0
    assert {(one.split, one.segments) for one in tally(store)} == {("", 1), ("train", 1), ("test", 1)}


def test_recordings_that_belong_together_are_named_together(store: Store) -> None:
    one, two = record(store), record(store, seed=1)
    set_blocks(store, {one: "Ana", two: "Ana"})
    assert blocks(store) == {one: "Ana", two: "Ana"} and recording(store, two).block == "Ana"
    with pytest.raises(StoreError, match="no recording 99"):
        set_blocks(store, {one: "Berta", 99: "Berta"})
    set_blocks(store, {one: ""})
    assert blocks(store) == {two: "Ana"}


def test_the_counts_follow_every_change(store: Store, three: list[int]) -> None:
    store.execute("UPDATE segments SET loudness = -40, length = 3, expected = 0.5 WHERE id = ?", (three[0],))
    store.execute("UPDATE segments SET errors = 2, words = 5, loudness = -3 WHERE id = ?", (three[1],))
    correct(store, three[1], "La casa es grande.")
    was, revision = state(store, three[2])
    apply(
        store,
        "ana",
        "speaker",
        [SegmentChange(three[2], replace(was, speaker="Luis", end=was.end + 8_000), revision)],
    )
    found = {(one.status, one.speaker, one.level): one for one in tally(store)}
    assert found.keys() == {("new", "Ana", "quiet"), ("corrected", "Ana", "loud"), ("new", "Luis", "")}
    scored = found["corrected", "Ana", "loud"]
    assert (scored.scored, scored.errors, scored.words) == (1, 2, 5)
    assert (scored.errors_errors, scored.errors_words, scored.words_words) == (4, 10, 25)
    assert found["new", "Ana", "quiet"].expected == 0.5 and found["new", "Luis", ""].samples == 24_000
    assert histogram(store, "seconds") == {1: 3} and histogram(store, "pace") == {6: 1}
    assert histogram(store, "size") == {}
    was, revision = state(store, three[0])
    apply(store, "ana", "merge", [SegmentChange(three[0], replace(was, status="retired"), revision)])
    assert sum(one.segments for one in tally(store)) == 2 and histogram(store, "seconds") == {1: 2}
    undo(store, "ana")
    assert sum(one.segments for one in tally(store)) == 3 and histogram(store, "seconds") == {1: 3}
    assert recount(store)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("UPDATE segments SET note = 'x' WHERE id = 1", "newest correction of segment 1 did not leave it as it is"),
        ("UPDATE segments SET revision = 0 WHERE id = 1", "Segment 1 does not know its newest correction"),
        ("UPDATE segments SET reference = NULL WHERE id = 1", "Segment 1 is corrected without a reference"),
        ("UPDATE tallies SET samples = samples + 1", "counts on the dataset screen were wrong"),
        (
            "INSERT INTO actions (author, kind, created_at) VALUES ('ana', 'accept', '')",
            "Action 3 was done, but to no",
        ),
        ("DELETE FROM texts_docsize WHERE id = 2", "Segment 2 cannot be found by its text"),
        ("INSERT INTO texts_docsize VALUES (99, x'01')", "Segment 99 is found by a text that it does not have"),
        (
            "INSERT INTO corrections SELECT NULL, segment_id, author, kind, before, after, 0, '', action_id, "
            "json_set(was, '$.note', 'y'), became FROM corrections WHERE id = 1",
            "Correction 3 does not begin where the one before it ended",
        ),
    ],
)
def test_the_check_says_what_does_not_hold(store: Store, three: list[int], damage: str, sentence: str) -> None:
    correct(store, three[0], "Voy.")
    correct(store, three[1], "La casa.")
    assert check(store) == []
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute(damage)
    assert any(sentence in found for found in check(store))


def test_the_check_notices_half_an_undo(store: Store, three: list[int]) -> None:
    changes = [SegmentChange(number, replace(state(store, number)[0], note="x"), 0) for number in three]
    apply(store, "ana", "note", changes)
    undo(store, "ana")
    assert check(store) == []
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute("DROP TRIGGER corrections_stay")
        other.execute("DELETE FROM corrections WHERE action_id = 2 AND segment_id = ?", (three[2],))
    assert "Action 2 takes back only a part of another." in check(store)
