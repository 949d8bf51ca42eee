"""A format is one file and one name in a table: nobody else knows a format by its name or by its module."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from store.formats.formats import MODULES, OWN
from tests.places import ROOT

NAMES = set(MODULES) - {OWN}
"""OWN is also the name of a way to write anything."""
PARTS = {f"store.formats.{module}" for module in MODULES.values()}


def known(source: str) -> Iterator[int]:
    """Lines that name a format, or get hold of the module of one."""
    for node in ast.walk(ast.parse(source)):
        named: set[object] = set()
        if isinstance(node, ast.Constant):
            named = {node.value}
        elif isinstance(node, ast.Import):
            named = {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            named = {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
        if named & (NAMES | PARTS):
            yield node.lineno


def test_nobody_outside_its_room_knows_a_format() -> None:
    files = [
        path
        for room in ("core", "tui", "store", "models", "trainer")
        for path in (ROOT / room).rglob("*.py")
        if not path.relative_to(ROOT).as_posix().startswith("store/formats/")
    ]
    found = [
        f"{path.relative_to(ROOT)}:{line}" for path in files for line in known(path.read_text(encoding="utf-8"))
    ]
    assert len(files) > 200 and not found, "let the format say it of itself: store.formats.format"


@pytest.mark.parametrize(
    "source",
    [
        'if kind.name == "parquet":\n    pass',
        'BESIDE = ("textgrid", "elan")',
        'found = kind.name in {"kaldi", "mls"}',
        'match kind.name:\n    case "chat":\n        pass',
        'SUFFIX = {"ljspeech": ".wav"}',
        "from store.formats import formats, parquet",
        "from store.formats.parquet import read",
        "import store.formats.csv_table",
        "importlib.import_module('store.formats.elan')",
    ],
)
def test_every_way_to_know_one_is_seen(source: str) -> None:
    assert list(known(source))
