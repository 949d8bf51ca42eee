"""What the other texts of one decoding offer for the words of the best."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation.scoring import normalise
from models.whisper.alternatives import LIGHTEST, MOST, Alternative, alternatives, doubt, moved


def offered(best: str, *others: tuple[str, float]) -> list[tuple[int, int, str, float]]:
    """Alternatives of a best text of probability 0.5 with others, weights rounded."""
    variants = [(best, math.log(0.5)), *((text, math.log(share)) for text, share in others)]
    found = alternatives(best.split(), variants)
    return [(one.first, one.last, one.text, round(one.weight, 3)) for one in found]


def test_a_word_that_others_hear_otherwise_is_offered_with_its_weight() -> None:
    found = offered("Mi hermana ve el tren.", ("Mi hermana ve en tren.", 0.3), ("Mi hermano ve el tren.", 0.2))
    assert found == [(3, 4, "en", 0.3), (1, 2, "hermano", 0.2)]


def test_the_same_word_in_several_texts_adds_up() -> None:
    assert offered("Voy a casa.", ("voy a caza", 0.2), ("Voy a caza.", 0.2), ("Va a casa.", 0.1)) == [
        (2, 3, "caza", 0.4),
        (0, 1, "Va", 0.1),
    ]


@pytest.mark.parametrize("other", ["¿quieres salir?", "QUIERES SALIR", "Quieres, salir…", "«Quieres» - salir"])
def test_punctuation_and_case_are_no_differences(other: str) -> None:
    assert offered("Quieres salir.", (other, 0.5)) == []


def test_an_accent_is_a_difference() -> None:
    assert offered("El año.", ("El ano.", 0.5)) == [(1, 2, "ano.", 0.5)]


@pytest.mark.parametrize(
    ("best", "other", "offer"),
    [
        ("esta lámpara es", "esta lam para es", (1, 2, "lam para", 0.5)),
        ("a ver qué dice", "haber qué dice", (0, 2, "haber", 0.5)),
        ("no lo sé", "no sé", (1, 2, "", 0.5)),
        ("no sé", "no lo sé", (1, 1, "lo", 0.5)),
        ("no sé", "yo no sé", (0, 0, "yo", 0.5)),
        ("no sé", "no sé nada", (2, 2, "nada", 0.5)),
        ("no sé", "", (0, 2, "", 0.5)),
        ("", "sí", (0, 0, "sí", 0.5)),
    ],
)
def test_words_may_be_more_or_fewer(best: str, other: str, offer: tuple[int, int, str, float]) -> None:
    assert offered(best, (other, 0.5)) == [offer]


def test_neighbouring_words_are_offered_one_by_one() -> None:
    assert offered("mi casa nueva", ("tu cosa nueva", 0.5)) == [(0, 1, "tu", 0.5), (1, 2, "cosa", 0.5)]


def test_a_word_has_few_alternatives_and_none_that_is_hopeless() -> None:
    many = [(f"la {word}", 0.5 / (rank + 2)) for rank, word in enumerate("abcdefgh")]
    found = offered("la casa", *many)
    assert [text for _, _, text, _ in found] == ["a", "b", "c"] and len(found) == MOST
    assert offered("la casa", ("la cosa", LIGHTEST / 4)) == []


def test_doubt_is_the_error_rate_to_be_expected() -> None:
    assert doubt(4, []) == 0.0
    assert doubt(4, [Alternative(1, 2, "en", 0.3), Alternative(2, 3, "", 0.1)]) == pytest.approx(0.1)
    assert doubt(4, [Alternative(2, 3, "lam para", 0.5)]) == pytest.approx(0.25)
    assert doubt(1, [Alternative(0, 1, "uno dos tres", 0.9)]) == 1.0
    assert doubt(0, [Alternative(0, 0, "sí", 0.2)]) == pytest.approx(0.2)


def test_alternatives_follow_their_words() -> None:
    others = [Alternative(0, 1, "a", 0.5), Alternative(2, 3, "b", 0.3), Alternative(3, 3, "c", 0.2)]
    assert list(moved(others, 1, 3, 10)) == [Alternative(12, 13, "b", 0.3), Alternative(13, 13, "c", 0.2)]


texts = st.lists(st.sampled_from(["sí", "no", "la", "las", "¿la?", "casa", "cosa", "-", "Casa,"]), max_size=8).map(
    " ".join
)


@given(texts, st.lists(st.tuples(texts, st.floats(-60, 0)), max_size=4), st.floats(-60, 0))
def test_each_variant_can_be_made_from_its_alternatives(
    best: str, others: list[tuple[str, float]], score: float
) -> None:
    words = best.split()
    found = alternatives(words, [(best, score), *others])
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)
    for one in found:
        assert 0 <= one.first <= one.last <= len(words) and LIGHTEST <= one.weight <= 1 + 1e-9
        assert normalise(" ".join(words[one.first : one.last])) != normalise(one.text)
    assert 0 <= doubt(len(words), found) <= 1

    # With a single rival, taking everything that is offered gives that rival's words.
    if len(others) == 1 and abs(others[0][1] - score) < 5:
        for one in sorted(found, key=lambda one: (one.first, one.last), reverse=True):
            words[one.first : one.last] = one.text.split()
        assert normalise(" ".join(words)) == normalise(others[0][0])
