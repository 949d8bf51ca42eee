"""A person at the Dataset screen: figures in sections, each line a key away from its segments."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.review.desk import Desk
from store.database import Store
from store.segments.splits import set_split
from tests.store.desk_store import hear, record
from tests.tui.correct_driver import HEARD, ME, add_heard, desk, fill
from tests.tui.dataset_driver import counting
from tui.bench.desk.data import fill as fill_dataset
from tui.dataset.bars import bar, columns, interval

pytestmark = pytest.mark.usefixtures("author")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of two thousand segments."""
    folder = tmp_path_factory.mktemp("many")
    fill_dataset(folder, 2000)
    return folder


def accept(mine: Desk, segment: int, text: str) -> None:
    """Make this the reference of a segment."""
    mine.accept(mine.card(segment), text, listened=1.5, seconds=6.0, keystrokes=4)


async def test_an_empty_dataset_says_what_to_do(tmp_path: Path) -> None:
    async with counting(tmp_path) as it:
        await it.sees("There is nothing to count yet.", "Talk with the tutor (1)", "press I to import recordings")
        await it.press("right", "down", "pagedown", "end", "enter", "L", "escape", "r")
        assert it.app.current_mode == "dataset" and it.app.screen is it.screen


async def test_hours_are_counted_by_status_speaker_split_and_source(many: Path) -> None:
    async with counting(many) as it:
        await it.sees("Hours", "By status", "corrected", "none yet", "train", "Beatriz", "microphone", "min")
        assert "Hours" in it.marked("underline")
        assert "█" in it.seen() and "▌ new" in it.seen()


async def test_every_error_rate_has_its_interval_and_its_words(many: Path) -> None:
    async with counting(many) as it:
        await it.section("Errors")
        await it.sees("By speaker", "95 % interval", "words", "●", "too little to say")
        rate = it.screen.figures.errors if it.screen.figures else None
        assert rate is not None and rate.wer.enough
        assert f"all {100 * rate.wer.value:.1f} %" in " ".join(it.seen().split())
        await it.press("end")
        await it.sees("By split", "test", "How it is counted", "Cochran")


async def test_shapes_milestones_and_the_own_pace_can_be_read(many: Path) -> None:
    async with counting(many) as it:
        await it.section("Shape")
        await it.sees("Length in seconds", "Words a second", "How sure the ear was", "half under")
        await it.section("Milestones")
        await it.sees("2 to 5 hours of corrected speech", "to go", "The first retraining that pays")
        await it.press("end")
        await it.sees("50 hours")
        await it.section("Your pace")
        await it.sees("× real time", "words put right a minute", "a segment", "second look", "of work to the next")
        await it.press("left", "left", "left", "left", "left")
        await it.sees("By status")
        await it.press("shift+tab")
        await it.sees("What is left")


async def test_a_wide_screen_shows_more_at_once(many: Path) -> None:
    async with counting(many, (160, 50)) as it:
        await it.sees("By status", "By speaker", "By source", "95 % interval", "segments")
        assert it.screen.panels.in_sight != range(1)
        before = it.screen.panels.in_sight
        await it.press("right")
        assert it.screen.panels.in_sight == before and "Errors" in it.marked("underline")


@pytest.mark.parametrize("size", [(300, 80), (120, 40), (60, 20), (40, 12), (20, 6), (10, 4)])
async def test_it_can_be_drawn_in_any_size(many: Path, size: tuple[int, int]) -> None:
    async with counting(many, size) as it:
        for key in (
            "down",
            "right",
            "pagedown",
            "right",
            "end",
            "right",
            "up",
            "tab",
            "home",
            "tab",
            "pageup",
            "G",
        ):
            await it.press(key)
            assert all(len(line) <= size[0] for line in it.seen().splitlines())
        await it.pilot.resize_terminal(50, 20)
        await it.sees(" of 6")
        await it.pilot.resize_terminal(80, 24)
        await it.sees("Hours", "Your pace")


