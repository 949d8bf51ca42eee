"""All models there are to use, and which are in use: what the Models screen and `tertulia models list` show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from core.versions.active import PARTS, Warn, active, models_folder, of_version, quiet
from models import catalog, kinds
from models.catalog import Entry
from models.discovery import LeftOut, OnLeftOut, ignore
from models.errors import ModelError
from store import reasons
from store.database import Store
from store.errors import StoreError
from store.versions import versions

SHOWN = 8
"""Speakers of a voice that are named; some voices have hundreds."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One model."""

    entry: Entry
    in_use: bool
    speakers: tuple[str, ...] = ()
    """Who can be chosen in a voice that is here, its own choice first; empty where there is nothing to choose."""
    link: Path | None = None
    """What one of the person's own is a link to; None where its files are theirs."""


def listing(data: Path, warn: Warn = quiet, on_left_out: OnLeftOut = ignore) -> list[Listed]:
    """The versions, the models of the catalog and those of this machine; in use first, then what is here.

    Args:
        data: the data folder; it may not be there.
        warn: takes a sentence for whatever should be in use and cannot.
        on_left_out: takes the models of the person's own that are not listed, for they cannot be used.
    """
    entries = catalog.entries(models_folder(data), on_left_out)
    for left in _misplaced(models_folder(data)):
        on_left_out(left)
    try:
        entries = [*_made_here(data), *entries]
    except StoreError as error:
        warn(f"{error} Until then no version is listed.")
        warn = quiet  # or every part would say the same again
    used = [entry for part in PARTS for entry in _in_use(data, part, warn)]
    known = {entry.path for entry in entries}
    entries += [entry for entry in used if entry.path not in known]  # somewhere else, named by the environment
    speaking = {(entry.part, entry.path): entry.speaker for entry in used}
    own = models_folder(data)
    return sorted((_listed(entry, speaking, own) for entry in entries), key=_order)


def who_speaks(model: Listed) -> str:
    """A sentence: who speaks in a voice, and how another is named; empty where there is nothing to choose."""
    if not model.speakers:
        return ""
    now = model.entry.speaker or model.speakers[0]
    others = [speaker for speaker in model.speakers if speaker != now]
    more = f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
    name = f"{model.entry.name}:{others[0]}"
    return f"{now} speaks; {', '.join(others[:SHOWN])}{more} can, too: name one like {name}."


def own_place(data: Path) -> str:
    """A sentence: where a person puts models of their own."""
    *most, last = [f"/{part}" for part in PARTS]
    return f"Your own go into {models_folder(data)}{', '.join(most)} and {last}."


def _listed(entry: Entry, used: Mapping[tuple[str, Path | None], str], own: Path) -> Listed:
    """A model, with the speaker of one that is in use, as somebody named it."""
    speaker = used.get((entry.part, entry.path))
    entry = replace(entry, speaker=speaker or "")
    link = (
        entry.path.resolve() if entry.path and entry.path.is_symlink() and entry.path.is_relative_to(own) else None
    )
    return Listed(entry, speaker is not None, catalog.speakers(entry), link)


def _order(model: Listed) -> tuple[bool, bool, int]:
    return not model.in_use, not model.entry.installed, PARTS.index(model.entry.part)


def _misplaced(folder: Path) -> Iterator[LeftOut]:
    """Models that lie in the models folder beside its sub-folders, where nobody looks for them."""
    try:
        beside = [path for path in sorted(folder.iterdir()) if path.name not in PARTS and path.name[0] != "."]
        for path in beside:
            if part := next((part for part in PARTS if kinds.matching(path, part)), ""):
                why = ModelError(f"{path} is not looked at there", f"move it into {folder / part}", path)
                yield LeftOut(part, path, why)
    except OSError:
        return  # there is none, or it may not be read


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
