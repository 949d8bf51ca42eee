"""What a format says of itself, which is all that the rest of the program knows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from store.formats.item import Item, Rejected

ReadInto = Callable[[Path, str | None, Path], Iterator[Item | Rejected]]


class Read(Protocol):
    def __call__(self, path: Path, encoding: str | None = None, /) -> Iterator[Item | Rejected]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format. Its module has one, called FORMAT."""

    name: str
    """As in the table of formats."""
    about: str
    """A few words, for whoever chooses one."""
    fits: Callable[[Path], bool]
    """Whether this file or folder seems to be of the format, by its names and first bytes. Raises nothing."""
    read: Read
    """The segments of a file or folder, in order. Raises StoreError where it cannot be read as a whole."""
    place: Callable[[int, Item], str]
    """Where an export puts the audio of its segment (or recording) of that number: a path without suffix."""
    write: Callable[[Path, Iterable[Item]], list[Path]]
    """Write into a folder what describes the items, whose audio is in its place; the files. Raises StoreError."""
    clips: bool = False
    """Whether it has one audio file for each segment, rather than whole recordings and spans in them."""
    beside_audio: bool = False
    """Whether its files lie beside the audio they describe, which other audio may lie beside as well."""
    read_into: ReadInto | None = None
    """Where the audio lies inside its files: `read`, with a folder that each item's audio is put into, to stay."""
    export_audio: Literal["flac", "wav"] = "flac"
    """What an export writes: WAV where the format's own programs open no FLAC, which has half the size."""
    suffixes: tuple[str, ...] = ()
    """How the names of its files end (lower case): one that is damaged is not taken for audio."""
