"""A person at the desk: every key is one action, on disk at once, undone by one key, and nothing gets lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from core.review.card import Card
from core.review.desk import Desk, author
from store.database import Store
from store.errors import StoreError
from store.segments import drafts, tallies
from store.segments.annotations import work
from store.segments.edits import ActionDone, ConflictError
from store.segments.table import add_segment, corrections, segment
from tests.core.review.desk_segments import heard, recording
from tests.patience import PATIENCE
from tests.properties import examples


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Store.open(tmp_path), "ana")


def test_accepting_what_is_right_costs_one_call(desk: Desk) -> None:
    number = heard(desk.store, "Me gusta la casa.")
    card = desk.card(number)
    done = desk.accept(card, card.text, listened=1.5, seconds=2.0, keystrokes=1)
    assert (done.action.kind, done.segments) == ("accept", (number,))
    row = desk.card(number).row
    assert (row.status, row.reference, row.errors, row.words) == ("corrected", "Me gusta la casa.", 0, 4)
    [cost] = work(desk.store, "ana")
    assert (cost.seconds, cost.keystrokes, cost.listened, cost.errors) == (2.0, 1, 1.5, 0)


def test_correcting_is_kept_as_it_was_typed(desk: Desk) -> None:
    number = heard(desk.store, "me gusta la caza")
    typed = "Eh… me-me gusta, pue', la casa ¿no?"
    assert desk.accept(desk.card(number), typed).action.kind == "correct"
    card = desk.card(number)
    assert card.text == typed
    assert card.row.status == "corrected"
    assert card.row.errors is not None and card.row.errors > 0


def test_a_draft_outlives_the_program_and_ends_with_the_acceptance(desk: Desk) -> None:
    number = heard(desk.store, "ola")
    desk.draft(desk.card(number), "hola ")
    desk.store.close()
    again = Desk(Store.open(desk.store.folder), "ana")
    card = again.card(number)
    assert (card.text, card.draft) == ("hola", True)
    assert again.accept(card, card.text).action.kind == "correct"  # than what was heard
    assert drafts.get(again.store, number, "ana") is None
    assert again.card(number).text == "hola"


def test_a_draft_that_is_what_was_shown_is_none(desk: Desk) -> None:
    number = heard(desk.store, "hola")
    desk.draft(desk.card(number), "hola a")
    desk.draft(desk.card(number), "hola")
    assert not desk.card(number).draft


def test_what_was_put_aside_waits_again_when_reopened(desk: Desk) -> None:
    number = heard(desk.store, "hola")
    asides: list[tuple[Callable[[Card], ActionDone], str, str]] = [
        (desk.skip, "skipped", ""),
        (lambda card: desk.flag(card, "two people at once"), "flagged", "two people at once"),
        (desk.unsure, "unsure", ""),
        (lambda card: desk.unsure(card, "oso u osa"), "unsure", "oso u osa"),
    ]
    for put_aside, status, reason in asides:
        put_aside(desk.card(number))
        assert (segment(desk.store, number).status, segment(desk.store, number).reason) == (status, reason)
        desk.reopen(desk.card(number))
        assert (segment(desk.store, number).status, segment(desk.store, number).reason) == ("new", "")


def test_reopening_a_correction_proposes_its_text(desk: Desk) -> None:
    number = heard(desk.store, "ola")
    desk.accept(desk.card(number), "hola")
    desk.reopen(desk.card(number))
    now = segment(desk.store, number)
    assert (now.status, now.reference, now.proposal, now.text) == ("new", None, "hola", "hola")
    assert desk.accept(desk.card(number), "hola").action.kind == "accept"


def test_speaker_and_note_leave_the_text_alone(desk: Desk) -> None:
    number = heard(desk.store, "hola")
    desk.speaker(desk.card(number), "Luis")
    desk.note(desk.card(number), "dice «olá»")
    now = segment(desk.store, number)
    assert (now.speaker, now.note, now.status, now.text) == ("Luis", "dice «olá»", "new", "hola")


def test_undo_and_redo_walk_through_everything_across_restarts(desk: Desk) -> None:
    number = heard(desk.store, "ola")
    desk.speaker(desk.card(number), "Luis")
    desk.accept(desk.card(number), "hola")
    desk.flag(desk.card(number), "noise")
    desk.store.close()
    again = Desk(Store.open(desk.store.folder), "ana")

    def now() -> tuple[str, str, str, int | None]:
        row = again.card(number).row
        return row.speaker, row.status, row.text, row.errors

    steps = [now()]
    while again.undo():
        steps.append(now())
    assert steps == [
        ("Luis", "flagged", "hola", 1), ("Luis", "corrected", "hola", 1), ("Luis", "new", "ola", None),
        ("Ana", "new", "ola", None),
    ]  # fmt: skip
    back = []
    while again.redo():
        back.append(now())
    assert back == steps[2::-1]
    assert [action.kind for action in again.history(3)] == ["redo", "redo", "redo"]
    assert len(corrections(again.store, number)) == 9


def test_undo_is_each_persons_own(desk: Desk) -> None:
    number, other = heard(desk.store, "ola"), heard(desk.store, "adios", 5)
    desk.accept(desk.card(number), "hola")
    luis = Desk(desk.store, "luis")
    luis.accept(luis.card(other), "adiós")
    assert desk.undo() is not None
    assert (segment(desk.store, number).text, segment(desk.store, other).text) == ("ola", "adiós")
    assert desk.undo() is None
    assert [action.author for action in luis.history()] == ["luis"]


def test_who_comes_second_sees_both_texts_and_loses_nothing(desk: Desk) -> None:
    number = heard(desk.store, "ola")
    luis = Desk(Store.open(desk.store.folder), "luis")
    mine, his = desk.card(number), luis.card(number)
    luis.accept(his, "¡Hola!")
    desk.draft(mine, "Hola.")
    with pytest.raises(ConflictError) as conflict:
        desk.accept(mine, "Hola.")
    assert (conflict.value.theirs.reference, conflict.value.yours.reference) == ("¡Hola!", "Hola.")
    assert conflict.value.author == "luis"
    card = desk.card(number)
    assert (card.shown, card.text, card.draft) == ("¡Hola!", "Hola.", True)
    desk.accept(card, card.text)
    assert desk.card(number).shown == "Hola."


def test_undoing_what_somebody_else_changed_since_is_a_conflict(desk: Desk) -> None:
    number, other = heard(desk.store, "ola"), heard(desk.store, "adios", 5)
    desk.accept(desk.card(other), "adiós")
    desk.accept(desk.card(number), "hola")
    luis = Desk(desk.store, "luis")
    luis.accept(luis.card(number), "Hola.")
    with pytest.raises(ConflictError) as conflict:
        desk.undo()
    assert segment(desk.store, number).text == "Hola."
    assert desk.undo(before=conflict.value.action) is not None  # what was done before can still be undone
    assert segment(desk.store, other).text == "adios"


def test_nobody_speaks_is_something_one_can_say(desk: Desk) -> None:
    ghost = heard(desk.store, "Gracias por ver el video.")
    desk.accept(desk.card(ghost), "")
    assert (desk.card(ghost).row.status, desk.card(ghost).text) == ("corrected", "")
    unheard = add_segment(desk.store, recording(desk.store), 0, 32_000, "Ana")
    with pytest.raises(StoreError, match="no text yet"):
        desk.accept(desk.card(unheard), " ")
    assert segment(desk.store, unheard).status == "new"


def test_what_a_terminal_could_be_fooled_by_never_gets_in(desk: Desk) -> None:
    number = heard(desk.store, "hola")
    desk.accept(desk.card(number), "\x1b[31mho\u202ela\x07")
    desk.flag(desk.card(number), "\x1b]0;x\x07ruido")
    desk.note(desk.card(number), "a\x00b")
    now = segment(desk.store, number)
    assert (now.text, now.reason, now.note) == ("hola", "ruido", "ab")


def test_a_text_too_long_changes_nothing(desk: Desk) -> None:
    number = heard(desk.store, "hola")
    with pytest.raises(StoreError, match="characters"):
        desk.accept(desk.card(number), "no " * 9_000)
    assert (segment(desk.store, number).status, desk.history()) == ("new", [])


@examples(12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_done_can_be_undone_to_the_beginning(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    desk = Desk(Store.open(tmp_path_factory.mktemp("desk")), "ana")
    where = recording(desk.store)
    for n, text in enumerate(("uno dos tres cuatro", "cinco seis siete", "ocho nueve diez")):
        heard(desk.store, text, 5.0 * n, where=where)

    def rows() -> list[tuple[object, ...]]:
        columns = "id, start, end, speaker, status, reason, note, reference, proposal, heard, length, errors, words"
        quoted = columns.replace("end", '"end"')
        return [
            tuple(row) for row in desk.store.execute(f"SELECT {quoted} FROM segments WHERE status != 'retired'")
        ]

    before, times = rows(), [desk.card(number).words for number in (1, 2, 3)]
    for _ in range(data.draw(st.integers(1, 6))):
        numbers = [row[0] for row in rows()]
        card = desk.card(int(str(data.draw(st.sampled_from(numbers)))))
        act = data.draw(
            st.sampled_from(["accept", "skip", "flag", "reopen", "split", "previous", "next", "trim", "replace"])
        )
        try:
            match act:
                case "accept":
                    desk.accept(card, data.draw(st.sampled_from([card.text, "uno y dos", "Siete."])))
                case "skip":
                    desk.skip(card)
                case "flag":
                    desk.flag(card, "ruido")
                case "reopen":
                    desk.reopen(card)
                case "split":
                    desk.split(card, data.draw(st.integers(0, len(card.text))))
                case "previous":
                    desk.merge(card, "previous")
                case "next":
                    desk.merge(card, "next")
                case "trim":
                    desk.trim(card, card.row.start + data.draw(st.integers(-9_000, 9_000)), card.row.end - 3_000)
                case "replace":
                    plan = desk.plan_replacement("dos", "doce")
                    desk.carry_out(plan, [hit.segment for hit in plan.hits])
        except StoreError:
            continue  # such as merging the first with the one before it
    after = rows()
    many = 0
    while desk.undo():
        many += 1
    assert rows() == before
    assert [desk.card(number).words for number in (1, 2, 3)] == times
    for _ in range(many):
        assert desk.redo()
    assert rows() == after
    assert tallies.recount(desk.store)


def test_the_author_is_who_the_environment_or_the_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERTULIA_AUTHOR", " María\x07 ")
    assert author() == "María"
    monkeypatch.delenv("TERTULIA_AUTHOR")
    assert author()


def test_the_app_can_import_the_desk_without_anything_heavy() -> None:
    script = "import sys, core.review.desk; print('numpy' in sys.modules, 'onnxruntime' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert ran.stdout.split() == ["False", "False"]
