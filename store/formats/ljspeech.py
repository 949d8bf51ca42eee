"""LJSpeech: `metadata.csv` with a line `id|text|normalised text` for each `wavs/id.wav`, and no header.

Nothing is quoted, so a text cannot hold a pipe. It is one voice's format: speaker, note, split, state,
what was heard, words and samples have no place in it and are lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from store.errors import StoreError
from store.formats.format import Format
from store.formats.item import Item, Rejected
from store.formats.reading import AUDIO_SUFFIXES, head, require_file, resolve
from store.formats.records import needs_plain
from store.formats.tables import read_plain
from store.formats.writing import text_file
from store.text import shown

FILE = "metadata.csv"
AUDIO = "wavs"
NORMALISED = "normalised"
LOOKED_AT = 20
"""Lines from which metadata is known."""


def fits(path: Path) -> bool:
    """Whether it is such metadata, or a folder with it."""
    table = path / FILE if path.is_dir() else path
    if not (table.parent / AUDIO).is_dir():
        return False
    lines = head(table).removeprefix("\ufeff").splitlines()[:LOOKED_AT]  # the first of them may be a bad one
    rows = [cells for line in lines if len(cells := line.split("|")) in (2, 3)]
    return any(isinstance(_audio(table.parent, cells[0]), Path) for cells in rows)


def read(path: Path, encoding: str | None = None) -> Iterator[Item | Rejected]:
    """The lines of `metadata.csv`.

    Raises:
        StoreError: it is not there, or in another encoding.
    """
    table = path / FILE if path.is_dir() else path
    require_file(table)
    for where, cells in read_plain(table, "|", encoding):
        if len(cells) not in (2, 3):
            yield Rejected(where, f"It has {len(cells)} cells where 2 or 3 belong: take pipes out of the text.")
            continue
        audio = _audio(table.parent, cells[0])
        if isinstance(audio, str):
            yield Rejected(where, audio)
            continue
        normalised = cells[2] if len(cells) == 3 else cells[1]
        yield Item(audio, where, text=cells[1], extra={NORMALISED: normalised} if normalised != cells[1] else {})


def place(number: int, item: Item) -> str:
    """Where an export puts the audio of segment `number`."""
    return f"{AUDIO}/tertulia_{number:06d}"


def write(folder: Path, items: Iterable[Item]) -> list[Path]:
    """Write `metadata.csv`.

    Raises:
        StoreError: a pipe in what is to be written.
    """
    with text_file(folder / FILE) as file:
        for item in items:
            if item.audio.parent != folder / AUDIO:
                raise StoreError(
                    f"LJSpeech finds audio by its id, so {shown(item.audio)} cannot be linked to",
                    "copy it",
                    item.audio,
                )
            cells = (item.audio.stem, item.text, item.extra.get(NORMALISED, item.text))
            file.write("|".join(needs_plain(cell, "|\r\n", "text", item) for cell in cells) + "\n")
    return [folder / FILE]


def _audio(folder: Path, name: str) -> Path | str:
    """The audio of that id, which is a file's name without its end, or why there is none."""
    for suffix in ("", *AUDIO_SUFFIXES) if name.strip() else ():
        if isinstance(found := resolve(folder / AUDIO, name + suffix), Path):
            return found
    return resolve(folder / AUDIO, f"{name}.wav" if name.strip() else "")


FORMAT = Format(
    name="ljspeech",
    about="LJSpeech: metadata.csv with id|text|normalised, and wavs",
    fits=fits,
    read=read,
    place=place,
    write=write,
    clips=True,
    export_audio="wav",
    suffixes=(".csv",),
)
