"""Keys are decided once: one meaning a key in all screens, in those that are still to come, too."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.content import Content
from textual.screen import ModalScreen, Screen

import tui
from core.engine.protocol import State
from tests.tui.correct_driver import CorrectDriver, correcting, fill
from tests.tui.driver import Driver, app_with
from tui import keys
from tui.keys import EVERYWHERE, MEANINGS, RESERVED, WRITING, Key, letter, shown
from tui.pictures.talk import CONVERSATION
from tui.shell.header_and_keys import KeysLine
from tui.shell.help import KeysTable
from tui.shell.mode_screen import ModeScreen
from tui.stand_ins import BEGINNING

for module in pkgutil.walk_packages(tui.__path__, "tui."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)


def below(kind: type[Screen[object]]) -> Iterator[type[Screen[object]]]:
    """All classes of screens of a kind that the app has."""
    for one in kind.__subclasses__():
        if one.__module__.startswith("tui."):
            yield one
        yield from below(one)


SCREENS = {one.__name__: one.KEYS for one in below(ModeScreen) if one.KEYS}  # type: ignore[attr-defined]
DIALOGS = [
    value
    for module in pkgutil.walk_packages(tui.__path__, "tui.")
    if not module.name.endswith("__main__")
    for value in vars(importlib.import_module(module.name)).values()
    if isinstance(value, tuple) and value and all(isinstance(one, Key) for one in value)
]
"""Every table of keys there is; the screens' are among them."""


def is_letter(name: str) -> bool:
    return len(name) == 1 or (name in keys._SHOWN and len(shown(name)) == 1 and shown(name) not in "↑↓←→")


def test_no_key_has_two_meanings() -> None:
    counts = Counter(name for names in MEANINGS.values() for name in names)
    assert not [name for name, count in counts.items() if count > 1]


def test_no_key_has_two_meanings_while_writing() -> None:
    assert len(set(WRITING.values())) == len(WRITING)
    assert {row.writing for table in DIALOGS for row in table} - {""} == set(WRITING)
    commands = {name: meaning for meaning, names in MEANINGS.items() for name in names}
    assert all(commands.get(key, meaning) == meaning for meaning, key in WRITING.items()), (
        "nor another than outside"
    )


def test_every_screen_is_looked_at() -> None:
    assert {"TalkScreen", "CorrectScreen", "DatasetScreen", "TrainScreen", "CompareScreen"} <= set(SCREENS)
    assert [one for one in below(ModalScreen) if one.__name__ == "HelpScreen"]


@pytest.mark.parametrize("name", sorted(SCREENS))
def test_on_a_screen_a_letter_is_one_command_and_means_what_it_does_elsewhere(name: str) -> None:
    table = (*SCREENS[name], *EVERYWHERE)
    counts = Counter(key for row in table for key in row.keys if is_letter(key))
    assert not [key for key, count in counts.items() if count > 1]
    assert not [row.id for row in table if row.answers or row.writing_answer], "answers are for dialogs"
    assert not [row.id for row in table if RESERVED & set(row.means)]


def test_every_meaning_is_reserved_or_in_use() -> None:
    used = {meaning for table in DIALOGS for row in table for meaning in row.means}
    assert used == set(MEANINGS) - RESERVED
    assert {letter(meaning) for meaning in RESERVED} == {"6", "7", ",", "h", "t", "v", "e", "m"}


def test_a_row_of_keys_has_the_keys_of_its_meanings_after_its_answers() -> None:
    row = Key("x", ("accept", "undo"), "x", "x", "X.", answers=("y",))
    assert row.keys == ("y", "enter", "u", "ctrl+z")
    assert [shown(key) for key in ("percent_sign", "less_than_sign", "f20", "f3", "G")] == [
        "%",
        "<",
        "⇧F8",
        "F3",
        "G",
    ]


def bottom_line(it: Driver | CorrectDriver, width: int) -> str:
    """The keys at the bottom, which fit."""
    line = it.app.screen.query_one(KeysLine).render()
    assert isinstance(line, Content)
    assert line.cell_length <= width - 2 and "…" not in line.plain
    return line.plain


@pytest.mark.parametrize("width", [80, 60])
async def test_the_bottom_line_fits_and_shows_what_matters_most(tmp_path: Path, width: int) -> None:
    most = {
        "mode.talk": ("space talk", "i write", "r replay"),
        "mode.dataset": ("I import", "O export"),
        "mode.train": ("a preset", "B from"),
    }
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION[:-1], State("idle")], size=(width, 24)) as it:
        for row in EVERYWHERE:
            if row.id.startswith("mode."):
                await it.press(row.keys[0])
                line = bottom_line(it, width)
                assert not [words for words in (*most.get(row.id, ()), "? keys", "q quit") if words not in line]


@pytest.mark.parametrize("width", [80, 60])
async def test_the_bottom_line_of_a_segment_shows_what_matters_most(tmp_path: Path, width: int) -> None:
    fill(tmp_path)
    async with correcting(tmp_path, size=(width, 24)) as it:
        line = bottom_line(it, width)
        for words in ("enter accept", "f pick word", "space play", "? keys", "q quit"):
            assert words in line


@pytest.mark.parametrize("name", sorted(SCREENS))
def test_help_lists_every_key_in_eighty_columns(name: str) -> None:
    for table in (SCREENS[name], EVERYWHERE):
        _, *lines = KeysTable(name, table).render().plain.splitlines()
        for row, line in zip(table, lines, strict=True):
            assert line.endswith(f" {row.tip}") and len(line) <= 75
            assert all(shown(key) in line for key in (*row.keys, row.writing_key) if key)
