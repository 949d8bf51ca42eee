"""A blind second look: what one wrote is not shown, and how far one agrees with oneself is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.review import second_look
from core.review.desk import Desk
from store.database import Store
from store.errors import StoreError
from store.segments.annotations import put_alignment, second_passes
from store.segments.edits import ConflictError
from store.segments.table import segment
from tests.core.review.desk_segments import heard, recording

LATER = datetime.now(UTC) + timedelta(days=2)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Store.open(tmp_path), "ana")


def corrected(desk: Desk, count: int) -> list[int]:
    where = recording(desk.store, count + 60)
    numbers = [heard(desk.store, f"la caza {n}", float(n), where=where) for n in range(count)]
    with desk.store.transaction():
        for n, number in enumerate(numbers):
            desk.accept(desk.card(number), f"la casa {n}")
    return numbers


def test_about_one_in_twenty_of_ones_own_is_due_after_a_day(desk: Desk) -> None:
    corrected(desk, 300)
    assert desk.second_look(300) == []  # one still remembers
    due = second_look.due(desk.store, "ana", 300, LATER)
    assert 14 <= len(due) <= 16  # the draw is even, and always the same
    assert len({number % 4 for number in due}) == 4
    assert second_look.due(desk.store, "ana", 2, LATER) == due[:2]
    assert second_look.due(desk.store, "luis", 300, LATER) == []
    luis = Desk(desk.store, "luis")
    luis.accept(luis.card(due[0]), "otra cosa")
    desk.skip(desk.card(due[1]))
    assert second_look.due(desk.store, "ana", 300, LATER) == due[2:]
    desk.note(desk.card(due[2]), "a note does not change who wrote it")
    assert second_look.due(desk.store, "ana", 300, LATER) == due[2:]


def test_what_one_wrote_is_not_shown(desk: Desk) -> None:
    [number] = corrected(desk, 1)
    desk.draft(desk.card(number), "la casa roja")
    desk.note(desk.card(number), "casa, no caza")
    timed = [{"word": word, "start": 0.1, "end": 0.2, "probability": None} for word in ("la", "casa", "0")]
    put_alignment(desk.store, number, "la casa 0", timed, "forced")
    card = desk.second_card(number)
    assert (card.text, card.shown, card.draft) == ("la caza 0", "la caza 0", False)
    assert [word.text for word in card.words] == ["la", "caza", "0"]
    assert "casa" not in repr(card)
    assert card.why


def test_agreeing_changes_nothing_and_is_counted(desk: Desk) -> None:
    numbers = corrected(desk, 2)
    for number, said in zip(numbers, ("La casa, 0.", "la casa 1"), strict=True):
        look = desk.second_pass(desk.second_card(number), said, listened=1.5)
        assert (look.errors.count, look.done) == (0, None)  # marks and capitals are no words
        assert segment(desk.store, number).status == "corrected"
    assert [one.second for one in second_passes(desk.store, "ana")] == ["La casa, 0.", "la casa 1"]
    agreement = desk.agreement()
    assert agreement is not None
    assert (agreement.value, agreement.words, agreement.blocks) == (0.0, 6, 2)
    assert second_look.due(desk.store, "ana", 9, LATER) == []


def test_differing_makes_it_unsure_and_tells_both(desk: Desk) -> None:
    number, _ = corrected(desk, 2)
    look = desk.second_pass(desk.second_card(number), "la taza 0", listened=1.0)
    assert (look.first, look.second, look.errors.count) == ("la casa 0", "la taza 0", 1)
    now = segment(desk.store, number)
    assert now.status == "unsure"
    assert "la casa 0" in now.reason and "la taza 0" in now.reason
    assert now.reference == "la casa 0"
    agreement = desk.agreement()
    assert agreement is not None
    assert agreement.value == pytest.approx(1 / 3)
    desk.undo()
    assert segment(desk.store, number).status == "corrected"


def test_there_is_no_agreement_before_there_are_second_looks(desk: Desk) -> None:
    assert desk.agreement() is None


def test_a_text_changed_meanwhile_is_a_conflict_and_not_compared(desk: Desk) -> None:
    number, other = corrected(desk, 2)
    card, gone = desk.second_card(number), desk.second_card(other)
    luis = Desk(desk.store, "luis")
    luis.accept(luis.card(number), "la cosa")
    luis.reopen(luis.card(other))
    with pytest.raises(ConflictError) as conflict:
        desk.second_pass(card, "la casa 0", 1.0)
    assert conflict.value.author == "luis"
    with pytest.raises(StoreError, match="no reference"):
        desk.second_pass(gone, "la casa 1", 1.0)
    assert second_passes(desk.store, "ana") == []
