"""The model card: what whoever finds a version's folder in five years can read about it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.versions import model_card, registry
from store.database import Store
from store.runs import Run, run
from store.versions import ModelVersion
from tests import learner_store as makings


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as store:
        yield store


def clip(text: str, split: str, origin: str, seconds: float) -> dict[str, Any]:
    return {"text": text, "split": split, "origin": origin, "start": 16_000, "end": 16_000 + int(16_000 * seconds)}


def made(store: Store, *rows: object) -> tuple[ModelVersion, Run]:
    """A version that learnt from these lines of a manifest."""
    version = makings.version(store)
    assert version.run is not None
    of = run(store, version.run)
    lines = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    (of.folder / "manifest.jsonl").write_text(lines, encoding="utf-8")
    return version, of


def rows(text: str) -> dict[str, list[str]]:
    """The cells of all tables, by the first of a row."""
    found = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("| ")]
    return {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in found}


def test_it_says_what_it_is_and_where_it_comes_from(store: Store) -> None:
    version, of = made(store)
    text = model_card.compose(store, version, of)
    cells = rows(text)
    assert text.startswith("# v1: a recogniser of spoken Spanish\n")
    assert cells["Trained from"] == ["starter-ear"]
    assert cells["SHA-256 of the weights"] == [f"`{version.sha256}`"]
    assert cells["Run"][0].startswith("1 (minutes), ")
    assert "not made to identify people" in " ".join(text.split())


@pytest.mark.parametrize(
    ("base", "called"),
    [
        ("/home/ana/models/whisper-mine", "whisper-mine"),
        (
            "/home/ana/.cache/huggingface/hub/models--openai--whisper-base/snapshots/e37978b",
            "openai/whisper-base, revision e37978b",
        ),
        ("/home/ana/a | b\ud800", "a \\| b"),
    ],
)
def test_a_base_that_is_a_folder_is_named_without_its_place(store: Store, base: str, called: str) -> None:
    run = makings.finished_run(store)
    (run.folder / "job.json").write_text(json.dumps({"base": base, "preset": "\ud800"}))
    [version] = registry.settle(store)
    text = (store.folder / version.folder / model_card.NAME).read_text(encoding="utf-8")
    assert rows(text)["Trained from"] == [called] and "/home/ana" not in text


def test_it_counts_what_was_learnt_from(store: Store) -> None:
    version, of = made(
        store,
        clip("Vivo en Soria.", "train", "learner", 60), clip("Y tú, ¿dónde vives?", "train", "learner", 30),
        clip("Vale.", "test", "learner", 1.2), clip("", "train", "noise", 6), "{torn", [1], {"text": "x"},
    )  # fmt: skip
    text = model_card.compose(store, version, of)
    counted = [line for line in text.splitlines() if line.startswith(("| learner", "| noise"))]
    assert counted == [
        "| learner | test | 1 | 0.0 | 1 |", "| learner | train | 2 | 1.5 | 7 |", "| noise | train | 1 | 0.1 | 0 |",
    ]  # fmt: skip
    assert re.search(r"SHA-256 `[0-9a-f]{64}`", text)


def test_it_has_every_figure_with_its_interval(store: Store) -> None:
    version, of = made(store)
    verdict, report = registry.verdict_of(store, version), registry.report_of(store, version)
    assert verdict is not None and report is not None
    text = model_card.compose(store, version, of)
    cells = rows(text)
    assert f"**better**: {verdict.sentence}" in text
    assert cells["WER, test"] == [str(verdict.before), str(verdict.after)]
    assert cells["WER, general"] == [str(verdict.general_before), str(verdict.general_after)]
    assert cells["CER, test"] == [str(report.before.cer("test")), str(report.after.cer("test"))]
    kinds = report.after.kinds("test")
    assert cells["substituted, inserted, lost: test"][1] == f"{kinds.sub}, {kinds.ins}, {kinds.del_}"
    assert cells["words heard in silence and noise"] == ["0 in 20 clips"] * 2
    assert cells["sensible timestamps"] == ["100 %"] * 2
    assert cells["WER, test, speaker Ana"] == [str(verdict.before), str(verdict.after)]
    assert cells["WER, test, loudness middle"] == [str(verdict.before), str(verdict.after)]
    assert "Strength of the adapter: 0.75." in text


def test_the_recipe_is_there_without_places_of_this_machine(store: Store) -> None:
    version, of = made(store)
    text = model_card.compose(store, version, of)
    recipe = json.loads(text[text.index("```json\n") + 8 : text.rindex("```")])
    assert recipe == makings.QUICK
    assert str(makings.DEPLOYED) not in text and str(store.folder) not in text


def test_names_cannot_break_a_table_or_a_terminal(store: Store) -> None:
    version, of = made(store, clip("Hola.", "train", "a | b\n\x1b[31mred", 1))
    report = json.loads((of.folder / "report.json").read_text())
    report["before"]["model"] = "old | \x1b]0;x\x07ear"
    for name in ("before", "after"):
        for one in report[name]["sets"]["test"]:
            one["speaker"] = "Ana | the\nsecond"
    (of.folder / "report.json").write_text(json.dumps(report))
    text = model_card.compose(store, version, of)
    assert "\x1b" not in text and "\x07" not in text
    assert "old \\| ear (before)" in text
    assert rows(text)["WER, test, speaker Ana \\| the second"][0] == rows(text)["WER, test"][0]
    assert rows(text)["a \\| b red"][0] == "train"


@pytest.mark.parametrize("name", ["report.json", "job.json", "manifest.jsonl"])
@pytest.mark.parametrize("body", [None, b"\xff\x00", b"[" * 100_000])
def test_a_run_of_which_something_is_gone_has_a_card_all_the_same(
    store: Store, name: str, body: bytes | None
) -> None:
    version, of = made(store, clip("Vale.", "train", "learner", 1))
    if body is None:
        (of.folder / name).unlink()
    else:
        (of.folder / name).write_bytes(body)
    model_card.write(store, version, of)
    text = (of.folder / "version" / model_card.NAME).read_text(encoding="utf-8")
    gone = {"report.json": "Nothing was measured.", "job.json": "```json\n{}\n```", "manifest.jsonl": "SHA-256 `"}
    assert gone[name] in text if body or name != "manifest.jsonl" else "The snapshot is gone." in text


def test_it_takes_the_place_of_an_older_one(store: Store) -> None:
    version, of = made(store)
    path = of.folder / "version" / model_card.NAME
    before = path.read_text()
    (of.folder / "manifest.jsonl").write_text(json.dumps(clip("Vale.", "train", "learner", 1)) + "\n")
    model_card.write(store, version, of)
    assert path.read_text() != before
    assert [one.name for one in path.parent.iterdir() if one.name.startswith(".")] == []
