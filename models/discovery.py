"""Models that already lie on this machine: in the user's models folder and in the Hugging Face cache.

Nothing is opened but the small settings of voices, to leave out those that speak no Spanish.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from models.errors import ModelError
from models.files import FORMATS, missing_files, voice_settings


class FoundModel(NamedTuple):
    """A model on this machine that the catalog may or may not know."""

    part: str
    name: str
    path: Path
    source: str
    """The repository on the hub it came from, or the folder it was found in."""


def found(folder: Path | None) -> list[FoundModel]:
    """All models on this machine but the starters.

    Args:
        folder: the user's models folder, with sub-folders recogniser, tutor and voice; None for none.
    """
    own = [model for part in FORMATS for model in _below(folder / part, part, str(folder))] if folder else []
    return [*own, *_cached()]


def hub_cache() -> Path:
    """Where the Hugging Face libraries of this user keep what they fetched."""
    if cache := os.environ.get("HF_HUB_CACHE"):
        return Path(cache)
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("HF_HOME") or caches / "huggingface") / "hub"


def _cached() -> Iterator[FoundModel]:
    """What the Hugging Face cache holds: of each repository the revision called main, else the newest."""
    for repository in _sorted(hub_cache(), "models--*--*"):
        snapshots = [path for path in _sorted(repository / "snapshots", "*") if path.is_dir()]
        if not snapshots:
            continue
        snapshot = max(snapshots, key=lambda path: path.stat().st_mtime)
        try:
            main = repository / "snapshots" / (repository / "refs" / "main").read_text(encoding="utf-8").strip()
            snapshot = main if main in snapshots else snapshot
        except (OSError, ValueError):
            pass  # a cache without that note still holds its files
        source = "/".join(repository.name.split("--")[1:])
        if not missing_files(snapshot):
            yield FoundModel("recogniser", _printable(source.rsplit("/", 1)[-1]), snapshot, source)
        for part in ("tutor", "voice"):
            yield from _below(snapshot, part, source)


def _below(folder: Path, part: str, source: str) -> Iterator[FoundModel]:
    """Models of one part anywhere below a folder."""
    if part == "recogniser":
        for path in _sorted(folder, "*"):
            if path.is_dir() and not missing_files(path):
                yield FoundModel(part, _printable(path.name), path, source)
    elif part == "tutor":
        for path in _sorted(folder, "**/*.gguf"):
            # A projector is no language model, and llama.cpp itself finds the further parts of a split one.
            if "mmproj" not in path.name and ("-of-" not in path.name or "-00001-of-" in path.name):
                yield FoundModel(part, _printable(path.stem), path, source)
    else:
        for path in _sorted(folder, "**/*.onnx"):
            if _speaks_spanish(path):
                yield FoundModel(part, _printable(path.stem), path, source)


def _speaks_spanish(onnx: Path) -> bool:
    try:
        return str(voice_settings(onnx, onnx.stem)["espeak"]["voice"]).startswith("es")
    except (ModelError, LookupError, TypeError):
        return False


def _sorted(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:  # a folder that may not be read holds nothing for us
        return []


def _printable(name: str) -> str:
    return "".join(char for char in name if char.isprintable())
