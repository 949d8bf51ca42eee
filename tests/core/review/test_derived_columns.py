"""A segment's row always says what its text and its hypotheses amount to, whatever was done to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.review.derived_columns import catch_up, refresh, sameness, scored_otherwise
from core.review.lint.rules import BITS
from core.review.reasons import why
from models.evaluation.scoring import character_errors, word_errors
from store.database import Store
from store.segments import tallies
from store.segments.edits import SegmentChange, apply, state, undo
from store.segments.queue import View, rows
from store.segments.table import add_hypothesis
from tests.core.review.desk_makings import correct, heard, recording
from tests.properties import examples


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


def hear_again(
    store: Store, segment: int, model: str, text: str, alternatives: list[tuple[int, int, str, float]] | None = None
) -> None:
    words = [{"word": word, "start": 0, "end": 1, "probability": 0.99} for word in text.split()]
    add_hypothesis(store, segment, model, text, words, 0.1, alternatives or [])
    refresh(store, [segment])


def test_what_is_heard_and_then_corrected_is_measured(store: Store) -> None:
    number = heard(store, recording(store, 1), "Me gusta el café con leche.", sure=0.8)
    row = store.get("segments", number)
    assert (row["length"], row["errors"], row["words"]) == (6, None, None)
    assert row["expected"] == pytest.approx(6 * 3.2 * 0.2)
    correct(store, number, "Me gustan los cafés con leche.")
    row = store.get("segments", number)
    assert (row["errors"], row["words"], row["expected"]) == (3, 6, 0)
    wrong = character_errors("Me gustan los cafés con leche.", "Me gusta el café con leche.")
    assert (row["character_errors"], row["characters"]) == (wrong.count, wrong.words)


def test_undoing_brings_every_figure_back(store: Store) -> None:
    number = heard(store, recording(store, 1), "Cómo estas?")
    before = dict(store.get("segments", number))
    correct(store, number, "¿Cómo estás?")
    with store.transaction():
        done = undo(store, "ana")
        assert done
        refresh(store, done.segments)
    after = dict(store.get("segments", number))
    assert {**after, "revision": 0} == before


def test_two_recognisers_that_disagree_make_doubt(store: Store) -> None:
    number = heard(store, recording(store, 1), "Voy a la playa.")
    assert store.get("segments", number)["doubt"] is None
    hear_again(store, number, "other ear", "Voy a la plaza.")
    row = store.get("segments", number)
    assert row["doubt"] == pytest.approx(0.25)
    assert row["expected"] == pytest.approx(4 * 0.5 * 0.25)
    [shown] = rows(store, [number])
    assert why(shown, View()) == "Perhaps an error in 9 s of your time: two readings differ in 1 word."


def test_another_decode_of_the_same_recogniser_counts_as_far_as_it_is_likely(store: Store) -> None:
    number = heard(store, recording(store, 1), "uno dos")
    hear_again(store, number, "ear", "uno dos tres doce", [(3, 4, "once", 0.5)])
    assert store.get("segments", number)["doubt"] == pytest.approx(0.125)


def test_a_word_that_was_accepted_twice_is_known_from_then_on(store: Store) -> None:
    where = recording(store, 1)
    unknown = BITS["unknown"]
    for count, text in enumerate(["Vivo en Villajkarta.", "Me gusta villajkarta.", "Está villajkarta cerca."]):
        number = heard(store, where, "Vivo en una villa.", start=4.0 * count)
        correct(store, number, text.lower())
        flagged = store.get("segments", number)["warnings"] & unknown
        assert bool(flagged) == (count < 1), text


def test_what_was_replaced_by_its_parts_is_no_longer_suspicious(store: Store) -> None:
    number = heard(store, recording(store, 1), "Tengo 3 gatos.")
    assert store.get("segments", number)["warnings"] == BITS["digits"]
    was, seen = state(store, number)
    apply(store, "ana", "split", [SegmentChange(number, replace(was, status="retired"), seen)])
    refresh(store, [number])
    row = store.get("segments", number)
    assert (row["warnings"], row["sameness"], row["expected"]) == (0, None, 0)


def test_a_segment_in_which_nothing_was_heard_waits_with_the_others(store: Store) -> None:
    number = heard(store, recording(store, 1), "", seconds=4.0)
    [row] = rows(store, [number])
    assert row.expected == pytest.approx(2.0)
    assert why(row, View()) == "About 2 errors in 17 s of your time: nothing was heard."


def test_texts_that_sound_the_same_have_the_same_hash() -> None:
    assert sameness("¿Qué haces, Ana?") == sameness("qué haces ana")
    assert sameness("el año") != sameness("el ano")
    assert sameness("¡…!") is None


def test_what_an_older_program_left_is_judged_once(store: Store) -> None:
    where = recording(store, 1)
    numbers = [heard(store, where, "Tengo 3 gatos.", start=4.0 * place) for place in range(3)]
    silent = heard(store, where, "", start=20.0)
    judged = [dict(row) for row in store.execute("SELECT * FROM segments ORDER BY id")]
    assert catch_up(store) == 0
    store.execute("UPDATE segments SET rules = 0, sameness = NULL, warnings = 0, expected = 0, length = 0")
    assert catch_up(store, lambda: True) == 0
    assert catch_up(store) == len([*numbers, silent])
    assert [dict(row) for row in store.execute("SELECT * FROM segments ORDER BY id")] == judged
    assert catch_up(store) == 0


def test_what_another_rule_has_scored_is_scored_again(store: Store) -> None:
    where = recording(store, 1)
    numbers = [heard(store, where, "Tengo 3 gatos.", start=4.0 * place) for place in range(3)]
    for number in numbers:
        correct(store, number, "Tengo tres gatos.")
    [row, *_] = now = [dict(row) for row in store.execute("SELECT * FROM segments ORDER BY id")]
    assert (row["errors"], row["words"], row["strict_errors"], row["strict_words"]) == (0, 3, 1, 3)
    store.execute("UPDATE segments SET errors = 1, score_rule = 'strict' WHERE id != ?", (numbers[0],))
    assert scored_otherwise(store) == 2 and catch_up(store, lambda: True) == 0
    assert catch_up(store) == 2 and scored_otherwise(store) == 0
    assert [dict(row) for row in store.execute("SELECT * FROM segments ORDER BY id")] == now
    assert sum(one.strict_errors for one in tallies.tally(store)) == 3 and tallies.recount(store)


words = st.lists(st.sampled_from(["casa", "cosa", "el", "los", "años", "ñu", "¿qué?", "y…"]), max_size=8)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=4))
@examples(25)
def test_errors_are_those_of_the_scoring_and_the_counts_follow(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[list[str], list[str]]]
) -> None:
    with Store.open(tmp_path_factory.mktemp("data")) as store:
        where = recording(store, 1)
        for place, (said, meant) in enumerate(texts):
            number = heard(store, where, " ".join(said), start=4.0 * place)
            correct(store, number, " ".join(meant))
            row = store.get("segments", number)
            errors = word_errors(" ".join(meant), " ".join(said))
            assert (row["errors"], row["words"]) == (errors.count, errors.words)
            assert row["length"] == errors.words
        assert tallies.recount(store)


def test_many_are_judged_at_once_as_each_alone(store: Store) -> None:
    where = recording(store, 1, 6000)
    with store.transaction():
        numbers = [
            heard(store, where, f"Hay {n} casas casas", start=4.0 * n, sure=0.5 + n / 3000) for n in range(1200)
        ]
    alone = [dict(row) for row in store.execute("SELECT * FROM segments ORDER BY id")]
    store.execute("UPDATE segments SET warnings = 0, length = 0, sameness = NULL, expected = 9")
    refresh(store, [*numbers, 999_999])
    assert [dict(row) for row in store.execute("SELECT * FROM segments ORDER BY id")] == alone
