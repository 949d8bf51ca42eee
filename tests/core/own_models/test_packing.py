"""Models travel in one file, and whatever was done to it on the way is noticed."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.own_models.adding import add
from core.own_models.packing import pack, unpack
from core.versions.active import load_recogniser, load_tutor, load_voice
from models.errors import ModelError
from store.errors import StoreError
from tests.core.own_models.own_models import recogniser, tree, tutor, voice
from tests.models.model_files import gguf

NAMES = ["ear", "mine", "ana"]


@pytest.fixture
def packed(data: Path, tmp_path: Path) -> Path:
    """A pack of a recogniser, a tutor and a voice, of which two are linked to."""
    add(data, recogniser(tmp_path / "ear"))
    add(data, tutor(tmp_path / "in"))
    add(data, voice(tmp_path / "voices", "ana"), copy=True)
    assert [model.name for model in pack(data, NAMES, tmp_path / "models.zip")] == NAMES
    return tmp_path / "models.zip"


def test_there_and_back(packed: Path, data: Path, tmp_path: Path) -> None:
    said: list[float] = []
    new, known = unpack(tmp_path / "other", packed, lambda text, share: said.append(share or 0.0))
    assert [model.name for model in new] == NAMES and not known and said[-1] == 1.0
    other = tmp_path / "other"
    assert load_recogniser(other, "ear") and load_tutor(other, "mine") and load_voice(other, "ana")
    assert "tutor/mine/mine.gguf" in tree(other)
    assert not [name for name in tree(other) if "/." in name]
    new, known = unpack(other, packed)
    assert not new and [model.name for model in known] == NAMES, "what is there, the same to the byte, stays"


def test_a_pack_is_the_same_wherever_it_is_made(packed: Path, tmp_path: Path) -> None:
    unpack(tmp_path / "other", packed)
    pack(tmp_path / "other", NAMES, tmp_path / "again.zip")
    with zipfile.ZipFile(packed) as one, zipfile.ZipFile(tmp_path / "again.zip") as other:
        assert one.read("manifest.json") == other.read("manifest.json")


def test_another_model_of_that_name_is_not_written_over(packed: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    gguf(other / "models" / "tutor" / "mine" / "mine.gguf")
    before = tree(other)
    with pytest.raises(ModelError, match=r"There is something called mine in .* already: remove that one first"):
        unpack(other, packed)
    assert tree(other) == before, "nor is anything else unpacked"


def test_what_is_not_packed(data: Path, packed: Path, tmp_path: Path) -> None:
    for name, sentence in [
        ("starter-tutor", "starter-tutor is built in: pack others"),
        ("nothing", "There is no model called 'nothing'"),
        ("everyday", "The recogniser whisper-base is not on this machine"),
    ]:
        with pytest.raises(ModelError, match=sentence):
            pack(data, ["mine", name], tmp_path / "out.zip")
    with pytest.raises(ModelError, match=r"models\.zip is there already: choose another name for --out"):
        pack(data, ["mine"], packed)
    with pytest.raises(StoreError):
        pack(data, ["mine"], tmp_path / "no" / "folder" / "out.zip")
    assert not (tmp_path / "out.zip").exists() and not list(tmp_path.glob(".*"))


Change = Callable[[dict[str, Any], list[tuple[zipfile.ZipInfo, bytes]]], None]
TUTOR = "tutor/mine/mine.gguf"


def a_file(entries: list[tuple[zipfile.ZipInfo, bytes]], name: str = TUTOR) -> tuple[zipfile.ZipInfo, bytes]:
    return next(entry for entry in entries if entry[0].filename == name)


def flipped(manifest: dict[str, Any], entries: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
    info, body = a_file(entries)
    entries[entries.index((info, body))] = (info, body[:-1] + bytes([body[-1] ^ 1]))


def longer(manifest: dict[str, Any], entries: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
    info, body = a_file(entries)
    entries[entries.index((info, body))] = (info, body + b"!")


def more(manifest: dict[str, Any], entries: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
    entries.append((zipfile.ZipInfo("tutor/mine/run.py"), b"import os"))


def less(manifest: dict[str, Any], entries: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
    entries.remove(a_file(entries))


def twice(manifest: dict[str, Any], entries: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
    entries.append(a_file(entries))


def link(manifest: dict[str, Any], entries: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
    a_file(entries)[0].external_attr = (stat.S_IFLNK | 0o777) << 16


def deflated(manifest: dict[str, Any], entries: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
    a_file(entries)[0].compress_type = zipfile.ZIP_DEFLATED


def called(**fields: Any) -> Change:
    """The tutor's entry in the manifest says something else, and the zip goes with it."""

    def change(manifest: dict[str, Any], entries: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
        model = next(model for model in manifest["models"] if model["part"] == "tutor")
        for key, value in fields.items():
            (model["files"][0] if key in ("size", "sha256") else model)[key] = value

    return change


def climbing(name: str) -> Change:
    """A file of the tutor has another name, in both."""

    def change(manifest: dict[str, Any], entries: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
        model = next(model for model in manifest["models"] if model["part"] == "tutor")
        model["files"][0]["name"] = name
        a_file(entries)[0].filename = f"tutor/mine/{name}"

    return change


def pickled(manifest: dict[str, Any], entries: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
    """What the manifest truly describes, and what is no model."""
    info, old = a_file(entries)
    body = b"\x80\x04K*."
    entries[entries.index((info, old))] = (info, body)
    called(size=len(body), sha256=hashlib.sha256(body).hexdigest())(manifest, entries)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (flipped, r"mine\.gguf of mine in .* is damaged: have it packed again"),
        (longer, "has not the size that its manifest names"),
        (more, "it holds other files than its manifest names"),
        (less, "it holds other files than its manifest names"),
        (twice, "it holds other files than its manifest names"),
        (link, "is no plain file in it"),
        (deflated, "is no plain file in it"),
        (climbing("../../../out"), r"it holds a file with the name '\.\./\.\./\.\./out'"),
        (climbing("/etc/passwd"), "it holds a file with the name"),
        (climbing("a/../b"), "it holds a file with the name"),
        (climbing(".hidden"), "it holds a file with the name"),
        (climbing("a/" * 2_000 + "b"), "it holds a file with the name"),
        (climbing("a\\b"), "it holds a file with the name"),
        (climbing("mine.txt"), "mine in .* is no tutor"),
        (called(name="../x"), "it holds a model with the name"),
        (called(part="../x"), "it holds a model with the name"),
        (called(format="Pickle"), "mine is of a kind that is not known here, 'Pickle'"),
        (called(name="starter-tutor"), "it holds other files"),
        (called(size=-1), "it does not say what"),
        (called(size=1 << 60), "has not the size"),
        (called(sha256="no"), "it does not say what"),
        (called(files=[]), "makes no sense|it holds other files"),
        (called(files=7), "makes no sense"),
        (pickled, r"The tutor mine at .* cannot be used \(it is not a GGUF file\)"),
        (lambda manifest, entries: manifest.update(models=[]), "its manifest makes no sense"),
        (
            lambda manifest, entries: manifest.update({"tertulia-models": 2}),
            "packed by another version of Tertulia",
        ),
        (lambda manifest, entries: manifest["models"].append(manifest["models"][0]), "its manifest makes no sense"),
    ],
)
def test_a_pack_that_was_changed_is_refused(packed: Path, tmp_path: Path, change: Change, sentence: str) -> None:
    with zipfile.ZipFile(packed) as archive:
        entries = [(info, archive.read(info)) for info in archive.infolist() if info.filename != "manifest.json"]
        manifest = json.loads(archive.read("manifest.json"))
    change(manifest, entries)
    with warnings.catch_warnings(), zipfile.ZipFile(tmp_path / "changed.zip", "w") as archive:
        warnings.simplefilter("ignore")  # of names that are there twice
        for info, body in entries:
            new = zipfile.ZipInfo(info.filename)
            new.external_attr, new.compress_type = info.external_attr, info.compress_type
            archive.writestr(new, body)
        archive.writestr("manifest.json", json.dumps(manifest))
    with pytest.raises(ModelError, match=sentence):
        unpack(tmp_path / "other", tmp_path / "changed.zip")
    assert not tree(tmp_path / "other") and not (tmp_path / "out").exists()


def test_what_is_no_pack_is_refused(packed: Path, tmp_path: Path) -> None:
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("a.txt", "hola")
    for body in (b"", b"no zip", packed.read_bytes()[:-100], packed.read_bytes()[1000:], plain.getvalue()):
        (tmp_path / "x").write_bytes(body)
        with pytest.raises(ModelError, match="packed again"):
            unpack(tmp_path / "other", tmp_path / "x")
    for path in (tmp_path / "gone", tmp_path):
        with pytest.raises(ModelError, match=r"There is no pack at .*: check the path"):
            unpack(tmp_path / "other", path)
    assert not tree(tmp_path / "other")
