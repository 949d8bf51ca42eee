"""What is installed: every file that it needs, and a sentence where a command needs a checkout of the project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests import import_circles
from tests.patience import PATIENCE
from tests.places import ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WHEEL = SETTINGS["tool"]["hatch"]["build"]["targets"]["wheel"]
OF_A_CHECKOUT = ("train", "starter", "desk", "tutor")
"""Benches that are not installed."""


def files() -> set[Path]:
    """What the wheel holds, relative to the project: as hatchling chooses, for places without wildcards."""
    paths = [path for room in WHEEL["packages"] for path in (ROOT / room).rglob("*") if path.is_file()]
    return {
        path
        for path in (path.relative_to(ROOT) for path in paths if path.suffix != ".pyc")
        if not any(path.is_relative_to(place) for place in WHEEL["exclude"])
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Tertulia as it is installed."""
    folder = tmp_path_factory.mktemp("site")
    for path in files():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).symlink_to(ROOT / path)
    return folder


def installed(site: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the installed Tertulia, from a folder of the user."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "tui.cli", *arguments],
        env={**os.environ, "PYTHONPATH": str(site), "TERTULIA_HOME": str(home / "data")}, cwd=home,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


def test_what_is_left_out_is_there_and_is_named_without_wildcards() -> None:
    for place in WHEEL["exclude"]:
        assert (ROOT / place).exists(), place


def test_nothing_that_is_installed_imports_what_is_not() -> None:
    graph = import_circles.read(ROOT)
    modules = {import_circles.name_of(path) for path in files() if path.suffix == ".py"}
    assert modules < set(graph)
    assert {name: missing for name in modules if (missing := graph[name] - modules)} == {}


@pytest.mark.parametrize("what", OF_A_CHECKOUT)
def test_a_bench_of_a_checkout_says_so_where_it_is_not_installed(site: Path, tmp_path: Path, what: str) -> None:
    ran = installed(site, tmp_path, "bench", what)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        f"tertulia: `bench {what}` is not part of an installed Tertulia: run it from a checkout of the project.\n"
    )


def test_what_is_installed_finds_its_models_and_its_texts(site: Path, tmp_path: Path) -> None:
    ran = installed(site, tmp_path, "doctor", "--json")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = {line["check"]: line["ok"] for line in map(json.loads, ran.stdout.splitlines())}
    assert found["recogniser"] and found["tutor"] and found["voice"]
