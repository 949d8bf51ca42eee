"""The file that models travel in: a zip of files as they are, and a manifest that says what each must be.

    manifest.json                  {"tertulia-models": 1, "models": [{"part", "name", "format",
                                    "files": [{"name", "size", "sha256"}]}]}
    PART/NAME/FILE                 one entry a file, not compressed, for weights hardly become smaller

A pack may come from anybody: what the manifest does not name is not accepted, nor a name that leads elsewhere.
"""

from __future__ import annotations

import json
import re
import stat
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from core.own_models.folder import usable_name
from models import kinds
from models.errors import ModelError
from models.files import LONGEST
from models.kind import PARTS

MANIFEST = "manifest.json"
VERSION_KEY, VERSION = "tertulia-models", 1
MOST_FILES = 1_000
DEEPEST = 8
"""Folders within folders that a model has at most."""
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class PackedFile:
    """One file of a model."""

    name: str
    """Its path within the model's folder, with slashes."""
    size: int
    """In bytes."""
    sha256: str


@dataclass(frozen=True, slots=True)
class PackedModel:
    """One model in a pack."""

    part: str
    name: str
    format: str
    files: tuple[PackedFile, ...]

    def entry(self, file: PackedFile) -> str:
        """What a file is called in the zip."""
        return f"{self.part}/{self.name}/{file.name}"


def manifest(models: Sequence[PackedModel]) -> str:
    """The manifest, as it is written."""
    return json.dumps({VERSION_KEY: VERSION, "models": [asdict(model) for model in models]}, indent=1)


def read(path: Path, archive: zipfile.ZipFile) -> list[PackedModel]:
    """What a pack holds, held against its manifest as far as can be without reading the files.

    Args:
        path: where the pack is, for the sentence.

    Raises:
        ModelError: it is no pack, or holds what its manifest does not name.
    """
    try:
        models = _models(_manifest(archive))
        _check_entries(archive, models)
        return models
    except (ValueError, KeyError, TypeError, RecursionError, zipfile.BadZipFile, NotImplementedError) as error:
        why = str(error) if type(error) is ValueError else "its manifest makes no sense"
        raise ModelError(f"{path} cannot be unpacked: {why}", "have it packed again", path) from error


def _manifest(archive: zipfile.ZipFile) -> Any:
    about = [info for info in archive.infolist() if info.filename == MANIFEST]
    if len(about) != 1 or about[0].file_size > LONGEST or about[0].compress_type != zipfile.ZIP_STORED:
        raise ValueError("`tertulia models pack` did not make it")
    body = json.loads(archive.read(about[0]).decode("utf-8"))
    if not isinstance(body, dict) or body.get(VERSION_KEY) != VERSION:
        raise ValueError("it was packed by another version of Tertulia")
    return body


def _models(body: Any) -> list[PackedModel]:
    """The models of a manifest. Raises ValueError, KeyError, TypeError."""
    found = [
        PackedModel(
            str(model["part"]),
            str(model["name"]),
            str(model["format"]),
            tuple(PackedFile(str(file["name"]), file["size"], str(file["sha256"])) for file in model["files"]),
        )
        for model in body["models"]
    ]
    for model in found:
        formats = [kind.FORMAT for kind in kinds.KINDS if model.part == kind.PART]
        if model.part not in PARTS or model.name != usable_name(model.name):
            raise ValueError(f"it holds a model with the name {model.part}/{model.name!r}")
        if model.format not in formats:
            raise ValueError(f"{model.name} is of a kind that is not known here, {model.format!r}")
        for file in model.files:
            if not _leads_inside(file.name):
                raise ValueError(f"it holds a file with the name {file.name!r}")
            if type(file.size) is not int or file.size < 0 or not SHA256.fullmatch(file.sha256):
                raise ValueError(f"it does not say what {file.name} must be")
    names = [(model.part, model.name) for model in found]
    files = sum(len(model.files) for model in found)
    if not found or len(set(names)) < len(names) or not all(model.files for model in found) or files > MOST_FILES:
        raise ValueError("its manifest makes no sense")
    return found


def _leads_inside(name: str) -> bool:
    """Whether a name is a plain path below the folder that it is put into."""
    path = PurePosixPath(name)
    plain = path.as_posix() == name and not path.is_absolute() and name.isprintable() and "\\" not in name
    return plain and 0 < len(path.parts) <= DEEPEST and not any(part.startswith(".") for part in path.parts)


def _check_entries(archive: zipfile.ZipFile, models: Sequence[PackedModel]) -> None:
    """See that a zip holds the files that its manifest names, and nothing else. Raises ValueError."""
    expected = {model.entry(file): file.size for model in models for file in model.files}
    infos = [info for info in archive.infolist() if info.filename != MANIFEST]
    if sorted(info.filename for info in infos) != sorted(expected):
        raise ValueError("it holds other files than its manifest names")
    for info in infos:
        if info.header_offset < 0:
            raise ValueError("its beginning is missing")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or info.flag_bits & 1 or info.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"{info.filename} is no plain file in it")
        if info.file_size != expected[info.filename] or info.compress_size != info.file_size:
            raise ValueError(f"{info.filename} has not the size that its manifest names")
