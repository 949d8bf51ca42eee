"""A Whisper in Hugging Face format becomes one that the app listens with, or a sentence says why not."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the training extra is not installed")

from core.own_models import converting
from core.processes.command import command
from models.device import choose
from models.errors import ModelError
from models.whisper import hugging_face, weights
from models.whisper.recogniser import WhisperRecogniser
from store.audio.folder import read_audio
from tests import starters
from tests.core.engine.driver import spoken
from tests.patience import PATIENCE
from tests.trainer import jobs

STARTER = jobs.BASE
"""The starter recogniser as it is trained on."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A Whisper in Hugging Face format that a test may damage."""
    return Path(shutil.copytree(STARTER, tmp_path / "mine"))


def test_what_is_converted_hears_as_the_shipped_one_does(tmp_path: Path, copy: Path) -> None:
    (copy / "preprocessor_config.json").unlink()  # some have none
    out, said = tmp_path / "models" / "mine", list[str]()
    converting.convert(copy, out, said.append)
    assert said == ["Reading mine", "Converting mine; large ones take some minutes", "Converted mine"]
    assert [path.name for path in out.parent.iterdir()] == ["mine"]
    assert weights.mel_bins(out / "model.bin") == 80
    assert json.loads((out / "preprocessor_config.json").read_text(encoding="utf-8"))["feature_size"] == 80
    assert (out / "tokenizer.json").read_bytes() == (copy / "tokenizer.json").read_bytes()
    size = (copy / "model.safetensors").stat().st_size
    assert (out / "model.bin").stat().st_size == pytest.approx(size, rel=0.05), (
        "half precision, not rounded further"
    )
    audio = read_audio(spoken(tmp_path / "hola.wav", "Me gusta la comida española."))
    heard = [
        WhisperRecogniser(folder, "ear", choose()).recognise(audio).text
        for folder in (out, starters.path("recogniser"))
    ]
    assert heard[0] == heard[1] == "Me gusta la comida española."


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("config.json", b'{"model_type": "llama"}', "is no Whisper: choose another folder"),
        ("config.json", b"{", "cannot be read"),
        ("tokenizer.json", None, r"lacks tokenizer\.json: put it there"),
        ("tokenizer.json", b'{"model": {"vocab": {"a": 0}}}', "hears only English: choose a multilingual one"),
        ("model.safetensors", None, r"lacks its weights: choose one with model\.safetensors"),
        ("model.safetensors", b"\xff" * 64, r"cannot be read \(model\.safetensors is damaged\)"),
        ("model.safetensors", b"\x02\0\0\0\0\0\0\0{}", r"cannot be read \(its settings make no sense\)"),
    ],
)
def test_what_is_no_such_whisper_is_refused(copy: Path, name: str, body: bytes | None, sentence: str) -> None:
    (copy / name).unlink()
    if body is not None:
        (copy / name).write_bytes(body)
    with pytest.raises(ModelError, match=sentence):
        hugging_face.check(copy, "mine")


def test_half_a_download_of_the_weights_is_refused(copy: Path) -> None:
    whole = copy / "model.safetensors"
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(ModelError, match="is not all there"):
        hugging_face.check(copy, "mine")


def test_weights_in_a_pickle_are_never_opened(copy: Path, tmp_path: Path) -> None:
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    assert hugging_face.matches(copy), "it looks like one, and is told what is wrong with it"
    with pytest.raises(ModelError, match=r"in a pickle, which is never opened: choose one with model\.safetensors"):
        converting.convert(copy, tmp_path / "out")
    (copy / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": {hugging_face.FIRST_LAYER: "pytorch_model.bin"}}), encoding="utf-8"
    )
    with pytest.raises(ModelError, match="names other files than its parts"):
        converting.convert(copy, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_weights_for_another_number_of_mel_bands_are_refused(copy: Path, tmp_path: Path) -> None:
    settings = json.loads((copy / "config.json").read_text(encoding="utf-8"))
    (copy / "config.json").write_text(json.dumps({**settings, "num_mel_bins": 128}), encoding="utf-8")
    with pytest.raises(ModelError, match="has weights for 80 mel bands and settings for 128"):
        converting.convert(copy, tmp_path / "out")


def test_weights_that_do_not_fit_their_settings_get_a_sentence_and_leave_nothing(
    copy: Path, tmp_path: Path
) -> None:
    settings = json.loads((copy / "config.json").read_text(encoding="utf-8"))
    (copy / "config.json").write_text(json.dumps({**settings, "d_model": 64}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"mine cannot be converted \(.+\): choose another model"):
        converting.convert(copy, tmp_path / "models" / "out")
    assert not list((tmp_path / "models").glob("*"))


def test_without_what_training_needs_the_sentence_says_how_to_get_it(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(converting, "NEEDED", ("torch_of_nowhere", "transformers"))
    with pytest.raises(ModelError, match="torch_of_nowhere are needed: run `make training`"):
        converting.convert(copy, tmp_path / "out")


def test_stopped_it_leaves_nothing(copy: Path, tmp_path: Path) -> None:
    def stop(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        converting.convert(copy, tmp_path / "models" / "out", stop)
    assert not list((tmp_path / "models").glob("*"))


def test_killed_it_leaves_no_half_model_and_the_next_try_takes_over(copy: Path, tmp_path: Path) -> None:
    out = tmp_path / "models" / "out"
    child = subprocess.Popen(
        command("trainer.converting", str(copy), str(out)), stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert child.stdout is not None
    while not child.stdout.readline().startswith("Converting"):
        assert child.poll() is None
    os.kill(child.pid, signal.SIGKILL)
    child.wait(PATIENCE)
    left = [path.name for path in out.parent.glob("*") if not path.name.startswith(".")]
    assert left == ([out.name] if out.exists() else [])
    if left:  # it was too fast for us, and then it must be whole
        WhisperRecogniser(out, "ear", choose())
    (out.parent / ".out.partial").mkdir(parents=True, exist_ok=True)
    (out.parent / ".out.partial" / "model.bin").write_bytes(b"half")
    converting.convert(copy, out)
    assert [path.name for path in out.parent.iterdir()] == ["out"]
    WhisperRecogniser(out, "ear", choose())
