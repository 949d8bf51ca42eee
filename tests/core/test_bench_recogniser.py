"""The recogniser's bench: both ways hear the same turns, and short windows are compared on the learner's speech."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.bench import turns, windows
from core.bench.recogniser import place
from core.versions.active import ModelChoice
from models import catalog
from models.device import Device
from models.units import SAMPLE_RATE
from models.whisper.windows import Windows
from tests.learner_store import corrected, spoken
from trainer.contract.folder import DEPLOYED

DEVICE = Device("cpu", 1, "a test")
FOLDER = catalog.STARTER / "recogniser-ct2"
TEXTS = ["No sé dónde está la llave.", "Mañana vamos a la playa.", "¿Qué quieres comer hoy?"]


@pytest.fixture(scope="module")
def said() -> list[np.ndarray]:
    return [np.asarray(spoken(text), np.float32) / np.float32(32_768) for text in TEXTS]


def test_a_turn_is_heard_sooner_in_a_window_of_its_own_length(said: list[np.ndarray]) -> None:
    found = turns.of_model(FOLDER, "starter-ear", said, DEVICE, Windows(0.3))
    assert found["turn_turns"] == len(said)
    assert found["turn_seconds"] == pytest.approx(sum(map(len, said)) / len(said) / SAMPLE_RATE)
    low, ratio, high = (found[f"turn_ratio{bound}"] for bound in ("_low", "", "_high"))
    assert 1.5 < low <= ratio <= high  # type: ignore[operator]
    assert found["turn_ratio"] == pytest.approx(found["turn_faster_whisper_ms"] / found["turn_ms"])  # type: ignore[operator]


def test_the_shape_of_a_real_whisper_is_measured_too(
    said: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="the training extra is not installed")
    monkeypatch.setattr(turns, "SHAPE", "tiny")
    found = turns.of_base(said, DEVICE, count=2)
    assert found["base_turn_turns"] == 2 and found["base_turn_compute"] == "int8_float32"
    assert found["base_turn_ratio"] > 1.5  # type: ignore[operator]
    assert found["base_turn_goal_met"] == (found["base_turn_ratio"] >= turns.GOAL)  # type: ignore[operator]


def test_without_the_training_extra_that_part_says_why(
    said: list[np.ndarray], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError(\"No module named 'torch'\")")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert turns.of_base(said, DEVICE) == {
        "base_turn": "not measured (ModuleNotFoundError: No module named 'torch'): pip install 'tertulia[train]'"
    }


def test_the_turns_nearest_to_three_seconds_are_chosen() -> None:
    audio = [np.zeros(round(seconds * SAMPLE_RATE), np.float32) for seconds in (1, 2.5, 9, 3.2, 3)]
    assert [len(one) / SAMPLE_RATE for one in turns._turns(audio, 3)] == [3, 3.2, 2.5]


def test_short_windows_are_compared_on_what_the_learner_corrected(tmp_path: Path, said: list[np.ndarray]) -> None:
    corrected(tmp_path, train=1, dev=0, test=4).close()
    choice = ModelChoice(catalog.starter("recogniser"))
    found = windows.compared(tmp_path, choice, list(zip(TEXTS, said, strict=True)), DEVICE)
    assert (found["windows_heard"], found["windows_clips"]) == ("the learner's test split", 4)
    assert found["windows_change"] == pytest.approx(found["windows_wer_short"] - found["windows_wer_full"])  # type: ignore[operator]
    assert found["windows_change_low"] <= found["windows_change"] <= found["windows_change_high"]  # type: ignore[operator]


def test_without_a_learner_the_sentences_of_the_bench_are_heard(tmp_path: Path, said: list[np.ndarray]) -> None:
    other = tmp_path / "ear"
    shutil.copytree(FOLDER, other)
    (other / "windows.json").write_text('{"v": 1, "margin": 1.0}')
    choice = ModelChoice(catalog.at(other, "recogniser"))
    found = windows.compared(tmp_path / "none", choice, list(zip(TEXTS, said, strict=True)), DEVICE)
    assert (found["windows_heard"], found["windows_clips"]) == ("the bench's sentences", 3)
    assert (found["windows_margin_s"], found["windows_in_use"]) == (1.0, "short")
    assert found["windows_words"] == sum(len(text.split()) for text in TEXTS)


def test_a_folder_is_what_can_be_heard_with_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "version" / DEPLOYED).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert place("v3") == "v3"
    assert place("version") == str(tmp_path / "version" / DEPLOYED)
    assert place(str(FOLDER)) == str(FOLDER)


def test_all_of_it_is_one_object(tmp_path: Path) -> None:
    program = """
import json
from core.bench import recogniser, turns
turns.of_base = lambda said, device: {}
print(json.dumps(recogniser.summary(count=4)))
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True,
        env={**os.environ, "TERTULIA_HOME": str(tmp_path / "home")},
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["sentences"] == found["turn_turns"] == found["windows_clips"] == 4
    assert found["recogniser"] == "starter-ear" and found["words_right"] > 0.5
