"""Which recogniser, tutor and voice are in use, and that there always is one that works.

It is the one asked for by name, else the one that TERTULIA_RECOGNISER, TERTULIA_TUTOR or TERTULIA_VOICE names, else
the active version, else the starter. What a person asked for by name is that or an error. The active version is
what the app chose, so where it is damaged or gone the one before it takes its place, and in the end the starter,
with a sentence that says so.

A name is that of a version (v3), of a model of the catalog or of this machine (in this order), or an absolute path;
behind it a voice with several speakers may have one of them: NAME:SPEAKER. How a model is loaded, its kind knows
(`models.kinds`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from core.versions import measured
from models import catalog, kind, kinds
from models.catalog import Entry
from models.errors import ModelError
from models.files import megabytes
from models.whisper.kind import FORMAT as MADE_BY_RUNS
from models.whisper.windows import Windows
from store import reasons
from store.database import Store
from store.errors import StoreError
from store.paths import own
from store.versions import ModelVersion, trail, version, version_named
from trainer.contract.folder import DEPLOYED, WEIGHTS

if TYPE_CHECKING:
    from models.device import Device
    from models.tutor.llama import Tutor
    from models.voice import Voice
    from models.whisper.heard import Recogniser

PARTS = RECOGNISER, TUTOR, VOICE = kind.PARTS
VARIABLES = {part: f"TERTULIA_{part.upper()}" for part in PARTS}
"""The environment variable that names the model of a part."""
DOES = {RECOGNISER: "listens", TUTOR: "answers", VOICE: "speaks"}
"""What a part does, for the sentences about it."""

Warn = Callable[[str], None]
Used = TypeVar("Used")


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that was chosen: named, and not necessarily looked at or loaded."""

    entry: Entry
    sha256: str = ""
    """Of its weights, as it was noted when the version was made; empty where none was."""
    data: Path | None = None
    """The data folder in which it was chosen: what was measured there of its windows counts."""

    @property
    def name(self) -> str:
        """As hypotheses have it: v3, starter-ear; with the speaker that was named, if one was."""
        return f"{self.entry.name}:{self.entry.speaker}" if self.entry.speaker else self.entry.name

    @property
    def path(self) -> Path:
        """Its folder (recogniser) or file (tutor, voice). Raises ModelError where it is not on this machine."""
        return self.entry.path or catalog.verify(self.entry)

    @property
    def hears(self) -> Windows:
        """The windows that a recogniser hears in. Raises ModelError where its files cannot be read."""
        return measured.hears(self.data, replace(self.entry, path=self.path))


def quiet(sentence: str) -> None:
    """Where nobody wants to know."""


# --- which one ------------------------------------------------------------------------------------


def active(data: Path, part: str, name: str | None = None, warn: Warn = quiet) -> ModelChoice:
    """The model in use, or the one of that name, whole by its files and checksums.

    Args:
        data: the data folder, with the versions and the person's own models.
        part: recogniser, tutor or voice.
        name: see the module's docstring; None for the one in use.
        warn: takes a sentence for every version that should be in use and cannot.

    Raises:
        ModelError: what was named is not there, or damaged; or the starter is.
    """

    def whole(choice: ModelChoice) -> ModelChoice:
        check(choice)
        return choice

    return _first(data, part, name, warn, whole)


def load_recogniser(
    data: Path, name: str | None = None, device: Device | None = None, warn: Warn = quiet
) -> Recogniser:
    """The recogniser in use, or the one of that name, checked and loaded; see `active`.

    Args:
        device: where to compute; chosen here without one.

    Raises:
        ModelError: what was named is not there, damaged, or no recogniser.
    """
    return _first(data, RECOGNISER, name, warn, lambda choice: open_recogniser(choice, device))


def load_tutor(data: Path, name: str | None = None, device: Device | None = None, warn: Warn = quiet) -> Tutor:
    """The tutor in use, or the one of that name, checked and loaded; as `load_recogniser`. Raises ModelError."""
    return _first(data, TUTOR, name, warn, lambda choice: open_tutor(choice, device))


def load_voice(data: Path, name: str | None = None, warn: Warn = quiet) -> Voice:
    """The voice in use, or the one of that name, checked and loaded; see `active`. Raises ModelError."""
    return _first(data, VOICE, name, warn, open_voice)


def tried(data: Path, part: str, device: Device, warn: Warn = quiet) -> ModelChoice:
    """The model in use, as `active`, once it has been loaded too. Raises ModelError."""

    def loads(choice: ModelChoice) -> ModelChoice:
        _OPENING[part](choice, device)
        return choice

    return _first(data, part, None, warn, loads)


def asked_for(part: str) -> str:
    """The model that the environment names, which goes before the active version; or nothing."""
    return os.environ.get(VARIABLES[part], "").strip()


def chosen_name(store: Store, part: str) -> str:
    """The name of the model in use if nothing is wrong with it: cheap, for it is not looked at.

    Raises:
        ModelError: the environment names a place where there is none.
        StoreError: the database cannot be read.
    """
    if asked := asked_for(part):
        return named(store.folder, part, asked).name if Path(asked).is_absolute() else asked
    here = trail(store, part)
    return version(store, here[-1]).name if here else catalog.starter(part).name


