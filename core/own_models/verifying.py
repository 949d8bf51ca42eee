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
    to_the_byte: bool = False
    """Whether all its bytes were held against digests; else its kind has looked at it."""

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
    for entry in here:
        if _asked(entry.name, names):
            to_the_byte = entry.starter or _as_published(entry, folder)
            found.append(Finding(entry.name, _wrong(entry, folder, on_progress), to_the_byte))
    return [finding for finding in found if _asked(finding.name, names)]


def _asked(name: str, names: Sequence[str]) -> bool:
    return not names or name in names


def _as_published(entry: Entry, folder: Path) -> bool:
    """Whether it should be what was published: a file of another name is one's own, and only called the same.

    Args:
        folder: the person's models folder; elsewhere another revision may lie, and its kind knows what it needs.
    """
    path = entry.path
    if path is None or not path.is_relative_to(folder):
        return False
    return bool(entry.files) and (path.is_dir() or path.name in {file.name for file in entry.files})


def _wrong(entry: Entry, folder: Path, on_progress: OnProgress) -> str:
    """What is wrong with a model as a sentence, or nothing."""
    seen, total = 0, sum(file.size for file in entry.files if not file.stands_in_for)

    def on_bytes(count: int) -> None:
        nonlocal seen
        seen += count
        on_progress(f"{entry.name}: {seen / 1e6:.0f} of {total / 1e6:.0f} MB", min(1.0, seen / total))

    try:
        if entry.path is not None and _as_published(entry, folder):
            home = entry.path if entry.path.is_dir() else entry.path.parent
            digests.check(entry.files, home, entry.name, on_bytes)
        catalog.verify(entry)
    except ModelError as error:
        return str(error)
    except OSError as error:
        return f"{entry.name} cannot be read ({error.strerror}): check the disk."
    return ""
