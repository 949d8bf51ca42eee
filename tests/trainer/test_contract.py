"""The job contract: plain data, one owner of each fact, and both sides keep to it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from core.runs.state import _TAKING, RunState
from core.runs.watch import RunWatch
from core.versions.gate import judge, read_report
from models import units as units_of_models
from store import units, versions
from store.segments import splits
from tests.patience import PATIENCE
from tests.places import DATA, ROOT
from trainer.contract import clips, events, folder
from trainer.contract.clips import Clip, ClipWord, clip_from, line_of, read_manifest
from trainer.contract.events import FIELDS, Name, Stage, event_in
from trainer.contract.job import job_from, knobs_in
from trainer.contract.report import body_from
from tui.train.run_page import STAGES

ROOMS = ("tui", "core", "store", "models", "trainer")
CONTRACT = ROOT / "trainer" / "contract"
OLD = DATA / "job_v1"
LIBRARIES = {
    "torch", "transformers", "peft", "datasets", "accelerate", "numpy", "ctranslate2", "faster_whisper",
    "soundfile", "safetensors", "tokenizers", "onnxruntime",
}  # fmt: skip
IN_CLIPS = {"audio": "/a.flac", "start": 0, "end": 16_000, "text": "¿Sí?", "words": [{"text": "¿Sí?", "start": 0.25,
            "end": 0.5}], "split": "train", "speaker": "Ana", "recording": "monday", "sha256": "0" * 64,
            "origin": "learner"}  # fmt: skip


def loaded(*modules: str) -> set[str]:
    """All modules that are there when these have been imported, and nothing else."""
    script = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    return set(ran.stdout.split())


def test_importing_the_contract_loads_the_standard_library_and_nothing_else() -> None:
    names = sorted(f"trainer.contract.{path.stem}" for path in CONTRACT.glob("*.py") if path.stem != "__init__")
    assert len(names) >= 7
    # What an environment loads by itself, at every start.
    found = loaded("trainer.contract", *names) - loaded("json")
    ours = {name for name in found if name.partition(".")[0] not in sys.stdlib_module_names}
    windows = {"models", "models.errors", "models.whisper", "models.whisper.windows"}
    assert ours == {"models.units", *windows, "trainer", "trainer.contract", *names}


def test_what_core_knows_of_runs_loads_nothing_of_the_trainer_but_the_contract() -> None:
    rooms = (ROOT / "core" / room for room in ("runs", "versions"))
    names = sorted(f"core.{path.parent.name}.{path.stem}" for room in rooms for path in room.glob("*.py"))
    assert len(names) > 12
    found = loaded(*(name.removesuffix(".__init__") for name in names))
    assert not {name for name in found if name.startswith("trainer.") and not name.startswith("trainer.contract")}
    assert not found & {"torch", "transformers", "peft", "datasets", "accelerate"}
    assert not loaded("core.runs.watch", "core.runs.launch") & LIBRARIES - {"numpy"}


# --- one owner of each fact -----------------------------------------------------------------------


def texts(path: Path) -> Iterator[str]:
    """All texts in a file's code; docstrings and what stands below a name are not code."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


@pytest.mark.parametrize(
    "name",
    [folder.JOB, folder.MANIFEST, folder.LOG, folder.STOP, folder.EVENTS, folder.STRENGTH, folder.REPORT,
     folder.DEPLOYED, folder.VERIFIED],
)  # fmt: skip
def test_a_name_in_the_job_folder_is_written_down_once(name: str) -> None:
    owners = [
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if any(name in text.replace("\\", "/").split("/") for text in texts(path))
    ]
    assert owners == ["trainer/contract/folder.py"]


def test_limits_and_parts_have_one_owner() -> None:
    for path in (path for room in ("core", "trainer") for path in (ROOT / room).rglob("*.py")):
        if path.is_relative_to(CONTRACT):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        bound = {
            name.id for node in ast.walk(tree) if isinstance(node, ast.Assign)
            for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)
        }  # fmt: skip
        twice = bound & {"LEAST_CLIPS", "LEAST_SECONDS", "LEAST_DEV_CLIPS", "ORIGINS", "DEPLOYED",
                         "ENCODER_KEPT", "DECODER_KEPT", "CROSS_KEPT", "BASE_FILES"}  # fmt: skip
        assert not twice, path


def test_what_the_store_must_say_for_itself_is_what_the_others_say() -> None:
    """It may import neither; the version of a run lies where the trainer puts it."""
    assert units.SAMPLE_RATE == units_of_models.SAMPLE_RATE
    assert versions.MADE == folder.VERSION
    assert splits.USED == clips.SPLITS


