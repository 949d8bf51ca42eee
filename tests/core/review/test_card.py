"""What the desk shows of a segment: words with their times, what is doubtful, and what else it may be."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.review.alternatives import dressed
from core.review.card import Card
from core.review.desk import Desk
from models.device import choose
from store.audio.decoding import read_audio
from store.database import Store
from store.errors import StoreError
from store.segments.annotations import put_alignment
from store.segments.table import add_hypothesis, add_segment
from tests.core.review.desk_segments import heard, recording, words
from tests.places import DATA
from tests.starters import load_recogniser


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Store.open(tmp_path), "ana")


def offers(card: Card) -> dict[str, tuple[str, ...]]:
    return {word.text: word.alternatives for word in card.words if word.alternatives}


def doubtful(card: Card) -> list[str]:
    return [word.text for word in card.words if word.doubtful]


def test_a_card_shows_what_was_heard_with_times_and_doubts(desk: Desk) -> None:
    card = desk.card(heard(desk.store, "me gusta la caza", doubtful=["caza"]))
    assert card.text == card.shown == "me gusta la caza"
    assert not card.draft
    assert [(word.text, word.start, word.end) for word in card.words] == [
        ("me", 0.0, 0.4), ("gusta", 0.5, 0.9), ("la", 1.0, 1.4), ("caza", 1.5, 1.9),
    ]  # fmt: skip
    assert doubtful(card) == ["caza"]
    assert card.words[3].probability == 0.3
    assert card.why
    assert card.speakers == ["Ana"]


def test_one_key_takes_an_alternative(desk: Desk) -> None:
    said = "Me gusta la caza."
    card = desk.card(heard(desk.store, said, alternatives=[(3, 4, "casa", 0.2), (3, 4, "taza", 0.4)]))
    assert offers(card) == {"caza.": ("taza.", "casa.")}
    assert doubtful(card) == ["caza."]
    text, behind = card.taking(3, 1)
    assert text == "Me gusta la casa."
    assert behind == len(text)


def test_a_faint_alternative_is_offered_and_makes_no_word_doubtful(desk: Desk) -> None:
    card = desk.card(heard(desk.store, "la caza", alternatives=[(1, 2, "casa", 0.05)]))
    assert offers(card) == {"caza": ("casa",)}
    assert doubtful(card) == []


def test_an_alternative_for_several_words_replaces_all_of_them(desk: Desk) -> None:
    card = desk.card(heard(desk.store, "él de sayuno tarde", alternatives=[(1, 3, "desayunó", 0.3)]))
    assert offers(card) == {"de": ("desayunó",)}
    assert doubtful(card) == ["de", "sayuno"]
    assert card.taking(1, 0) == ("él desayunó tarde", len("él desayunó"))


def test_words_perhaps_said_or_not_said_are_offered_with_their_neighbour(desk: Desk) -> None:
    card = desk.card(heard(desk.store, "Voy casa ya", alternatives=[(1, 1, "a", 0.4), (2, 3, "", 0.2)]))
    assert offers(card) == {"Voy": ("Voy a",), "ya": ("",)}
    assert card.taking(0, 0) == ("Voy a casa ya", len("Voy a"))
    assert card.taking(2, 0) == ("Voy casa", len("Voy casa"))
    start = desk.card(heard(desk.store, "fui al cine", alternatives=[(0, 0, "Yo", 0.4)]))
    assert start.taking(0, 0)[0] == "Yo fui al cine"
    # Typed by hand, they are not offered again.
    assert offers(card.with_text("Voy a casa ya")) == {"ya": ("",)}
    assert offers(start.with_text("Yo fui al cine")) == {}


def test_another_recogniser_that_heard_something_else_raises_doubts(desk: Desk) -> None:
    segment = heard(desk.store, "me gusta la casa")
    add_hypothesis(desk.store, segment, "big", "Me gusta la caza.", words("Me gusta la caza."), 0.1)
    card = desk.card(segment)
    assert card.text == "Me gusta la caza."  # the newest
    assert card.other == "me gusta la casa"
    assert offers(card) == {"caza.": ("casa.",)}
    assert doubtful(card) == ["caza."]


def test_readings_that_differ_in_nothing_but_marks_are_neither_other_nor_doubtful(desk: Desk) -> None:
    segment = heard(desk.store, "qué tal")
    add_hypothesis(desk.store, segment, "big", "¿Qué tal?", words("¿Qué tal?"), 0.1)
    card = desk.card(segment)
    assert card.other == ""
    assert doubtful(card) == []


def test_while_typing_the_words_keep_their_times_and_alternatives(desk: Desk) -> None:
    segment = heard(desk.store, "me gusta la caza mayor", alternatives=[(3, 4, "casa", 0.4), (4, 5, "Mayor", 0.2)])
    card = desk.card(segment).with_text("Pues me gusta mucho la casa mayor")
    assert [(word.text, word.start, word.end) for word in card.words] == [
        ("Pues", 0.0, 0.0), ("me", 0.0, 0.4), ("gusta", 0.5, 0.9), ("mucho", 0.9, 1.0), ("la", 1.0, 1.4),
        ("casa", 1.5, 1.9), ("mayor", 2.0, 2.4),
    ]  # fmt: skip
    assert offers(card) == {"mayor": ("Mayor",)}  # what was typed is not offered anything
    assert doubtful(card) == ["mayor"]
    assert card.taking(6, 0)[0] == "Pues me gusta mucho la casa Mayor"


def test_a_verified_text_is_not_doubted(desk: Desk) -> None:
    segment = heard(desk.store, "la caza mayor", doubtful=["mayor"])
    desk.accept(desk.card(segment), "la casa mayor")
    card = desk.card(segment)
    assert doubtful(card) == []
    assert doubtful(card.with_text("la casa mayor y")) == ["mayor"]


def test_the_times_of_an_alignment_are_better_than_those_of_an_edit(desk: Desk) -> None:
    segment = heard(desk.store, "voy acasa", doubtful=["voy"])
    desk.accept(desk.card(segment), "voy a casa")
    timed = [
        {"word": word, "start": start, "end": start + 0.08, "probability": None}
        for word, start in (("voy", 0.05), ("a", 0.52), ("casa", 0.61))
    ]
    put_alignment(desk.store, segment, "voy a casa", timed, "forced")
    card = desk.card(segment)
    assert [word.start for word in card.words] == [0.05, 0.52, 0.61]
    assert card.words[0].probability == 0.3
    # An edit starts from them; another text than the one aligned does not.
    assert [word.start for word in card.with_text("voy a mi casa").words] == [0.05, 0.52, 0.6, 0.61]
    desk.accept(card, "voy a la casa")
    assert desk.card(segment).words[0].start == 0.0


def test_a_draft_is_what_is_shown_again(desk: Desk) -> None:
    segment = heard(desk.store, "ola que tal")
    desk.draft(desk.card(segment), "hola qu")
    card = desk.card(segment)
    assert (card.text, card.shown, card.draft) == ("hola qu", "ola que tal", True)
    assert Desk(desk.store, "luis").card(segment).text == "ola que tal"


def test_neighbours_are_shown_in_the_order_of_time(desk: Desk) -> None:
    where = recording(desk.store)
    numbers = [heard(desk.store, f"frase {n}", 2.0 * n, where=where) for n in (3, 1, 2, 0, 4)]
    card = desk.card(numbers[2])
    assert [row.text for row in card.before] == ["frase 0", "frase 1"]
    assert [row.text for row in card.after] == ["frase 3", "frase 4"]


def test_speakers_with_most_segments_come_first(desk: Desk) -> None:
    where = recording(desk.store)
    for n, name in enumerate(["Luis", "Ana", "Ana", "", "Eva", "Eva", "Eva"]):
        last = heard(desk.store, "sí", n, where=where, speaker=name)
    assert desk.card(last).speakers == ["Eva", "Ana", "Luis"]


def test_what_the_rules_find_has_its_place_in_the_text(desk: Desk) -> None:
    card = desk.card(heard(desk.store, "Tengo 2 perros."))
    [digits] = [warned for warned in card.warnings if warned.code == "digits"]
    assert digits.span is not None
    assert card.shown[slice(*digits.span)] == "2"


def test_a_draft_is_warned_of_before_it_is_accepted(desk: Desk) -> None:
    number = heard(desk.store, "¿Qué tal?")
    desk.draft(desk.card(number), "Qué tal?")
    assert [warned.code for warned in desk.card(number).warnings] == ["marks"]
    desk.accept(desk.card(number), "Qué tal?")
    assert desk.card(number).row.warnings


def test_a_segment_that_nobody_heard_can_be_shown(desk: Desk) -> None:
    card = desk.card(add_segment(desk.store, recording(desk.store), 0, 32_000, "Ana"))
    assert (card.text, card.words, card.other) == ("", (), "")
    assert [word.text for word in card.with_text("hola a todos").words] == ["hola", "a", "todos"]


def test_a_segment_that_is_none_is_named(desk: Desk) -> None:
    with pytest.raises(StoreError, match="no segment 7"):
        desk.card(7)


def test_an_alternative_wears_what_it_replaces() -> None:
    assert dressed("casa", "¿Caza?") == "¿Casa?"
    assert dressed("Casa.", "caza,") == "Casa."  # its own marks are its own
    assert dressed("¿qué", "que") == "¿qué"
    assert dressed("Qué,", "qué") == "Qué,"  # nothing but marks is what it offers
    assert dressed("", "Caza.") == ""


@given(st.text("aá ¿?.,A1", max_size=8), st.text("aá ¿?.,A1", max_size=8))
def test_dressing_changes_no_letter(text: str, now: str) -> None:
    letters = [char for char in dressed(text, now).lower() if char.isalnum()]
    assert letters == [char for char in text.lower() if char.isalnum()]


def test_what_the_starter_ear_doubts_can_be_walked_and_replaced(desk: Desk) -> None:
    audio = read_audio(DATA / "es_read_1.wav")
    heard = load_recogniser(choose()).recognise(audio)
    timed = [{"word": w.text, "start": w.start, "end": w.end, "probability": w.probability} for w in heard.words]
    others = [(one.first, one.last, one.text, one.weight) for one in heard.alternatives]
    where = add_segment(desk.store, recording(desk.store), 0, len(audio), "Eva")
    add_hypothesis(desk.store, where, heard.model, heard.text, timed, heard.compute_seconds, others)
    card = desk.card(where)
    assert [(w.text, w.probability) for w in card.words] == [(w.text, w.probability) for w in heard.words]
    assert 0 < len(doubtful(card)) < len(card.words)
    choices = [(n, k) for n, word in enumerate(card.words) for k in range(len(word.alternatives))]
    assert choices
    for word, choice in choices:
        text, behind = card.taking(word, choice)
        taken = card.with_text(text)
        assert text != card.text
        assert text[:behind].endswith(card.words[word].alternatives[choice])
        # All other words are where they were.
        rest = word + card.words[word].spans[choice]
        assert [w.start for w in taken.words[:word]] == [w.start for w in card.words[:word]]
        assert [w.start for w in taken.words][len(taken.words) - len(card.words) + rest :] == [
            w.start for w in card.words[rest:]
        ]
