"""JSON, the program's own: everything that is known of every segment, exactly.

    {"tertulia": 1, "sample_rate": 16000, "segments": [
    {"audio": "audio/tertulia_000001.flac", "start": 0.5, "end": 2.0, "text": "¿Qué tal?", …},
    …
    ]}

`tertulia` is the version of this shape; later ones only add. A segment has `audio`, a file name
relative to this document; the rest may be missing: `start` and `end` (seconds), `samples` (the first
and one past the last, at `sample_rate`), `text` (the reference), `heard`, `speaker`, `note`, `split`
(train, dev, test), `status` (new, corrected, skipped, flagged, unsure), `reason`, `words` (a list of
`text`, `start`, `end`, in seconds of the audio file), and `extra`, an object of what other formats
knew of it. Reading and writing take constant memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from store.errors import StoreError
from store.formats.format import Format
from store.formats.item import Item, Rejected
from store.formats.json_stream import Document
from store.formats.reading import head, meant
from store.formats.records import item_of, name_in, own_of
from store.formats.writing import text_file
from store.text import clean, shown
from store.units import SAMPLE_RATE

FILE = "tertulia.json"
VERSION = 1


def fits(path: Path) -> bool:
    """Whether it is such a document, or a folder with just one."""
    return _export(path) is not None


def read(path: Path, encoding: str | None = None) -> Iterator[Item | Rejected]:
    """The segments of a document, or of the only one in a folder.

    Raises:
        StoreError: no such document, one of a later version, another encoding.
    """
    export = _export(path) if path.is_dir() else path
    if export is None:
        raise StoreError(f"{shown(path)} holds no single document of Tertulia’s", "name the JSON file itself", path)
    path = export
    name = shown(Path(path.name))
    document = Document(path, encoding, key="segments")
    for number, element in enumerate(document.elements(), 1):
        if number == 1:
            _check_version(path, document.header)
        where = f"{name}, segment {number}"
        if not isinstance(element, dict):
            yield Rejected(where, "It is not an object with names and values, in braces: export the file again.")
            continue
        extra = element.pop("extra", None) or {}
        item = item_of(path.parent, where, element)
        if isinstance(item, Item) and isinstance(extra, dict):
            item = replace(item, extra={**item.extra, **{name: str(value) for name, value in extra.items()}})
        yield item


def place(number: int, item: Item) -> str:
    """Where an export puts the audio of recording `number`."""
    return f"audio/tertulia_{number:06d}"


def write(folder: Path, items: Iterable[Item]) -> list[Path]:
    """Write `tertulia.json`. Raises StoreError."""
    with text_file(folder / FILE) as file:
        file.write(f'{{"tertulia": {VERSION}, "sample_rate": {SAMPLE_RATE}, "segments": [')
        for number, item in enumerate(items):
            file.write(",\n" if number else "\n")
            file.write(json.dumps(_element(folder, item), ensure_ascii=False, allow_nan=False))
        file.write("\n]}\n")
    return [folder / FILE]


def _element(folder: Path, item: Item) -> dict[str, Any]:
    values = {
        "audio": name_in(folder, item.audio),
        "start": item.start,
        "end": item.end,
        "text": item.text,
        "heard": item.heard,
        **own_of(item),
        "extra": dict(item.extra),
    }
    return {name: value for name, value in values.items() if value not in (None, "", {})}


def _export(path: Path) -> Path | None:
    return meant(path, FILE, (".json",), _is_export)


def _is_export(path: Path) -> bool:
    return re.match(r'\ufeff?\s*\{\s*"tertulia"\s*:', head(path, 200)) is not None


def _check_version(path: Path, header: dict[str, Any]) -> None:
    version = header.get("tertulia")
    if version != VERSION or header.get("sample_rate", SAMPLE_RATE) != SAMPLE_RATE:
        raise StoreError(
            f"{shown(path)} is of version {clean(str(version))[:20]} and this program reads version {VERSION}",
            "update Tertulia, or export in another format",
            path,
        )


FORMAT = Format(
    name="json",
    about="the program's own, with everything it knows",
    fits=fits,
    read=read,
    place=place,
    write=write,
    suffixes=(".json",),
)
