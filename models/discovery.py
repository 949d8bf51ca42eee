"""Models that already lie on this machine: in the user's models folder and in the Hugging Face cache.

Only what the kinds of models know to be theirs is found (`models.kinds`), and only small settings are opened, to
leave out what is not whole or knows no Spanish. Of the user's own models it is said why they are left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
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


class LeftOut(NamedTuple):
    """What looks like a model of a kind and cannot be used."""

    part: str
    path: Path
    why: ModelError


OnLeftOut = Callable[[LeftOut], None]


def ignore(model: LeftOut) -> None:
    """Where nobody wants to know."""


def found(folder: Path | None, on_left_out: OnLeftOut = ignore) -> list[FoundModel]:
    """All models on this machine but the starters.

    Args:
        folder: the user's models folder, with a sub-folder for each part; None for none.
        on_left_out: takes those in that folder that cannot be used.
    """
    places = [(part, folder / part) for part in PARTS] if folder else []
    own = [model for part, place in places for model in _below(place, (part,), str(folder), on_left_out)]
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


def _below(
    folder: Path, parts: tuple[str, ...], source: str, on_left_out: OnLeftOut = ignore
) -> Iterator[FoundModel]:
    """Models of some parts anywhere below a folder."""
    for path in _sorted(folder, "**/*"):
        for part in parts:
            if model := _model(path, part, source, on_left_out):
                yield model


def _model(path: Path, part: str, source: str, on_left_out: OnLeftOut = ignore) -> FoundModel | None:
    """The model that a path is; None where it is none or is left out."""
    try:
        if (kind := matching(path, part)) is None:
            return None
        about = kind.describe(path)
        if about.spanish:
            return FoundModel(kind, path, about, source)
        why = ModelError(f"The {part} {about.name} at {path} knows no Spanish", "choose another one", path)
    except ModelError as error:
        why = error
    except OSError as error:
        why = ModelError(f"The {part} at {path} cannot be read ({error.strerror})", "check the file", path)
    on_left_out(LeftOut(part, path, why))
    return None


def _sorted(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:  # a folder that may not be read holds nothing for us
        return []
