"""The table of modes: what is made from it, and a line on top that fits however many there are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from textual.content import Content

from tui import modes
from tui.keys import EVERYWHERE, shown
from tui.modes import MODES, Mode
from tui.shell.header_and_keys import OFFLINE, header

FIVE = tuple(
    Mode(title.lower(), str(key), title, f"{title}.", "nowhere:Nothing")
    for key, title in enumerate(("Talk", "Correct", "Dataset", "Train", "Models"), 1)
)
EIGHT = (
    *FIVE,
    Mode("six", "6", "Review", "Review.", "nowhere:Nothing"),
    Mode("seven", "7", "Progress", "Progress.", "nowhere:Nothing"),
    Mode("eight", "comma", "Settings", "Settings.", "nowhere:Nothing"),
)
LABELS = {
    "nothing": (),
    "starter": ("starter, hears no people", "starter, hears nobody"),
    "version": ("v3, 7 ± 5 of 100 words wrong", "v3, 7 of 100 words wrong", "v3, 7 % wrong"),
    "long": (
        "un modelo con un nombre muy largo, not yet tested on you",
        "un modelo con un nombre muy largo, untested",
        "un modelo con…, untested",
    ),
}
WIDTHS = range(40, 131)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_every_row_names_a_screen_of_that_mode(mode: Mode) -> None:
    assert getattr(mode.load(), "MODE", "") == mode.name


def test_every_mode_has_a_key_of_its_own_that_works_everywhere() -> None:
    assert len({mode.key for mode in MODES}) == len({mode.name for mode in MODES}) == len(MODES)
    rows = {key.id: key for key in EVERYWHERE if key.id.startswith("mode.")}
    for mode in MODES:
        key = rows.pop(f"mode.{mode.name}")
        assert (key.keys, key.label, key.tip) == ((mode.key,), mode.title, mode.tip)
    assert not rows


def test_a_mode_is_one_row_and_is_found_by_key_in_header_palette_and_help(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.tui.one_more_mode", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = json.loads(ran.stdout)
    assert found["mode"] == "notes" and found["underlined"].strip() == "F14 Notes"
    assert "F14 Notes" in found["header"] and OFFLINE in found["header"]
    assert found["palette"]["Go to Notes"] == "Read what you noted." in found["help"]
    assert "v9" in found["news"]
    assert not found["loaded at the start"]


def test_the_app_is_there_before_any_other_screen_is_loaded() -> None:
    others = [mode.screen.partition(":")[0] for mode in MODES if mode.name != "talk"]
    script = f"import sys, tui.app; print(*(module for module in {others} if module in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.split() == []


def test_what_a_mode_wants_preloaded_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    monkeypatch.setattr(modes, "MODES", (Mode("a", "1", "A", "A.", "nowhere:Nothing", preload=("colorsys",)),))
    modes.warm()
    assert "colorsys" in sys.modules


# --- the header -----------------------------------------------------------------------------------


def tabs(line: Content) -> str:
    """What stands before the right side."""
    return line.plain.partition("●")[0].partition("ear:")[0]


@pytest.mark.parametrize("table", [FIVE[:1], FIVE, EIGHT[:7], EIGHT], ids=len)
@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_the_header_fits_names_where_you_are_and_has_every_key(
    table: tuple[Mode, ...], labels: tuple[str, ...]
) -> None:
    for columns in WIDTHS:
        room = columns - 2  # the line is padded
        for here in table:
            line = header(table, here.name, labels, room)
            assert line.cell_length <= room
            assert f"{shown(here.key)} {here.title}" in tabs(line), f"{columns}: {line.plain}"
            assert {shown(mode.key) for mode in table} <= {word[:1] for word in tabs(line).split()}


@pytest.mark.parametrize("table", [FIVE, EIGHT], ids=len)
def test_what_does_not_change_goes_before_how_good_the_recogniser_is(table: tuple[Mode, ...]) -> None:
    for columns in WIDTHS:
        line = header(table, "talk", LABELS["starter"], columns - 2).plain
        assert "ear: starter" in line
        if columns >= 60:
            assert "ear: starter, hears no people" in line
        if columns >= 100 and table is FIVE:
            assert OFFLINE in line


def test_at_eighty_columns_it_is_said_in_words_what_listens_and_how_good_it_is() -> None:
    for labels, words in (
        ("starter", "ear: starter, hears no people"),
        ("version", "ear: v3, 7 of 100 words wrong"),
        ("long", "ear: un modelo con…, untested"),
    ):
        assert words in header(FIVE, "talk", LABELS[labels], 78).plain
        assert f"ear: {LABELS[labels][0]}" in header(FIVE, "talk", LABELS[labels], 128).plain


def test_more_room_never_names_fewer_modes() -> None:
    for labels in LABELS.values():
        named = [
            sum(mode.title in header(EIGHT, "talk", labels, room).plain for mode in EIGHT)
            for room in range(38, 140)
        ]
        assert named == sorted(named) and named[0] == 1 and named[-1] == len(EIGHT)


def test_at_eighty_columns_five_modes_are_named_and_of_eight_the_first_ones() -> None:
    assert header(FIVE, "talk", LABELS["version"], 78).plain.split("  ")[:5] == [
        "1 Talk", "2 Correct", "3 Dataset", "4 Train", "5 Models"
    ]  # fmt: skip
    assert tabs(header(EIGHT, "eight", LABELS["version"], 78)).split() == [
        "1", "Talk", "2", "Correct", "3", "4", "5", "6", "7", ",", "Settings"
    ]  # fmt: skip


def test_a_title_stays_where_it_is_when_the_recogniser_becomes_known() -> None:
    for columns in WIDTHS:
        assert len({tabs(header(EIGHT, "talk", labels, columns - 2)).rstrip() for labels in LABELS.values()}) == 1


def test_in_next_to_no_room_the_line_is_still_no_wider() -> None:
    for room in range(40):
        line = header(EIGHT, "eight", LABELS["version"], room)
        assert line.cell_length <= room
        assert room < len(", Settings") or ", Settings" in line.plain
