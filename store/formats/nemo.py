"""NeMo's manifest: a JSON object a line with `audio_filepath`, `duration` and `text`.

Manifests are often called .json all the same. `pred_text` is what a recogniser heard, `offset` and
`duration` a span of a longer file; without an offset it is the whole file, or as much of its
beginning as the duration says. Speaker, note, split, state, words and samples are keys of ours
(`speaker` is NeMo's own), which NeMo passes over; other keys are kept and written back as text. One
manifest is written for each split, as NeMo is given them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from store.errors import StoreError
from store.formats.format import Format
from store.formats.item import Item, Rejected
from store.formats.json_stream import read_records
from store.formats.reading import head, listing, parse_json, seconds_of
from store.formats.records import extra_of, item_of, name_in, own_of, split_of
from store.formats.writing import text_file
from store.text import shown

SUFFIXES = (".json", ".jsonl", ".manifest")


def fits(path: Path) -> bool:
    """Whether it is a manifest, or a folder with some."""
    return bool(_manifests(path))


def read(path: Path, encoding: str | None = None) -> Iterator[Item | Rejected]:
    """The lines of a manifest, or of all manifests in a folder.

    Raises:
        StoreError: no manifest, another encoding.
    """
    manifests = _manifests(path) if path.is_dir() else [path]
    if not manifests:
        raise StoreError(
            f"{shown(path)} holds no manifest (JSON lines with audio_filepath)", "name the file itself", path
        )
    for manifest in manifests:
        split = split_of(manifest.name.removesuffix(manifest.suffix).split("_")[0])
        for record in read_records(manifest, encoding):
            if isinstance(record, Rejected):
                yield record
            else:
                where, values = record
                yield item_of(manifest.parent, where, values, split=split)


def place(number: int, item: Item) -> str:
    """Where an export puts the audio of segment `number`."""
    return f"audio/tertulia_{number:06d}"


def write(folder: Path, items: Iterable[Item]) -> list[Path]:
    """Write `train_manifest.json` and its like, and `manifest.json` for what is in no split. Raises StoreError."""
    files: dict[Path, TextIO] = {}
    with ExitStack() as stack:
        for item in items:
            path = folder / (f"{item.split}_manifest.json" if item.split else "manifest.json")
            if path not in files:
                files[path] = stack.enter_context(text_file(path))
            files[path].write(json.dumps(_record(folder, item), ensure_ascii=False, allow_nan=False) + "\n")
    return list(files)


def _record(folder: Path, item: Item) -> dict[str, Any]:
    seconds = seconds_of(item.audio)
    if seconds is None:
        raise StoreError(
            f"{shown(item.audio)} does not say how long it is, which NeMo asks for",
            "make it WAV or FLAC",
            item.audio,
        )
    heard = {"pred_text": item.heard} if item.heard else {}
    named = {"audio_filepath": name_in(folder, item.audio), "duration": seconds, "text": item.text}
    return {**extra_of(item), **named, **heard, **own_of(item)}


def _manifests(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path] if path.suffix.lower() in SUFFIXES and _is_manifest(path) else []
    return [each for each in listing(path) if each.suffix.lower() in SUFFIXES and _is_manifest(each)]


def _is_manifest(path: Path) -> bool:
    first = next((line for line in head(path).splitlines() if line.strip()), "")
    try:
        value = parse_json(first.removeprefix("\ufeff"))
    except StoreError:
        return False
    return isinstance(value, dict) and "audio_filepath" in value


FORMAT = Format(
    name="nemo",
    about="NeMo manifests: JSON lines with audio_filepath",
    fits=fits,
    read=read,
    place=place,
    write=write,
    clips=True,
    suffixes=(".json", ".jsonl"),
)
