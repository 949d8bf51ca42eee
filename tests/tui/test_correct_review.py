"""Going through the queue without a screen: what is stored, in which order, and that nothing typed is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.review.desk import Desk
from store.database import Store
from store.errors import StoreError
from store.segments import drafts
from store.segments.queue import View
from tests.tui.correct_driver import HEARD, ME, desk, fill
from tests.tui.correct_host import Host, hosted
from tui.correct import decisions, text_editing
from tui.correct.deck import Deck
from tui.correct.jobs import Failed, Said
from tui.correct.keyboard import Keyboard
from tui.correct.keys import CORRECT
from tui.correct.playback import Playback
from tui.correct.review import Review
from tui.correct.text_editing import TextEditing


@pytest.fixture(autouse=True)
def author(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is done in one name."""
    monkeypatch.setenv("TERTULIA_AUTHOR", ME)


@dataclass
class Person:
    """Somebody who goes through a queue; the card is shown when `comes` says so."""

    host: Host
    deck: Deck
    editing: TextEditing
    review: Review
    keyboard: Keyboard

    async def comes(self, text: str) -> None:
        """The card with this text has come, and is shown."""
        await self.host.until(lambda: self.deck.card is not None)
        assert self.deck.card is not None
        self.editing.show(self.deck.card, self.deck.again)
        assert self.editing.card is not None and self.editing.card.text == text


@asynccontextmanager
async def reviewing(folder: Path) -> AsyncIterator[Person]:
    """At the first of the segments, in the order of time, without a sound."""
    async with hosted(folder) as (host, jobs):
        deck, editing = Deck(host, jobs), TextEditing(host, jobs, lambda: None)
        keyboard = Keyboard(host, CORRECT)
        review = Review(host, jobs, deck, editing, Playback(host, lambda: None), keyboard)
        person = Person(host, deck, editing, review, keyboard)
        deck.turn_to(View("time"))
        await deck.load()
        await person.comes(HEARD[0])
        yield person
        await editing.close()


def draft(folder: Path, segment: int) -> str | None:
    with Store.open(folder) as store:
        return drafts.get(store, segment, ME)


async def test_accepting_goes_on_at_once_and_says_saved_when_it_is(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with reviewing(tmp_path) as it:
        it.host.posted.clear()
        it.review.accept()
        assert [message.state for message in it.host.all(Review.Saved)] == ["saving"]
        assert it.deck.segment == numbers[1] and it.editing.card is None and it.review.waits()
        await it.comes(HEARD[1])
        it.review.decide(decisions.skip)
        await it.host.until(lambda: [one.state for one in it.host.all(Review.Saved)].count("saved") == 2)
    with desk(tmp_path) as mine:
        assert [action.kind for action in reversed(mine.history())] == ["accept", "skip"]


async def test_what_is_typed_is_posted_at_once_and_stored_on_leaving(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with reviewing(tmp_path) as it:
        it.host.posted.clear()
        it.editing.set_text("El lunes.")
        assert it.host.kinds() == [TextEditing.TextChanged] and it.editing.has_unstored
        it.review.go(1)
        await it.comes(HEARD[1])
        it.review.go(0)
        await it.comes("El lunes.")
    assert draft(tmp_path, numbers[0]) == "El lunes."


async def test_what_is_typed_last_is_stored_on_closing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = fill(tmp_path)
    monkeypatch.setattr(text_editing, "DRAFT_SECONDS", 3600.0)
    async with reviewing(tmp_path) as it:
        it.editing.set_text("El lunes.")
    assert draft(tmp_path, numbers[0]) == "El lunes."


async def test_a_text_that_cannot_be_stored_comes_again_with_its_segment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = fill(tmp_path)

    def accept(*given: object) -> None:
        raise StoreError("The disk is full.")

    async with reviewing(tmp_path) as it:
        with monkeypatch.context() as patched:
            patched.setattr(Desk, "accept", accept)
            it.editing.set_text("El lunes.")
            it.review.accept()
            assert (await it.host.get(Failed)).sentence == "The disk is full."
        it.review.go(0)
        await it.comes("El lunes.")
        assert it.editing.changed
        it.review.go(1)
    assert draft(tmp_path, numbers[0]) == "El lunes."


async def test_a_decision_that_stays_keeps_what_is_typed(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with reviewing(tmp_path) as it:
        it.editing.set_text("El lunes.")
        it.review.decide_and_stay(decisions.note("ruido"), "first")
        assert it.review.waits(), "keys are for the card with the note"
        await it.comes("El lunes.")
        assert it.deck.again and it.review.edge == "first"
        assert it.editing.card is not None and it.editing.card.row.note == "ruido"
    assert draft(tmp_path, numbers[0]) == "El lunes."


async def test_two_people_at_one_segment(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with reviewing(tmp_path) as it:
        with desk(tmp_path, "luis") as theirs:
            theirs.accept(theirs.card(numbers[0]), "El lunes.")
        it.editing.set_text("El martes.")
        it.review.accept()
        error = (await it.host.get(Review.TwoTexts)).error
        it.host.posted.clear()
        it.review.resolve(error, "mine")
        await it.host.until(lambda: [one.state for one in it.host.all(Review.Saved)] == ["saved"])
    with desk(tmp_path) as mine:
        assert mine.card(numbers[0]).text == "El martes."


async def test_what_another_process_changes_does_not_move_what_is_being_written(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with reviewing(tmp_path) as it:
        it.keyboard.become("write")
        it.host.posted.clear()
        it.review.changed_elsewhere(numbers[0])
        assert it.host.kinds() == [Said] and it.editing.card is not None
        it.keyboard.become("keys")
        it.review.changed_elsewhere(numbers[1])
        assert it.editing.card is not None, "it is another one"
        it.review.changed_elsewhere(numbers[0])
        assert it.review.waits()
        await it.comes(HEARD[0])


async def test_taking_back_goes_to_what_was_taken_back_and_says_what_it_was(tmp_path: Path) -> None:
    fill(tmp_path)
    async with reviewing(tmp_path) as it:
        it.review.decide(decisions.skip)
        await it.comes(HEARD[1])
        it.host.posted.clear()
        it.review.undo()
        await it.comes(HEARD[0])
        assert (await it.host.get(Said)).sentence.startswith("Taken back: ")
        it.review.undo()
        await it.host.until(lambda: any("nothing left" in one.sentence for one in it.host.all(Said)))
