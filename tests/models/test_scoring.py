"""Scores that people will trust: known answers, and laws that hold for any text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation.scoring import Errors, character_errors, difference, interval, normalise, total, word_errors
from models.evaluation.spoken import STRICT

SPANISH = st.text("abcñáéíóúü ¿?¡!,.ABC019", max_size=30)
WORDS = st.lists(st.sampled_from(["sí", "si", "no", "casa", "año"]), max_size=8).map(" ".join)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("¿Qué tal, Íñigo?", "qué tal íñigo"),
        ("¡Año NUEVO…   vergüenza!", "año nuevo vergüenza"),
        ("Son las 10, ¿no?", "son las 10 no"),
        ("«Buenas» — dijo", "buenas dijo"),
        ("an\u0303o", "año"),
        ("franco-español", "franco español"),
        ("¿…?", ""),
    ],
)
def test_spanish_is_compared_without_punctuation_but_with_its_accents(text: str, plain: str) -> None:
    assert normalise(text) == plain


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    plain = normalise(text)
    assert normalise(plain) == plain
    assert not any(unicodedata.category(char)[0] in "CPS" for char in plain)


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("ayer fui al mercado", "ayer fue al mercado", Errors(1, 0, 0, 4)),
        ("ayer fui al mercado", "ayer fui mercado", Errors(0, 0, 1, 4)),
        ("ayer fui al mercado", "ayer ya fui al mercado", Errors(0, 1, 0, 4)),
        ("ayer fui al mercado", "", Errors(0, 0, 4, 4)),
        ("", "gracias por ver", Errors(0, 3, 0, 0)),
        ("¿Sí? Sí.", "sí sí", Errors(0, 0, 0, 2)),
        ("uno dos tres cuatro", "dos tres cinco cuatro seis", Errors(0, 2, 1, 4)),
    ],
)
def test_word_errors_are_told_apart(said: str, heard: str, errors: Errors) -> None:
    assert word_errors(said, heard) == errors


def test_characters_are_counted_with_their_accents() -> None:
    assert character_errors("año", "ano") == Errors(1, 0, 0, 3)
    assert character_errors("el mar", "elmar") == Errors(0, 0, 1, 6)


def test_words_heard_in_silence_cost_something() -> None:
    assert word_errors("", "").rate == 0
    assert word_errors("", "suscríbete al canal").rate == 3


@given(WORDS, WORDS)
def test_no_shorter_way_exists_from_reference_to_hypothesis(said: str, heard: str) -> None:
    errors = word_errors(said, heard)
    reference, hypothesis = normalise(said).split(), normalise(heard).split()
    assert errors.count == distance(tuple(reference), tuple(hypothesis))
    assert errors.words - errors.del_ + errors.ins == len(hypothesis)


def distance(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Levenshtein, straight from its definition, a row at a time."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        previous, row = row, [i]
        for j, right in enumerate(other, start=1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (left != right)))
    return row[-1]


@given(SPANISH, SPANISH)
def test_characters_obey_the_laws_of_a_distance(one: str, other: str) -> None:
    there, back = character_errors(one, other), character_errors(other, one)
    assert there.count == back.count
    assert there.ins - there.del_ == back.del_ - back.ins
    assert (there.count == 0) == (normalise(one) == normalise(other))
    assert there.count <= max(there.words, back.words)


def test_a_thousand_sentences_score_in_a_moment() -> None:
    said, heard = "el tren número {} sale a las diez de la mañana", "el tren {} salió las diez mañana"
    pairs = [(said.format(n), heard.format(n)) for n in range(1000)]
    assert total([word_errors(*pair, STRICT) for pair in pairs]).words == 11_000
    assert total([word_errors(*pair) for pair in pairs]).words > 11_000
    assert total([character_errors(*pair) for pair in pairs]).count > 10_000


def test_an_interval_says_what_it_rests_on() -> None:
    blocks = [Errors(1, 0, 0, 5)] * 10 + [Errors(0, 0, 0, 5)] * 30
    scored = interval(blocks)
    assert (scored.value, scored.blocks, scored.words) == (0.05, 40, 200)
    assert 0.02 < scored.low < 0.05 < scored.high < 0.09
    assert interval(blocks) == scored
    assert str(scored).startswith("5.0 % [") and str(scored).endswith("n = 200")


def test_more_data_makes_a_narrower_interval() -> None:
    few = [Errors(n % 3, 0, 0, 6) for n in range(12)]
    narrow, wide = interval(few * 20), interval(few)
    assert narrow.high - narrow.low < (wide.high - wide.low) / 3


def test_blocks_that_are_all_alike_leave_no_doubt() -> None:
    scored = interval([Errors(1, 1, 0, 10)] * 7)
    assert scored.low == scored.value == scored.high == 0.2


def test_the_same_ears_do_not_differ_and_a_better_one_is_below_zero() -> None:
    before = [Errors(2, 0, n % 2, 8) for n in range(50)]
    after = [Errors(1, 0, n % 2, 8) for n in range(50)]
    same = difference(before, before)
    assert same.low == same.value == same.high == 0
    better = difference(before, after)
    assert better.low == better.value == better.high == -0.125


def test_a_paired_difference_is_surer_than_two_single_figures() -> None:
    before = [Errors(n % 7, 0, 0, 8) for n in range(60)]
    after = [Errors(max(0, n % 7 - 1), 0, 0, 8) for n in range(60)]
    assert difference(before, after).high < 0
    assert interval(after).high > interval(before).low


def test_figures_without_words_or_of_other_sentences_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one word"):
        interval([])
    with pytest.raises(ValueError, match="at least one word"):
        interval([Errors(0, 3, 0, 0)])
    with pytest.raises(ValueError, match="same references"):
        difference([Errors(0, 0, 0, 5)], [Errors(0, 0, 0, 6)])
