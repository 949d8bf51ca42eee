"""`tertulia-export.json`: what an export holds, and where in the recordings its clips come from.

A clip cut out of a recording is another sound, with another SHA-256. With this beside it, the folder can be
imported where it came from, and nothing is there twice; elsewhere it says which clips belong together, so
that none of them tests a model that another one trained.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from store.errors import StoreError
from store.formats.reading import read_text
from store.formats.writing import text_file

FILE = "tertulia-export.json"
VERSION = 1
ABOVE = 3
"""Folders above the one that is imported in which it may lie."""


@dataclass(frozen=True, slots=True)
class ExportedClip:
    """An audio file of an export, and the span of the recording it is."""

    file: str
    """Relative to the folder of the export."""
    file_sha256: str
    """Of the file's bytes."""
    recording: str
    """The recording's SHA-256."""
    start: int
    """First sample."""
    end: int
    """One past the last."""


def write(folder: Path, about: Mapping[str, Any], clips: Sequence[ExportedClip]) -> Path:
    """Write the manifest of an export. Raises StoreError."""
    path = folder / FILE
    with text_file(path) as file:
        file.write(json.dumps({"manifest": VERSION, **about}, ensure_ascii=False, indent=1)[:-2])
        file.write(',\n "audio": [')
        for number, clip in enumerate(clips):
            file.write((",\n  " if number else "\n  ") + json.dumps(asdict(clip), ensure_ascii=False))
        file.write("\n ]\n}\n")
    return path


def clips(path: Path) -> dict[str, ExportedClip]:
    """The clips of the export that a file or folder belongs to, by their files' SHA-256; none without an export.

    A manifest that cannot be read is none: what it would say is not needed to import the audio.
    """
    folder = path if path.is_dir() else path.parent
    for place in (folder, *folder.absolute().parents[:ABOVE]):
        if (place / FILE).is_file():
            try:
                found = [ExportedClip(**clip) for clip in json.loads(read_text(place / FILE))["audio"]]
            except (StoreError, ValueError, TypeError, KeyError, RecursionError):
                return {}
            return {clip.file_sha256: clip for clip in found if _makes_sense(clip)}
    return {}


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _makes_sense(clip: ExportedClip) -> bool:
    return (
        all(isinstance(text, str) for text in (clip.file_sha256, clip.recording))
        and all(type(number) is int for number in (clip.start, clip.end))
        and 0 <= clip.start < clip.end
    )
