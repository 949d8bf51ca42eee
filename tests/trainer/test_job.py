"""A job folder that is not right is refused with a sentence that helps, before anything is trained."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

pytest.importorskip("torch", reason="the training extra is not installed")

from models.whisper.windows import Windows
from tests.places import ROOT
from trainer.contract.clips import read_manifest
from trainer.contract.errors import DataError, JobError
from trainer.contract.job import Job, check_base, job_from, read_job
from trainer.labels import Labels
from trainer.manifest import check_audio, check_clips, waveform

BASE = ROOT / "models" / "starter" / "recogniser"
TEXT = "Mañana vamos a la playa con mi hermana."


def row(**changes: Any) -> dict[str, Any]:
    whole = {
        "audio": "/audio/a.flac", "start": 0, "end": 48_000, "text": TEXT, "words": [], "split": "train",
        "speaker": "Ana", "recording": "monday", "sha256": "0" * 64, "origin": "learner",
    }  # fmt: skip
    return {**whole, **changes}


def enough(**changes: Any) -> list[dict[str, Any]]:
    """A manifest with nothing wrong, but for what is changed in its first clip."""
    rows = [row(start=n, end=n + 48_000) for n in range(8)]
    rows += [row(start=n, end=n + 48_000, split="dev", recording="tuesday") for n in range(2)]
    return [{**rows[0], **changes}, *rows[1:]]


def checked(folder: Path, rows: list[dict[str, Any]]) -> None:
    path = folder / "manifest.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    check_clips(read_manifest(path)[0], Labels(BASE).positions, 448)


def test_a_job_needs_only_its_base(tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text(json.dumps({"base": str(BASE), "learning_rate": 0.002, "epochs": 3}))
    job, sha256 = read_job(tmp_path)
    assert (job.base, job.learning_rate, job.epochs, job.rank) == (BASE, 0.002, 3, 16)
    assert len(sha256) == 64


def test_every_default_lies_within_its_own_limits() -> None:
    knobs: dict[str, Any] = {k.name: k.default for k in dataclasses.fields(Job) if k.name != "base"}
    assert job_from({**knobs, "base": "/base", "targets": list(Job.targets)}, Path("job.json")) == Job(
        Path("/base")
    )


@pytest.mark.parametrize(
    ("knobs", "says"),
    [
        ({"learning_rat": 0.1}, "no meaning for “learning_rat”"),
        ({"learning_rate": 5.0}, "choose a value from 1e-07 to 0.1"),
        ({"learning_rate": float("nan")}, "choose a value from"),
        ({"epochs": 2.5}, "not of type int"),
        ({"epochs": True}, "not of type int"),
        ({"device": "tpu"}, "choose among auto, cpu, cuda"),
        ({"targets": ["conv1"]}, "must be a list of matrices"),
        ({"targets": []}, "must be a list of matrices"),
        ({"cache": "here"}, "not an absolute path"),
        ({"version": 2}, "version 2"),
        ({"base": 3}, "names no base"),
        ({"hears": {"margin": -1}}, "“hears” says no windows"),
        ({"before_hears": 2.0}, "“before_hears” says no windows"),
    ],
)
def test_a_knob_that_is_not_right_is_named(knobs: dict[str, Any], says: str) -> None:
    with pytest.raises(JobError, match=says):
        job_from({"base": "/base", **knobs}, Path("job.json"))


def test_the_windows_of_the_base_and_of_the_one_before_are_read() -> None:
    job = job_from(
        {"base": "/base", "hears": {"margin": 2, "floor": 10}, "before_hears": {"margin": None}}, Path("x")
    )
    assert (job.hears, job.before_hears) == (Windows(2.0, 10.0), Windows())
    assert Job(Path("/base")).hears is None, "as in folders of before"


def test_a_hubs_name_is_not_taken_for_a_folder() -> None:
    with pytest.raises(JobError, match="hub names are not looked up"):
        check_base(Path("openai/whisper-small"))


def test_a_base_without_its_generation_settings_is_refused(tmp_path: Path) -> None:
    for path in BASE.iterdir():
        if path.name != "generation_config.json":
            (tmp_path / path.name).symlink_to(path)
    with pytest.raises(JobError, match=r"lacks generation_config\.json"):
        check_base(tmp_path)
    with pytest.raises(JobError, match="is not at"):
        check_base(tmp_path / "gone")


def test_a_folder_without_a_job_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"has no job\.json"):
        read_job(tmp_path)
    (tmp_path / "job.json").write_text("{")
    with pytest.raises(JobError, match="cannot be read"):
        read_job(tmp_path)


def test_a_right_manifest_is_taken(tmp_path: Path) -> None:
    checked(tmp_path, enough())
    checked(tmp_path, [*enough(), row(origin="noise", text="", recording="street")])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"end": 31 * 16_000}, "31.0 s long, more than 30 s: split it"),
        ({"text": "  "}, "has no text"),
        ({"origin": "noise"}, "is noise and has a text"),
        ({"text": "xilófono " * 200}, "tokens, more than 448"),
        ({"split": "dev"}, "7 corrected clips"),
        ({"recording": "tuesday"}, "in more than one split"),
        ({"audio": "a.flac"}, "Line 1 of .* not an absolute path"),
        ({"start": 5, "end": 5}, "Line 1 of .* not a span"),
        ({"start": 0.5}, "Line 1 of .* not a span"),
        ({"split": "valid"}, "Line 1 of .*split “valid”"),
        ({"text": None}, "“text” is not text"),
        ({"words": [{"text": "a"}]}, "Line 1 of .*lacks 'start'"),
    ],
)
def test_a_clip_that_teaches_nothing_good_is_refused(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    with pytest.raises(DataError, match=says):
        checked(tmp_path, enough(**change))


def test_too_little_or_too_alike_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="0 corrected clips"):
        checked(tmp_path, [])
    with pytest.raises(DataError, match="All corrected clips are of one recording"):
        checked(tmp_path, [{**one, "recording": "monday"} for one in enough()])
    with pytest.raises(DataError, match="nothing to measure progress on"):
        checked(tmp_path, [*enough()[:8], row(recording="tuesday", split="test")])


def test_audio_that_is_gone_or_changed_is_noticed(tmp_path: Path) -> None:
    pcm = np.arange(-8000, 8000, dtype=np.int16)
    path = tmp_path / "a.flac"
    soundfile.write(path, pcm, 16_000, subtype="PCM_16")
    sha256 = hashlib.sha256(pcm.tobytes()).hexdigest()
    manifest = tmp_path / "manifest.jsonl"

    def clips(**changes: Any) -> Any:
        manifest.write_text(json.dumps(row(audio=str(path), start=100, end=200, sha256=sha256, **changes)))
        return read_manifest(manifest)[0]

    [clip] = clips()
    check_audio([clip])
    assert np.array_equal(waveform(clip) * 32_768, pcm[100:200])
    with pytest.raises(DataError, match="shorter than its clips"):
        check_audio([dataclasses.replace(clip, end=16_001)])
    soundfile.write(path, pcm[::-1], 16_000, subtype="PCM_16")
    with pytest.raises(DataError, match="was changed since the snapshot"):
        check_audio([clip])
    soundfile.write(path, pcm, 8_000, subtype="PCM_16")
    with pytest.raises(DataError, match="not 16 kHz mono"):
        check_audio([clip])
    path.write_bytes(b"")
    with pytest.raises(DataError, match="gone or cannot be read"):
        check_audio([clip])