async def test_enter_opens_the_segments_a_line_stands_for(many: Path) -> None:
    async with counting(many) as it:
        await it.press("down", "enter")
        await it.until(lambda: it.app.current_mode == "correct" and len(it.correct.queue.ids) > 1)
        assert it.correct.deck.view.status == "corrected" and "corrected" in it.seen()
        await it.press("3")
        await it.section("Worth a look")
        await it.sees("Numbers written in figures")
        while it.screen.panels.target and it.screen.panels.target.title != "numbers written in figures":
            await it.press("down")
        warned = it.screen.figures.warnings["digits"] if it.screen.figures else 0
        await it.press("enter")
        await it.until(lambda: it.app.current_mode == "correct" and len(it.correct.queue.ids) == warned)
        assert it.correct.deck.title == "numbers written in figures"


async def test_the_mouse_is_welcome(many: Path) -> None:
    async with counting(many) as it:
        await it.pilot.click("SectionTabs", offset=(10, 0))
        await it.sees("95 % interval")
        lines = it.seen().splitlines()
        row = next(y for y, line in enumerate(lines) if line.lstrip().startswith("Carlos"))
        await it.pilot.click("Panels", offset=(6, row - it.screen.panels.region.y))
        await it.until(lambda: it.app.current_mode == "correct" and it.correct.deck.view.speaker == "Carlos")
        assert it.correct.deck.view.status == "corrected"


async def test_leaks_and_duplicates_are_a_key_away(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        texts = ["Ayer fui al mercado con mi hermano mayor.", "Me gusta mucho el pan con tomate.", "Hoy hace sol."]
        first, second = hear(store, record(store), texts), hear(store, record(store, seed=1), texts[:1])
        mine = Desk(store, ME)
        for segment, text in zip((*first, *second), (*texts, texts[0]), strict=True):
            accept(mine, segment, text)
        set_split(store, first, "train")
        set_split(store, second, "test")
    async with counting(tmp_path) as it:
        await it.section("Worth a look")
        await it.sees(
            "1 In training and in the test",
            "100 % of the words “Ayer fui al mercado",
            "2 × the same words “Ayer fui",
        )
        await it.press("home")
        while it.screen.panels.target and it.screen.panels.target.title != f"{first[0]} and {second[0]}":
            await it.press("down")
        await it.press("enter")
        await it.until(lambda: sorted(it.correct.queue.ids) == [first[0], second[0]])
        assert "and" in it.correct.deck.title


async def test_what_is_corrected_meanwhile_is_counted(tmp_path: Path) -> None:
    numbers = fill(tmp_path)
    async with counting(tmp_path) as it:
        await it.sees("0 s corrected")
        with desk(tmp_path) as mine:
            accept(mine, numbers[0], HEARD[0])
        await it.sees("2 s corrected")
        await it.press("1")
        with desk(tmp_path) as mine:
            accept(mine, numbers[1], HEARD[1])
            add_heard(mine.store, numbers[2], HEARD[2], 1.5)
        await it.press("3")
        await it.sees("3 s corrected")


async def test_names_from_outside_cannot_draw_on_the_screen(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        hear(store, record(store), ["Hola."], "[red]Ana[/] \N{ZERO WIDTH SPACE}y un nombre larguísimo que no cabe")
    async with counting(tmp_path) as it:
        await it.sees("[red]Ana[/…")


@given(st.floats(0, 1), st.integers(0, 80))
def test_a_bar_has_its_width_and_something_is_always_seen(share: float, width: int) -> None:
    drawn = bar(share, width)
    assert len(drawn) == width
    if width:
        assert bool(drawn.strip()) == (share > 0)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.integers(0, 40))
def test_an_interval_holds_its_value(one: float, two: float, three: float, width: int) -> None:
    low, value, high = sorted((one, two, three))
    drawn = interval(value, low, high, 1.0, width)
    assert len(drawn) == width and drawn.count("●") == min(1, width)


@given(st.dictionaries(st.integers(0, 20), st.integers(1, 10**6), max_size=21), st.integers(1, 8))
def test_columns_stand_where_something_is(counts: dict[int, int], height: int) -> None:
    lines = columns(counts, 0, 20, height)
    assert [len(line) for line in lines] == [21] * height
    assert {place for place, mark in enumerate(lines[-1]) if mark != " "} == set(counts)
