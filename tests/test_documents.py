"""What documents, cards, the Makefile and docstrings name is there: modules to run, files and folders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.places import ROOT

ROOMS = "tui|core|trainer|store|models|tests"
MODULE = re.compile(rf"-m ((?:{ROOMS})(?:\.\w+)*)")
PLACE = re.compile(rf"`((?:{ROOMS})/[\w/-]+\.\w+)`|\]\(([\w./-]+)\)")


def texts(*suffixes: str) -> Iterator[tuple[Path, str]]:
    """Files of the project with one of these endings, and what they say."""
    paths = [
        *ROOT.glob("*"),
        *ROOT.glob(".ci/*"),
        *(path for room in ROOMS.split("|") for path in (ROOT / room).rglob("*")),
    ]
    for path in paths:
        if path.suffix in suffixes and path.is_file() and "data" not in path.parts:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


def runs(module: str) -> bool:
    """Whether `python -m` finds something to run."""
    place = ROOT / module.replace(".", "/")
    return place.with_suffix(".py").is_file() or (place / "__main__.py").is_file()


def test_every_module_that_is_to_be_run_is_there() -> None:
    named = {
        (str(path), module) for path, text in texts(".md", ".py", ".txt", "") for module in MODULE.findall(text)
    }
    assert {("Makefile", "trainer.starter"), ("README.md", "core.engine")} <= named
    assert {(path, module) for path, module in named if not runs(module)} == set()


def test_every_file_that_a_document_names_is_there() -> None:
    named = {(path, "".join(found)) for path, text in texts(".md") for found in PLACE.findall(text)}
    assert (Path("README.md"), "tui/pictures/talk.svg") in named
    missing = {
        (str(path), place)
        for path, place in named
        if not ((ROOT / place).exists() or (ROOT / path).parent.joinpath(place).exists())
    }
    assert missing == set()
