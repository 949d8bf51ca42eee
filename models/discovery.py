"""Models that already lie on this machine: in the user's models folder and in the Hugging Face cache.

Only what the kinds of models know to be theirs is found (`models.kinds`), and only small settings are opened, to
leave out what is not whole or knows no Spanish.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from models.errors import ModelError
from models.files import named
from models.kind import PARTS, Description, Kind
from models.kinds import matching


class FoundModel(NamedTuple):
    """A model on this machine that the catalog may or may not know."""

    kind: Kind
    path: Path
    about: Description
    source: str
    """The repository on the hub it came from, or the folder it was found in."""


def found(folder: Path | None) -> list[FoundModel]:
    """All models on this machine but the starters.

    Args:
        folder: the user's models folder, with a sub-folder for each part; None for none.
    """
    own = [model for part in PARTS for model in _below(folder / part, (part,), str(folder))] if folder else []
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
        for part in PARTS:
            if model := _model(snapshot, part, source):  # all of the repository is one
                name = named(repository, source.rsplit("/", 1)[-1])
                yield model._replace(about=replace(model.about, name=name))
        yield from _below(snapshot, PARTS, source)


def _below(folder: Path, parts: tuple[str, ...], source: str) -> Iterator[FoundModel]:
    """Models of some parts anywhere below a folder."""
    for path in _sorted(folder, "**/*"):
        for part in parts:
            if model := _model(path, part, source):
                yield model


def _model(path: Path, part: str, source: str) -> FoundModel | None:
    """The model that a path is; None where it is none, is not whole, or knows no Spanish."""
    try:
        kind = matching(path, part)
        about = kind.describe(path) if kind else None
    except (ModelError, OSError):
        return None
    return FoundModel(kind, path, about, source) if kind and about and about.spanish else None


def _sorted(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:  # a folder that may not be read holds nothing for us
        return []
