"""The trainer's bench: both sides learn the same from the same, and the figures are what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="the training extra is not installed")

import torch
from torch.utils.flop_counter import FlopCounterMode

from models.whisper.windows import FULL
from tests.trainer.jobs import BASE
from trainer.adapter import load_base, with_adapter
from trainer.bench.__main__ import table
from trainer.bench.figures import compared
from trainer.bench.flops import a_window, measured
from trainer.bench.plan import PLANS, BenchPlan
from trainer.bench.standard import Collator
from trainer.contract.job import Job, job_from
from trainer.labels import IGNORE, Labels
from tui.cli import bench, main

CLIPS, HELD_OUT = 10, 5


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """One epoch of ten clips on each side, and five to measure on, of which our trainer looks at two."""
    command = [sys.executable, "-P", "-m", "trainer.bench", "--json", "--device", "cpu"]
    options = ["--clips", str(CLIPS), "--held-out", str(HELD_OUT), "--epochs", "1"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def test_both_sides_hear_the_same_speech_in_as_many_steps_with_as_many_weights(found: dict[str, Any]) -> None:
    standard, ours = found["standard"], found["ours"]
    assert ours["speech_seconds"] == pytest.approx(standard["speech_seconds"], abs=0.1)
    assert standard["steps"] == ours["steps"] == -(-CLIPS // found["batch"])
    assert standard["full_steps"] == standard["steps"]
    assert standard["trainable"] == ours["trainable"] > 100_000
    assert standard["precision"] == ours["precision"] == "fp32" and standard["device"] == ours["device"] == "cpu"


def test_what_each_costs_is_measured_in_a_process_of_its_own(found: dict[str, Any]) -> None:
    for side in (found["standard"], found["ours"]):
        assert side["compute_seconds"] > 0 and side["peak_mb"] > 200
        assert side["speed_low"] <= side["speed"] <= side["speed_high"]
        assert side["speed"] == pytest.approx(side["speech_seconds"] / side["compute_seconds"])
        assert 0 < side["share_of_peak"] < 1.5
    assert found["ratio"] == pytest.approx(found["ours"]["speed"] / found["standard"]["speed"])
    assert found["met"] == (found["ratio"] >= found["goal"] == 5.0)
    if not found["ours"]["full_steps"]:
        assert found["ratio"] > 2


def test_what_was_learnt_is_measured_on_the_same_clips_in_both_windows(found: dict[str, Any]) -> None:
    assert found["held_out"] == HELD_OUT - 2 and found["words"] > 0
    assert set(found["wer"]) == {"base", "standard", "ours"}
    for both in found["wer"].values():
        assert set(both) == {"full", "short"}
        assert all(one["low"] <= one["value"] <= one["high"] for one in both.values())
    wer = found["wer"]
    assert found["change"]["value"] == pytest.approx(
        wer["ours"]["short"]["value"] - wer["standard"]["full"]["value"]
    )
    said = table(found)
    assert "speech a second of compute" in said and "WER in short windows" in said and "the goal is 5" in said


def test_kinds_of_steps_that_were_timed_apart_count_as_often_as_the_recipe_has_them() -> None:
    def side(*steps: tuple[float, int], share: float) -> dict[str, Any]:
        return {
            "steps": [
                {"cpu": seconds, "wall": seconds, "speech": 10.0, "frames": frames, "operations": 1e9}
                for seconds, frames in steps
            ],
            "prepared_cpu": 5.0, "prepared_wall": 5.0, "full_windows": share, "peak_mb": 1, "trainable": 1,
            "precision": "fp32", "device": "cpu", "most_operations": 1e9, "most_known": "",
        }  # fmt: skip

    standard = side((20.0, FULL), (20.0, FULL), share=1.0)
    ours = side((2.0, 400), (2.0, 400), (20.0, FULL), share=0.1)
    found = compared(standard, ours, apart=True)
    assert found["ratio"] == pytest.approx(20 / (0.9 * 2 + 0.1 * 20))
    assert found["ratio_low"] == found["ratio_high"] == pytest.approx(found["ratio"]), "steps that are all alike"

    whole = compared(standard, side((20.0, FULL), share=0.1), apart=False)
    assert whole["standard"]["speed"] == pytest.approx(20 / 45), "with the features that were made beforehand"


@pytest.mark.parametrize("where", ["both", "encoder", "decoder"])
def test_arithmetic_counted_on_paper_is_what_torch_counts(where: str) -> None:
    base = load_base(BASE)
    base.set_attn_implementation("eager")  # torch counts its products one by one
    job, tokens = Job(BASE, where=where), 20
    model = with_adapter(base, job).train()
    features, given = torch.zeros(1, 80, FULL), torch.ones(1, tokens, dtype=torch.long)
    with FlopCounterMode(display=False) as counted:
        model(input_features=features, decoder_input_ids=given, use_cache=False).logits.sum().backward()
    on_paper = a_window(base.config, job, FULL, tokens)
    assert on_paper == pytest.approx(counted.get_total_flops(), rel=0.03)


def test_a_device_that_no_data_sheet_names_is_measured() -> None:
    assert 1e8 < measured(torch.device("cpu"), "fp32") < 1e14


def test_the_standard_collator_teaches_the_end_and_no_second_beginning() -> None:
    from transformers import WhisperFeatureExtractor, WhisperTokenizer

    extractor = WhisperFeatureExtractor.from_pretrained(str(BASE), local_files_only=True)
    tokenizer = WhisperTokenizer.from_pretrained(
        str(BASE), language="spanish", task="transcribe", local_files_only=True
    )
    labels, speech = Labels(BASE), list[float]()
    rows = [
        {"input_features": np.zeros((80, FULL), np.float32), "labels": tokenizer(text).input_ids, "seconds": 2.0}
        for text in ("Sí.", "Mañana vamos a la playa.")
    ]
    batch = Collator(extractor, tokenizer, labels.prompt[0], speech)(rows)
    short, long = batch["labels"].tolist()
    assert batch["input_features"].shape == (2, 80, FULL) and speech == [4.0]
    assert long[:3] == [*labels.prompt[1:], labels.no_timestamps] and long[-1] == labels.end
    assert labels.words(long) == "Mañana vamos a la playa."
    assert short[-1] == IGNORE and [token for token in short if token != IGNORE][-1] == labels.end


def test_the_plans_are_jobs_that_the_trainer_takes() -> None:
    for plan in [*PLANS.values(), BenchPlan(base=str(BASE))]:
        job = job_from(plan.knobs(), Path("job.json"))
        assert (job.replay, job.noise, job.export) == (0.0, 0.0, False), "no data that the other side has not"
        assert plan.clips % plan.batch == 0, "every step is of the same size"


def test_the_command_passes_its_options_on(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(command: list[str], check: bool) -> subprocess.CompletedProcess[str]:
        ran.append(command[1:])
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr(bench.subprocess, "run", run)
    assert main(["bench", "train", "--geometry", "base", "--device", "cpu", "--json"]) == 3
    assert main(["bench", "starter"]) == 3
    assert ran == [
        ["-P", "-m", "trainer.bench", "--geometry", "base", "--device", "cpu", "--json"],
        ["-P", "-m", "trainer.starter.recogniser.evaluation"],
    ]
