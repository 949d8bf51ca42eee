"""What a model heard is kept: found again for the same model and clips, and for no others."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.catalog import STARTER
from models.errors import ModelError
from models.evaluation.cache import FILES, clips_key, model_key, place, read
from models.evaluation.evaluate import Evaluation, HeardClip, Silence, TestClip
from models.evaluation.scoring import character_errors, word_errors
from models.evaluation.spoken import STRICT

TEXTS = ("Vivo en Soria.", "¿Qué tal?", "Muchas gracias.")


def clip(text: str, recording: str = "one", speaker: str = "Ana", name: str = "test") -> TestClip:
    return TestClip(lambda: np.zeros(1, np.float32), text, recording, speaker, name)


CLIPS = [clip(TEXTS[0]), clip(TEXTS[1], "two"), clip(TEXTS[2], name="general")]
SOUNDS = ["a 0 9", "b 0 9", "c 0 9"]


def heard(*clips: TestClip) -> Evaluation:
    sets: dict[str, tuple[HeardClip, ...]] = {}
    for one in clips:
        errors = word_errors(one.text, ""), character_errors(one.text, "")
        sets[one.set] = (
            *sets.get(one.set, ()), HeardClip(one.recording, one.speaker, 1.0, -20.0, one.text, "", *errors),
        )  # fmt: skip
    return Evaluation("ear", "int8_float32", sets, Silence(25, 0), 1.0, 2.0)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    shutil.copytree(STARTER / "recogniser-ct2", tmp_path / "model")
    return tmp_path / "model"


def test_the_same_files_are_the_same_model_wherever_they_lie(model: Path, tmp_path: Path) -> None:
    shutil.copytree(model, tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "README.md").write_text("Nothing that is heard with.")
    assert model_key(tmp_path / "elsewhere", "int8") == model_key(model, "int8") != model_key(model, "float32")


@pytest.mark.parametrize("name", FILES)
def test_any_file_that_hearing_depends_on_makes_another_model(model: Path, name: str) -> None:
    before, path = model_key(model, "int8"), model / name
    if path.is_file():
        body = bytearray(path.read_bytes())
        body[len(body) // 2] ^= 1
        path.write_bytes(body)
        changed = model_key(model, "int8")
        path.unlink()
        assert len({before, changed, model_key(model, "int8")}) == 3
    else:
        path.write_text("more")
        assert model_key(model, "int8") != before


def test_files_that_changed_places_are_not_the_same(model: Path) -> None:
    before = model_key(model, "int8")
    config, windows = model / "config.json", model / "windows.json"
    one, other = config.read_bytes(), windows.read_bytes()
    config.write_bytes(other)
    windows.write_bytes(one)
    assert model_key(model, "int8") != before


def test_a_model_that_cannot_be_read_is_told(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Path, *mode: str) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(ModelError, match=r"recogniser in .*model cannot be read \(Permission denied\): install it"):
        model_key(model, "int8")


def test_clips_are_told_apart_by_sound_text_and_place() -> None:
    key = clips_key(SOUNDS, CLIPS)
    assert key == clips_key(list(SOUNDS), list(CLIPS))
    others = [
        clips_key(["x", *SOUNDS[1:]], CLIPS),
        clips_key(SOUNDS[::-1], CLIPS[::-1]),
        clips_key(SOUNDS[:2], CLIPS[:2]),
        *(
            clips_key(SOUNDS, [other, *CLIPS[1:]])
            for other in (
                replace(CLIPS[0], text="other"),
                replace(CLIPS[0], recording="other"),
                replace(CLIPS[0], speaker="other"),
                replace(CLIPS[0], set="other"),
            )
        ),
    ]
    assert len({key, *others}) == 8
    with pytest.raises(ValueError, match="zip"):
        clips_key(SOUNDS[:2], CLIPS)


def test_what_was_kept_is_found_again(tmp_path: Path, model: Path) -> None:
    path = place(tmp_path, model, "int8", SOUNDS, CLIPS)
    others = place(tmp_path, model, "float32", SOUNDS, CLIPS), place(tmp_path, model, "int8", SOUNDS[:2], CLIPS[:2])
    assert path == place(tmp_path, model, "int8", SOUNDS, CLIPS) and path not in others
    assert path.parent == tmp_path and read(path, CLIPS) is None
    path.write_text(json.dumps(heard(*CLIPS).as_json()))
    assert read(path, CLIPS) == heard(*CLIPS)


def test_what_is_of_other_clips_or_damaged_is_not(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    body = json.dumps(heard(*CLIPS).as_json())
    path.write_text(body)
    for clips in (CLIPS[:2], CLIPS[1:], [], [clip("Otra cosa."), *CLIPS[1:]], [clip(TEXTS[0], "9"), *CLIPS[1:]]):
        assert read(path, clips) is None
    for damaged in (body[:-1], body.replace('"seconds": 2.0', '"seconds": -2'), "[" * 100_000, "", "null"):
        path.write_text(damaged)
        assert read(path, CLIPS) is None
    path.write_bytes(b"\xff\xfe\x00")
    assert read(path, CLIPS) is None
    assert read(tmp_path, CLIPS) is None, "a folder is no file"


def test_what_was_counted_by_another_rule_is_not_found(tmp_path: Path) -> None:
    path, found = tmp_path / "found.json", heard(*CLIPS)
    path.write_text(json.dumps(found.as_json()), encoding="utf-8")
    assert read(path, CLIPS) == found
    path.write_text(json.dumps(found.as_json() | {"rule": STRICT}), encoding="utf-8")
    assert read(path, CLIPS) is None
