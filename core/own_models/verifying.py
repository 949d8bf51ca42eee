"""Whether the models of this machine are whole, byte for byte where their digests are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.own_models.folder import OnProgress, unheard
from core.versions.active import models_folder
from models import catalog, digests
from models.catalog import Entry
from models.errors import ModelError, UnknownModelError


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at one model has shown."""

    name: str
    wrong: str = ""
    """What is wrong with it, as a sentence; empty where it is whole."""

    @property
    def whole(self) -> bool:
        return not self.wrong


def verify(data: Path, names: Sequence[str] = (), on_progress: OnProgress = unheard) -> list[Finding]:
    """Look at the models of this machine, those that cannot be used first.

    Args:
        names: only these; empty for all.

    Raises:
        UnknownModelError: none on this machine has one of the names. Nothing was looked at then.
    """
    folder = models_folder(data)
    found: list[Finding] = []
    entries = catalog.entries(folder, lambda left: found.append(Finding(left.path.name, str(left.why))))
    here = [entry for entry in entries if entry.installed]
    for name in names:
        if name not in {finding.name for finding in found} | {entry.name for entry in here}:
            raise UnknownModelError(
                f"There is no model called {name!r} on this machine", "see `tertulia models list`"
            )
    found += [
        Finding(entry.name, _wrong(entry, folder, on_progress)) for entry in here if _asked(entry.name, names)
    ]
    return [finding for finding in found if _asked(finding.name, names)]


def _asked(name: str, names: Sequence[str]) -> bool:
    return not names or name in names


def _wrong(entry: Entry, folder: Path, on_progress: OnProgress) -> str:
    """What is wrong with a model as a sentence, or nothing.

    Args:
        folder: the person's models folder; elsewhere another revision may lie, and its kind knows what it needs.
    """
    seen, total = 0, sum(file.size for file in entry.files if not file.stands_in_for)

    def on_bytes(count: int) -> None:
        nonlocal seen
        seen += count
        on_progress(f"{entry.name}: {seen / 1e6:.0f} of {total / 1e6:.0f} MB", min(1.0, seen / total))

    try:
        if entry.files and entry.path is not None and entry.path.is_relative_to(folder):
            home = entry.path if entry.path.is_dir() else entry.path.parent
            digests.check(entry.files, home, entry.name, on_bytes)
        catalog.verify(entry)
    except ModelError as error:
        return str(error)
    except OSError as error:
        return f"{entry.name} cannot be read ({error.strerror}): check the disk."
    return ""