# --- events ---------------------------------------------------------------------------------------


class Seen(dict[str, Any]):
    """An event that notes what is asked of it."""

    def __init__(self, name: str) -> None:
        super().__init__(event=name, ts=1.0, step=1, steps=9, wer=0.5, done=1, total=2)
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)


@pytest.mark.parametrize("name", get_args(Name))
def test_the_app_asks_an_event_only_for_what_the_trainer_tells(name: Name, tmp_path: Path) -> None:
    event = Seen(name)
    RunState().take(event)
    RunWatch(tmp_path)._take(event)
    assert event.asked - {"event", "ts"} <= set(FIELDS[name])
    assert bool(event.asked - {"event", "ts"}) == ((name in _TAKING and name != "hello") or name == "heartbeat")


def test_every_event_that_the_app_takes_in_is_one() -> None:
    assert set(_TAKING) <= set(FIELDS) == set(get_args(Name))
    assert list(STAGES) == list(get_args(Stage)), "each stage has its words"


def test_the_trainer_tells_only_what_the_table_has() -> None:
    emitted = set()
    for path in (ROOT / "trainer").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "emit":
                name = ast.literal_eval(node.args[0])
                emitted.add(name)
                events.check(name, {word.arg: None for word in node.keywords if word.arg not in (None, "durable")})
    assert emitted == set(FIELDS)
    with pytest.raises(ValueError, match="the event “stage” has no field “nam”"):
        events.check("stage", {"nam": "load"})


@pytest.mark.parametrize("line", [b"", b"{", b"[1]", b'{"v": 1}', b'{"event": 3}', b"[" * 100_000, b"\xff"])
def test_a_line_that_is_no_event_is_none(line: bytes) -> None:
    assert event_in(line) is None


# --- clips and report -----------------------------------------------------------------------------


def test_a_clip_is_written_as_it_is_read() -> None:
    clip = Clip(
        Path("/a.flac"),
        0,
        16_000,
        "¿Sí?",
        (ClipWord("¿Sí?", 0.25, 0.5),),
        "train",
        "Ana",
        "monday",
        "0" * 64,
        "learner",
    )
    assert line_of(clip) == json.dumps(IN_CLIPS, ensure_ascii=False) + "\n"
    assert clip_from(json.loads(line_of(clip))) == clip and clip.seconds == 1.0


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ([], "no JSON object"),
        ({"v": 2}, "of version 2"),
        ({"v": 1, "before": {}}, "lacks “after”"),
        ({"v": 1, "before": {}, "after": {}, "windows": {}, "base": 3}, "“base”"),
        ({"v": 1, "before": {}, "after": {}, "windows": {}, "strength": float("nan")}, "“strength” is no number"),
        ({"v": 1, "before": {}, "after": {}, "windows": {}, "strength": 1, "train_seconds": -1}, "“train_seconds”"),
    ],
)
def test_what_is_no_report_is_refused(body: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        body_from(body)


# --- job folders of before ------------------------------------------------------------------------


def test_a_job_folder_of_before_is_read_as_it_was() -> None:
    body = json.loads((OLD / folder.JOB).read_bytes())
    job = job_from(body, OLD / folder.JOB)
    assert (job.epochs, job.batch, job.before_name, job.rank) == (6, 4, "starter-ear", 16)
    assert knobs_in(OLD) == body
    clips, _ = read_manifest(OLD / folder.MANIFEST)
    assert [(clip.split, clip.origin) for clip in clips].count(("train", "learner")) == 12
    assert "".join(map(line_of, clips)) == (OLD / folder.MANIFEST).read_text(encoding="utf-8")

    watch = RunWatch(OLD)
    seen = watch.poll()
    assert len(seen) == len((OLD / folder.EVENTS).read_bytes().splitlines())
    for event in seen:
        events.check(
            event["event"], {name: value for name, value in event.items() if name not in ("v", "event", "ts")}
        )
    state = watch.state
    assert (state.status, state.step, state.steps, state.best_step) == ("finished", 36, 36, 36)
    assert [step for step, _, _ in state.loss_points] == list(range(1, 37))
    assert (state.base_wer, state.evals[-1][:2]) == (pytest.approx(1 / 3), (36, pytest.approx(0.4 / 3)))

    report = read_report(OLD)
    assert report.strength == 1.0 and report.windows["margin"] is None
    assert len(report.after.sets["test"]) == 4 and judge(report).outcome == "too little"
