"""Word times survive an edit: what was not touched stays where it was spoken, to the last digit."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.review.realign import SpokenWord, key, realign, same

WORD = st.text("abcdeñáü", min_size=1, max_size=5)
TIME = st.floats(0, 60, allow_nan=False)


def heard(text: str, pace: float = 0.5) -> list[SpokenWord]:
    return [SpokenWord(word, n * pace, n * pace + 0.8 * pace, 0.9, n) for n, word in enumerate(text.split())]


def times(words: tuple[SpokenWord, ...]) -> list[tuple[str, float, float]]:
    return [(word.text, round(word.start, 3), round(word.end, 3)) for word in words]


@st.composite
def spoken(draw: st.DrawFn) -> tuple[list[SpokenWord], float]:
    """Words as a recogniser gives them, and how long their segment is."""
    moments = sorted(draw(st.lists(TIME, min_size=2, max_size=24)))
    words = [
        SpokenWord(draw(WORD), start, end, draw(st.floats(0, 1)), n)
        for n, (start, end) in enumerate(zip(moments[::2], moments[1::2], strict=False))
    ]
    return words, moments[-1] + draw(TIME)


@given(spoken(), st.lists(WORD, max_size=14))
def test_times_of_any_text_are_in_order_and_inside_the_segment(
    old: tuple[list[SpokenWord], float], new: list[str]
) -> None:
    words, seconds = old
    placed = realign(" ".join(new), words, seconds)
    assert [word.text for word in placed] == new
    edges = [edge for word in placed for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= seconds for edge in edges)


@given(st.lists(st.tuples(WORD, st.floats(-5, 70), st.floats(-5, 70)), max_size=10), st.lists(WORD, max_size=10))
def test_even_impossible_times_become_possible_ones(old: list[tuple[str, float, float]], new: list[str]) -> None:
    placed = realign(" ".join(new), [SpokenWord(*one, 0.5, n) for n, one in enumerate(old)], 30.0)
    edges = [0.0, *(edge for word in placed for edge in (word.start, word.end)), 30.0]
    assert edges == sorted(edges)


@given(spoken(), st.data())
def test_words_that_were_not_touched_keep_their_times_exactly(
    old: tuple[list[SpokenWord], float], data: st.DataObject
) -> None:
    heard, seconds = old
    # Of two equal words nobody can tell which one went.
    words = [replace(word, text=f"{word.text}{n}") for n, word in enumerate(heard)]
    first = data.draw(st.integers(0, len(words)))
    last = data.draw(st.integers(first, len(words)))
    # X is in no word that was heard, so nothing new can be taken for something old.
    new = [f"{word}X" for word in data.draw(st.lists(WORD, max_size=4))]
    text = " ".join([*(w.text for w in words[:first]), *new, *(w.text for w in words[last:])])
    placed = realign(text, words, seconds)
    rest = len(words) - last
    assert list(placed[:first]) == words[:first]
    assert list(placed[len(placed) - rest :]) == words[last:]
    assert all(
        word.hypothesis_word is None and word.probability is None for word in placed[first : len(placed) - rest]
    )


@given(spoken())
def test_punctuation_and_capitals_move_nothing(old: tuple[list[SpokenWord], float]) -> None:
    words, seconds = old
    text = " ".join(f"¿{word.text.upper()}?," for word in words)
    assert [(w.start, w.end, w.hypothesis_word) for w in realign(text, words, seconds)] == [
        (w.start, w.end, w.hypothesis_word) for w in words
    ]


def test_a_wrong_word_is_replaced_at_its_place() -> None:
    assert times(realign("me gusta la casa", heard("me gusta la caza"), 2.0)) == [
        ("me", 0.0, 0.4), ("gusta", 0.5, 0.9), ("la", 1.0, 1.4), ("casa", 1.5, 1.9),
    ]  # fmt: skip


def test_words_that_were_heard_as_one_share_its_time_by_their_letters() -> None:
    assert times(realign("voy a comer", heard("voy acomer"), 1.0)) == [
        ("voy", 0.0, 0.4), ("a", 0.5, 0.567), ("comer", 0.567, 0.9),
    ]  # fmt: skip


def test_words_that_were_heard_as_two_become_one_without_the_pause_getting_lost() -> None:
    [one, two] = realign("desayuno fuerte", heard("de sayuno fuerte"), 1.5)
    assert (one.start, one.end, two.start) == (0.0, 0.9, 1.0)


def test_a_boundary_between_new_words_falls_where_there_was_one_between_the_old() -> None:
    # Three words for two; as many letters before "café" as before the old second word.
    placed = times(realign("un gran café", heard("ungran café"), 1.0))
    assert placed == [("un", 0.0, 0.133), ("gran", 0.133, 0.4), ("café", 0.5, 0.9)]


def test_a_word_that_was_missed_gets_the_pause_it_was_said_in() -> None:
    words = [SpokenWord("hola", 0.0, 0.4, 0.9, 0), SpokenWord("Pedro", 1.0, 1.4, 0.9, 1)]
    assert times(realign("Bueno, hola don Pedro. Sí.", words, 2.0)) == [
        ("Bueno,", 0.0, 0.0), ("hola", 0.0, 0.4), ("don", 0.4, 1.0), ("Pedro.", 1.0, 1.4), ("Sí.", 1.4, 2.0),
    ]  # fmt: skip


def test_a_text_without_heard_words_is_spread_over_the_segment() -> None:
    assert times(realign("si no", [], 2.0)) == [("si", 0.0, 1.0), ("no", 1.0, 2.0)]
    assert realign("", heard("algo"), 1.0) == ()


def test_repeated_edits_do_not_drift() -> None:
    text = "uno dos tres cuatro cinco seis siete ocho nueve diez"
    words = heard(text)
    shorter = realign("uno tres cuatro cinco otra cosa siete ocho nueve diez", words, 5.0)
    again = realign(text, [word for word in shorter if word.hypothesis_word is not None], 5.0)
    assert [w for w in again if w.text in ("siete", "ocho", "nueve", "diez")] == words[6:]


@given(st.lists(WORD, max_size=9), st.lists(WORD, max_size=9))
def test_what_two_texts_share_is_found_in_order(one: list[str], two: list[str]) -> None:
    pairs = same(one, two)
    assert all(one[i] == two[j] for i, j in pairs)
    assert all(i < k and j < m for (i, j), (k, m) in pairwise(pairs))
    assert same(one, one) == [(n, n) for n in range(len(one))]


def test_accents_make_another_word_and_capitals_do_not() -> None:
    assert key("¿Qué?") == key("qué") != key("que")
    assert key("año") != key("ano")
