"""What a file or folder that somebody names is: a model of which kind, or why it is none.

Names mean little here (another program's files may be called after their digests), and nothing is loaded.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from models import kinds
from models.errors import ModelError
from models.files import SPLIT, belonging, named
from models.kind import PARTS, RECOGNISER, Kind
from models.tutor.header import MAGIC as GGUF
from models.tutor.kind import FORMAT as TUTOR_FORMAT
from models.whisper import safetensors
from models.whisper.kind import FORMAT as CONVERTED

GGML = b"lmgg"
"""How the files of whisper.cpp begin."""
PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
PICKLED = {".pt", ".pth", ".ckpt", ".bin", ".pkl"}
PICKLED_IN = "pytorch_model.bin"
ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"(\xb5/\xfd")
FEW = 5
MOST_CHILDREN = 1_000
"""Files of a folder that is no model itself that are looked at, to find the one in it."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A model that somebody named."""

    kind: Kind
    path: Path
    """The folder or file that it is."""
    convert: bool = False
    """It is a Whisper of another format, which becomes one of that kind."""

    @property
    def name(self) -> str:
        """What its folder or file is called."""
        return named(self.path, self._stem)

    def files(self, name: str) -> dict[str, Path]:
        """The files of a model that is no folder, and what each is called where the model has that name."""
        ending = "" if self.kind.matches(self.path) else ".gguf"
        return {f"{name}{file.name.removeprefix(self._stem)}{ending}": file for file in belonging(self.path)}

    @property
    def _stem(self) -> str:
        """What the names of all its files begin with."""
        if self.path.is_dir() or not self.kind.matches(self.path):
            return self.path.name
        return SPLIT.sub(r"\1", self.path.stem)


def recognise(path: Path, part: str = "") -> Recognised:
    """The model that a file or folder is, checked as far as can be seen without loading it.

    Args:
        part: what a person says that it is for; empty where they do not.

    Raises:
        ModelError: it is none, or cannot be used; the sentence says what it is instead.
    """
    try:
        path.stat()
        if not path.is_file() and not path.is_dir():  # a pipe may keep a reader waiting for ever
            raise ModelError(f"{path} is neither a file nor a folder", f"name {_anything()}", path)
        found = _recognise(path)
        if part and part != found.kind.PART:
            raise ModelError(f"{path} is a {found.kind.PART}, and no {part}", f"name {kinds.files(part)}", path)
        if found.convert:
            _check_weights(path)
        else:
            found.kind.check(found.path, found.name)
            if found.kind.matches(found.path) and not found.kind.describe(found.path).spanish:
                what = f"The {found.kind.PART} {found.name} at {found.path} knows no Spanish"
                raise ModelError(what, "choose another one", found.path)
        return found
    except FileNotFoundError as error:
        raise ModelError(f"There is nothing at {path}", "check the path", path) from error
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead to each other
        why = error.strerror if isinstance(error, OSError) else "its links lead to each other"
        raise ModelError(f"{path} cannot be read ({why})", "check the path", path) from error


def _recognise(path: Path) -> Recognised:
    if found := _at(path):
        return found
    if path.is_file() and _begins(path, (GGUF,)):
        if SPLIT.fullmatch(path.stem) and path.suffix == ".gguf":
            raise ModelError(f"{path} is a further part of a tutor", "name its first part", path)
        return Recognised(kinds.find(TUTOR_FORMAT), path)
    return _within(path) if path.is_dir() else _file(path)


def _at(path: Path) -> Recognised | None:
    """The model that a path itself is; None where it is none."""
    for part in PARTS:
        if kind := kinds.matching(path, part):
            return Recognised(kind, path)
    if path.is_dir() and safetensors.is_whisper(path):
        return Recognised(kinds.find(CONVERTED), path, convert=True)
    return None


def _within(folder: Path) -> Recognised:
    """The one model in a folder that is none itself. Raises ModelError."""
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry, _ in zip(entries, range(MOST_CHILDREN), strict=False))
    found = [model for name in names if (model := _at(folder / name))]
    if len(found) == 1:
        return found[0]
    if found:
        some = ", ".join(model.path.name for model in found[:FEW]) + (" …" if len(found) > FEW else "")
        raise ModelError(f"There are several models in {folder}: {some}", "name one of them", folder)
    raise ModelError(f"There is no model in {folder} that is known here", f"name {_anything()}", folder)


def _file(path: Path) -> Recognised:
    """Why a file is no model. Raises ModelError, always."""
    if kinds.matching(path.parent, RECOGNISER) and path.name == "model.bin":
        raise ModelError(f"{path} is a part of a recogniser", f"name its folder, {path.parent}", path)
    if _begins(path, (GGML,)):
        raise ModelError(
            f"{path} is a Whisper for whisper.cpp, a format that is not read here",
            "fetch the same one with `tertulia models pull`, or name " + kinds.files(RECOGNISER),
            path,
        )
    if path.suffix == ".onnx":
        raise ModelError(
            f"{path} is an ONNX file without the settings of a voice beside it",
            f"name {kinds.files('voice')}",
            path,
        )
    if path.suffix in PICKLED or _begins(path, PICKLES):
        raise ModelError(
            f"{path} looks like a file of PyTorch, which may hold programs and is never loaded",
            f"name {_anything()}",
            path,
        )
    if _begins(path, ARCHIVES):
        raise ModelError(
            f"{path} is an archive",
            "take what `tertulia models pack` made in with `tertulia models unpack`; unpack any other yourself",
            path,
        )
    raise ModelError(f"{path} is no model that is known here", f"name {_anything()}", path)


def _check_weights(folder: Path) -> None:
    """Refuse a Hugging Face Whisper that cannot be converted. Raises ModelError."""
    weights = folder / safetensors.WEIGHTS
    if not weights.is_file():
        if (folder / safetensors.SHARDS).is_file():
            return
        pickled = ", only as a file of PyTorch, which may hold programs" if (folder / PICKLED_IN).is_file() else ""
        raise ModelError(
            f"The Whisper in {folder} has no weights in {safetensors.WEIGHTS}{pickled}",
            "choose one that is saved as safetensors",
            folder,
        )
    try:
        bands = safetensors.mel_bins(weights)
    except ValueError as error:
        raise ModelError(f"{weights} is damaged", "install it again", weights) from error
    if bands and (other := safetensors.settings_of_another(folder, bands)):
        raise ModelError(
            f"The Whisper in {folder} has weights for {bands} mel bands and settings for {other}",
            "install all files of one model together",
            folder,
        )


def _begins(path: Path, beginnings: tuple[bytes, ...]) -> bool:
    with path.open("rb") as file:
        return file.read(8).startswith(beginnings)


def _anything() -> str:
    return ", or ".join(kinds.files(part) for part in PARTS)
