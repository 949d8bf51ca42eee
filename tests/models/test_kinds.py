"""What every kind of model promises, whatever lies in its files: one kind a path, and a sentence for all damage."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import kinds
from models.device import Device
from models.errors import ModelError
from models.files import LONGEST, named, read_json
from models.kind import PARTS, Description, Kind
from models.whisper.folder import multilingual
from tests import starters, tones

NO_SETTINGS = {
    "empty": b"",
    "truncated": b'{"audio": {"sample_rate": 220',
    "not UTF-8": b'{"audio": "\xff\xfe\xfa"}',
    "not JSON": b"<!DOCTYPE html><title>404</title>",
    "a list": b"[]",
    "a number": b"7",
    "nothing": b"null",
    "deep": b"[" * 200_000,
    "deep objects": b'{"audio":' * 200_000,
    "an endless number": b'{"audio": {"sample_rate": 1' + b"0" * 5000 + b'}, "phoneme_id_map": {}}',
    "huge": b'{"a": "' + b"x" * LONGEST + b'"}',
}
"""What may stand where settings should."""
NO_VOICE = {
    "nothing in it": b"{}",
    "an infinite rate": b'{"audio": {"sample_rate": Infinity}, "phoneme_id_map": {}}',
    "a true rate": b'{"audio": {"sample_rate": true}, "phoneme_id_map": {}}',
    "no rate": b'{"audio": [], "phoneme_id_map": {}}',
}
"""Settings that are not those of a Piper voice."""
STARTERS = {"CTranslate2": "config.json", "GGUF": "", "Piper ONNX": "es-starter.onnx.json"}
"""Kinds that a model is shipped of, and the JSON that its library would read first."""


@pytest.fixture(params=STARTERS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return kinds.find(request.param)


@pytest.fixture
def copy(kind: Kind, tmp_path: Path) -> Path:
    """A model of that kind that a test may damage."""
    return copied(kind, tmp_path / "copy")


def copied(kind: Kind, folder: Path) -> Path:
    source = starters.path(kind.PART)
    if source.is_dir():
        return Path(shutil.copytree(source, folder))
    shutil.copytree(source.parent, folder)
    return folder / source.name


def test_each_part_has_a_kind_and_no_two_share_a_name() -> None:
    assert {kind.PART for kind in kinds.KINDS} == set(PARTS)
    assert len({kind.FORMAT for kind in kinds.KINDS}) == len(kinds.KINDS)
    for each in kinds.KINDS:
        assert kinds.find(each.FORMAT) is each and each.FILES in kinds.files(each.PART)
        assert getattr(kinds, each.PART)(each.FORMAT) is each
    with pytest.raises(ModelError, match="Pickle is no kind of model that is known here: choose another model"):
        kinds.find("Pickle")
    with pytest.raises(ModelError, match="GGUF is no kind"):
        kinds.voice("GGUF")


def test_a_starter_is_of_its_kind_and_described(kind: Kind) -> None:
    path = starters.path(kind.PART)
    assert kinds.matching(path, kind.PART) is kind
    about = kind.describe(path)
    assert about.spanish and about.name in (path.name, path.stem) and about.size_mb > 1 and not about.speakers
    kind.check(path, "mine")


def test_no_path_is_of_two_kinds_of_a_part(tmp_path: Path) -> None:
    (tmp_path / "canto.tones").write_text(tones.EXAMPLE)
    for name in STARTERS:
        copied(kinds.find(name), tmp_path / name)
    paths = [tmp_path, *tmp_path.rglob("*"), tmp_path / "gone", Path("/"), Path("/dev/null")]
    known: tuple[Kind, ...] = (*kinds.KINDS, tones)
    for path in paths:
        for part in PARTS:
            assert sum(part == each.PART and each.matches(path) for each in known) <= 1, path
    matched = {each.FORMAT for each in known for path in paths if each.matches(path)}
    assert matched >= {*STARTERS, tones.FORMAT}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=40))
def test_any_name_is_looked_at_without_a_traceback(tmp_path: Path, name: str) -> None:
    for suffix in ("", ".gguf", ".onnx", "-00002-of-00003.gguf"):
        for each in kinds.KINDS:
            assert not each.matches(tmp_path / (name + suffix))
            with pytest.raises(ModelError):
                each.check(tmp_path / (name + suffix), "mine")


def test_nothing_at_all_is_refused(kind: Kind, tmp_path: Path) -> None:
    for path in (tmp_path / "gone", tmp_path):
        assert not kind.matches(path)
        with pytest.raises(ModelError) as refused:
            kind.check(path, "mine")
        assert refused.value.what.startswith(f"The {kind.PART} mine ") and refused.value.remedy


@pytest.mark.parametrize("body", NO_SETTINGS.values(), ids=NO_SETTINGS)
def test_hostile_settings_get_the_sentence(kind: Kind, copy: Path, body: bytes) -> None:
    place = (copy if copy.is_dir() else copy.parent) / (STARTERS[kind.FORMAT] or copy.name)
    place.write_bytes(body)
    refused_with_a_sentence(kind, copy, place)


@pytest.mark.parametrize("body", NO_VOICE.values(), ids=NO_VOICE)
def test_settings_of_something_else_get_the_sentence(body: bytes, tmp_path: Path) -> None:
    piper = kinds.find("Piper ONNX")
    voice = copied(piper, tmp_path / "copy")
    place = voice.with_name(voice.name + ".json")
    place.write_bytes(body)
    refused_with_a_sentence(piper, voice, place)


def refused_with_a_sentence(kind: Kind, model: Path, place: Path) -> None:
    assert kind.matches(model), "it looks like one, and is told what is wrong with it"
    for ask in (lambda: kind.check(model, model.stem), lambda: kind.describe(model)):
        with pytest.raises(ModelError) as refused:
            ask()
        assert str(place) in str(refused.value) and str(refused.value).endswith(": install it again.")


def test_a_pipe_for_settings_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.json")
    with pytest.raises(ValueError, match="no file"):
        read_json(tmp_path / "config.json")


def test_a_folder_where_a_file_should_be_is_refused(kind: Kind, copy: Path) -> None:
    if copy.is_dir():
        (copy / "model.bin").unlink()
        (copy / "model.bin").mkdir()
    else:
        copy.unlink()
        copy.mkdir()
    with pytest.raises(ModelError):
        kind.check(copy, "mine")


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("mine.gguf", True),
        ("mine-00001-of-00003.gguf", True),
        ("mine-00002-of-00003.gguf", False),
        ("mmproj-f16.gguf", False),
        ("mine.gguf.part", False),
    ],
)
def test_of_a_split_tutor_the_first_part_is_the_model(tmp_path: Path, name: str, is_one: bool) -> None:
    shutil.copy(starters.path("tutor"), tmp_path / name)
    assert kinds.find("GGUF").matches(tmp_path / name) is is_one


def test_a_whisper_of_english_alone_is_known_before_it_is_loaded(tmp_path: Path) -> None:
    whisper = kinds.recogniser("CTranslate2")
    folder = copied(whisper, tmp_path / "mine")
    assert whisper.describe(folder).spanish and not whisper.describe(folder).languages
    vocabulary = folder / "vocabulary.json"
    tokens = json.loads(vocabulary.read_text(encoding="utf-8"))
    vocabulary.write_text(json.dumps([token or "<|nothing|>" for token in tokens]), encoding="utf-8")
    assert whisper.describe(folder).languages == ("en",)
    with pytest.raises(ModelError, match=r"mine in .* hears only English"):  # the library is of the same mind
        whisper.load(folder, "mine", Device("cpu", 1, "asked for by a test"))


def test_both_forms_of_a_vocabulary_are_read(tmp_path: Path) -> None:
    (tmp_path / "vocabulary.txt").write_text("uno\ndos\n\ntres\n")
    assert multilingual(tmp_path)
    (tmp_path / "vocabulary.txt").write_text("uno\ndos\ntres\n")
    assert not multilingual(tmp_path)
    for body in NO_SETTINGS.values():
        (tmp_path / "vocabulary.json").write_bytes(body)
        multilingual(tmp_path)  # what is wrong with it is the library's to say


@pytest.mark.parametrize(
    ("languages", "spanish"),
    [
        ((), True),
        (("es",), True),
        (("es_MX",), True),
        (("es-419", "en"), True),
        (("de",), False),
        (("est",), False),
    ],
)
def test_what_says_no_language_may_know_spanish(languages: tuple[str, ...], spanish: bool) -> None:
    assert Description("mine", 1, languages).spanish is spanish


def test_a_name_is_never_empty_nor_unsafe() -> None:
    assert named(Path("/"), "") == "/" and named(Path("/a"), "red\x1b[31m") == "red[31m"


def test_asking_the_table_loads_no_library() -> None:
    code = (
        "import sys\n"
        "from models import catalog, kinds\n"
        "for part in ('recogniser', 'tutor', 'voice'):\n"
        "    path = catalog.verify(catalog.starter(part))\n"
        "    kinds.matching(path, part).describe(path)\n"
        "heavy = {'faster_whisper', 'ctranslate2', 'onnxruntime', 'piper', 'llama_cpp', 'torch', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
