"""Correcting from the shell: real commands on a real database."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from core.review.desk import Desk
from store.database import Store
from store.segments.edits import state
from tests.core.review.desk_segments import heard
from tests.tui.cli.driver import tertulia


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


def correct(store: Store, *arguments: str | int, author: str = "ana") -> CompletedProcess[str]:
    return tertulia(store.folder, "correct", *map(str, arguments), TERTULIA_AUTHOR=author)


def answer(result: CompletedProcess[str]) -> dict[str, Any]:
    assert result.returncode == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_a_text_becomes_the_reference(store: Store) -> None:
    number = heard(store, "me gusta la caza", doubtful=["caza"])
    before = answer(correct(store, number, "--json"))
    assert (before["status"], before["revision"], before["words"][3]["doubtful"]) == ("new", 0, True)
    after = answer(correct(store, number, "--text", "Me gusta la casa.", "--json"))
    assert (after["status"], after["reference"], after["errors"]) == ("corrected", "Me gusta la casa.", 1)
    assert [word["word"] for word in after["words"]] == ["Me", "gusta", "la", "casa."]
    assert (after["words"][3]["start"], after["words"][3]["probability"]) == (1.5, None)
    shown = correct(store, number)
    assert "Me gusta la casa." in shown.stdout
    assert "corrected" in shown.stdout


def test_accepting_and_saying_more_is_one_step_or_none(store: Store) -> None:
    number = heard(store, "Hola.")
    after = answer(correct(store, number, "--accept", "--speaker", "Luis", "--note", "bajito", "--json"))
    assert [after[key] for key in ("status", "text", "speaker", "note")] == ["corrected", "Hola.", "Luis", "bajito"]
    refused = correct(store, number, "--skip", "--note", "no " * 9_000)
    assert refused.returncode == 2
    assert state(store, number)[0].status == "corrected"


def test_putting_aside_and_undoing(store: Store) -> None:
    number = heard(store, "ola")
    for arguments, status in (
        (["--skip"], "skipped"), (["--flag", "ruido"], "flagged"), (["--unsure"], "unsure"), (["--reopen"], "new"),
    ):  # fmt: skip
        assert answer(correct(store, number, *arguments, "--json"))["status"] == status
    undone = answer(correct(store, "--undo", "--json"))
    assert (undone["kind"], undone["segments"][0]["status"]) == ("undo", "unsure")
    assert answer(correct(store, "--redo", "--json"))["segments"][0]["status"] == "new"
    assert f"segment {number}" in correct(store, "--undo").stdout
    nothing = correct(store, "--undo", author="luis")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "nothing to undo" in nothing.stderr


def test_a_change_that_was_not_seen_is_a_conflict_with_both_texts(store: Store) -> None:
    number = heard(store, "ola")
    correct(store, number, "--text", "¡Hola!", author="luis")
    late = correct(store, number, "--text", "Hola.", "--seen", 0)
    assert late.returncode == 1
    assert all(part in late.stderr for part in ("luis", "¡Hola!", "Hola."))
    sides = json.loads(correct(store, number, "--text", "Hola.", "--seen", 0, "--json").stdout)
    assert (sides["theirs"]["reference"], sides["yours"]["reference"]) == ("¡Hola!", "Hola.")
    stored = answer(correct(store, number, "--text", "Hola.", "--seen", sides["revision"], "--json"))
    assert stored["text"] == "Hola."


def test_what_is_being_typed_in_the_app_is_not_lost(store: Store) -> None:
    number = heard(store, "ola")
    desk = Desk(store, "ana")
    desk.draft(desk.card(number), "hola qué")
    after = answer(correct(store, number, "--text", "hola", "--json"))
    assert (after["text"], after["draft"]) == ("hola", "hola qué")


@pytest.mark.parametrize(
    "arguments",
    [
        ["99"], ["9" * 30], ["99", "--text", "x"], [], ["--text", "x"], ["--undo", "1"], ["uno"],
        ["1", "--text", "x", "--skip"], ["1", "--text", "x " * 9_000], ["1", "--flag"], ["1", "--undo"],
    ],
)  # fmt: skip
def test_bad_usage_is_one_sentence_and_changes_nothing(store: Store, arguments: list[str]) -> None:
    heard(store, "ola")
    refused = correct(store, *arguments)
    assert refused.returncode == 2
    assert "tertulia" in refused.stderr.splitlines()[-1]
    assert "Traceback" not in refused.stderr
    assert state(store, 1) == (state(store, 1)[0], 0)
    assert state(store, 1)[0].status == "new"
