"""What an import would take a file or folder for, and how its first texts read, before anything is imported."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.importing.detection import kinds
from store.audio.archives import is_archive
from store.formats import formats
from store.formats.item import Rejected
from store.formats.reading import AUDIO_SUFFIXES, listing, require_path

FEW = 3
"""Texts that are shown."""
LARGEST = 32 << 20
"""Bytes of a transcript that is looked into: reading one to the end takes time."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What is there."""

    kind: str
    """Name of a format, or audio, or archive."""
    about: str
    """A few words about it."""
    lines: tuple[str, ...] = ()
    """The first texts, each with its speaker, or with what is wrong with it."""


def preview(path: Path, format_name: str | None = None, encoding: str | None = None) -> Preview:
    """Look into a file or folder.

    Args:
        format_name: one of `store.formats`; guessed without one.
        encoding: of text files; UTF-8, or what a byte order mark says, without one.

    Raises:
        StoreError: nothing is there, or nothing that is known; another format or encoding; no such format.
    """
    require_path(path)
    if is_archive(path):
        return Preview("archive", "it is looked into while it is imported")
    found = formats.find(format_name) if format_name else next(iter(kinds(path)), None)
    if found is None:
        return Preview("audio", f"{'a folder, ' if path.is_dir() else ''}searched for speech, then transcribed")
    if found.read_into or not _small(path):
        return Preview(found.name, found.about)
    lines = []
    for item in islice(found.read(path, encoding), FEW):
        if isinstance(item, Rejected):
            lines.append(f"× {item.where}: {item.reason}")
        else:
            said = f"“{item.text}”" if item.text else "(no text: to be heard and corrected)"
            lines.append(f"{item.speaker}: {said}" if item.speaker else said)
    return Preview(found.name, found.about, tuple(lines))


def _small(path: Path) -> bool:
    files = listing(path) if path.is_dir() else [path]
    try:
        return all(
            file.stat().st_size <= LARGEST
            for file in files
            if file.is_file() and not file.name.lower().endswith(AUDIO_SUFFIXES)
        )
    except OSError:
        return True
