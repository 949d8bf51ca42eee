"""Mozilla Common Voice: tables `train.tsv`, `dev.tsv`, `test.tsv`, `validated.tsv` and more, and a folder `clips`.

Columns have changed between releases, so they are found by their names; nothing is quoted. The table
gives the split, and what it is called says how far to trust a clip: `other.tsv` waits for votes
(unsure) and `invalidated.tsv` has lost them (flagged). A clip in several tables is one segment: the
first of train, dev, test, validated, other, invalidated counts. Columns of ours (heard, note, status,
reason) are added, which others do not look for; words and samples are lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from store.errors import StoreError
from store.formats.format import Format
from store.formats.item import Item, Rejected
from store.formats.reading import head, listing, resolve
from store.formats.records import item_of, name_in, needs_plain, split_of
from store.formats.tables import header_of, read_plain
from store.formats.writing import text_file
from store.text import shown

TABLES = ("train", "dev", "test", "validated", "other", "invalidated")
"""Tables in the order in which they count."""

STATUSES = {"other": "unsure", "invalidated": "flagged"}
REASON = "voted down in Common Voice"

NEEDED = {"client_id", "path", "sentence"}
OWN = ("heard", "note", "status", "reason")
COLUMNS = (
    "client_id", "path", "sentence_id", "sentence", "sentence_domain", "up_votes", "down_votes", "age", "gender",
    "accents", "variant", "locale", "segment", *OWN,
)  # fmt: skip
RENAMED = {"accent": "accents"}
"""Columns of earlier releases by the names of later ones."""


def fits(path: Path) -> bool:
    """Whether it is such a table, or a folder with some."""
    return bool(_tables(path))


def read(path: Path, encoding: str | None = None) -> Iterator[Item | Rejected]:
    """The clips of one table, or of all tables in a folder, each clip once.

    Memory is constant but for the names of the clips.

    Raises:
        StoreError: no such table, another encoding.
    """
    tables = _tables(path) if path.is_dir() else [path]
    if not tables:
        raise StoreError(
            f"{shown(path)} holds no table with client_id, path and sentence", "name the file itself", path
        )
    seen: set[str] = set()
    for table in tables:
        for where, cells in _rows(table, encoding):
            if isinstance(cells, str):
                yield Rejected(where, cells)
            elif cells["path"] not in seen:
                seen.add(cells["path"])
                yield _item(table, where, cells)


def place(number: int, item: Item) -> str:
    """Where an export puts the audio of segment `number`."""
    return f"clips/tertulia_{number:06d}"


def write(folder: Path, items: Iterable[Item]) -> list[Path]:
    """Write a table for each split, and `validated.tsv` or `other.tsv` for what is in none.

    Raises:
        StoreError: a tab in what is to be written.
    """
    files: dict[Path, TextIO] = {}
    with ExitStack() as stack:
        for item in items:
            path = folder / f"{item.split or ('validated' if item.text else 'other')}.tsv"
            if path not in files:
                files[path] = stack.enter_context(text_file(path))
                files[path].write("\t".join(COLUMNS) + "\n")
            files[path].write("\t".join(_cells(folder, item)) + "\n")
    return list(files)


def _rows(table: Path, encoding: str | None) -> Iterator[tuple[str, dict[str, str] | str]]:
    """The cells of each row, or why it is none. Raises StoreError."""
    rows = read_plain(table, "\t", encoding)
    header = [RENAMED.get(name, name) for name in next(rows, ("", [""]))[1]]
    if not set(header) >= NEEDED:
        raise StoreError(
            f"{shown(table)} has no columns client_id, path and sentence", "is it of Common Voice?", table
        )
    for where, cells in rows:
        if len(cells) != len(header):
            yield where, f"It has {len(cells)} cells and the header {len(header)}: take tabs out of the text."
        else:
            yield where, dict(zip(header, cells, strict=True))


def _item(table: Path, where: str, cells: Mapping[str, str]) -> Item | Rejected:
    name = cells["path"]
    audio = resolve(table.parent / "clips", name)
    if isinstance(audio, str) and name.strip() and not Path(name).suffix:
        mp3 = resolve(table.parent / "clips", f"{name}.mp3")  # the first releases left that out
        audio = mp3 if isinstance(mp3, Path) else audio
    if isinstance(audio, str):
        return Rejected(where, audio)
    named = {"speaker": cells["client_id"], "text": cells["sentence"]} | {key: cells.get(key, "") for key in OWN}
    trust = STATUSES.get(table.stem, "")
    if "status" not in cells and trust:
        named |= {"status": trust, "reason": REASON if trust == "flagged" else ""}
    item = item_of(table.parent, where, named, audio=audio, split=split_of(table.stem))
    others = {column: cell for column, cell in cells.items() if cell and column not in (*NEEDED, *OWN)}
    return replace(item, extra=others) if isinstance(item, Item) else item


def _cells(folder: Path, item: Item) -> list[str]:
    clips = folder / "clips"
    values = {
        **item.extra,
        "client_id": item.speaker,
        "path": name_in(clips, item.audio),
        "sentence": item.text,
        **{name: getattr(item, name) for name in OWN},
    }
    return [needs_plain(values.get(name, ""), "\t\r\n", name, item) for name in COLUMNS]


def _tables(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path] if path.suffix.lower() == ".tsv" and _is_table(path) else []
    found = [each for each in listing(path) if each.suffix.lower() == ".tsv" and _is_table(each)]
    return sorted(found, key=lambda each: TABLES.index(each.stem) if each.stem in TABLES else len(TABLES))


def _is_table(path: Path) -> bool:
    lines = head(path).splitlines()
    return bool(lines) and set(header_of(lines[0])) >= NEEDED


FORMAT = Format(
    name="common-voice",
    about="Mozilla Common Voice: train.tsv and its like, and clips",
    fits=fits,
    read=read,
    place=place,
    write=write,
    clips=True,
    suffixes=(".tsv",),
)
