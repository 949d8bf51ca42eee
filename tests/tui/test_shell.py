"""The shell around the screens: the modes, one table of keys, themes, sizes, and what is remembered."""

from __future__ import annotations

import re
import tempfile
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES

from core.engine.protocol import State
from tests.tui.driver import Driver, app_with
from tui import keys
from tui.app import TertuliaApp
from tui.correct.conflict import CONFLICT, Conflict
from tui.correct.find_replace import REPLACE, Replace
from tui.correct.keys import CORRECT
from tui.correct.screen import CorrectScreen
from tui.dataset.keys import DATASET
from tui.dataset.rejections import REJECTIONS, Rejections
from tui.dataset.screen import DatasetScreen
from tui.keys import EVERYWHERE, Key, shown
from tui.models.keys import MODELS
from tui.models.screen import ModelsScreen
from tui.pictures.talk import CONVERSATION
from tui.settings import Settings, SettingsError, load, save
from tui.shell.confirm import CONFIRM, Confirm
from tui.shell.cycle import CYCLE, Cycle
from tui.shell.form import FORM, Form
from tui.shell.help import HelpScreen
from tui.shell.text_view import READING, TextView
from tui.stand_ins import BEGINNING
from tui.talk.keys import TALK
from tui.talk.meter import bar
from tui.talk.new_session import NEW_SESSION, NewSession
from tui.talk.screen import TalkScreen
from tui.text import plain
from tui.train.compare_screen import COMPARE, CompareScreen
from tui.train.keys import TRAIN
from tui.train.screen import TrainScreen

TABLES: list[tuple[type[object], tuple[Key, ...]]] = [
    (TalkScreen, TALK),
    (CorrectScreen, CORRECT),
    (Replace, REPLACE),
    (Conflict, CONFLICT),
    (DatasetScreen, DATASET),
    (Form, FORM),
    (Confirm, CONFIRM),
    (Rejections, REJECTIONS),
    (Cycle, CYCLE),
    (TrainScreen, TRAIN),
    (TextView, READING),
    (CompareScreen, COMPARE),
    (ModelsScreen, MODELS),
    (HelpScreen, keys.DIALOG),
    (NewSession, NEW_SESSION),
    (TertuliaApp, EVERYWHERE),
]
EATEN = {"ctrl+enter", "ctrl+i", "ctrl+m", "ctrl+j", "ctrl+h", "ctrl+b", "ctrl+s", "f10", "f11", "ctrl+q"}


def _on_screen(it: Driver, words: str) -> bool:
    return words in re.sub(r"\s+", " ", it.seen())


async def test_one_key_to_each_mode_and_each_says_what_it_is(tmp_path: Path) -> None:
    async with app_with(tmp_path) as it:
        for key, word in (
            ("2", "There is nothing to correct yet"),
            ("3", "how many minutes you have corrected"),
            ("4", "Here your corrections teach the ear"),
            ("5", "Your own go into"),
            ("1", "The tutor speaks first"),
        ):
            await it.press(key)
            await it.until(partial(_on_screen, it, word))
            # Underlining marks the mode that is shown, so that it does not depend on colour.
            assert it.marked("underline").strip().startswith(key)


async def test_the_models_there_are_can_be_read_about(tmp_path: Path) -> None:
    async with app_with(tmp_path) as it:
        await it.press("5")
        await it.until(lambda: "starter-ear" in it.seen())
        assert "● starter-ear" in it.seen() and "to fetch" in it.seen()
        await it.press("tab")
        await it.until(lambda: "starter-tutor  GGUF" in it.seen())


async def test_a_session_goes_on_while_another_mode_is_shown(tmp_path: Path) -> None:
    async with app_with(tmp_path) as it:
        await it.press("3")
        await it.engine_says(*CONVERSATION[:2])
        await it.press("1")
        await it.until(lambda: "¿Qué hiciste" in it.seen())
        assert it.seen().count("¿Qué hiciste") == 1


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (20, 6), (10, 4), (120, 40), (300, 80)])
async def test_every_screen_can_be_drawn_in_any_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION], size=size) as it:
        for key in ("question_mark", "escape", "b", "escape", "ctrl+p", "escape", "2", "3", "4", "5", "1", "up"):
            await it.press(key)
            assert all(len(line) <= size[0] for line in it.seen().splitlines())
        await it.pilot.resize_terminal(60, 20)
        await it.until(lambda: "Cocinas" in it.seen())


async def test_at_eighty_by_twenty_four_everything_that_matters_is_in_sight(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION[:-1], State("idle")]) as it:
        seen = it.seen()
        for word in ("1 Talk", "5 Models", "ear: starter, hears no people", "5, then E",
                     "Tutor   ¡Qué rico!", "Try a   Sí, cocino", "○ ready", "you→voice 287 ms", "write in Spanish",
                     "space talk", "q quit"):  # fmt: skip
            assert word in seen, word


