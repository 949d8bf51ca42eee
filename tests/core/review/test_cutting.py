"""Split, merge and trim: text, audio, what was heard and what was typed come along, and undo brings it all back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.review.cutting import cut, halves, whole
from core.review.desk import Desk
from core.review.realign import SpokenWord
from store.database import Store
from store.errors import StoreError
from store.segments.annotations import alignment, put_alignment
from store.segments.edits import ConflictError
from store.segments.queue import View, count
from store.segments.table import StoredHypothesis, add_hypothesis, add_segment, hypotheses, segment
from tests.core.review.desk_segments import SECOND, heard, recording, words
from tests.properties import examples

FOUR = "uno dos tres cuatro"  # half a second each


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Store.open(tmp_path), "ana")


def said(text: str) -> list[SpokenWord]:
    return [SpokenWord(w["word"], w["start"], w["end"], w["probability"], n) for n, w in enumerate(words(text))]


def shown(desk: Desk, *numbers: int) -> list[tuple[str, float, float, str]]:
    rows = [desk.card(number).row for number in numbers]
    return [(row.text, row.start / SECOND, row.end / SECOND, row.status) for row in rows]


@pytest.mark.parametrize(
    ("text_at", "sample", "expected"),
    [
        (8, None, (8, 15_200)),  # between dos and tres: in the middle of the pause
        (7, None, (8, 15_200)),
        (9, None, (8, 15_200)),  # inside a word: the nearest gap
        (11, None, (13, 23_200)),
        (1, None, (4, 7_200)),  # never at the edge
        (None, 15_000, (8, 15_000)),
        (None, 9_600, (4, 9_600)),  # inside dos, before its middle
        (None, 12_000, (8, 12_000)),
        (4, 24_000, (4, 24_000)),  # both: as they are
        (0, 100, (0, 100)),
        (9, 20_000, (9, 20_000)),
    ],
)
def test_where_the_cursors_cut(text_at: int | None, sample: int | None, expected: tuple[int, int]) -> None:
    where = cut(FOUR, said(FOUR), text_at, sample, 0, 32_000)
    assert (where.text, where.sample) == expected


@pytest.mark.parametrize(
    ("text", "text_at", "sample"),
    [(FOUR, 0, None), (FOUR, 19, None), (FOUR, 20, 100), (FOUR, -1, 100), (FOUR, None, 0), (FOUR, None, 32_000),
     (FOUR, 8, 40_000), ("uno", 1, None), ("", 0, None), (FOUR, None, None)],
)  # fmt: skip
def test_a_cursor_that_leaves_nothing_on_one_side_is_refused(
    text: str, text_at: int | None, sample: int | None
) -> None:
    with pytest.raises(StoreError, match="cursor"):
        cut(text, said(text), text_at, sample, 0, 32_000)


@st.composite
def heard_hypotheses(draw: st.DrawFn) -> tuple[StoredHypothesis, float]:
    """What a recogniser may have heard, and how long the segment is."""
    moments = sorted(draw(st.lists(st.integers(0, 30_000), max_size=20, unique=True)))
    timed = tuple(
        {
            "word": draw(st.text("abñ", min_size=1, max_size=4)),
            "start": a / 1000,
            "end": b / 1000,
            "probability": 0.5,
        }
        for a, b in zip(moments[::2], moments[1::2], strict=False)
    )
    text = " ".join(word["word"] for word in timed)
    others = tuple((n, n + 1, "x", 0.1) for n in range(0, len(timed), 2))
    return StoredHypothesis(1, 1, "ear", text, timed, 0.1, "", others), 30.0


@given(heard_hypotheses(), st.integers(1, 30 * SECOND - 1))
def test_what_was_heard_is_the_same_when_split_and_merged_again(
    given_: tuple[StoredHypothesis, float], sample: int
) -> None:
    hypothesis, seconds = given_
    at = sample / SECOND
    left, right = halves(hypothesis, at, seconds)
    again = whole(left, right, at)
    assert (again.text, again.alternatives) == (hypothesis.text, hypothesis.alternatives)
    assert again.words == hypothesis.words  # times to the last digit
    assert all(word["start"] < at for word in left.words)
    assert all(word["end"] > 0 for word in right.words)


@examples(15)
@given(data=st.data())
def test_a_segment_is_the_same_when_split_and_merged_again(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    desk = Desk(Store.open(tmp_path_factory.mktemp("cut")), "ana")
    number = heard(desk.store, FOUR, 3, alternatives=[(1, 2, "tos", 0.3)])
    add_hypothesis(desk.store, number, "big", "Uno, dos, tres.", words("Uno, dos, tres."), 0.2)
    if data.draw(st.booleans()):
        desk.accept(
            desk.card(number), data.draw(st.sampled_from(["Uno y dos, ¿tres? Cuatro.", FOUR, "cinco seis"]))
        )
    before = desk.card(number)
    sample = data.draw(st.none() | st.integers(before.row.start + 1, before.row.end - 1))
    at = data.draw(st.none() | st.integers(1, len(before.text) - 1)) if sample else before.text.index(" ")
    _, left, right = desk.split(before, at, sample).segments
    after = desk.card(desk.merge(desk.card(left), "next").segments[-1])
    assert after.shown.replace(" ", "") == before.shown.replace(" ", "")  # a word may have been cut in two
    assert (after.row.start, after.row.end, after.row.status) == (
        before.row.start,
        before.row.end,
        before.row.status,
    )
    assert [(h.model, h.text, h.words) for h in hypotheses(desk.store, after.row.id)] == [
        (h.model, h.text, h.words) for h in hypotheses(desk.store, number)
    ]
    if after.shown == before.shown:
        assert after.words == before.words
    desk.undo(), desk.undo()
    assert desk.card(number).words == before.words
    assert count(desk.store, View(status="all")) == 1
    assert right not in [row.id for row in desk.card(number).after]


def test_a_corrected_segment_splits_into_two_corrected_ones(desk: Desk) -> None:
    number = heard(
        desk.store, "uno tos tres cuatro", 3, doubtful=["tos"], alternatives=[(1, 2, "dos", 0.4), (2, 4, "x", 0.3)]
    )
    desk.note(desk.card(number), "bajito")
    desk.store.execute("UPDATE segments SET split = 'test', loudness = -40, snr = 9 WHERE id = ?", (number,))
    desk.accept(desk.card(number), "Uno, dos. Tres, cuatro.")
    done = desk.split(desk.card(number), 9)
    assert done.segments[0] == number
    assert shown(desk, *done.segments) == [
        ("Uno, dos. Tres, cuatro.", 3.0, 5.0, "retired"),
        ("Uno, dos.", 3.0, 3.95, "corrected"),
        ("Tres, cuatro.", 3.95, 5.0, "corrected"),
    ]
    left, right = (desk.card(one) for one in done.segments[1:])
    assert [(w.text, w.start, w.end, w.probability) for w in right.words] == [
        ("Tres,", 0.05, 0.45, 0.9), ("cuatro.", 0.55, 0.95, 0.9),
    ]  # fmt: skip
    assert left.words[1].alternatives == ()  # dos is what it was corrected to
    assert left.with_text("uno tos").words[1].alternatives == ("dos",)
    assert right.words[0].alternatives == ("X.",)
    for card in (left, right):
        assert (card.row.speaker, card.row.note, card.row.split) == ("Ana", "bajito", "test")
        assert (card.row.loudness, card.row.snr, card.row.errors) == (-40, 9, int(card is left))
    assert left.row.heard == "uno tos"


def test_what_is_not_verified_splits_into_proposals_only_where_it_was_edited(desk: Desk) -> None:
    number = heard(desk.store, FOUR)
    _, left, right = desk.split(desk.card(number), 8).segments
    # Heard, not proposed: a better recogniser may still hear it better.
    assert [segment(desk.store, one).proposal for one in (left, right)] == [None, None]
    assert shown(desk, left, right) == [("uno dos", 0, 0.95, "new"), ("tres cuatro", 0.95, 2.0, "new")]
    desk.undo()
    plan = desk.plan_replacement("dos", "doce")
    desk.carry_out(plan, [number])
    _, left, right = desk.split(desk.card(number), 9).segments
    assert [segment(desk.store, one).proposal for one in (left, right)] == ["uno doce", None]


def test_a_draft_is_split_with_its_segment_and_comes_back_with_undo(desk: Desk) -> None:
    number = heard(desk.store, FOUR)
    desk.draft(desk.card(number), "un o dos y tres")
    card = desk.card(number)
    _, left, right = desk.split(card.with_text("un o dos y tres cuatro"), 8).segments
    assert [(c.text, c.shown, c.draft) for c in map(desk.card, (left, right))] == [
        ("un o dos", "uno dos", True),
        ("y tres cuatro", "tres cuatro", True),
    ]
    whole_again = desk.card(desk.merge(desk.card(right), "previous").segments[-1])
    assert (whole_again.text, whole_again.shown) == ("un o dos y tres cuatro", FOUR)
    desk.undo(), desk.undo()
    assert desk.card(number).text == "un o dos y tres"


def test_merging_combines_what_is_known_of_both(desk: Desk) -> None:
    where = recording(desk.store)
    cases = [
        ("corrected", "corrected", "corrected"), ("corrected", "new", "new"), ("new", "flagged", "flagged"),
        ("unsure", "corrected", "unsure"), ("skipped", "skipped", "skipped"), ("skipped", "new", "new"),
    ]  # fmt: skip
    for n, (first, second, expected) in enumerate(cases):
        left = heard(desk.store, "uno dos", 8.0 * n, where=where)
        right = heard(desk.store, "tres", 8.0 * n + 2, where=where)
        for number, status in ((left, first), (right, second)):
            card = desk.card(number)
            match status:
                case "corrected":
                    desk.accept(card, card.text.capitalize())
                case "flagged":
                    desk.flag(card, "ruido")
                case "unsure":
                    desk.unsure(card)
                case "skipped":
                    desk.skip(card)
        merged = desk.merge(desk.card(left), "next").segments[-1]
        row = desk.card(merged).row
        text = f"{'Uno' if first == 'corrected' else 'uno'} dos {'Tres' if second == 'corrected' else 'tres'}"
        assert (row.status, row.text, row.seconds) == (expected, text, 3.0)
        assert row.reason == ("ruido" if expected == "flagged" else "")
        assert (row.reference is not None) == (first == second == "corrected")
        assert row.heard == "uno dos tres"
        assert [word.start for word in desk.card(merged).words] == [0.0, 0.5, 2.0]


def test_words_keep_their_times_even_where_no_recogniser_heard_both(desk: Desk) -> None:
    where = recording(desk.store)
    left = heard(desk.store, "uno dos", 0, where=where)
    right = heard(desk.store, "tres", 2, where=where, model="big")
    merged = desk.merge(desk.card(right), "previous").segments[-1]
    assert hypotheses(desk.store, merged) == []  # none of them heard all of it
    card = desk.card(merged)
    assert (card.text, [word.start for word in card.words]) == ("uno dos tres", [0.0, 0.5, 2.0])
    assert alignment(desk.store, merged) is not None
    assert desk.card(left).row.status == "retired"


def test_times_that_came_with_an_imported_text_are_parted_and_joined(desk: Desk) -> None:
    number = add_segment(desk.store, recording(desk.store), 0, 2 * SECOND, "Ana")
    desk.accept(desk.card(number), "uno dos tres")
    timed = [
        {"word": word, "start": start, "end": start + 0.2, "probability": None}
        for word, start in (("uno", 0.2), ("dos", 0.5), ("tres", 1.5))
    ]
    put_alignment(desk.store, number, "uno dos tres", timed, "import")
    _, left, right = desk.split(desk.card(number), 8).segments
    assert shown(desk, left, right) == [("uno dos", 0, 1.1, "corrected"), ("tres", 1.1, 2, "corrected")]
    assert [word.start for word in desk.card(left).words] == [0.2, 0.5]
    assert [word.start for word in desk.card(right).words] == [0.4]
    merged = desk.merge(desk.card(right), "previous").segments[-1]
    assert [(word.start, word.end) for word in desk.card(merged).words] == [(0.2, 0.4), (0.5, 0.7), (1.5, 1.7)]


def test_a_segment_without_a_neighbour_cannot_be_merged(desk: Desk) -> None:
    where = recording(desk.store)
    left, right = heard(desk.store, "uno", 0, where=where), heard(desk.store, "dos", 2, where=where)
    heard(desk.store, "otra", 0, where=recording(desk.store, seed=1))
    for number, side in ((left, "previous"), (right, "next")):
        with pytest.raises(StoreError, match=side):
            desk.merge(desk.card(number), side)  # type: ignore[arg-type]


def test_what_is_in_two_splits_stays_apart(desk: Desk) -> None:
    where = recording(desk.store)
    left, right = heard(desk.store, "uno", 0, where=where), heard(desk.store, "dos", 2, where=where)
    desk.store.execute("UPDATE segments SET split = 'test' WHERE id = ?", (left,))
    desk.store.execute("UPDATE segments SET split = 'train' WHERE id = ?", (right,))
    with pytest.raises(StoreError, match="test and in train"):
        desk.merge(desk.card(left), "next")
    assert [segment(desk.store, one).status for one in (left, right)] == ["new", "new"]
    desk.store.execute("UPDATE segments SET split = '' WHERE id = ?", (right,))
    assert desk.card(desk.merge(desk.card(left), "next").segments[-1]).row.split == "test"


def test_a_neighbour_that_somebody_changed_is_a_conflict(desk: Desk) -> None:
    where = recording(desk.store)
    left, right = heard(desk.store, "uno", 0, where=where), heard(desk.store, "dos", 2, where=where)
    card = desk.card(left)
    luis = Desk(desk.store, "luis")
    luis.accept(luis.card(right), "doce")
    with pytest.raises(ConflictError):
        desk.merge(card, "next")
    desk.split(card, 1, 100)
    for act in (lambda: desk.split(card, 1, 99), lambda: desk.trim(card, 0, 9_000)):
        with pytest.raises(ConflictError):
            act()


def test_what_was_split_can_only_be_undone(desk: Desk) -> None:
    number = heard(desk.store, FOUR)
    desk.split(desk.card(number), 8)
    retired = desk.card(number)
    for act in (lambda: desk.accept(retired, "x"), lambda: desk.split(retired, 4), lambda: desk.skip(retired)):
        with pytest.raises(StoreError, match="split or merged"):
            act()
    assert desk.card(number).row.status == "retired"


def test_trimming_leaves_the_words_where_they_were_spoken(desk: Desk) -> None:
    where = recording(desk.store)
    number = heard(desk.store, FOUR, 3, where=where)
    before = desk.card(number)
    spoken_at = [before.row.start / SECOND + word.start for word in before.words]
    desk.trim(before, int(2.75 * SECOND), int(5.5 * SECOND))
    wider = desk.card(number)
    assert [wider.row.start / SECOND + word.start for word in wider.words] == spoken_at
    desk.trim(wider, int(3.5 * SECOND), int(4.5 * SECOND))
    narrow = desk.card(number)
    assert [(w.start, w.end) for w in narrow.words] == [(0.0, 0.0), (0.0, 0.4), (0.5, 0.9), (1.0, 1.0)]
    desk.trim(narrow, 3 * SECOND, 5 * SECOND)
    assert desk.card(number).words == before.words
    for expected in (narrow, wider, before):
        desk.undo()
        assert desk.card(number).words == expected.words
    desk.redo()
    assert desk.card(number).words == wider.words


def test_boundaries_stop_at_the_recording_and_at_the_neighbours(desk: Desk) -> None:
    where = recording(desk.store, seconds=10)
    heard(desk.store, "antes", 1, 2, where=where)
    number = heard(desk.store, "esto", 3, 4, where=where)
    last = heard(desk.store, "luego", 5, 6, where=where)
    add_segment(desk.store, where, int(3.5 * SECOND), int(4.5 * SECOND), "Luis")  # speaks at the same time
    desk.trim(desk.card(number), 0, 9 * SECOND)
    assert shown(desk, number) == [("esto", 2.0, 5.0, "new")]
    with pytest.raises(StoreError, match="as far as it can"):
        desk.trim(desk.card(number), SECOND, 9 * SECOND)
    desk.trim(desk.card(last), 5 * SECOND, 99 * SECOND)
    assert shown(desk, last) == [("luego", 5.0, 10.0, "new")]
    with pytest.raises(StoreError, match="shorter"):
        desk.trim(desk.card(number), 4 * SECOND, 4 * SECOND + 10)
    with pytest.raises(StoreError, match="shorter"):
        desk.trim(desk.card(number), 5 * SECOND, 4 * SECOND)
