"""Multilingual LibriSpeech: `transcripts.txt` with `id<tab>text`, and `audio/speaker/book/id.flac`.

An id is `speaker_book_number`, and others read the speaker as a number: so a speaker is written as a
number that follows from the name, and `speakers.txt` beside the transcripts says whose it is. Splits
are folders (`train`, `dev`, `test`); what belongs to none lies in the folder itself. Notes, state, what
was heard, words and samples have no place in it and are lost; `segments.txt`, which says where in which
audiobook each file comes from, is not read.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from store.errors import StoreError
from store.formats.format import Format
from store.formats.item import Item, Rejected
from store.formats.reading import AUDIO_SUFFIXES, head, resolve
from store.formats.records import needs_plain, split_of
from store.formats.tables import read_plain
from store.formats.writing import text_file
from store.text import clean, shown

FILE = "transcripts.txt"
SPEAKERS = "speakers.txt"
SPLITS = ("", "train", "dev", "test")
NOBODY = "0"
"""The speaker's number where nobody is named."""


def fits(path: Path) -> bool:
    """Whether it is `transcripts.txt`, or a folder with it, or with folders that have it."""
    return bool(_transcripts(path))


def read(path: Path, encoding: str | None = None) -> Iterator[Item | Rejected]:
    """The lines of `transcripts.txt`, of all splits where a folder has them.

    Raises:
        StoreError: it is not there, or in another encoding.
    """
    files = _transcripts(path) if path.is_dir() else [path]
    if not files:
        raise StoreError(f"{shown(path)} holds no {FILE}", "name the folder that does", path)
    for file in files:
        split = split_of(file.parent.name) if file.parent != path else ""
        speakers = _speakers(file.parent / SPEAKERS, encoding)
        for where, cells in read_plain(file, "\t", encoding):
            if len(cells) != 2:
                yield Rejected(where, f"It has {len(cells)} cells where 2 belong, an id and a text: correct it.")
                continue
            number = cells[0].split("_")[0]
            audio = _audio(file.parent, cells[0])
            if isinstance(audio, str):
                yield Rejected(where, audio)
            else:
                yield Item(audio, where, text=cells[1], speaker=speakers.get(number, number), split=split)


def place(number: int, item: Item) -> str:
    """Where an export puts the audio of segment `number`."""
    speaker = _number(item.speaker)
    audio = f"audio/{speaker}/1/{speaker}_1_{number:06d}"
    return f"{item.split}/{audio}" if item.split else audio


def write(folder: Path, items: Iterable[Item]) -> list[Path]:
    """Write `transcripts.txt` and `speakers.txt` for each split.

    Raises:
        StoreError: audio that lies elsewhere, a tab in what is to be written.
    """
    files: dict[Path, TextIO] = {}
    speakers: dict[Path, dict[str, str]] = {}
    with ExitStack() as stack:
        for item in items:
            path = folder / item.split / FILE
            if path not in files:
                files[path] = stack.enter_context(text_file(path))
                speakers[path.with_name(SPEAKERS)] = {}
            number = _number(item.speaker)
            if not item.audio.is_relative_to(path.parent / "audio" / number):
                raise StoreError(
                    f"MLS finds audio by its id, so {shown(item.audio)} cannot be linked to", "copy it", item.audio
                )
            if speakers[path.with_name(SPEAKERS)].setdefault(number, item.speaker) != item.speaker:
                raise StoreError(
                    f"“{item.speaker}” and another speaker have one number in MLS", "rename one of them"
                )
            text = needs_plain(item.text, "\t\r\n", "text", item)
            files[path].write(f"{item.audio.stem}\t{text}\n")
        for path, names in speakers.items():
            file = stack.enter_context(text_file(path))
            file.writelines(f"{number}\t{name}\n" for number, name in names.items() if name)
    return [*files, *speakers]


def _number(speaker: str) -> str:
    """The number that stands for a speaker: the name itself where it is one."""
    if speaker.isascii() and speaker.isdigit() and speaker != NOBODY:
        return speaker
    return str(zlib.crc32(speaker.encode())) if speaker else NOBODY


def _speakers(path: Path, encoding: str | None) -> dict[str, str]:
    """Names by number; none where nobody wrote them down. Raises StoreError."""
    if not path.is_file():
        return {}
    return {NOBODY: ""} | {row[0]: row[1] for _, row in read_plain(path, "\t", encoding) if len(row) == 2}


def _audio(folder: Path, name: str) -> Path | str:
    """The audio of that id, or why there is none."""
    parts = name.split("_")
    if len(parts) != 3 or not all(part.isalnum() for part in parts):
        return f"“{clean(name, limit=None)[:40]}” is no id: it has to be speaker_book_number."
    beside = f"audio/{parts[0]}/{parts[1]}/{name}"
    for suffix in AUDIO_SUFFIXES:
        if isinstance(found := resolve(folder, beside + suffix), Path):
            return found
    return resolve(folder, f"{beside}.flac")


def _transcripts(path: Path) -> list[Path]:
    files = [path / split / FILE for split in SPLITS] if path.is_dir() else [path]
    return [file for file in files if file.name == FILE and "\t" in head(file)]


FORMAT = Format(
    name="mls",
    about="Multilingual LibriSpeech: transcripts.txt and audio",
    fits=fits,
    read=read,
    place=place,
    write=write,
    clips=True,
    suffixes=(".txt",),
)
