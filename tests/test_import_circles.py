"""The command that names import circles: it counts what it should, and finds none here."""

from __future__ import annotations

from pathlib import Path

from tests.import_circles import circles, read
from tests.places import ROOT

HERE = ROOT


def written(root: Path, **files: str) -> list[tuple[list[str], int]]:
    """The circles among files of the room `core`, named with _ for a folder."""
    for name, text in files.items():
        path = root / "core" / (name.replace("_", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return circles(read(root))


def test_here_are_none() -> None:
    assert circles(read(HERE)) == []


def test_imports_within_functions_and_for_types_only_count(tmp_path: Path) -> None:
    function = "def late():\n    from core import b\n"
    types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from core.a import late\n"
    assert written(tmp_path, a=function, b=types) == [(["core.a", "core.b", "core.a"], 2)]


def test_the_shortest_way_round_stands_for_all_that_hang_together(tmp_path: Path) -> None:
    found = written(
        tmp_path, a="import core.b", b="from core.c import x", c="from core import a, d", d="from core.c import y"
    )
    assert found == [(["core.c", "core.d", "core.c"], 4)]


def test_a_package_counts_only_where_a_name_is_taken_from_it(tmp_path: Path) -> None:
    inner = tmp_path / "core" / "room"
    inner.mkdir(parents=True)
    (inner / "__init__.py").write_text("from core.room.thing import Thing\n")
    passed_through = written(tmp_path, room_thing="import core.room.other\n", room_other="from core import away\n")
    assert passed_through == []
    taken = written(tmp_path, room_thing="from core.room import Name\n")
    assert taken == [(["core.room", "core.room.thing", "core.room"], 2)]
