"""Every format by its name, and the one that a file or folder seems to be of.

A format is a module. It is imported when it is first asked for, so that naming one costs nothing and
a library that one of them needs troubles none of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from store.errors import StoreError
from store.formats.item import Item, Rejected
from store.formats.reading import require_path
from store.text import clean, shown

MODULES = {
    "kaldi": "kaldi",
    "mls": "mls",
    "common-voice": "common_voice",
    "ljspeech": "ljspeech",
    "audiofolder": "audiofolder",
    "parquet": "parquet",
    "json": "product_json",
    "label-studio": "label_studio",
    "nemo": "nemo",
    "textgrid": "textgrid",
    "elan": "elan",
    "chat": "chat",
    "vtt": "subtitles_vtt",
    "srt": "subtitles_srt",
    "csv": "csv_table",
}
"""Formats and their modules, the most particular first: a table of any kind is also a CSV file."""


class Format(Protocol):
    """What the module of a format offers."""

    NAME: str
    ABOUT: str
    """A few words for `--help`."""
    CLIPS: bool
    """Whether it has one audio file for each segment, rather than whole recordings and spans in them."""

    def fits(self, path: Path) -> bool:
        """Whether this file or folder seems to be of the format, by its names and first bytes."""
        ...

    def read(self, path: Path, encoding: str | None = None) -> Iterator[Item | Rejected]:
        """The segments of a file or folder, in order. Raises StoreError where it cannot be read as a whole."""
        ...

    def place(self, number: int, item: Item) -> str:
        """Where an export puts the audio of its segment (or recording) `number`: a path without suffix."""
        ...

    def write(self, folder: Path, items: Iterable[Item]) -> list[Path]:
        """Write what describes the items, whose audio is in its place; return the files. Raises StoreError."""
        ...


class Formats(Mapping[str, Format]):
    """The formats by name, in the order in which `guess` tries them."""

    def __getitem__(self, name: str) -> Format:
        return cast(Format, import_module(f"store.formats.{MODULES[name]}"))

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


FORMATS = Formats()


def find(name: str) -> Format:
    """The format of that name.

    Raises:
        StoreError: there is none; the sentence lists all.
    """
    if name not in FORMATS:
        raise StoreError(f"There is no format “{clean(name)}”", f"use one of {', '.join(sorted(FORMATS))}")
    return FORMATS[name]


def guess(path: Path) -> Format:
    """The format that a file or folder seems to be of.

    Raises:
        StoreError: it is not there, or none fits; the sentence says how to name one.
    """
    require_path(path)
    if found := next((each for each in FORMATS.values() if each.fits(path)), None):
        return found
    raise StoreError(
        f"{shown(path)} looks like none of {', '.join(sorted(FORMATS))}",
        "name its format, for example --format csv",
        path,
    )
