"""Folders laid out as other programs lay them out: what is in them is seen, and what is broken is passed over."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from models.elsewhere import (
    gpt4all,
    hugging_face,
    jan,
    llama_cpp,
    lm_studio,
    ollama,
    piper,
    programs,
    seen,
    whisper_cpp,
)
from models.elsewhere.programs import Program
from tests import starters
from tests.models.model_files import gguf

DIGEST = "60e05f2100071479f596b964f89f510f057ce397ea22f2833a0cfe029bfc2463"
OTHER = "1e65450c30670713aa47fe23e8b9662bdf4065e81cc8e3cbfaa98924fcc0d320"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's folder with nothing in it."""
    for variable in ("OLLAMA_MODELS", "LLAMA_CACHE", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    for variable in ("HF_HOME", "HF_HUB_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "ana"))
    monkeypatch.setattr(ollama, "SERVICE", tmp_path / "service")
    monkeypatch.setattr(piper, "SHARED", (tmp_path / "share" / "piper-voices",))
    (tmp_path / "ana").mkdir()
    return tmp_path / "ana"


def names(program: Program) -> dict[str, Path]:
    return {each.name: each.path for each in program.seen()}


def layer(kind: str, digest: str) -> dict[str, object]:
    return {"mediaType": f"application/vnd.ollama.image.{kind}", "digest": f"sha256:{digest}", "size": 9}


def ollama_model(folder: Path, name: str, layers: list[dict[str, object]]) -> Path:
    """A manifest as Ollama writes it."""
    manifest = folder / "manifests" / name
    manifest.parent.mkdir(parents=True, exist_ok=True)
    config = {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": f"sha256:{OTHER}", "size": 4}
    body = {
        "schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": config, "layers": layers,
    }  # fmt: skip
    manifest.write_text(json.dumps(body))
    return manifest


def test_ollama(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home / ".ollama" / "models"
    blob = gguf(folder / "blobs" / f"sha256-{DIGEST}")
    (folder / "blobs" / f"sha256-{OTHER}").write_text("{{ .Prompt }}")
    layers = [layer("template", OTHER), layer("model", DIGEST), layer("projector", OTHER)]
    ollama_model(folder, "registry.ollama.ai/library/llama3.2/3b", layers)
    ollama_model(folder, "registry.ollama.ai/somebody/mine/latest", layers)
    ollama_model(folder, "hf.co/bartowski/Qwen-GGUF/Q4_K_M", layers)
    assert names(ollama) == dict.fromkeys(
        ["llama3.2:3b", "somebody/mine:latest", "hf.co/bartowski/Qwen-GGUF:Q4_K_M"], blob
    )
    shutil.move(folder, tmp_path / "service")
    assert set(names(ollama)) >= {"llama3.2:3b"}
    shutil.move(tmp_path / "service", tmp_path / "big disk")
    assert not names(ollama)
    monkeypatch.setenv("OLLAMA_MODELS", f'"{tmp_path / "big disk"}"')
    assert len(names(ollama)) == 3


def test_broken_manifests_of_ollama_are_passed_over(home: Path) -> None:
    folder = home / ".ollama" / "models"
    (folder / "blobs").mkdir(parents=True)
    library = "registry.ollama.ai/library/"
    for number, layers in enumerate([[], [layer("model", OTHER)], [layer("model", "../../../etc/passwd")]]):
        ollama_model(folder, f"{library}broken/{number}", layers)
    for number, body in enumerate(["", "[]", '{"layers": 3}', '{"layers": [7, {}]}', "[" * 100_000, "\0"]):
        ollama_model(folder, f"{library}worse/{number}", []).write_text(body)
    assert not names(ollama)


def test_programs_that_keep_gguf_files_as_they_are(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio = gguf(home / ".lmstudio" / "models" / "infra-ai" / "ocelot-v1" / "ocelot-v1-instruct-q4_0.gguf")
    gguf(studio.with_name("mmproj-f16.gguf"))
    old = gguf(home / ".cache" / "lm-studio" / "models" / "TheBloke" / "x-GGUF" / "x.Q4_K_M.gguf")
    assert names(lm_studio) == {"ocelot-v1-instruct-q4_0": studio, "x.Q4_K_M": old}
    new = gguf(home / ".local" / "share" / "Jan" / "data" / "llamacpp" / "models" / "Qwen3-4B" / "model.gguf")
    new.with_name("model.yml").write_text("model_path: llamacpp/models/Qwen3-4B/model.gguf\n")
    before = gguf(home / ".config" / "Jan" / "data" / "llamacpp" / "models" / "Jan-nano" / "model.gguf")
    assert names(jan) == {"Qwen3-4B": new, "Jan-nano": before}
    chat = gguf(home / ".local" / "share" / "nomic.ai" / "GPT4All" / "Llama-3.2-1B-Instruct-Q4_0.gguf")
    library = gguf(home / ".cache" / "gpt4all" / "orca-mini-3b.gguf")
    assert set(names(gpt4all).values()) == {chat, library}
    cache = gguf(home / ".cache" / "llama.cpp" / "ggml-org_gemma-3-1b-it-GGUF_gemma-3-1b-it-Q4_K_M.gguf")
    assert set(names(llama_cpp).values()) == {cache}
    monkeypatch.setenv("LLAMA_CACHE", str(home / "elsewhere"))
    assert not names(llama_cpp)
    assert {each.program for each in programs.seen()} == {"LM Studio", "Jan", "GPT4All"}


def test_whisper_cpp(home: Path) -> None:
    for place in ("whisper.cpp/models", ".cache/whisper", ".local/share/pywhispercpp/models"):
        (home / place).mkdir(parents=True)
    base = home / "whisper.cpp" / "models" / "ggml-base.bin"
    base.write_bytes(b"lmgg")
    base.with_name("ggml-silero-v5.1.2.bin").write_bytes(b"lmgg")
    base.with_name("download-ggml-model.sh").touch()
    turbo = home / ".local/share/pywhispercpp/models/ggml-large-v3-turbo-q5_0.bin"
    turbo.write_bytes(b"lmgg")
    assert names(whisper_cpp) == {"base": base, "large-v3-turbo-q5_0": turbo}


def test_piper(home: Path, tmp_path: Path) -> None:
    shared = tmp_path / "share" / "piper-voices" / "es" / "es_ES" / "davefx" / "medium" / "es_ES-davefx-medium.onnx"
    own = home / ".local" / "share" / "piper" / "voices" / "es_MX-ald-medium.onnx"
    for voice in (shared, own):
        voice.parent.mkdir(parents=True)
        for suffix in ("", ".json"):
            shutil.copy(f"{starters.path('voice')}{suffix}", f"{voice}{suffix}")
    own.with_name("alone.onnx").touch()
    assert names(piper) == {"es_ES-davefx-medium": shared, "es_MX-ald-medium": own}


def test_hugging_face(home: Path) -> None:
    hub = home / ".cache" / "huggingface" / "hub"
    blobs = gguf(hub / "models--bartowski--Qwen-GGUF" / "blobs" / "aaa")
    snapshot = hub / "models--bartowski--Qwen-GGUF" / "snapshots" / "c0ffee"
    snapshot.mkdir(parents=True)
    (snapshot / "Qwen-Q4_K_M.gguf").symlink_to(blobs)
    whisper = hub / "models--somebody--whisper-small-es" / "snapshots" / "abc"
    whisper.mkdir(parents=True)
    (whisper / "config.json").write_text('{"model_type": "whisper"}')
    other = hub / "models--google--bert" / "snapshots" / "abc"
    other.mkdir(parents=True)
    (other / "config.json").write_text('{"model_type": "bert"}')
    assert names(hugging_face) == {"Qwen-Q4_K_M": snapshot / "Qwen-Q4_K_M.gguf", "whisper-small-es": whisper}


def test_links_that_lead_in_circles_and_folders_that_may_not_be_read(home: Path) -> None:
    models = home / ".lmstudio" / "models"
    mine = gguf(models / "a" / "b" / "mine.gguf")
    (models / "a" / "back").symlink_to(models)
    (models / "itself").symlink_to(models / "itself")
    (models / "gone.gguf").symlink_to(models / "nothing")
    (models / "elsewhere").symlink_to(home / "disk")
    other = gguf(home / "disk" / "other.gguf")
    closed = models / "closed"
    gguf(closed / "x.gguf")
    closed.chmod(0)
    try:
        found = names(lm_studio)
    finally:
        closed.chmod(0o700)
    assert found["mine"] == mine and found["other"].resolve() == other
    assert set(found) <= {"mine", "other", *(["x"] if os.geteuid() == 0 else [])}


def test_a_huge_folder_is_not_walked_for_ever(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "MOST", 300)
    models = home / ".lmstudio" / "models"
    for number in range(20):
        (models / f"{number:02}").mkdir(parents=True)
        for file in range(100):
            (models / f"{number:02}" / f"{file}.gguf").touch()
    deep = models / "00"
    for _ in range(20):
        deep = deep / "deeper"
    gguf(deep / "deep.gguf")
    started = time.process_time()
    assert 0 < len(names(lm_studio)) < 300
    assert time.process_time() - started < 2


def test_nothing_at_all(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not list(programs.seen())
    monkeypatch.setenv("OLLAMA_MODELS", str(home / "nothing"))
    monkeypatch.setenv("HF_HOME", "/dev/null")
    assert not list(programs.seen())
