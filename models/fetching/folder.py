"""A folder or a stick that has a model: as this program keeps models, a folder of its name, or just its files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from models.fetching.sources import NoAnswer, Waiting

CHUNK = 1 << 20
"""Bytes read at once."""


class Folder:
    """One file, looked for in a folder.

    Args:
        folder: where to look; it may be the file itself.
        part, model: whose file it is.
    """

    def __init__(self, folder: Path, part: str, model: str, file: str) -> None:
        self.name = str(folder)
        self._file = file
        homes = [folder / "models" / part / model, folder / part / model, folder / model, folder]
        self._places = [home / file for home in homes] + ([folder] if folder.name == file else [])

    def read(self, offset: int, waiting: Waiting) -> Iterator[bytes]:
        """See Source."""
        place = next((place for place in self._places if place.is_file()), None)
        if place is None:
            raise NoAnswer(f"has no {self._file}")
        try:
            with place.open("rb") as file:
                file.seek(offset)
                while chunk := file.read(CHUNK):
                    yield chunk
        except OSError as error:
            raise NoAnswer(f"cannot be read ({error.strerror})") from error
