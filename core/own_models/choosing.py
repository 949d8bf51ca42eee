"""Which model of a part is in use from now on: a row of the store, for recogniser, tutor and voice alike.

A model is checked and tried before it is chosen, and the choice is one transaction, so what was in use stays in use
until the new one is known to work. The version of the recogniser that a run made passes the gate besides
(`core.versions.registry`).
"""

from __future__ import annotations

from pathlib import Path

from core.own_models.trying import try_out
from core.versions import registry
from core.versions.active import (
    DOES,
    PARTS,
    RECOGNISER,
    VARIABLES,
    Warn,
    asked_for,
    check,
    named,
    of_version,
    quiet,
)
from models import catalog
from models.errors import ModelError, UnknownModelError
from store import versions
from store.database import Store
from store.versions import ModelVersion

CHOSEN = "chosen"
"""The reason of the promotion of a tutor or voice."""
REMOVED = "the one in use was removed"


def choose(data: Path, part: str, name: str, warn: Warn = quiet) -> ModelVersion:
    """Use a model from now on.

    Args:
        data: the data folder.
        part: recogniser, tutor or voice.
        name: of a version, a model of the catalog or of this machine; NAME:SPEAKER for a speaker of a voice.
        warn: takes a sentence where an environment variable goes before the choice.

    Raises:
        ModelError: there is none on this machine, or it does not work.
        TrainingRefused: the gate does not let a version in, or it was deleted.
        StoreError: the database cannot be written. Nothing is changed in any case.
    """
    with Store.open(data) as store:
        if part == RECOGNISER:
            named(data, part, name)  # which knows best what to say where there is none
            version = registry.promote(store, name)
        else:
            version = _choose(store, part, name)
    if asked := asked_for(part):
        warn(
            f"{VARIABLES[part]} names {asked}, which {DOES[part]} as long as it is set; {version.name} does after."
        )
    return version


def chosen(store: Store, part: str) -> bool:
    """Whether a model was ever chosen for a part. Raises StoreError."""
    return versions.active_version(store, part) is not None


def part_of(data: Path, name: str, part: str | None = None) -> str:
    """What a model of that name is for.

    Args:
        part: what a person said that it is for; None where they did not.

    Raises:
        ModelError: there is none of that name on this machine, or one each for several parts.
    """
    fitting, refused = [], []
    for each in PARTS if part is None else (part,):
        try:
            named(data, each, name)
            fitting.append(each)
        except ModelError as error:
            refused.append(error)
    if len(fitting) > 1:
        raise ModelError(
            f"There is a {' and a '.join(fitting)} called {name!r}", f"say which, with --part {fitting[0]}"
        )
    if fitting:
        return fitting[0]
    if part is None and all(isinstance(error, UnknownModelError) for error in refused):
        raise UnknownModelError(
            f"There is no model called {name!r}",
            "see `tertulia models list`, or add one with `tertulia models add PATH`",
        )
    raise next((error for error in refused if not isinstance(error, UnknownModelError)), refused[0])


def in_use(store: Store, part: str, name: str) -> bool:
    """Whether a model that no run made is the choice of a part, whoever speaks in it. Raises StoreError."""
    version = versions.active_version(store, part)
    return version is not None and _is(version, name)


def step_back(store: Store, part: str, away: str) -> ModelVersion:
    """Go back to the model that was chosen before and works, in the end to the starter.

    Args:
        away: the name of the model that shall not be in use any more.

    Raises:
        StoreError: the database cannot be written.
    """
    trail = versions.trail(store, part)
    for number in dict.fromkeys(reversed(trail[:-1])):
        version = versions.version(store, number)
        if number == trail[-1] or _is(version, away):
            continue
        try:
            check(of_version(store.folder, version))
        except ModelError:
            continue
        versions.roll_back(store, part, number)
        return version
    starter = catalog.starter(part).name
    if part == RECOGNISER:
        return registry.promote(store, starter, reason=REMOVED)
    return _promote(store, part, starter, starter, REMOVED)


def _choose(store: Store, part: str, name: str) -> ModelVersion:
    """As `choose`, for what is not the recogniser."""
    choice = named(store.folder, part, name)
    try_out(choice)
    check(choice)  # that took its time, and it may have been removed meanwhile
    before = versions.active_version(store, part)
    if before is not None and before.name == choice.name:
        return before
    return _promote(store, part, choice.name, str(choice.path), CHOSEN)


def _promote(store: Store, part: str, name: str, folder: str, reason: str) -> ModelVersion:
    """Make a model the one in use; it gets its row when it is first chosen. Raises StoreError."""
    with store.transaction():
        known = versions.version_named(store, part, name)
        number = known.id if known else versions.add_version(store, part, name, folder, "", {})
        versions.promote(store, number, reason)
        return versions.version(store, number)


def _is(version: ModelVersion, name: str) -> bool:
    """Whether a version is a model of that name, or one of its speakers."""
    return version.run is None and name in (version.name, version.name.rpartition(":")[0])
