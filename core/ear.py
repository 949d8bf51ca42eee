"""The ear: which recogniser listens, and that there always is one that does.

It is the one asked for by name, else the one that TERTULIA_RECOGNISER names, else the active version, else the
starter. What a person asked for by name is that or an error. The active version is what the app chose, so where it
is damaged or gone the one before it listens, and in the end the starter, with a sentence that says so.

`python -m core.ear FOLDER` loads the recogniser in a folder and has it hear a second of silence: a damaged one may
end the process instead of raising, so that is found out in a process of its own (`try_out`).
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models import catalog
from models.catalog import Entry
from models.errors import ModelError
from models.files import FORMATS
from store import reasons
from store.database import Store
from store.errors import StoreError
from store.paths import own
from store.versions import ModelVersion, trail, version, version_named

if TYPE_CHECKING:
    from models.device import Device
    from models.recogniser import WhisperRecogniser

PART = "recogniser"
VARIABLE = "TERTULIA_RECOGNISER"
DEPLOYED = "recogniser-ct2"
"""The folder in a version's that is loaded."""
WEIGHTS = "model.bin"
TRIAL_SECONDS = 300
"""A large recogniser on a slow disk takes its time to load."""


@dataclass(frozen=True, slots=True)
class Ear:
    """A recogniser that can be named, not yet looked at or loaded."""

    entry: Entry
    sha256: str = ""
    """Of its weights, as it was noted when the version was made; empty where none was."""

    @property
    def name(self) -> str:
        """As hypotheses have it: v3, starter-ear."""
        return self.entry.name


def load_ear(
    data_folder: Path,
    name: str | None = None,
    device: Device | None = None,
    warn: Callable[[str], None] = lambda sentence: None,
) -> WhisperRecogniser:
    """The recogniser that is to listen, checked and loaded.

    Args:
        data_folder: where the versions and the person's own models are.
        name: a version (v3), a model of the catalog or of this machine, or an absolute path; None for the
            one that TERTULIA_RECOGNISER names, else the active version.
        device: where to compute; chosen here without one.
        warn: takes a sentence for every version that should listen and cannot.

    Raises:
        ModelError: what was named is not there, damaged, or no recogniser.
    """
    from models import device as devices
    from models.recogniser import WhisperRecogniser

    where = device or devices.choose()

    def load(ear: Ear) -> WhisperRecogniser:
        return WhisperRecogniser(check(ear), ear.name, where)

    if name or asked_for():
        return load(named(data_folder, name))
    for which in _trusted(data_folder, warn):
        try:
            return load(of_version(data_folder, which))
        except ModelError as error:
            warn(f"{error} Until then the one before it listens.")
    return load(Ear(catalog.starter(PART)))


def asked_for() -> str:
    """The recogniser that the environment names, which goes before the active version; or nothing."""
    return os.environ.get(VARIABLE, "").strip()


def choice(store: Store) -> str:
    """The name of the ear that `load_ear` takes without being given one, if nothing is wrong with it."""
    if wish := asked_for():
        return named(store.folder, None).name if Path(wish).is_absolute() else wish
    here = trail(store, PART)
    return version(store, here[-1]).name if here else catalog.starter(PART).name


def named(data_folder: Path, name: str | None) -> Ear:
    """The recogniser of that name, or the one that the environment names. Raises ModelError."""
    wish = name or asked_for()
    if not Path(wish).is_absolute() and (data_folder / reasons.DATABASE).exists():
        try:
            with Store.open(data_folder) as store:
                known = version_named(store, PART, wish)
        except StoreError:
            known = None  # a model of this machine can be heard with all the same
        if known is not None:
            return of_version(data_folder, known)
    return Ear(catalog.find(PART, name, data_folder / "models"))


def of_version(data_folder: Path, which: ModelVersion) -> Ear:
    """The ear that a version is. Raises ModelError where it was deleted, or is no more on this machine."""
    if which.deleted:
        raise ModelError(f"The recogniser {which.name} was deleted: choose another one of `tertulia versions`.")
    if which.run is None:  # of the catalog, which knows where it lies today
        return Ear(catalog.find(PART, which.name, data_folder / "models"))
    try:
        folder = own(data_folder, data_folder / which.folder / DEPLOYED)
    except StoreError as error:
        raise ModelError(str(error)) from error
    return Ear(Entry(which.name, PART, FORMATS[PART], folder, source=str(folder.parent)), which.sha256)


def check(ear: Ear) -> Path:
    """The folder of an ear whose files are all there and are those that were made. Raises ModelError."""
    catalog.verify(ear.entry)
    assert ear.entry.path is not None  # or verify would have raised
    if ear.sha256 and fingerprint(ear.entry.path) != ear.sha256:
        raise ModelError(
            f"The recogniser {ear.name} in {ear.entry.path} is damaged (wrong checksum): choose another version, "
            "or put its files back."
        )
    return ear.entry.path


def fingerprint(folder: Path) -> str:
    """SHA-256 of a recogniser's weights. Raises ModelError where they cannot be read."""
    path = folder / WEIGHTS
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read ({error.strerror}): choose another version, or put its files back."
        ) from error


def is_starter(name: str) -> bool:
    """Whether an ear of that name is the built-in one."""
    return name == catalog.starter(PART).name


def try_out(ear: Ear) -> None:
    """See that an ear is whole, loads, and hears silence, in a process of its own. Raises ModelError."""
    folder = check(ear)
    cannot = f"The recogniser {ear.name} in {folder} cannot be used"
    try:
        trial = subprocess.run(
            [sys.executable, "-P", "-m", "core.ear", str(folder)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=TRIAL_SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelError(f"{cannot} ({error}): choose another version.") from error
    if trial.returncode:
        said = trial.stderr.strip().splitlines() or [f"it ended with status {trial.returncode}"]
        raise ModelError(f"{cannot} ({said[-1][:200]}): choose another version.")


def _trusted(data_folder: Path, warn: Callable[[str], None]) -> list[ModelVersion]:
    """The active version and, for when it cannot be used, those that were active before it."""
    if not (data_folder / reasons.DATABASE).exists():
        return []
    try:
        with Store.open(data_folder) as store:
            return [version(store, number) for number in dict.fromkeys(reversed(trail(store, PART)))]
    except StoreError as error:
        warn(f"{error} Until then the starter ear listens.")
        return []


def _try() -> None:
    """Load the recogniser of a folder and hear silence; any fault ends this process."""
    import numpy as np

    from models.device import Device, physical_cores
    from models.recogniser import SAMPLE_RATE, WhisperRecogniser

    recogniser = WhisperRecogniser(Path(sys.argv[1]), "trial", Device("cpu", physical_cores(), "a trial"))
    recogniser.hear(np.zeros(SAMPLE_RATE, dtype=np.float32))


if __name__ == "__main__":
    _try()
