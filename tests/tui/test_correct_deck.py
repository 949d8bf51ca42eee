"""The queue of the Correct screen without a screen: what it posts, and when."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.review.desk import Desk
from store.errors import StoreError
from store.segments.queue import View
from tests.tui.correct_driver import HEARD, ME, desk, fill
from tests.tui.correct_host import Host, hosted
from tui.correct.deck import AHEAD, Deck
from tui.correct.jobs import Failed, Jobs


@pytest.fixture(autouse=True)
def author(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is done in one name."""
    monkeypatch.setenv("TERTULIA_AUTHOR", ME)


async def in_time(host: Host, jobs: Jobs) -> Deck:
    """All segments in the order of time, the first of them chosen and its card there."""
    deck = Deck(host, jobs)
    deck.turn_to(View("time"))
    await deck.load()
    return deck


async def test_one_reading_brings_the_rows_and_the_first_card(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with hosted(tmp_path) as (host, jobs):
        deck = Deck(host, jobs)
        deck.turn_to(View("time"))
        assert deck.opening and not host.posted
        await deck.load()
        assert host.kinds() == [Deck.RowsFetched, Deck.CardFetched, Deck.Moved, Deck.CardArrived, Deck.Changed]
        assert [row.id for row in host.all(Deck.RowsFetched)[0].rows] == numbers == list(deck.ids)
        assert not deck.opening and deck.counted and deck.segment == numbers[0]
        assert deck.card is not None and deck.card.text == HEARD[0] and not deck.again


async def test_an_empty_view_has_no_card(tmp_path: Path) -> None:
    async with hosted(tmp_path) as (host, jobs):
        deck = await in_time(host, jobs)
        assert host.kinds() == [Deck.RowsFetched, Deck.Emptied, Deck.Changed]
        assert deck.segment is None and deck.card is None


async def test_the_next_cards_are_there_before_they_are_asked_for(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with hosted(tmp_path) as (host, jobs):
        deck = await in_time(host, jobs)
        await host.until(lambda: len(host.all(Deck.CardFetched)) > AHEAD)
        fetched = [message.card.row.id for message in host.all(Deck.CardFetched)]
        assert fetched[: 1 + AHEAD] == numbers[: 1 + AHEAD]
        host.posted.clear()
        deck.go(1)
        assert host.kinds() == [Deck.Moved, Deck.CardArrived], "at once"
        assert deck.card is not None and deck.card.text == HEARD[1]


async def test_a_card_that_comes_after_its_segment_was_left_does_not_arrive(tmp_path: Path) -> None:
    fill(tmp_path)
    async with hosted(tmp_path) as (host, jobs):
        deck = await in_time(host, jobs)
        host.posted.clear()
        deck.go(3)
        deck.go(4)
        assert deck.card is None
        await host.until(lambda: len(host.all(Deck.CardFetched)) == 2)
        await host.get(Deck.CardArrived)
        assert deck.card is not None and deck.card.text == HEARD[4]
        assert len(host.all(Deck.CardArrived)) == 1


async def test_what_is_held_arrives_anew_and_as_it_is_by_then(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with hosted(tmp_path) as (host, jobs):
        deck = await in_time(host, jobs)
        host.posted.clear()
        deck.hold()
        with desk(tmp_path) as mine:
            mine.note(mine.card(numbers[0]), "ruido")
        deck.reload()
        await host.get(Deck.CardArrived)
        assert deck.again and deck.card is not None and deck.card.row.note == "ruido"


@pytest.mark.parametrize("neighbours_first", [False, True])
async def test_what_others_change_is_posted_with_what_it_makes_out_of_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, neighbours_first: bool
) -> None:
    numbers = fill(tmp_path)
    async with hosted(tmp_path) as (host, jobs):
        deck = await in_time(host, jobs)
        with desk(tmp_path, "luis") as theirs:
            theirs.skip(theirs.card(numbers[4]))
        while not deck.is_watching:
            await jobs.worker.read(lambda desk: None)
        await deck.look_for_changes()
        host.posted.clear()
        read = jobs.worker.read

        async def read_late(job: Callable[[Desk], Any]) -> Any:
            found = await read(job)
            if host.all(Deck.SegmentsChanged):
                await host.get(Deck.NeighboursChanged)
            return found

        if neighbours_first:
            monkeypatch.setattr(jobs.worker, "read", read_late)
        with desk(tmp_path, "luis") as theirs:
            theirs.accept(theirs.card(numbers[0]), "El lunes.")
            theirs.accept(theirs.card(numbers[1]), "El martes.")
        await deck.look_for_changes()
        assert host.all(Deck.SegmentsChanged)[0].segments == {numbers[0], numbers[1]}
        assert host.all(Deck.ChangedElsewhere)[0].segment == numbers[0]
        await host.get(Deck.NeighboursChanged)
        assert deck.card is not None and deck.card.after[0].text == "El martes."
        assert deck.card.text == HEARD[0], "whether that is shown is for others to say"


async def test_a_retired_segment_gives_way_to_those_made_of_it(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with hosted(tmp_path) as (host, jobs):
        deck = await in_time(host, jobs)
        with desk(tmp_path) as mine:
            done = mine.split(mine.card(numbers[0]), len("El sábado fue "))
        host.posted.clear()
        place = await deck.find(done.segments)
        assert place == 0 and numbers[0] not in deck.ids
        assert len(deck.ids) == len(numbers) + 1
        assert host.kinds() == [Deck.Changed]


async def test_a_card_that_cannot_be_read_is_posted_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)

    def card(*given: object) -> None:
        raise StoreError("The disk is gone.")

    async with hosted(tmp_path) as (host, jobs):
        deck = await in_time(host, jobs)
        monkeypatch.setattr(Desk, "card", card)
        deck.go(4)
        assert (await host.get(Failed)).sentence == "The disk is gone."
        assert deck.card is None
