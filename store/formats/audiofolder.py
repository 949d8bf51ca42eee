"""Hugging Face's audiofolder: audio files, and `metadata.jsonl` or `metadata.csv` with `file_name` beside them.

A folder for each split (`train`, `validation`, `test`) has its own metadata, or one file above them
names `train/…`. JSON lines are written, because a table has to guard what begins like a formula, and
others would take the guard for a part of the text. What was heard, speaker, note, state, words and
samples are columns of ours, and other columns are kept. What belongs to no split lies in a folder
`unsplit`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path, PurePath
from typing import Any, TextIO

from store.errors import StoreError
from store.formats.format import Format
from store.formats.item import Item, Rejected
from store.formats.json_stream import read_records
from store.formats.reading import head, listing, parse_json
from store.formats.records import SPLIT_NAMES, extra_of, fields, item_of, name_in, own_of, split_of
from store.formats.tables import header_of, read_csv
from store.formats.writing import text_file
from store.text import shown

FILES = ("metadata.jsonl", "metadata.csv")


def fits(path: Path) -> bool:
    """Whether it is such metadata, or a folder with some, in it or in the folders of its splits."""
    return bool(_metadata(path))


def read(path: Path, encoding: str | None = None) -> Iterator[Item | Rejected]:
    """The rows of all metadata in a folder, split by split, or of one metadata file.

    Raises:
        StoreError: no metadata, another encoding.
    """
    files = _metadata(path) if path.is_dir() else [path]
    if not files:
        raise StoreError(
            f"{shown(path)} holds no metadata.jsonl or metadata.csv with file_name", "name the file itself", path
        )
    for file in files:
        # Of the folder that a person named, the name means nothing: it may be called test.
        inner = file.parent.name if path not in (file, file.parent) else ""
        for record in _records(file, encoding):
            if isinstance(record, Rejected):
                yield record
                continue
            where, values = record
            folders = PurePath(str(values.get(fields(values).get("audio", ""), ""))).parts[:-1]
            split = next(filter(None, map(split_of, (*folders, inner))), "")
            yield item_of(file.parent, where, values, split=split)


def place(number: int, item: Item) -> str:
    """Where an export puts the audio of segment `number`."""
    return f"{SPLIT_NAMES[item.split]}/tertulia_{number:06d}"


def write(folder: Path, items: Iterable[Item]) -> list[Path]:
    """Write `metadata.jsonl` into the folder of each split. Raises StoreError."""
    files: dict[Path, TextIO] = {}
    with ExitStack() as stack:
        for item in items:
            path = folder / SPLIT_NAMES[item.split] / FILES[0]
            if path not in files:
                files[path] = stack.enter_context(text_file(path))
            files[path].write(json.dumps(_record(path.parent, item), ensure_ascii=False, allow_nan=False) + "\n")
    return list(files)


def _record(folder: Path, item: Item) -> dict[str, Any]:
    # Columns that every row has, even if empty: their readers take the first rows for all.
    texts = {name: getattr(item, name) for name in ("speaker", "note", "heard", "status", "reason")}
    named = {"file_name": name_in(folder, item.audio), "transcription": item.text}
    own = {name: value for name, value in own_of(item).items() if name in ("words", "samples")}
    return {**extra_of(item), **named, **texts, **own}


def _records(file: Path, encoding: str | None) -> Iterator[tuple[str, dict[str, Any]] | Rejected]:
    if file.suffix.lower() == ".jsonl":
        yield from read_records(file, encoding)
        return
    for row in read_csv(file, encoding):
        yield row if isinstance(row, Rejected) else (row.where, dict(row.cells))


def _metadata(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path] if path.name in FILES and _is_metadata(path) else []
    folders = [path, path / "data"]
    folders += [each for above in folders for each in listing(above) if each.is_dir() and _names_split(each)]
    return [folder / name for folder in folders for name in FILES if _is_metadata(folder / name)]


def _names_split(folder: Path) -> bool:
    return bool(split_of(folder.name)) or folder.name == SPLIT_NAMES[""]


def _is_metadata(path: Path) -> bool:
    first = next((line for line in head(path).splitlines() if line.strip()), "")
    if path.suffix.lower() == ".csv":
        return "file_name" in header_of(first)
    try:
        value = parse_json(first.removeprefix("\ufeff"))
    except StoreError:
        return False
    return isinstance(value, dict) and "file_name" in value


FORMAT = Format(
    name="audiofolder",
    about="a Hugging Face folder with metadata.jsonl or metadata.csv",
    fits=fits,
    read=read,
    place=place,
    write=write,
    clips=True,
    suffixes=(".csv", ".jsonl"),
)
