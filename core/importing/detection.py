"""What there is to import under a name: audio, or transcripts in formats that say themselves what they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from store.errors import StoreError
from store.formats import formats
from store.formats.format import Format
from store.formats.reading import AUDIO_SUFFIXES, head, require_path
from store.text import shown

NEVER_AUDIO = (".txt", ".rar", ".7z", ".gz", ".xz", ".bz2")
"""How names end, beside those of the formats, of files that nobody has to listen to where no format fits them."""


def kinds(path: Path) -> list[Format]:
    """The formats to read a file or folder as; none where there is only audio.

    Raises:
        StoreError: nothing is there, or neither audio nor a transcript; it may not be read.
    """
    require_path(path)
    if path.is_file() and path.name.lower().endswith(AUDIO_SUFFIXES):
        return []
    fitting = [each for each in formats.FORMATS.values() if each.fits(path)]
    if path.is_file():
        if not fitting and (head(path) or _is_never_audio(path)):
            return [formats.guess(path)]  # what is no text may be audio
        return fitting[:1]
    if fitting:
        # A table describes all there is. Transcripts that lie beside their audio may be of several kinds.
        return [each for each in fitting if each.beside_audio] if fitting[0].beside_audio else fitting[:1]
    if any(audio_files(path)):
        return []
    raise StoreError(
        f"{shown(path)} holds no audio, and no transcripts of a kind that is known",
        "name another folder, or the format, for example --format csv",
        path,
    )


def audio_files(
    folder: Path, but: Path | None = None, on_refused: Callable[[OSError], None] = lambda error: None
) -> Iterator[Path]:
    """The audio files in a folder and its folders, in order; links to folders are not followed.

    Args:
        but: a folder in it that is passed over.
        on_refused: called for each folder in it that may not be looked into.
    """
    passed = but and but.resolve()
    for here, folders, names in os.walk(folder, onerror=on_refused):
        folders[:] = sorted(name for name in folders if passed is None or Path(here, name).resolve() != passed)
        for name in sorted(names):
            if name.lower().endswith(AUDIO_SUFFIXES) and not name.startswith("."):
                yield Path(here, name)


def _is_never_audio(path: Path) -> bool:
    own = (suffix for each in formats.FORMATS.values() for suffix in each.suffixes)
    return path.name.lower().endswith((*NEVER_AUDIO, *own))