def is_starter(part: str, name: str) -> bool:
    """Whether a model of that name is the built-in one."""
    return name == catalog.starter(part).name


# --- by name --------------------------------------------------------------------------------------


def named(data: Path, part: str, name: str, named_by: str = "") -> ModelChoice:
    """The model of that name, not yet looked at.

    Args:
        named_by: the environment variable that has the name, for the sentence.

    Raises:
        ModelError: there is none, it was deleted, or it is not on this machine.
    """
    if Path(name).is_absolute():
        return ModelChoice(catalog.at(Path(name), part), data=data)
    if (data / reasons.DATABASE).exists():
        try:
            with Store.open(data) as store:
                known = version_named(store, part, name)
        except StoreError:
            known = None  # a model of this machine can be used all the same
        if known is not None:
            return of_version(data, known)
    return of_catalog(data, part, name, named_by)


def of_catalog(data: Path, part: str, name: str, named_by: str = "") -> ModelChoice:
    """The model of the catalog or of this machine of that name, whatever versions there are. Raises ModelError."""
    return ModelChoice(catalog.find(part, name, models_folder(data), named_by), data=data)


def of_version(data: Path, which: ModelVersion) -> ModelChoice:
    """The model that a version is. Raises ModelError where it was deleted, or is no more on this machine."""
    if which.deleted:
        raise ModelError(f"The {which.part} {which.name} was deleted", "choose another one of `tertulia versions`")
    if which.run is None:  # of the catalog, which knows where it lies today
        return of_catalog(data, which.part, which.name)
    try:
        folder = own(data, data / which.folder / DEPLOYED)
    except StoreError as error:
        raise ModelError(error.what, error.remedy, error.place) from error
    size = megabytes(folder)
    note = f"Made by run {which.run}."
    entry = Entry(which.name, which.part, MADE_BY_RUNS, folder, size, note=note, source=str(folder.parent))
    return ModelChoice(entry, which.sha256, data)


def models_folder(data: Path) -> Path:
    """Where a person's own models are, in sub-folders recogniser, tutor and voice."""
    return data / "models"


# --- whether it is whole --------------------------------------------------------------------------


def check(choice: ModelChoice) -> Path:
    """Where a model lies whose files are all there and are those that were made. Raises ModelError."""
    path = catalog.verify(choice.entry)
    if choice.sha256 and fingerprint(path) != choice.sha256:
        raise ModelError(
            f"The {choice.entry.part} {choice.name} in {path} is damaged (wrong checksum)",
            "choose another version, or put its files back",
            path,
        )
    return path


def fingerprint(folder: Path) -> str:
    """SHA-256 of a recogniser's weights. Raises ModelError where they cannot be read."""
    path = folder / WEIGHTS
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read ({error.strerror})", "choose another version, or put its files back", path
        ) from error


# --- loaded ---------------------------------------------------------------------------------------


def open_recogniser(choice: ModelChoice, device: Device | None = None) -> Recogniser:
    """The recogniser that a choice is, checked and loaded. Raises ModelError."""
    from models import device as devices

    kind = kinds.recogniser(choice.entry.format)
    return kind.load(check(choice), choice.name, device or devices.choose(), choice.hears)


def open_tutor(choice: ModelChoice, device: Device | None = None) -> Tutor:
    """The tutor that a choice is, checked and loaded. Raises ModelError."""
    from models import device as devices

    return kinds.tutor(choice.entry.format).load(check(choice), choice.name, device or devices.choose())


def open_voice(choice: ModelChoice, device: Device | None = None) -> Voice:
    """The voice that a choice is, checked and loaded, always on the processor. Raises ModelError."""
    entry = choice.entry
    return kinds.voice(entry.format).load(check(choice), choice.name, entry.speaker)


_OPENING: dict[str, Callable[[ModelChoice, Device | None], Any]] = {
    RECOGNISER: open_recogniser, TUTOR: open_tutor, VOICE: open_voice,
}  # fmt: skip


# --- one after another ----------------------------------------------------------------------------


def _first(data: Path, part: str, name: str | None, warn: Warn, use: Callable[[ModelChoice], Used]) -> Used:
    """What `use` makes of the model that was asked for; else of the first that it can use. Raises ModelError."""
    if name:
        return use(named(data, part, name))
    if asked := asked_for(part):
        return use(named(data, part, asked, VARIABLES[part]))
    for which in _trusted(data, part, warn):
        try:
            return use(of_version(data, which))
        except ModelError as error:
            warn(f"{error} Until then the one before it {DOES[part]}.")
    return use(ModelChoice(catalog.starter(part), data=data))


def _trusted(data: Path, part: str, warn: Warn) -> list[ModelVersion]:
    """The active version and, for when it cannot be used, those that were active before it."""
    if not (data / reasons.DATABASE).exists():
        return []
    try:
        with Store.open(data) as store:
            return [version(store, number) for number in dict.fromkeys(reversed(trail(store, part)))]
    except StoreError as error:
        warn(f"{error} Until then the starter {DOES[part]}.")
        return []
