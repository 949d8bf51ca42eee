"""What is told of distress, what only sounds like it, and what is answered."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversation import distress
from core.conversation.distress import Kind, aloud, answer, is_answer, kind_of
from tests.places import DATA, ROOT

LISTS = sorted(DATA.glob("distress*.toml"))


def lines(*kinds: str) -> Iterator[tuple[str, str]]:
    """(kind, line) of all lists; of these kinds, or of all."""
    for path in LISTS:
        for kind, text in tomllib.loads(path.read_text(encoding="utf-8"))["lines"].items():
            if not kinds or kind in kinds:
                yield from ((kind, line) for line in text.strip().splitlines())


IN_DISTRESS = list(lines(*Kind))
NOT = [line for _, line in lines("nothing")]


def as_recognised(line: str) -> str:
    """Without capitals and marks, as some recognisers write."""
    return " ".join("".join(c if c.isalnum() or c == "'" else " " for c in line.lower()).split())


def without_accents(line: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", line) if not unicodedata.combining(c))


def test_there_are_lines_of_every_kind_and_enough_that_are_none() -> None:
    assert {kind for kind, _ in IN_DISTRESS} == set(Kind)
    assert len(IN_DISTRESS) >= 120
    assert len(NOT) >= 100


def mistaken(expected: Iterable[tuple[str | None, str]]) -> list[tuple[str | None, str | None, str]]:
    """(expected, found, line) of every line that is taken for another kind than the expected one."""
    found = ((kind, kind_of(line), line) for kind, line in expected)
    return [one for one in found if one[0] != one[1]]


def test_distress_is_known_by_its_kind() -> None:
    assert mistaken(IN_DISTRESS) == []


def test_what_only_sounds_like_it_is_left_to_the_tutor() -> None:
    assert mistaken((None, line) for line in NOT) == []
    assert [line for line in NOT if answer(line) is not None] == []


def test_capitals_and_accents_make_no_difference() -> None:
    assert mistaken((kind, line.upper()) for kind, line in IN_DISTRESS) == []
    assert mistaken((kind, without_accents(line)) for kind, line in IN_DISTRESS) == []


def test_a_wish_to_die_is_found_in_whatever_stands_around_it() -> None:
    turns = [
        (kind, turn)
        for kind, line in lines(Kind.SELF_HARM)
        for turn in (
            f"Hola, me llamo Tom y soy de Londres. {line.rstrip('.')}. Me gusta el café.",
            as_recognised(f"buenos días ayer fui al mercado con mi hermana y compré fruta. {line}"),
        )
    ]
    assert mistaken(turns) == []


def test_no_marks_make_no_alarm() -> None:
    assert mistaken((None, as_recognised(line)) for line in NOT) == []


ORDINARY = ROOT / "trainer" / "synthesis" / "data" / "sentences.txt"


def test_ordinary_sentences_are_no_wish_to_die() -> None:
    sentences = ORDINARY.read_text(encoding="utf-8").splitlines()[::10]
    assert len(sentences) > 1000
    assert not [line for line in sentences if kind_of(line) in (Kind.SELF_HARM, Kind.OTHER_AT_RISK)]


def test_a_film_or_a_joke_at_one_end_of_a_turn_does_not_hide_what_stands_at_the_other() -> None:
    film = "ayer vi una película con mis amigos en el centro y me gustó mucho y después cenamos y volví a casa solo"
    assert kind_of(f"{film} y quiero morir") is Kind.SELF_HARM
    assert kind_of(f"{film} y mi padre me pega") is Kind.VIOLENCE


def test_every_rule_can_be_read() -> None:
    for rules, elsewhere in distress._rules().values():
        for rule in rules:
            for part in filter(None, (rule.signs, *rule.near, rule.unless, elsewhere)):
                assert not distress._pattern(part).search("  "), part


@given(st.text(max_size=300))
def test_anything_can_be_said(said: str) -> None:
    assert kind_of(said) is None or answer(said)


def test_the_longest_turn_there_may_be_is_looked_through() -> None:
    assert (
        kind_of("Quiero ir al cine con mi madre porque me muero de ganas. " * 170 + "Quiero morir.")
        is Kind.SELF_HARM
    )


@pytest.mark.parametrize("kind", Kind)
def test_every_answer_is_sober_bilingual_and_short(kind: Kind) -> None:
    line = next(line for other, line in IN_DISTRESS if other == kind)
    text = answer(line)
    assert text is not None
    assert not set("?¿!¡\n") & set(text)
    assert " programa" in text and " program" in text
    assert len(text) < 700
    if kind is not Kind.DEATH:
        assert text.count("112") == text.count("911 ") - text.count("800 911 ") == 2


@pytest.mark.parametrize("line", ["Quiero morir", "I want to die", "Mi amigo quiere suicidarse", "Odio mi vida"])
def test_who_may_die_is_given_people_and_numbers_in_both_languages(line: str) -> None:
    text = answer(line)
    assert text is not None
    for number in ("112", "911", "024", "988"):
        assert text.count(number) >= 2
    assert "alguien" in text and "somebody" in text


def test_every_number_is_dated_and_has_a_source() -> None:
    body = tomllib.loads(distress.ANSWERS.read_text(encoding="utf-8"))
    assert isinstance(body["checked"], date)
    assert all(line["source"] and line["name"] for line in body["helpline"])


@pytest.mark.parametrize("kind", Kind)
def test_only_the_spanish_is_spoken_and_its_numbers_as_they_are_dialled(kind: Kind) -> None:
    text = answer(next(line for other, line in IN_DISTRESS if other == kind))
    assert text is not None and is_answer(text)
    spoken = aloud(text)
    assert not any(char.isdigit() for char in spoken)
    assert " program " not in spoken
    if "112" in text:
        assert "uno uno dos" in spoken and "nueve uno uno" in spoken
    if "024" in text:
        assert "cero dos cuatro" in spoken and "nueve ocho ocho" in spoken


def test_every_other_reply_is_spoken_as_it_is() -> None:
    assert aloud("¿Adónde vas a ir el sábado a las 9?") == "¿Adónde vas a ir el sábado a las 9?"
    assert not is_answer("¡Qué buen plan!")
