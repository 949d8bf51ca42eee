"""Presets: the knobs that an amount of speech gets, and that the trainer takes every one of them."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import pytest

from core.runs.bases import Base
from core.runs.errors import TrainingRefused
from core.runs.presets import LOOKS, PRESETS, checked, choose, knobs, named, steps_of
from models.catalog import STARTER
from trainer.batches import BatchPlan
from trainer.contract.clips import Clip
from trainer.contract.job import job_from

HOUR = 3600.0
STARTER_BASE = Base("starter-ear", STARTER / "recogniser", None)
BASE_CONFIG = {
    "model_type": "whisper", "d_model": 512, "encoder_layers": 6, "decoder_layers": 6, "encoder_ffn_dim": 2048,
    "decoder_ffn_dim": 2048, "vocab_size": 51_865,
}  # fmt: skip


@pytest.fixture
def whisper(tmp_path: Path) -> Base:
    """One of the size of Whisper base."""
    (tmp_path / "config.json").write_text(json.dumps(BASE_CONFIG))
    return Base("whisper-base", tmp_path, None)


def all_of(preset: str, base: Base, clips: int = 80, **more: Any) -> dict[str, Any]:
    return knobs(PRESETS[preset], base, clips, device="cpu", **more)


@pytest.mark.parametrize(
    ("seconds", "name"),
    [
        (0, "minutes"),
        (240, "minutes"),
        (HOUR, "hour"),
        (2 * HOUR, "hour"),
        (5 * HOUR, "hours"),
        (99 * HOUR, "many"),
    ],
)
def test_the_amount_of_speech_chooses(seconds: float, name: str) -> None:
    assert choose(seconds).name == name
    assert named("auto", seconds) == named("", seconds) == choose(seconds)


def test_somebody_who_names_one_gets_it() -> None:
    assert named("hours", 10.0).name == "hours"
    with pytest.raises(TrainingRefused, match="no preset “quick”: use auto, minutes, hour, hours, many"):
        named("quick", 10.0)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("clips", [8, 80, 2000, 50_000])
@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_the_trainer_takes_every_knob(name: str, clips: int, device: str, whisper: Base) -> None:
    for base in (STARTER_BASE, whisper):
        chosen = knobs(PRESETS[name], base, clips, device=device)
        job = job_from({"version": 1, "base": str(base.folder), **chosen}, Path("job.json"))
        low, high = PRESETS[name].epochs
        assert low <= job.epochs <= high
        # It is heard a few times on the way, and never as often as there are steps.
        looks = steps_of(job, clips) / job.evaluate_every
        assert looks <= LOOKS or job.evaluate_every == 500
        assert job.evaluate_every == job.checkpoint_every >= 5


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_taken_and_refused_is_what_is_wrong(name: str) -> None:
    chosen = all_of(name, STARTER_BASE)
    assert checked(chosen, "the preset").batch == chosen["batch"]
    with pytest.raises(TrainingRefused, match="mine: “batch” is 'many', not of type int"):
        checked({**chosen, "batch": "many"}, "mine")
    with pytest.raises(TrainingRefused, match="mine has no meaning for “bacth”: correct its spelling"):
        checked({**chosen, "bacth": 3}, "mine")


def test_the_steps_that_a_preset_aims_at_are_met() -> None:
    for clips in (60, 80, 120):
        steps = steps_of(checked(all_of("minutes", STARTER_BASE, clips), "mine"), clips)
        assert steps == pytest.approx(PRESETS["minutes"].steps, rel=0.15)


def test_little_speech_is_heard_more_often_than_much() -> None:
    few, many = all_of("minutes", STARTER_BASE, 20), all_of("minutes", STARTER_BASE, 300)
    assert few["epochs"] == PRESETS["minutes"].epochs[1] > many["epochs"]


def test_a_real_whisper_learns_at_a_lower_rate_than_the_starter(whisper: Base) -> None:
    assert STARTER_BASE.small and not whisper.small
    for name in PRESETS:
        assert all_of(name, whisper)["learning_rate"] < all_of(name, STARTER_BASE)["learning_rate"]


def test_what_is_set_by_hand_stands(whisper: Base) -> None:
    own = {"epochs": 2, "learning_rate": 3e-4, "evaluate_every": 7, "threads": 1, "made_replay": 20}
    for others in (0, 10_000):
        chosen = all_of("minutes", whisper, own=own, others=others)
        assert {knob: chosen[knob] for knob in own} == own
    assert chosen["checkpoint_every"] != 7 and chosen["rank"] == 16


def test_where_people_can_be_replayed_a_real_whisper_hears_no_synthetic_voices(whisper: Base) -> None:
    few, many = all_of("minutes", whisper, others=159), all_of("minutes", whisper, others=160)
    assert few["made_replay"] > 0 and few["made_dev"] > 0
    assert many["made_replay"] == many["made_dev"] == 0
    assert many["made_general"] > 0, "what it costs is measured all the same"
    assert all_of("minutes", STARTER_BASE, others=160)["made_replay"] > 0


def test_a_processor_computes_in_bfloat16_only_where_it_can(whisper: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    for able, precision in ((True, "bf16"), (False, "fp32")):
        monkeypatch.setattr("core.runs.presets.bf16", lambda able=able: able)
        assert all_of("hour", whisper)["precision"] == precision
    assert knobs(PRESETS["hour"], whisper, 80, device="cuda")["precision"] == "auto"


def spoken(origin: str) -> Clip:
    return Clip(Path("/there.flac"), 0, 48_000, "Hola.", (), "train", "ana", "one", "0" * 64, origin)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("clips", [8, 80, 333])
def test_steps_are_as_many_as_the_trainer_takes(name: str, clips: int) -> None:
    chosen = all_of(name, STARTER_BASE, clips)
    job = job_from({"version": 1, "base": str(STARTER_BASE.folder), **chosen}, Path("job.json"))
    plan = BatchPlan([spoken("learner")] * clips + [spoken("replay")] * 100, job)
    assert steps_of(job, clips) == pytest.approx(plan.steps, abs=job.epochs)
    assert steps_of(dataclasses.replace(job, max_steps=3), clips) == 3


@pytest.mark.parametrize("value", [None, True, "many", math.inf, math.nan, -1, 1e308, 10**400, [], {}])
@pytest.mark.parametrize("knob", ["batch", "replay", "epochs", "max_steps", "noise"])
def test_what_is_no_number_that_can_be_is_refused_with_a_sentence(knob: str, value: Any) -> None:
    with pytest.raises(TrainingRefused, match=f"The job: “{knob}” is"):
        all_of("minutes", STARTER_BASE, own={knob: value})
