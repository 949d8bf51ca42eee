"""A trial loads a model in a process of its own, which may die of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from core.own_models.trying import SENTENCE, try_out
from core.versions.active import PARTS, RECOGNISER, TUTOR, VOICE, ModelChoice, fingerprint, named
from models.catalog import starter
from models.errors import ModelError
from tests.sound_card import read_wav
from trainer.contract.folder import WEIGHTS

STARTERS = {RECOGNISER: "starter-ear", TUTOR: "starter-tutor", VOICE: "starter-voice"}


@pytest.mark.parametrize("part", PARTS)
def test_a_starter_works(part: str, tmp_path: Path) -> None:
    trial = try_out(named(tmp_path, part, STARTERS[part]))
    assert trial.load_seconds > 0 and trial.work_seconds > 0
    assert bool(trial.said) == (part != RECOGNISER)


def test_a_voice_says_a_sentence_into_a_file(tmp_path: Path) -> None:
    trial = try_out(named(tmp_path, VOICE, "starter-voice"), tmp_path / "heard" / "sample.wav")
    assert trial.wav is not None and trial.said == SENTENCE
    sound, rate = read_wav(trial.wav)
    assert len(sound) > 2 * rate and abs(sound).max() > 0.1


def test_a_model_that_ends_its_process_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "models" / RECOGNISER / "broken"
    shutil.copytree(_path(RECOGNISER), folder)
    # Not what CTranslate2 expects: the process that tries it must not be this one.
    (folder / WEIGHTS).write_bytes(b"\x06\x00\x00\x00" + b"\xff" * 4096)
    found = named(tmp_path, RECOGNISER, "broken")
    with pytest.raises(ModelError, match=r"recogniser broken .*: .+"):
        try_out(found)
    with pytest.raises(ModelError, match="wrong checksum"):
        try_out(ModelChoice(found.entry, fingerprint(folder)[::-1]))


def test_a_broken_voice_and_tutor_say_what_is_wrong(tmp_path: Path) -> None:
    voice = tmp_path / "models" / VOICE / "broken.onnx"
    voice.parent.mkdir(parents=True)
    voice.write_bytes(b"no network")
    shutil.copy(f"{_path(VOICE)}.json", f"{voice}.json")
    tutor = tmp_path / "models" / TUTOR / "broken.gguf"
    tutor.parent.mkdir(parents=True)
    tutor.write_bytes(_path(TUTOR).read_bytes()[:50_000])
    for part in (VOICE, TUTOR):
        with pytest.raises(ModelError, match=f"The {part} broken"):
            try_out(named(tmp_path, part, "broken"))


@pytest.mark.parametrize("why", ["signal SIGSEGV", "no answer within 300 s", "ended without an answer"])
def test_a_trial_that_dies_or_takes_for_ever_is_told(
    why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*arguments: Any, **options: Any) -> subprocess.CompletedProcess[str]:
        if "within" in why:
            raise subprocess.TimeoutExpired("trial", options["timeout"])
        return subprocess.CompletedProcess([], -11 if "SEGV" in why else 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(ModelError, match=f"The tutor starter-tutor .* cannot be used .*{why}"):
        try_out(named(tmp_path, TUTOR, "starter-tutor"))


def _path(part: str) -> Path:
    path = starter(part).path
    assert path is not None
    return path
