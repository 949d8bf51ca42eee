"""Every format by its name, and the one that a file or folder seems to be of.

A format is a module with a FORMAT (see `store.formats.format`), named below; nothing else has to know of it. It is
imported when it is first asked for, so that naming one costs nothing and a library that one of them needs troubles
none of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import cast

from store.errors import StoreError
from store.formats.format import Format
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
OWN = "json"
"""The program's own: all that is known of a segment comes back from it."""


class Formats(Mapping[str, Format]):
    """The formats by name, in the order in which `guess` tries them."""

    def __getitem__(self, name: str) -> Format:
        return cast(Format, import_module(f"store.formats.{MODULES[name]}").FORMAT)

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
