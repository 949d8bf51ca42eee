"""Kaldi's data folder: `wav.scp`, `segments`, `text`, `utt2spk` and `spk2utt`, each sorted as bytes are.

An utterance's name begins with its speaker's, and both are plain ASCII, so that every tool sorts them
alike; `spk2name` says who is meant. What Kaldi has no file for is written in files of its manner that
it passes over: `utt2heard`, `utt2note`, `utt2split`, `utt2status`, `utt2reason`. Words and samples are
lost. A `wav.scp` may name commands whose output is the audio: none is ever run.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from store.errors import StoreError
from store.formats.format import Format
from store.formats.item import REMARKS, Item, Rejected
from store.formats.reading import head, read_lines, resolve
from store.formats.records import item_of, name_in, needs_plain
from store.formats.writing import text_file
from store.text import clean, shown


def fits(path: Path) -> bool:
    """Whether it is a folder with `wav.scp`, or that file."""
    return bool(head(path / "wav.scp" if path.is_dir() else path)) and (path.is_dir() or path.name == "wav.scp")


def read(path: Path, encoding: str | None = None) -> Iterator[Item | Rejected]:
    """The utterances of a data folder, in the order of `segments`, or of `wav.scp` where there is none.

    The names of recordings and utterances, and what is said in them, are held in memory.

    Raises:
        StoreError: no `wav.scp`, another encoding.
    """
    folder = _folder(path)
    tables = {name: _table(folder / name, encoding) for name in ("text", "utt2spk", "spk2name")}
    own = {name: _table(folder / f"utt2{name}", encoding) for name in REMARKS}
    audio = _audio(folder, encoding)
    seen: set[str] = set()
    for where, utterance, recording, times in _utterances(folder, encoding):
        if utterance in seen:
            yield Rejected(
                where, f"The utterance {clean(utterance, limit=None)[:40]} is there twice: rename one of them."
            )
            continue
        seen.add(utterance)
        if isinstance(times, str):
            yield Rejected(where, times)
            continue
        missing = f"There is no {clean(recording, limit=None)[:40]} in wav.scp: add it, or correct the name."
        if isinstance(found := audio.get(recording, missing), str):
            yield Rejected(where, found)
            continue
        speaker = tables["utt2spk"].get(utterance, "")
        unknown = "" if speaker == utterance else speaker  # Kaldi's way to say that nobody knows who
        named = {"text": tables["text"].get(utterance, ""), "speaker": tables["spk2name"].get(speaker, unknown)}
        values = {name: own[name].get(utterance, "") for name in REMARKS}
        yield item_of(folder, where, {**named, **values, **times}, audio=found)
    for utterance in sorted(tables["text"].keys() - seen):
        yield Rejected(
            f"text, {clean(utterance, limit=None)[:40]}",
            "It has a text and no audio: add it to segments or wav.scp.",
        )


def place(number: int, item: Item) -> str:
    """Where an export puts the audio of recording `number`."""
    return f"wav/tertulia_{number:06d}"


def write(folder: Path, items: Iterable[Item]) -> list[Path]:
    """Write the files of a data folder. They are sorted, so all that they say is held in memory.

    Raises:
        StoreError: two speakers or recordings that would have one name.
    """
    tables: dict[str, dict[str, str]] = {name: {} for name in ("wav.scp", "segments", "text", "utt2spk")}
    optional: dict[str, dict[str, str]] = {f"utt2{name}": {} for name in REMARKS}
    names: dict[str, str] = {}
    for number, item in enumerate(items, 1):
        recording = re.sub("[^0-9A-Za-z]", "_", item.audio.stem)
        speaker = _speaker(item.speaker)
        utterance = f"{speaker}-{recording}-{number:07d}"
        audio = name_in(folder, item.audio)
        if tables["wav.scp"].setdefault(recording, audio) != audio:
            raise StoreError(f"Two recordings are called {recording} in Kaldi", f"rename {shown(item.audio)}")
        if names.setdefault(speaker, item.speaker) != item.speaker:
            raise StoreError(f"“{item.speaker}” and another speaker have one name in Kaldi", "rename one of them")
        end = "-1" if item.end is None else f"{item.end!r}"
        tables["segments"][utterance] = f"{recording} {item.start or 0.0!r} {end}"
        tables["text"][utterance] = needs_plain(item.text, "\r\n", "text", item)
        tables["utt2spk"][utterance] = speaker
        for field in REMARKS:
            if value := getattr(item, field):
                optional[f"utt2{field}"][utterance] = needs_plain(value, "\r\n", field, item)
    speakers: dict[str, list[str]] = {}
    for utterance, speaker in sorted(tables["utt2spk"].items()):
        speakers.setdefault(speaker, []).append(utterance)
    tables["spk2utt"] = {speaker: " ".join(theirs) for speaker, theirs in speakers.items()}
    optional["spk2name"] = {speaker: name for speaker, name in names.items() if name != speaker}
    tables |= {name: table for name, table in optional.items() if table}
    return [_write(folder / name, table) for name, table in tables.items()]


def _write(path: Path, table: Mapping[str, str]) -> Path:
    with text_file(path) as file:  # ASCII keys, whose order is that of the C locale
        file.writelines(f"{key} {value}".rstrip() + "\n" for key, value in sorted(table.items()))
    return path


def _speaker(name: str) -> str:
    """A speaker's name in letters and digits: nothing in it sorts before the hyphen that follows it."""
    plain = re.sub("[^0-9A-Za-z]", "", name)
    if name and plain == name:
        return name
    return f"{plain}x{zlib.crc32(name.encode()):08x}"


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _table(path: Path, encoding: str | None) -> dict[str, str]:
    """The values of a file by their keys; none where it is not there. Raises StoreError."""
    if not path.is_file():
        return {}
    table: dict[str, str] = {}
    for line in read_lines(path, encoding):
        key, *value = line.split(maxsplit=1) or [""]
        if key:
            table.setdefault(key, value[0].strip() if value else "")
    return table


