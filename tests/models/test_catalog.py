"""The models of this machine: known, found, named, and refused when they are not what they claim."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models import catalog
from models.catalog import Entry, at, entries, find, verify, write_checksums
from models.errors import ModelError
from models.kind import PARTS


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No models but the starters, whatever the machine of the test holds."""
    for variable in ("TERTULIA_RECOGNISER", "TERTULIA_TUTOR", "TERTULIA_VOICE", "HF_HUB_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-cache"))


@pytest.fixture
def starters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A copy of the starters that a test may damage."""
    folder = Path(shutil.copytree(catalog.STARTER, tmp_path / "starter"))
    monkeypatch.setattr(catalog, "STARTER", folder)
    return folder


def starter(part: str) -> Path:
    return verify(catalog.starter(part))


def cached(cache: Path, repository: str, revision: str = "abc123") -> Path:
    """An empty repository in the layout of the Hugging Face cache."""
    root = cache / f"models--{repository.replace('/', '--')}"
    snapshot = root / "snapshots" / revision
    snapshot.mkdir(parents=True)
    (root / "refs").mkdir(exist_ok=True)
    (root / "refs" / "main").write_text(revision)
    return snapshot


def test_a_fresh_machine_has_its_three_starters_and_knows_what_to_move_up_to() -> None:
    known = entries()
    assert [(e.part, e.installed) for e in known if e.starter] == [(part, True) for part in PARTS]
    for part in PARTS:
        others = [e for e in known if e.part == part and not e.starter]
        assert len(others) >= 3 and not any(e.installed for e in others)
    assert len({e.name for e in known}) == len(known)
    for entry in known:
        assert entry.size_mb > 0 and entry.licence and entry.note.endswith(".") and entry.memory_mb > 0
        assert entry.starter or entry.source.count("/") == 1
        assert any(language.startswith("es") for language in entry.languages)


def test_the_starters_are_what_they_were_when_their_checksums_were_noted() -> None:
    started = time.process_time()
    for part in PARTS:
        verify(catalog.starter(part))
    assert time.process_time() - started < 2  # of the processor, whoever else is at work


def test_a_starter_that_was_changed_is_refused(starters: Path) -> None:
    weights = starters / "recogniser-ct2" / "model.bin"
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(data)
    with pytest.raises(ModelError, match=r"model\.bin of starter-ear has the wrong checksum: restore"):
        verify(catalog.starter("recogniser"))


def test_a_starter_that_lost_a_file_is_refused(starters: Path) -> None:
    next((starters / "voice").glob("*.onnx.json")).unlink()
    with pytest.raises(ModelError, match=r"starter-voice lacks .*onnx\.json: restore"):
        verify(catalog.starter("voice"))
    shutil.rmtree(starters / "tutor")
    with pytest.raises(ModelError, match="starter-tutor is not on this machine: restore"):
        verify(catalog.starter("tutor"))


def test_rebuilt_starters_are_accepted_after_one_command(starters: Path) -> None:
    settings = next((starters / "voice").glob("*.onnx.json"))
    settings.write_text(settings.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    (starters / "voice" / "README.md").write_text("A model card may change at any time.")
    with pytest.raises(ModelError, match="wrong checksum"):
        verify(catalog.starter("voice"))
    assert write_checksums(starters) >= 10
    verify(catalog.starter("voice"))
    assert "README" not in (starters / catalog.CHECKSUMS).read_text()


def test_without_checksums_no_starter_is_trusted(starters: Path) -> None:
    (starters / catalog.CHECKSUMS).unlink()
    with pytest.raises(ModelError, match="has no checksums for starter-ear"):
        verify(catalog.starter("recogniser"))


def test_a_whisper_in_the_hugging_face_cache_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As the hub's own libraries leave it: links from a snapshot to the files themselves."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    snapshot = cached(tmp_path / "hub", "Systran/faster-whisper-small")
    for file in starter("recogniser").iterdir():
        (snapshot / file.name).symlink_to(file)
    entry = find("recogniser", "whisper-small")
    assert (entry.path, entry.starter, entry.licence) == (snapshot, False, "MIT")
    assert verify(entry) == snapshot


def test_of_several_revisions_main_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    main = cached(tmp_path, "somebody/andalusian-whisper", "aaa")
    for snapshot in (main, main.with_name("bbb")):
        shutil.copytree(starter("recogniser"), snapshot, dirs_exist_ok=True)
    assert find("recogniser", "andalusian-whisper").path == main
    (tmp_path / "models--somebody--andalusian-whisper" / "refs" / "main").unlink()
    assert find("recogniser", "andalusian-whisper").installed


def test_tutors_and_voices_in_the_cache_are_found_by_their_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    tutor = cached(tmp_path, "bartowski/Llama-3.2-3B-Instruct-GGUF")
    for name in ("Llama-3.2-3B-Instruct-Q4_K_M.gguf", "Llama-3.2-3B-Instruct-Q8_0.gguf", "mmproj-f16.gguf"):
        shutil.copy(starter("tutor"), tutor / name)
    folder = cached(tmp_path, "rhasspy/piper-voices") / "es" / "es_ES" / "davefx" / "medium"
    folder.mkdir(parents=True)
    for suffix in ("", ".json"):
        source = starter("voice").with_name(starter("voice").name + suffix)
        shutil.copy(source, folder / f"es_ES-davefx-medium.onnx{suffix}")
        shutil.copy(source, folder / f"de_DE-somebody.onnx{suffix}")
    german = folder / "de_DE-somebody.onnx.json"
    settings = german.read_text(encoding="utf-8")
    german.write_text(settings.replace('"voice": "es"', '"voice": "de"'), encoding="utf-8")
    assert find("tutor", "llama-3.2-3b-instruct").path == tutor / "Llama-3.2-3B-Instruct-Q4_K_M.gguf"
    assert find("tutor", "Llama-3.2-3B-Instruct-Q8_0").note == "Found on this machine."
    assert verify(find("voice", "es_ES-davefx-medium")) == folder / "es_ES-davefx-medium.onnx"
    names = {entry.name for entry in entries()}
    assert not names & {"mmproj-f16", "de_DE-somebody"}


def test_models_in_the_users_own_folder_are_found(tmp_path: Path) -> None:
    own = tmp_path / "models"
    shutil.copytree(starter("recogniser"), own / "recogniser" / "v3")
    shutil.copytree(starter("recogniser"), own / "recogniser" / "whisper-medium")
    (own / "recogniser" / "half-copied").mkdir()
    (own / "tutor").mkdir()
    shutil.copy(starter("tutor"), own / "tutor" / "mine.gguf")
    found = {entry.name: entry for entry in entries(own) if entry.installed and not entry.starter}
    assert set(found) == {"v3", "whisper-medium", "mine"}
    assert found["v3"].size_mb > 1 and found["v3"].licence == "unknown"
    assert verify(find("recogniser", "v3", own)) == own / "recogniser" / "v3"
    with pytest.raises(ModelError, match=rf"'v9': choose .*v3.*, or put it into {own}/recogniser\.$"):
        find("recogniser", "v9", own)


def test_a_model_that_is_known_but_not_here_says_how_to_have_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"put the file .*\.onnx of https://huggingface\.co/rhasspy/.* into "):
        find("voice", "es_ES-sharvard-medium", tmp_path)
    with pytest.raises(ModelError, match="whisper-small is not on this machine: fetch it with `tertulia"):
        verify(next(entry for entry in entries() if entry.name == "whisper-small"))


def test_only_formats_without_code_are_loaded(tmp_path: Path) -> None:
    pickled = tmp_path / "model.pt"
    pickled.write_bytes(b"\x80\x04K*.")
    with pytest.raises(ModelError, match=r"model\.pt is not a tutor: name a GGUF file"):
        at(pickled, "tutor")
    disguised = pickled.rename(tmp_path / "model.gguf")
    with pytest.raises(ModelError, match="is not a GGUF file"):
        verify(at(disguised, "tutor"))
    with pytest.raises(ModelError, match="name the folder of a CTranslate2 Whisper"):
        at(disguised, "recogniser")
    with pytest.raises(ModelError, match="There is no voice at"):
        at(tmp_path / "gone.onnx", "voice")
    (tmp_path / "pytorch").mkdir()
    with pytest.raises(ModelError, match="pytorch is not a recogniser: name the folder of a CTranslate2 Whisper"):
        at(tmp_path / "pytorch", "recogniser")
    (tmp_path / "pytorch" / "model.bin").touch()
    with pytest.raises(ModelError, match=r"lacks config\.json, tokenizer\.json, vocabulary"):
        at(tmp_path / "pytorch", "recogniser")
    with pytest.raises(ModelError, match=r"^/ is not a recogniser"):
        at(Path("/"), "recogniser")


def test_a_name_cannot_carry_escape_codes_to_the_screen(tmp_path: Path) -> None:
    shutil.copytree(starter("recogniser"), tmp_path / "recogniser" / "red\x1b[31m")
    names = [entry.name for entry in entries(tmp_path) if not entry.starter and entry.installed]
    assert names == ["red[31m"]


def test_nothing_heavy_is_imported_until_a_model_is_loaded() -> None:
    code = (
        "import sys\n"
        "import models.activity, models.catalog, models.device, models.piper.voice\n"
        "import models.whisper.recogniser, models.evaluation.scoring\n"
        "models.catalog.entries()\n"
        "heavy = {'faster_whisper', 'ctranslate2', 'onnxruntime', 'piper', 'llama_cpp', 'torch', 'tokenizers'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_an_entry_without_a_path_is_not_installed() -> None:
    assert not Entry("x", "voice", "Piper ONNX").installed