@pytest.mark.parametrize(("owner", "table"), TABLES)
def test_every_key_does_something_and_is_explained(owner: type[object], table: tuple[Key, ...]) -> None:
    for key in table:
        name = key.action.removeprefix("app.").partition("(")[0]
        assert hasattr(owner, f"action_{name}"), f"{key.id}: there is no action {name}"
        assert key.tip.endswith(".") and len(key.tip) <= 51, key.id
        eaten = EATEN - ({"ctrl+q"} if key.always else set())
        assert not eaten & {*key.keys, key.writing_key}, key.id


def test_ids_are_unique_and_what_works_while_writing_is_no_letter() -> None:
    everything = [key for _, table in TABLES for key in table]
    assert len({key.id for key in everything}) == len(everything)
    assert not [key.id for key in everything if len(key.writing_key) == 1]


async def test_help_shows_every_key_of_the_screen(tmp_path: Path) -> None:
    async with app_with(tmp_path, size=(100, 50)) as it:
        await it.press("question_mark")
        for key in (*TALK, *EVERYWHERE):
            assert key.tip in it.seen()
            assert all(shown(name) in it.seen() for name in (*key.keys, key.writing_key) if name)
        await it.press("escape")
        assert not isinstance(it.app.screen, HelpScreen)


async def test_the_palette_offers_the_keys_that_mean_something_now(tmp_path: Path) -> None:
    def offered(screen: Screen[Any]) -> set[str]:
        return {command.title for command in it.app.get_system_commands(screen)}

    async with app_with(tmp_path, [*BEGINNING, State("idle")]) as it:
        assert {"Speak", "New session", "Go to Models", "Quit", "Theme", "Screenshot"} <= offered(it.talk)
        assert not {"Done speaking", "Hush", "Replay"} & offered(it.talk)
        await it.engine_says(*CONVERSATION)
        assert {"Done speaking", "Replay", "Next suggestion"} <= offered(it.talk)
        await it.press("ctrl+p", *"go to dataset", "enter")
        await it.until(lambda: it.app.current_mode == "dataset")


async def test_a_picture_of_the_screen_is_saved_in_the_data_folder(tmp_path: Path) -> None:
    async with app_with(tmp_path, BEGINNING) as it:
        await it.press("ctrl+p", *"screenshot", "enter")
        await it.until(lambda: any("Saved screenshot" in toast for toast in it.toasts()))
        (picture,) = tmp_path.glob("*.svg")
        assert "quit" in picture.read_text() and "Search" not in picture.read_text()


async def test_a_theme_is_remembered(tmp_path: Path) -> None:
    async with app_with(tmp_path) as it:
        assert it.app.theme == "tertulia"
        it.app.theme = "textual-light"
        await it.until(lambda: load(tmp_path).theme == "textual-light")
    async with app_with(tmp_path) as it:
        assert it.app.theme == "textual-light"


@pytest.mark.parametrize("theme", ["tertulia", *sorted(BUILTIN_THEMES)])
async def test_every_theme_can_be_worn(tmp_path: Path, theme: str) -> None:
    save(tmp_path, Settings(theme=theme))
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION]) as it:
        assert it.app.theme == theme
        assert "Talk" in it.marked("underline") and "Tutor" in it.marked("bold")


async def test_without_colour_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION[:-1], State("idle")]) as it:
        picture = it.app.export_screenshot()
        colours = {c.lower() for c in re.findall(r"fill: (#[0-9a-fA-F]{6})", picture)}
        frame = {"#c5c8c6"}  # of the window that the picture puts around the screen
        assert all(c[1:3] == c[3:5] == c[5:7] for c in colours - frame)
        assert "1 Talk" in it.marked("underline") and "hermano." in it.marked("underline")


async def test_settings_that_cannot_be_read_are_told_and_replaced_by_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("theme = ")
    async with app_with(tmp_path) as it:
        assert it.app.settings == Settings()
        assert "is not TOML" in it.toasts()[0]


async def test_a_theme_that_is_gone_and_values_of_the_wrong_kind_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('theme = "gone"\nlevel = 3\nnew = "x"\nscenario = "rutina"\n')
    async with app_with(tmp_path) as it:
        assert it.app.theme == "tertulia"
        assert it.app.settings == Settings(theme="gone", scenario="rutina")


def test_settings_are_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    save(tmp_path, Settings(level="B1"))
    assert load(tmp_path) == Settings(level="B1")
    (tmp_path / "folder" / "settings.toml").mkdir(parents=True)
    with pytest.raises(SettingsError, match="cannot be written"):
        save(tmp_path / "folder", Settings())
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["settings.toml"]
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "folder")


@given(st.text(), st.text(), st.text())
def test_any_settings_come_back_as_they_were(theme: str, level: str, scenario: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(theme, level, scenario)
        save(Path(folder), settings)
        assert load(Path(folder)) == settings
        assert tomllib.loads((Path(folder) / "settings.toml").read_text(encoding="utf-8"))["level"] == level


@given(st.text())
def test_shown_text_drives_no_terminal(text: str) -> None:
    line = plain(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line)
    assert plain(line) == line


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_any_loudness_has_a_bar(rms: float) -> None:
    assert 0 <= bar(rms) <= 8


def test_louder_is_taller() -> None:
    heights = [bar(x / 1000) for x in range(1001)]
    assert heights == sorted(heights) and heights[0] == 0 and heights[-1] == 8
