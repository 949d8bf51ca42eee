"""CSV, the plainest table: `audio_path,transcript,duration,speaker,notes`, one audio file a row.

A transcript given is a reference; an empty one is a segment to correct. The duration is for people:
the audio itself says how long it is. What was heard, splits, states, words and samples have no place
here and are lost. Commas, semicolons and tabs are read, other tools' column names too, and columns
`start` and `end` (seconds) where a row is a span of its file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from store.errors import StoreError
from store.formats.format import Format
from store.formats.item import Item, Rejected
from store.formats.reading import head, meant, seconds_of
from store.formats.records import fields, item_of, name_in
from store.formats.tables import header_of, read_csv, write_csv
from store.formats.writing import text_file
from store.text import shown

FILE = "segments.csv"
COLUMNS = ("audio_path", "transcript", "duration", "speaker", "notes")


def fits(path: Path) -> bool:
    """Whether it is a table with a column of audio files, or a folder with one."""
    return _table(path) is not None


def read(path: Path, encoding: str | None = None) -> Iterator[Item | Rejected]:
    """The rows of a table, or of the only table in a folder.

    Raises:
        StoreError: no such table, another encoding, no column of audio files.
    """
    table = path if not path.is_dir() else _table(path)
    if table is None:
        raise StoreError(
            f"{shown(path)} holds no single table with a column audio_path", "name the file itself", path
        )
    for row in read_csv(table, encoding):
        if isinstance(row, Rejected):
            yield row
            continue
        if "audio" not in fields(row.cells):
            raise StoreError(f"{shown(table)} has no column audio_path", "name the column of audio files so", table)
        item = item_of(table.parent, row.where, row.cells)
        yield replace(item, extra={}) if isinstance(item, Item) else item


def place(number: int, item: Item) -> str:
    """Where an export puts the audio of segment `number`."""
    return f"clips/tertulia_{number:06d}"


def write(folder: Path, items: Iterable[Item]) -> list[Path]:
    """Write `segments.csv`. Raises StoreError."""
    with text_file(folder / FILE) as file:
        write_csv(file, COLUMNS, (_row(folder, item) for item in items))
    return [folder / FILE]


def _row(folder: Path, item: Item) -> list[str]:
    seconds = seconds_of(item.audio)
    duration = "" if seconds is None else f"{seconds:.3f}"
    return [name_in(folder, item.audio), item.text, duration, item.speaker, item.note]


def _table(path: Path) -> Path | None:
    return meant(path, FILE, (".csv", ".tsv"), _is_table)


def _is_table(path: Path) -> bool:
    lines = [line for line in head(path).splitlines()[:2] if not line.startswith("sep=")]
    return bool(lines) and "audio" in fields(header_of(lines[0])) and len(header_of(lines[0])) > 1


FORMAT = Format(
    name="csv",
    about="a table: audio_path, transcript, duration, speaker, notes",
    fits=fits,
    read=read,
    place=place,
    write=write,
    clips=True,
    suffixes=(".csv", ".tsv"),
)