def _audio(folder: Path, encoding: str | None) -> dict[str, Path | str]:
    """The audio of each recording, or why there is none. Raises StoreError."""
    if not (folder / "wav.scp").is_file():
        raise StoreError(f"{shown(folder)} holds no wav.scp", "name a Kaldi data folder", folder)
    return {key: resolve(folder, value) for key, value in _table(folder / "wav.scp", encoding).items()}


def _utterances(folder: Path, encoding: str | None) -> Iterator[tuple[str, str, str, dict[str, str] | str]]:
    """Place, utterance, recording and times (or why there are none) of each segment. Raises StoreError."""
    segments = folder / "segments"
    file = segments if segments.is_file() else folder / "wav.scp"
    for number, line in enumerate(read_lines(file, encoding), 1):
        where = f"{file.name}, line {number}"
        cells = line.split()
        if not cells:
            continue
        if file != segments:
            yield where, cells[0], cells[0], {}
        elif len(cells) != 4:
            yield (
                where,
                cells[0],
                "",
                f"It has {len(cells)} cells where 4 belong: utterance, recording, start, end.",
            )
        else:
            yield where, cells[0], cells[1], _times(cells[2], cells[3])


def _times(start: str, end: str) -> dict[str, str]:
    """The times of a segment; Kaldi's end of -1 is the audio's."""
    if end in ("-1", "-1.0"):
        return {} if re.fullmatch(r"0*\.?0*", start) else {"start": start}
    return {"start": start, "end": end}


FORMAT = Format(
    name="kaldi",
    about="a Kaldi data folder: wav.scp, segments, text, utt2spk",
    fits=fits,
    read=read,
    place=place,
    write=write,
    export_audio="wav",
    suffixes=(".scp",),
)
