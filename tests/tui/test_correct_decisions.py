"""What a person decides at the Correct screen, and what happens when two do so at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.tui.correct_driver import HEARD, SECOND, CorrectDriver, correcting, desk, fill
from tui.correct.conflict import Conflict
from tui.correct.find_replace import Replace

OTHER = "luis"


pytestmark = pytest.mark.usefixtures("author")


async def first(it: CorrectDriver) -> None:
    """Go to the first segment in the order of time."""
    await it.press("tab")
    await it.at(HEARD[0])


async def test_putting_aside_goes_on_to_the_next(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("minus")
        await it.at(HEARD[1])
        await it.press("exclamation_mark", "n")
        await it.at(HEARD[2])
        await it.press("exclamation_mark", "full_stop", *"tos", "enter")
        await it.at(HEARD[3])
        await it.press("Y")
        await it.at(HEARD[4])
        await it.stored(numbers[3], "unsure")
        rows = [it.row(number) for number in numbers]
        assert [row.status for row in rows] == ["skipped", "flagged", "flagged", "unsure", "new"]
        assert [row.reason for row in rows[1:3]] == ["noise", "tos"]


async def test_what_was_typed_into_a_segment_that_is_put_aside_stays_its_draft(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("i", *" no sé", "f9")
        await it.at(HEARD[1])
        await it.press("up")
        await it.at(HEARD[0] + " no sé")
        assert "unsure" in it.seen()


async def test_speaker_note_and_snippet(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("p", "0", *"Marta", "enter")
        await it.until(lambda: it.row(numbers[0]).speaker == "Marta")
        await it.press("p")
        assert "1 Luis" in it.seen()
        await it.press("1")
        await it.until(lambda: it.row(numbers[0]).speaker == "Luis")
        await it.press("o", *"ruido al final", "enter")
        await it.until(lambda: it.row(numbers[0]).note == "ruido al final")
        await it.until(lambda: "note: ruido al final" in it.seen())
        await it.press("full_stop", "e", "right", "full_stop", "r", "enter")
        row = await it.stored(numbers[0], "corrected")
        assert row.reference == "[risas] " + HEARD[0] + " eh"
        assert (row.speaker, row.note) == ("Luis", "ruido al final")


async def test_quick_keys_after_a_decision_that_stays_are_for_the_changed_card(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        for key in ("z", "z", "less_than_sign", "p", "1", "enter"):
            it.app.simulate_key(key)
        row = await it.stored(numbers[0], "corrected")
        assert (row.start, row.end) == (1600, SECOND * 3 // 2 - 800)
        assert not it.toasts()


async def test_trimming_is_heard(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("less_than_sign")
        await it.until(lambda: it.row(numbers[0]).end == SECOND * 3 // 2 - 800)
        await it.until(lambda: it.tape.plays[-1].end == SECOND * 3 // 2 - 800)
        assert it.tape.plays[-1].start == it.tape.plays[-1].end - SECOND // 2


async def test_a_segment_is_cut_at_the_chosen_word_and_joined_again(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("right", "right", "right", "right", "C")
        await it.at("El sábado fue")
        assert "1 of 6" in it.seen()
        await it.press("down")
        await it.at("al mercado con mi hermano.")
        await it.press("K")
        await it.at(HEARD[0])
        assert "1 of 5" in it.seen()
        await it.press("u")
        await it.at("El sábado fue")
        await it.press("u")
        await it.at(HEARD[0])


async def test_what_was_just_accepted_can_be_joined_with_what_follows(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        for key in ("f", "d", *"fui", "enter", "K"):
            it.app.simulate_key(key)
        await it.at(HEARD[0].replace("fue", "fui") + " " + HEARD[1])
        assert not it.toasts()


async def test_the_neighbours_are_shown_as_they_are_now(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("f", "d", *"fui", "enter")
        await it.until(lambda: "↑ Luis: El sábado fui" in it.seen())


async def test_a_segment_without_a_text_is_not_accepted_without_one(tmp_path: Path) -> None:
    numbers = fill(tmp_path, [*HEARD[:2], ""])
    with desk(tmp_path) as mine, mine.store.transaction():
        mine.store.execute("UPDATE segments SET heard = NULL WHERE id = ?", (numbers[2],))
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("end")
        await it.at("")
        await it.press("enter", *"Hola.", "enter")
        assert (await it.stored(numbers[2], "corrected")).reference == "Hola."


async def test_find_and_replace_shows_what_it_would_do(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path, size=(100, 30)) as it:
        await first(it)
        await it.press("R", *"mi", "enter", *"tu", "enter")
        dialog = it.app.screen
        assert isinstance(dialog, Replace)
        await it.until(lambda: len(dialog.hits.hits) == 2)
        assert "[x]" in it.seen() and "2 segments" in it.seen()
        await it.press("space")
        await it.until(lambda: "1 of 2 segments" in it.seen())
        await it.press("enter")
        await it.until(lambda: it.row(numbers[2]).proposal is not None)
        assert it.row(numbers[2]).text.startswith("Tu abuela")
        assert it.row(numbers[0]).text == HEARD[0]
        await it.press("u")
        await it.until(lambda: it.row(numbers[2]).proposal is None)


async def test_fix_all_like_this(tmp_path: Path) -> None:
    numbers = fill(tmp_path, [HEARD[0], "Ayer fue al mercado.", "Todo fue bien."])
    async with correcting(tmp_path, size=(100, 30)) as it:
        await first(it)
        await it.press("f", "d", *"fui", "enter")
        await it.stored(numbers[0], "corrected")
        await it.press("equals_sign")
        dialog = it.app.screen
        assert isinstance(dialog, Replace)
        await it.until(lambda: dialog.hits.hits)
        await it.press("enter")
        await it.until(lambda: it.row(numbers[1]).text == "Ayer fui al mercado.")
        assert it.row(numbers[1]).status == "new"


async def test_search_filter_and_order(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("enter")
        await it.stored(numbers[0], "corrected")
        await it.press("V", "c")
        await it.at(HEARD[0])
        assert "1 of 1" in it.seen() and "time · corrected" in it.seen()
        await it.press("slash", *"cafe", "enter")
        await it.at(HEARD[3])
        assert "“cafe”" in it.seen()
        await it.press("slash", *" nada gusta", "enter", "slash", *" zzz", "enter")
        await it.until(lambda: "No segment here has all of" in it.seen())
        await it.press("escape")
        await it.until(lambda: "1 of 4" in it.seen())


async def test_only_what_a_rule_warns_of(tmp_path: Path) -> None:
    fill(tmp_path, [*HEARD, "Tengo 3 clases."])
    async with correcting(tmp_path) as it:
        await it.press("V", "w")
        await it.at("Tengo 3 clases.")
        assert "worth · open · warned" in it.seen() and "1 of 1" in it.seen()


async def test_the_end_of_the_queue_is_said_and_nothing_is_stored_twice(tmp_path: Path) -> None:
    numbers = fill(tmp_path, HEARD[:1])
    async with correcting(tmp_path) as it:
        await it.press("enter", "enter")
        await it.stored(numbers[0], "corrected")
        await it.until(lambda: "last one" in it.said())
        await it.ready()
        with desk(tmp_path) as mine:
            assert [action.kind for action in mine.history()] == ["accept"]


@pytest.mark.parametrize(("key", "kept"), [("m", "fui"), ("t", "lunes"), ("e", "fui")])
async def test_two_people_at_one_segment_see_both_texts(
    tmp_path: Path, key: str, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Conflict.HELD_SECONDS
    monkeypatch.setattr(Conflict, "HELD_SECONDS", 3600)
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("f", "d", *"fui")
        await it.until(lambda: not it.screen.editing.has_unstored)  # the draft is on its way
        with desk(tmp_path, OTHER) as theirs:
            theirs.accept(theirs.card(numbers[0]), "El lunes.")
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, Conflict))
        assert "El lunes." in it.seen() and "fui" in it.seen() and OTHER in it.seen()
        await it.press(*"temer")  # typed at the next segment when the dialog came up: chooses nothing
        assert isinstance(it.app.screen, Conflict) and held > 0
        monkeypatch.setattr(Conflict, "HELD_SECONDS", 0)
        await it.press(key)
        if key == "e":
            await it.at(HEARD[0].replace("fue", "fui"))
            await it.press("enter")
        await it.until(lambda: kept in str(it.row(numbers[0]).reference))
        with desk(tmp_path) as mine:
            assert len(mine.history()) == (key != "t")
            await it.until(lambda: not mine.card(numbers[0]).draft)


async def test_what_another_process_changes_appears_by_itself(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.until(lambda: it.screen.deck.is_watching)
        with desk(tmp_path, OTHER) as theirs:
            theirs.accept(theirs.card(numbers[0]), "El lunes.")
            theirs.skip(theirs.card(numbers[4]))
        await it.at("El lunes.")
        await it.until(lambda: "– ¿Qué hiciste" in it.seen())


async def test_a_second_look_hides_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.review.second_look.AGE", timedelta(0))
    numbers = fill(tmp_path, [f"Hola buenos días {i}." for i in range(40)])
    with desk(tmp_path) as mine:
        for number in numbers:
            mine.accept(mine.card(number), f"Hola, muy buenas tardes {number - 1}.")
        due = mine.second_look(10)
    assert len(due) >= 2
    async with correcting(tmp_path) as it:
        await it.press("L")
        await it.at(f"Hola buenos días {due[0] - 1}.")
        assert f"tardes {due[0] - 1}." not in it.seen() and "second look" in it.seen()
        for _ in due:
            await it.press("enter")
        await it.until(lambda: "differ between your two passes" in it.said())
        assert it.row(due[0]).status == "unsure"


async def test_a_filter_narrows_what_was_searched_for(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("slash", *"mercado", "enter")
        await it.until(lambda: len(it.screen.queue.ids) == 1)
        await it.press("V", "c")
        await it.until(lambda: "No segment here has all of “mercado”" in it.seen().replace("\n", " "))
        assert "doubt" not in it.seen().splitlines()[-1]
        await it.press("V", "a")
        await it.until(lambda: len(it.screen.queue.ids) == 1)


async def test_what_is_taken_back_is_called_by_its_name(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await first(it)
        await it.press("o", *"voz baja", "enter")
        await it.until(lambda: it.screen.status.saved == "saved" and it.screen.card is not None)
        await it.press("u")
        await it.until(lambda: it.said() == "› Taken back: note: voz baja")
