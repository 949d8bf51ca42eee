"""A reply is cut into clauses that can be spoken, however it arrives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversation.clauses import ClauseSplitter

TEXTS = st.text(alphabet=st.sampled_from(list('aeñó BS0159.,;:!?¡¿…»"\n')) | st.characters(), max_size=60)


def split(*pieces: str) -> list[str]:
    splitter = ClauseSplitter()
    return [clause for piece in pieces for clause in splitter.feed(piece)] + splitter.flush()


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("¡Qué bien! ¿Qué comiste en Sevilla?", ["¡Qué bien!", " ¿Qué comiste en Sevilla?"]),
        ("Muy bien, ahora dime: ¿qué haces?", ["Muy bien,", " ahora dime: ", "¿qué haces?"]),
        (
            "Sí, claro. Es verdad, lo sé.",
            ["Sí, claro.", " Es verdad, lo sé."],
        ),  # "Sí" alone is too short to be said first
        ("Cuesta 3.50 euros. ¿Vale?", ["Cuesta 3.50 euros.", " ¿Vale?"]),
        ("Son las 8:30, ¿vienes?", ["Son las 8:30,", " ¿vienes?"]),
        ("El Sr. García y la Dra. Ruiz llegan. Bien.", ["El Sr. García y la Dra. Ruiz llegan.", " Bien."]),
        ("Bueno ¿y tú?", ["Bueno ", "¿y tú?"]),
        ("Dijo «hola.» Después salió.", ["Dijo «hola.»", " Después salió."]),
        ("", []),
    ],
)
def test_clauses_of_a_reply(text: str, clauses: list[str]) -> None:
    assert split(text) == clauses


def test_an_exclamation_is_spoken_without_waiting_for_what_follows() -> None:
    assert ClauseSplitter().feed("¡Qué bien!") == ["¡Qué bien!"]


def test_a_point_waits_until_it_is_known_not_to_be_in_a_number() -> None:
    splitter = ClauseSplitter()

    assert splitter.feed("Cuesta 3.") == []
    assert splitter.feed("50. ") == ["Cuesta 3.50."]


def test_only_the_first_clause_ends_at_a_comma() -> None:
    assert split("Me alegro mucho, Ana, de verdad. Cuando vuelvas, me llamas.") == [
        "Me alegro mucho,",
        " Ana, de verdad.",
        " Cuando vuelvas, me llamas.",
    ]


@given(TEXTS, st.lists(st.integers(1, 5), max_size=60))
def test_no_text_is_lost_and_pieces_make_no_difference(text: str, sizes: list[int]) -> None:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(text[at : at + size])
        at += size
    pieces.append(text[at:])

    assert "".join(split(*pieces)) == text
    assert split(*pieces) == split(text)
