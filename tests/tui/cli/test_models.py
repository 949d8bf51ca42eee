"""`tertulia models …`, as somebody types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.elsewhere import ollama, piper
from tests.core.own_models.own_models import recogniser, tutor, voice
from tests.models.model_files import gguf
from tests.tui.cli.driver import tertulia


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The data folder; nothing else is on the machine."""
    monkeypatch.setenv("HOME", str(tmp_path / "ana"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-cache"))
    monkeypatch.setattr(ollama, "SERVICE", tmp_path / "service")
    monkeypatch.setattr(piper, "SHARED", ())
    return tmp_path / "data"


def json_of(home: Path, *arguments: str | Path, **environment: str) -> dict[str, Any]:
    done = tertulia(home, "models", *arguments, "--json", **environment)
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert isinstance(body, dict)
    return body


def listed(home: Path) -> dict[str, dict[str, Any]]:
    lines = tertulia(home, "models", "list", "--json").stdout.splitlines()
    return {line["name"]: line for line in map(json.loads, lines)}


def test_added_used_listed_and_removed(home: Path, tmp_path: Path) -> None:
    file = tutor(tmp_path / "in")
    added = json_of(home, "add", file)
    assert (added["name"], added["part"], added["linked"]) == ("mine", "tutor", True)
    assert listed(home)["mine"]["link"] == str(file) and not listed(home)["mine"]["in_use"]
    assert f"A link to {file}." in tertulia(home, "models", "list").stdout
    assert json_of(home, "use", "mine") == {"part": "tutor", "in_use": "mine", "rehearing": False}
    assert listed(home)["mine"]["in_use"] and not listed(home)["starter-tutor"]["in_use"]
    doctor = tertulia(home, "doctor", "--json").stdout
    assert "mine, 3 MB" in doctor
    refused = tertulia(home, "models", "remove", "mine")
    assert refused.returncode == 2 and refused.stderr.startswith("tertulia: mine is in use (it answers): ")
    gone = json_of(home, "remove", "mine", "--force")
    assert gone == {"removed": "mine", "part": "tutor", "stays": [str(file)], "in_use": "starter-tutor"}
    assert "mine" not in listed(home)


def test_in_words(home: Path, tmp_path: Path) -> None:
    said = [
        tertulia(home, "models", *arguments).stdout
        for arguments in [
            ("add", voice(tmp_path / "in"), "--copy"), ("use", "mine"), ("use", "starter-voice"),
            ("remove", "mine"), ("use", recogniser(tmp_path / "ear"), "--no-rehear"),
        ]
    ]  # fmt: skip
    assert said == [
        "mine is one of your models now. To use it as voice: tertulia models use mine\n",
        "mine speaks from now on.\n",
        "starter-voice speaks from now on.\n",
        "mine is removed.\n",
        "ear listens from now on.\n",
    ]


def test_what_cannot_be_is_one_sentence_and_code_2(home: Path, tmp_path: Path) -> None:
    base = gguf(tmp_path / "base.gguf", {"general.architecture": "gemma3"})
    for arguments, sentence in [
        (("add", base), "has no chat template: it goes on with texts, and cannot answer: choose"),
        (("use", base), "has no chat template"),
        (("add", tmp_path / "gone"), "There is nothing at"),
        (("use", "nothing"), "There is no model called 'nothing'"),
        (("use", "whisper-small"), "The recogniser whisper-small is not on this machine"),
        (("remove", "starter-ear"), "starter-ear is built in and always there"),
        (("unpack", base), "is no pack, or a damaged one"),
        (("pack", "nothing", "--out", tmp_path / "x.zip"), "There is no model called 'nothing'"),
    ]:  # fmt: skip
        done = tertulia(home, "models", *arguments)
        assert done.returncode == 2 and not done.stdout and done.stderr.count("\n") == 1
        assert done.stderr.startswith("tertulia: ") and sentence in done.stderr
    failed = tertulia(home, "models", "add", base, "--progress", "json")
    [event] = [json.loads(line) for line in failed.stderr.splitlines()]
    assert "has no chat template" in event["what"]


def test_a_variable_is_said(home: Path, tmp_path: Path) -> None:
    tutor(home / "models" / "tutor")
    done = tertulia(home, "models", "use", "mine", TERTULIA_TUTOR="starter-tutor")
    assert done.returncode == 0 and "TERTULIA_TUTOR names starter-tutor" in done.stderr


def test_found_with_other_programs_and_added_by_name(home: Path, tmp_path: Path) -> None:
    models = tmp_path / "ana" / ".ollama" / "models"
    digest = "60e05f2100071479f596b964f89f510f057ce397ea22f2833a0cfe029bfc2463"
    blob = tutor(models / "blobs", f"sha256-{digest}")
    manifest = models / "manifests" / "registry.ollama.ai" / "library" / "llama3.2" / "3b"
    manifest.parent.mkdir(parents=True)
    layer = {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}", "size": 1}
    manifest.write_text(json.dumps({"schemaVersion": 2, "layers": [layer]}))
    gguf(tmp_path / "ana" / ".lmstudio" / "models" / "a" / "b" / "base.gguf", {"general.architecture": "gemma3"})
    ggml = tmp_path / "ana" / ".cache" / "whisper" / "ggml-small-q5_1.bin"
    ggml.parent.mkdir(parents=True)
    ggml.write_bytes(b"lmgg")
    lines = tertulia(home, "models", "find", "--json").stdout.splitlines()
    ollamas, base, small = map(json.loads, lines)
    assert (ollamas["called"], ollamas["command"]) == ("llama3.2:3b", "tertulia models add llama3.2-3b")
    assert base["command"] is None and "has no chat template" in base["why_not"]
    assert "tertulia models pull whisper-small" in small["why_not"]
    said = tertulia(home, "models", "find").stdout
    assert "llama3.2:3b" in said and "tertulia models add llama3.2-3b" in said
    assert json_of(home, "add", "llama3.2:3b")["name"] == "llama3.2-3b"
    assert listed(home)["llama3.2-3b"]["link"] == str(blob)
    assert json_of(home, "use", "llama3.2-3b")["in_use"] == "llama3.2-3b"


def test_nothing_is_found_where_nothing_is(home: Path) -> None:
    assert "No other program that is known here keeps a model" in tertulia(home, "models", "find").stdout
    assert tertulia(home, "models", "find", "--json").stdout == ""


def test_packed_and_unpacked(home: Path, tmp_path: Path) -> None:
    json_of(home, "add", tutor(tmp_path / "in"))
    out = tmp_path / "stick.zip"
    assert json_of(home, "pack", "mine", "--out", out) == {"file": str(out), "models": ["mine"]}
    other = tmp_path / "other"
    assert json_of(other, "unpack", out) == {"unpacked": ["mine"], "there_already": []}
    assert tertulia(other, "models", "unpack", out).stdout == "mine was here already.\n"
    assert json_of(other, "use", "mine")["in_use"] == "mine"
