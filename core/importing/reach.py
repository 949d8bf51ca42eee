"""Which files an import may take in.

A transcript names its audio, and may name anything that the user can read: one that comes from somebody else could
have private files copied into the data folder, and handed on by the next export. So what it names by a whole path
lies below the folder that is imported, or in the data folder, which our own exports link to; an archive reaches no
further than itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from store.formats.item import Item, Rejected
from store.text import clean, shown

OUTSIDE = (
    "The audio “{name}” lies outside {folder}: put it below that folder, or add --allow-outside if you trust the "
    "file that names it."
)
PACKED = "The audio “{name}” lies outside the archive that names it, which is never taken: put it into the archive."


class Reach:
    """How far an import reaches, and what it refused for that.

    Args:
        folder: what is imported; of a file, its folder counts.
        data: the data folder.
        packed: whether it was unpacked from an archive.
        everywhere: whether the user trusts it with every file; an archive never is.
    """

    def __init__(self, folder: Path, data: Path, packed: bool = False, everywhere: bool = False) -> None:
        self._folder = folder if folder.is_dir() else folder.parent
        self._packed = packed
        self._everywhere = everywhere and not packed
        self._within = [_real(self._folder)] if packed else [_real(self._folder), _real(data)]
        self.refused = 0
        """Rows that would be taken if everything might be."""

    def add(self, folder: Path) -> None:
        """Take what lies in that folder, too."""
        self._within.append(_real(folder))

    def hold(self, items: Iterable[Item | Rejected]) -> Iterator[Item | Rejected]:
        """The same items, but for those whose audio lies too far off."""
        for item in items:
            yield item if isinstance(item, Rejected) or self._reaches(item.audio) else self._refuse(item)

    def _reaches(self, audio: Path) -> bool:
        return self._everywhere or any(_real(audio).is_relative_to(folder) for folder in self._within)

    def _refuse(self, item: Item) -> Rejected:
        self.refused += not self._packed
        name = clean(str(item.audio), limit=None)[-80:]
        sentence = PACKED if self._packed else OUTSIDE
        return Rejected(item.where, sentence.format(name=name, folder=shown(self._folder)))


def _real(path: Path) -> Path:
    """Where a path leads to by its links."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # links that lead to each other
        return path.absolute()
