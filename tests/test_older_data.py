"""Data folders, databases and runs as the app left them before its rooms were redrawn: they still open and go on.

The archives in data/older were made by the app of that day, and data-folder.json notes what its commands said.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from models.catalog import STARTER
from store.check import check
from store.database import Store
from store.schema import migrations
from store.segments.table import corrections, reference, segment
from store.sessions import turns
from tests.patience import PATIENCE
from tests.places import DATA
from tests.tui.correct_driver import correcting
from tests.tui.train_driver import training

OLDER = DATA / "older"
READ = DATA / "es_read_1.wav"
NOTED: dict[str, Any] = json.loads((OLDER / "data-folder.json").read_text(encoding="utf-8"))
TABLES = ("sessions", "turns", "segments", "corrections", "actions", "recordings", "promotions", "drafts")
STEADY = {
    "OMP_NUM_THREADS": "1", "ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE",
    "ONEDNN_MAX_CPU_ISA": "SSE41", "CT2_FORCE_CPU_ISA": "GENERIC", "TERTULIA_THREADS": "1",
}  # fmt: skip
"""So that every processor adds up in the same order, as it did when the archives were made."""


def hear() -> tuple[str, str]:
    """The name of the recogniser in use, and what it hears of a recording."""
    [heard] = tertulia("transcribe", str(READ))
    return heard["model"], heard["text"]


def events_of(run: Path) -> dict[str, Any]:
    """What is known of a run from its events, as JSON has it."""
    from core.runs.watch import RunWatch

    watch = RunWatch(run)
    watch.poll()
    return dict(json.loads(json.dumps({k: v for k, v in asdict(watch.state).items() if not k.startswith("_")})))


def base_is(folder: Path) -> str:
    """By what a run knows its base again."""
    pytest.importorskip("torch", reason="the training extra is not installed")
    from trainer.run import base_hash

    return base_hash(folder)


def unpacked(name: str, folder: Path) -> Path:
    """An archive unpacked, as if it had been made in this place."""
    with tarfile.open(OLDER / f"{name}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    for path in folder.glob("runs/**/*"):
        if path.suffix in (".json", ".jsonl", ".md"):
            path.write_text(here(path.read_text(encoding="utf-8"), folder), encoding="utf-8")
    for state in folder.glob("runs/*/checkpoints/*/state.json"):  # knows its job, and is known, by hashes
        body = json.loads(state.read_text(encoding="utf-8"))
        body |= {file: sha256(state.parents[2] / file) for file in ("job.json", "manifest.jsonl")}
        state.write_text(json.dumps(body), encoding="utf-8")
        manifest = state.with_name("manifest.json")
        hashes = json.loads(manifest.read_text(encoding="utf-8")) | {state.name: sha256(state)}
        manifest.write_text(json.dumps(hashes), encoding="utf-8")
    return folder


def here(text: str, data: Path) -> str:
    return text.replace("{STARTER}", str(STARTER)).replace("{DATA}", str(data))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = unpacked("data-folder", tmp_path / "data")
    monkeypatch.setenv("TERTULIA_HOME", str(folder))
    monkeypatch.setenv("TERTULIA_AUTHOR", "ana")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.delenv("TERTULIA_RECOGNISER", raising=False)
    for name, value in STEADY.items():
        monkeypatch.setenv(name, value)
    return folder


def tertulia(*arguments: str) -> list[Any]:
    """What a command says with --json."""
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "tui.cli", *arguments, "--json"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, env=os.environ, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def assert_has(now: Any, noted: Any, where: str) -> None:
    """All that was said then is said now; objects may have new members."""
    if isinstance(noted, dict):
        assert noted.keys() <= now.keys(), where
        for name, value in noted.items():
            assert_has(now[name], value, f"{where}.{name}")
    elif isinstance(noted, list):
        assert len(now) == len(noted), where
        for number, (one, value) in enumerate(zip(now, noted, strict=True)):
            assert_has(one, value, f"{where}[{number}]")
    else:
        assert now == noted, where


def test_all_that_was_said_typed_and_corrected_is_there(data: Path) -> None:
    with Store.open(data) as store:
        assert check(store) == []
        for table in TABLES:
            columns = ", ".join(f'"{name}"' for name in NOTED[table][0])
            key = "segment_id" if table == "drafts" else "id"
            rows = [dict(row) for row in store.execute(f"SELECT {columns} FROM {table} ORDER BY {key}")]
            assert rows == NOTED[table], table
    upgraded = len(migrations.MIGRATIONS) > NOTED["schema"]
    backups = [f"tertulia.db.before-{NOTED['schema'] + 1:04}"] if upgraded else []
    assert [path.name for path in data.glob("tertulia.db.before-*")] == backups


def test_a_database_of_the_first_schema_is_kept_and_brought_up(tmp_path: Path) -> None:
    data = unpacked("first-schema", tmp_path / "data")
    with Store.open(data) as store:
        assert check(store) == []
        assert (data / "tertulia.db.before-0002").is_file()
        assert [turn.segment for turn in turns(store, 1)] == [1, 2, 3]
        assert (segment(store, 2).heard, reference(store, 2)) == ("tengo veinte anos", "Tengo veinte años.")
        assert [one.after for one in corrections(store, 3)] == ["Ño sé.", None]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("stats", ["stats"]),
        ("queue", ["queue", "--status", "all", "--limit", "100"]),
        ("runs", ["runs"]),
        ("versions", ["versions"]),
    ],
)
def test_the_commands_say_of_it_what_they_said_then(data: Path, name: str, arguments: list[str]) -> None:
    said = tertulia(*arguments)
    noted = json.loads(here(json.dumps(NOTED[name]), data))
    if name == "stats":  # scored by the strict rule then, beside which another stands now
        assert said[0]["errors"]["strict"] == noted["errors"]["wer"]
        for scored in ("errors", "errors_by", "method"):
            del noted[scored]
    if name == "queue":
        noted["segments"] = [{k: v for k, v in one.items() if k != "why"} for one in noted["segments"]]
    assert_has(said if isinstance(noted, list) else said[0], noted, name)


@pytest.mark.parametrize("run", sorted(NOTED["states"]))
def test_the_events_of_a_run_are_read_as_they_were(data: Path, run: str) -> None:
    noted = json.loads(here(json.dumps(NOTED["states"][run]), data))
    assert_has(events_of(data / "runs" / run), noted, run)


def test_the_version_that_was_promoted_listens(data: Path) -> None:
    name, text = hear()
    assert name == "v1" and text  # which text, the processor has a say in


def test_speech_that_was_broken_off_is_kept_when_somebody_talks_on(data: Path) -> None:
    [spoken] = data.glob("journal/*.pcm")
    [turn] = tertulia("talk", str(READ))
    assert turn["heard"] == hear()[1]
    assert not spoken.exists()
    with Store.open(data) as store:
        [lost] = store.execute("SELECT session_id, segment_id FROM turns WHERE status = 'lost'")
        assert lost["session_id"] == NOTED["sessions"][-1]["id"]
        assert segment(store, lost["segment_id"]).journal == spoken.stem


def test_the_run_that_was_stopped_goes_on_and_ends_as_it_would_have(data: Path) -> None:
    if base_is(STARTER / "recogniser") != NOTED["starter"]:
        pytest.skip("the starter recogniser, which the run began from, was built anew since")
    from safetensors.numpy import load_file

    *_, last = tertulia("resume", "3")
    noted, folder = NOTED["resumed"], data / "runs" / "0003"
    assert last["version"] == noted["name"]
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [event["resumed_step"] for event in events if event["event"] == "hello"][-1] > 0
    for kind, value, name in (("step", "loss", "losses"), ("eval", "wer", "wers")):
        found = {str(event["step"]): event[value] for event in events if event["event"] == kind}
        assert found == pytest.approx(noted[name], rel=1e-6), name
    adapter = load_file(folder / "adapter" / "adapter_model.safetensors")
    then = load_file(OLDER / "resumed.safetensors")
    assert adapter.keys() == then.keys()
    for name, tensor in then.items():
        assert adapter[name] == pytest.approx(tensor, abs=1e-7), name
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert [clip["heard"] for clip in report["after"]["sets"]["test"]] == noted["heard"]


async def test_the_app_opens_it_where_a_person_left_it(data: Path) -> None:
    [draft] = NOTED["drafts"]
    async with correcting(data, size=(120, 36)) as person:
        place = list(person.screen.queue.ids).index(draft["segment_id"])
        await person.press(*["down"] * place)
        await person.at(draft["text"])


async def test_the_app_shows_its_runs_and_versions(data: Path) -> None:
    async with training(data, size=(120, 36)) as person:
        await person.page("Versions")
        await person.sees("v1", "v2", "deleted", "stopped")
