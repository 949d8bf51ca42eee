"""The commands in shells that are set up badly, and given what no shell should give them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from store.database import Store
from tests.core.review.desk_segments import heard
from tests.patience import PATIENCE

TEXT = "¿Qué año? 👩‍🏫"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "home") as store:
        heard(store, TEXT)
    return tmp_path / "home"


def tertulia(
    home: Path,
    *arguments: str | bytes | Path,
    out: int = subprocess.PIPE,
    closed: bool = False,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> subprocess.CompletedProcess[bytes]:
    """A command's run.

    Args:
        out: where its standard output goes.
        closed: whether it has no standard output at all.
    """
    shell = ["sh", "-c", 'exec "$@" >&-', "sh"] if closed else []
    return subprocess.run(
        [*shell, sys.executable, "-P", "-c", "import sys; from tui.cli import main; sys.exit(main())", *arguments],
        env={**os.environ, "TERTULIA_HOME": str(home), **variables},
        stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, timeout=PATIENCE, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_json_stays_json_where_the_terminal_knows_no_utf_8(home: Path, variables: dict[str, str]) -> None:
    done = tertulia(home, "queue", "--json", variables=variables)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.decode("latin-1"))["segments"][0]["text"] == TEXT
    for command in ("queue", "stats"):
        shown = tertulia(home, command, variables=variables)
        assert (shown.returncode, shown.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_what_cannot_be_said_because_the_disk_is_full_costs_a_sentence(home: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        failed = tertulia(home, "queue", out=full.fileno())
    assert (failed.returncode, failed.stderr.count(b"\n")) == (1, 1)
    assert failed.stderr.startswith(b"tertulia: The disk is full")


def test_a_closed_standard_output_troubles_no_command(home: Path) -> None:
    done = tertulia(home, "queue", closed=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_what_is_no_text_or_no_number_of_this_world_is_understood_as_nothing(home: Path) -> None:
    for arguments in (("--limit", "9" * 30), ("--search", b"\xff"), ("--speaker", b"\xff")):
        done = tertulia(home, "queue", "--json", *arguments)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["count"] == 1


@pytest.mark.parametrize(
    "command", [("import", ""), ("import", " "), ("models", "add", ""), ("export", "", "--format", "json")]
)
def test_an_empty_name_does_not_mean_the_present_folder(home: Path, command: tuple[str, ...]) -> None:
    refused = tertulia(home, *command)
    assert refused.returncode == 2 and b"the name is empty" in refused.stderr


def test_a_folder_that_could_repaint_the_terminal_is_named_without_that(home: Path, tmp_path: Path) -> None:
    with Store.open(home) as store:
        number = heard(store, "Hola.")
    assert tertulia(home, "correct", str(number), "--accept").returncode == 0
    done = tertulia(home, "export", tmp_path / "a\x1b[2Jb\nc", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert b"\x1b" not in done.stdout and done.stdout.count(b"\n") == 1
    assert done.stdout.startswith(b"1 segment, ")


def test_nor_does_a_sentence_repaint_it(home: Path, tmp_path: Path) -> None:
    refused = tertulia(home, "models", "add", tmp_path / "a\x1b]0;x\x07b\nc")
    assert refused.returncode == 2 and refused.stderr.count(b"\n") == 1
    assert refused.stderr.startswith(b"tertulia: There is nothing at ") and b"\x1b" not in refused.stderr


def test_a_flag_says_why_and_what_is_undone_is_shown(home: Path) -> None:
    refused = tertulia(home, "correct", "1", "--flag", " ")
    assert refused.returncode == 2 and b"say what is wrong" in refused.stderr
    assert "(nobody speaks)" in tertulia(home, "correct", "1", "--text", "").stdout.decode()
    undone = tertulia(home, "correct", "--undo").stdout.decode()
    assert "Undone" in undone and TEXT in undone and "new, " in undone
