"""A person at the Correct screen: right segments cost one key, wrong words four, and all of it is stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.segments.annotations import work
from store.segments.queue import View
from store.segments.table import corrections
from tests.tui.correct_driver import HEARD, ME, add_heard, correcting, desk, fill
from tui.app import TertuliaApp
from tui.correct.keys import CORRECT
from tui.stand_ins import RecitingEngine

pytestmark = pytest.mark.usefixtures("author")


async def test_an_empty_queue_says_how_to_fill_it(tmp_path: Path) -> None:
    async with correcting(tmp_path) as it:
        assert "tertulia import FOLDER" in it.seen()
        await it.press("enter", "f", "u", "space", "C", "J", "z", "p", "a", "n", "c", "i", "equals_sign")
        assert "There is nothing to correct yet" in it.seen()


async def test_what_is_right_is_accepted_with_one_key(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        await it.press("enter")
        row = await it.stored(numbers[0], "corrected")
        assert row.reference == HEARD[0]
        await it.at(HEARD[1])
        await it.ready()
        assert "saved ✓" in it.seen() and "2 of 5" in it.seen()
        with desk(tmp_path) as mine:
            [done] = work(mine.store, ME)
        assert (done.kind, done.keystrokes) == ("accept", 1)
        assert done.seconds > 0


async def test_one_wrong_word_is_its_letter_its_letters_and_enter(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        await it.press("f", "d", *"fui", "enter")
        row = await it.stored(numbers[0], "corrected")
        assert row.reference == "El sábado fui al mercado con mi hermano."
        with desk(tmp_path) as mine:
            [done] = work(mine.store, ME)
        assert (done.kind, done.keystrokes) == ("correct", 3 + len("fui"))


async def test_punctuation_around_a_word_stays(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        await it.press("f", "k", *"primo", "enter")
        assert (await it.stored(numbers[0], "corrected")).reference == "El sábado fue al mercado con mi primo."


async def test_keys_faster_than_the_screen_go_to_the_segments_they_were_meant_for(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        for key in ("enter", "enter", "f", "s", "t", "u", "enter", "enter"):
            it.app.simulate_key(key)
        for number in numbers[:4]:
            await it.stored(number, "corrected")
        assert [it.row(n).reference for n in numbers[:4]] == [
            HEARD[0],
            HEARD[1],
            "Mi tu vive en un pueblo pequeño.",
            HEARD[3],
        ]
        await it.at(HEARD[4])
        assert it.row(numbers[4]).status == "new"


async def test_going_back_at_once_shows_what_was_just_done(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        for key in ("enter", "k", "Y", "k", "enter"):
            it.app.simulate_key(key)
        await it.until(lambda: it.screen.deck.segment == numbers[1] and it.screen.card)
        await it.ready()
        with desk(tmp_path) as mine:
            assert [action.kind for action in reversed(mine.history())] == ["accept", "unsure", "accept"]
        assert not it.toasts()


async def test_the_whole_text_can_be_changed_in_place(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        await it.press("i", *" Sí 1?", "enter")
        assert (await it.stored(numbers[0], "corrected")).reference == HEARD[0] + " Sí 1?"


async def test_doubtful_words_are_marked_and_walked(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        assert "?fue" in it.seen() and "fue" in it.marked("underline")
        await it.press("n")
        assert "fue" in it.marked("reverse")
        await it.press("i", "end", "f8", *"fui")
        assert it.screen.editor.text == "El sábado fui al mercado con mi hermano."


async def test_words_that_a_rule_warns_of_are_walked_too(tmp_path: Path) -> None:
    fill(tmp_path, ["Hoy tengo 3 clases."])
    async with correcting(tmp_path) as it:
        assert "tengo !3 clases" in it.seen()
        assert it.screen.card and it.screen.card.warnings[0].sentence[:20] in it.seen()
        await it.press("n")
        assert "3" in it.marked("reverse")


async def test_the_other_reading_is_taken_with_one_key_and_given_back(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    with desk(tmp_path) as mine:
        add_heard(mine.store, numbers[0], HEARD[0], 1.5, [(2, 3, "fui", 0.3), (2, 3, "vi", 0.1)])
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        await it.press("n")
        assert "fue → fui · vi" in it.seen()
        await it.press("a", "a", "a")
        assert it.screen.card and it.screen.card.text == HEARD[0]
        await it.press("a", "enter")
        assert (await it.stored(numbers[0], "corrected")).reference == HEARD[0].replace("fue", "fui")


async def test_a_draft_outlives_leaving_and_closing(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        await it.press("i", *" Ya", "escape", "down")
        await it.at(HEARD[1])
        await it.press("i", *" No")
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0] + " Ya")
        assert "draft" in it.seen()
        await it.press("down")
        await it.at(HEARD[1] + " No")
        await it.press("u")
        await it.at(HEARD[1])
    assert it.row(numbers[0]).status == "new"


async def test_undo_and_redo_go_back_to_what_was_done(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        await it.press("enter")
        await it.stored(numbers[0], "corrected")
        await it.press("u")
        await it.stored(numbers[0], "new")
        await it.at(HEARD[0])
        await it.press("U")
        await it.stored(numbers[0], "corrected")
        with desk(tmp_path) as mine:
            assert [entry.kind for entry in corrections(mine.store, numbers[0])] == ["accept", "undo", "redo"]


async def test_the_common_keys_take_back_and_do_again_but_not_while_an_answer_is_written(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        await it.press("enter")
        await it.stored(numbers[0], "corrected")
        for key, status in (("ctrl+z", "new"), ("ctrl+r", "corrected"), ("ctrl+z", "new"), ("ctrl+y", "corrected")):
            await it.press(key)
            await it.stored(numbers[0], status)
        await it.press("slash", *"fu", "ctrl+z", "ctrl+r", "ctrl+y", "escape")
        await it.press("i", "x", "ctrl+z", "ctrl+y", "ctrl+r", "escape")
        with desk(tmp_path) as mine:
            kinds = [entry.kind for entry in corrections(mine.store, numbers[0])]
        assert kinds == ["accept", "undo", "redo", "undo", "redo"]


async def test_another_view_can_be_opened_from_elsewhere(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("3")
        await it.app.open_view(View("time", "all", segments=(numbers[3], numbers[1])), "leaks")
        await it.at(HEARD[1])
        assert "leaks" in it.seen() and "1 of 2" in it.seen()
        await it.press("escape")
        await it.until(lambda: "1 of 5" in it.seen())


async def test_what_was_accepted_in_the_last_moment_is_stored(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        for key in ("enter", "enter", "i", "x"):
            it.app.simulate_key(key)
        await it.until(lambda: it.screen.editor.text == HEARD[2] + "x")
        it.app.simulate_key("ctrl+q")
        await it.until(lambda: it.app._exit)
    with desk(tmp_path) as mine:
        assert [it.row(number).status for number in numbers[:3]] == ["corrected", "corrected", "new"]
        assert mine.card(numbers[2]).text == HEARD[2] + "x"


async def test_a_text_that_cannot_be_stored_is_not_lost(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        await it.press("i")
        it.screen.editor.put(" ya" * 4000)
        await it.press("enter")
        await it.until(lambda: any("the most that one piece may have" in toast for toast in it.toasts()))
        assert "not saved ×" in it.seen()
        await it.press("up")
        await it.until(lambda: it.screen.deck.segment == numbers[0] and it.screen.card)
        assert it.screen.card and it.screen.card.text == HEARD[0] + " ya" * 4000
        assert it.row(numbers[0]).status == "new"


async def test_a_data_folder_that_cannot_be_used_leaves_the_screen_standing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    app = TertuliaApp(file, engine=RecitingEngine)
    async with app.run_test() as pilot:
        await pilot.press("2", *(name for key in CORRECT for name in key.keys), "1")
        assert app.current_mode == "talk"


async def test_writing_has_an_undo_of_its_own(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        await it.press("i", *" no", "ctrl+z")
        await it.until(lambda: it.screen.card and it.screen.card.text == HEARD[0])
        await it.press("ctrl+y")
        await it.until(lambda: it.screen.card and it.screen.card.text == HEARD[0] + " no")


async def test_the_letter_that_picks_a_word_stands_above_it_and_moves_nothing(tmp_path: Path) -> None:
    fill(tmp_path)
    async with correcting(tmp_path) as it:
        await it.press("tab")
        await it.at(HEARD[0])
        before = it.seen().splitlines()
        row = next(i for i, line in enumerate(before) if "sábado" in line and "▕" in line and "?" in line)
        await it.press("f")
        picking = it.seen().splitlines()
        assert picking[row] == before[row]
        assert picking[row - 1][before[row].index("sábado")] == "s"
        assert "q quit" not in picking[-1].replace("ctrl+q quit", "")
