"""One of the person's own models goes: its files, or only the link to where another program keeps them.

The choice of the store goes first, so whatever happens, what is in use is there.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from core.own_models import choosing
from core.own_models.folder import changing, discard, hidden_name
from core.versions.active import DOES, models_folder
from models import catalog
from models.catalog import Entry
from models.errors import ModelError
from models.files import belonging
from models.kind import PARTS
from store.database import Store
from store.files import sync_folder
from store.reasons import DATABASE
from store.versions import version_named

CARD = 1_000_000
"""Bytes that a model card, a licence or the like has at most."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What went, and what came of it."""

    name: str
    part: str
    linked: tuple[Path, ...]
    """Where the files are that it was only linked to, and that stay."""
    now: str = ""
    """The model that is in use in its place; empty where it was not in use."""


def remove(data: Path, part: str, name: str, force: bool = False) -> Removed:
    """Remove a model from the models folder.

    Args:
        force: also where it is in use; the one that was chosen before it takes its place.

    Raises:
        ModelError: there is none of that name, it is in use, or it is not of the person's own.
        StoreError: the folder or the database cannot be written. Nothing is changed in any case.
    """
    with changing(data) as folder:
        place = _own(data, folder, part, name)
        now = _given_up(data, part, name, force)
        linked = [Path(os.path.realpath(file)) for file in [place, *_children(place)] if file.is_symlink()]
        _delete([place] if place.is_dir() or place.is_symlink() else belonging(place))
    return Removed(name, part, tuple(linked), now)


def part_of(data: Path, name: str, part: str | None = None) -> str:
    """What a model that is to be removed is for: as `choosing.part_of`, of one that is damaged, too."""
    parts = [each for each in (PARTS if part is None else (part,)) if _place(models_folder(data), each, name)]
    return parts[0] if len(parts) == 1 else choosing.part_of(data, name, part)


def _place(folder: Path, part: str, name: str) -> Path | None:
    """Where something of that name lies directly in the models folder, be it damaged or a link to nothing."""
    place = folder / part / name
    own = name == place.name and not name.startswith(".")
    return place if own and os.path.lexists(place) else None


def _own(data: Path, folder: Path, part: str, name: str) -> Path:
    """The folder or file in the models folder that a model is, with all that is beside it. Raises ModelError."""
    entry = _entry(folder, part, name)
    own = entry is not None and entry.path is not None and entry.path.is_relative_to(folder / part)
    if not own and (place := _place(folder, part, name)):
        return place
    if entry is None:
        if _made_by_run(data, part, name):
            raise ModelError(f"{name} was made by a run", "delete it on the Train screen")
        catalog.find(part, name, folder)  # which says what there is
        raise ModelError(f"{name} cannot be removed", "remove it where it is")
    assert entry.path is not None
    if entry.starter:
        raise ModelError(f"{name} is built in and always there", "choose another model instead of removing it")
    if not own:
        raise ModelError(
            f"{name} is not in your models folder but in {entry.path}", "remove it with the program that fetched it"
        )
    first = folder / part / entry.path.relative_to(folder / part).parts[0]
    return first if _holds_only(first, entry.path) else entry.path


def _entry(folder: Path, part: str, name: str) -> Entry | None:
    """The installed model of that name; one of the person's own before any other."""
    known = [each for each in catalog.entries(folder) if each.part == part and each.name == name and each.installed]
    return known[0] if known else None


def _holds_only(place: Path, model: Path) -> bool:
    """Whether nothing else than a model, and what is written about it, is in a folder of the models folder."""
    if place == model or place.is_symlink():
        return True
    others = set(belonging(place)) - {model, *belonging(model)}
    return all(file.stat().st_size <= CARD for file in others)


def _children(place: Path) -> list[Path]:
    return sorted(place.iterdir()) if place.is_dir() and not place.is_symlink() else []


def _delete(files: list[Path]) -> None:
    """Remove all of these, of one folder, or none. Raises OSError."""
    hidden: list[tuple[Path, Path]] = []
    try:
        for file in files:
            file.rename(to := hidden_name(file))
            hidden.append((file, to))
    except OSError:
        for file, to in hidden:
            to.rename(file)
        raise
    sync_folder(files[0].parent)
    for _, to in hidden:
        discard(to)


def _given_up(data: Path, part: str, name: str, force: bool) -> str:
    """See that a model is not in use any more; gives what is, where it was. Raises ModelError, StoreError."""
    if not (data / DATABASE).exists():
        return ""
    with Store.open(data) as store:
        if not choosing.in_use(store, part, name):
            return ""
        if not force:
            raise ModelError(
                f"{name} is in use (it {DOES[part]})",
                "choose another one first, or remove it with --force, and the one before it takes its place",
            )
        return choosing.step_back(store, part, name).name


def _made_by_run(data: Path, part: str, name: str) -> bool:
    if not (data / DATABASE).exists():
        return False
    with Store.open(data) as store:
        version = version_named(store, part, name)
    return version is not None and version.run is not None
