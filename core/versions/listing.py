"""All models there are to use, and which are in use: what the Models screen and `tertulia models list` show."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.versions.active import PARTS, Warn, active, models_folder, of_version, quiet
from models import catalog
from models.catalog import Entry
from models.errors import ModelError
from store import reasons
from store.database import Store
from store.errors import StoreError
from store.versions import versions


@dataclass(frozen=True, slots=True)
class Listed:
    """One model."""

    entry: Entry
    in_use: bool


def listing(data: Path, warn: Warn = quiet) -> list[Listed]:
    """The versions, the models of the catalog and those of this machine; in use first, then what is here.

    Args:
        data: the data folder; it may not be there.
        warn: takes a sentence for whatever should be in use and cannot.
    """
    entries = catalog.entries(models_folder(data))
    try:
        entries = [*_made_here(data), *entries]
    except StoreError as error:
        warn(f"{error} Until then no version is listed.")
        warn = quiet  # or every part would say the same again
    used = [entry for part in PARTS for entry in _in_use(data, part, warn)]
    known = {entry.path for entry in entries}
    entries += [entry for entry in used if entry.path not in known]  # somewhere else, named by the environment
    here = {(entry.part, entry.path) for entry in used}
    listed = [Listed(entry, (entry.part, entry.path) in here) for entry in entries]
    return sorted(listed, key=_order)


def _order(model: Listed) -> tuple[bool, bool, int]:
    return not model.in_use, not model.entry.installed, PARTS.index(model.entry.part)


def _made_here(data: Path) -> list[Entry]:
    """The versions that runs made and that can be reached, the newest first. Raises StoreError."""
    if not (data / reasons.DATABASE).exists():
        return []
    with Store.open(data) as store:
        made = [each for part in PARTS for each in versions(store, part) if each.run is not None]
    entries = []
    for each in made:
        if not each.deleted:
            with suppress(ModelError):  # one that should be in use says so itself
                entries.append(of_version(data, each).entry)
    return entries


def _in_use(data: Path, part: str, warn: Warn) -> list[Entry]:
    try:
        return [active(data, part, warn=warn).entry]
    except ModelError as error:
        warn(str(error))
        return []
