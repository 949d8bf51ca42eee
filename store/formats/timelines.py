"""What the formats share that describe whole recordings: one transcript file beside each audio file."""

from __future__ import annotations

import json
import os
from bisect import bisect, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol, TypeVar

from store.errors import StoreError
from store.formats.item import REMARKS, Item, Rejected, TimedWord
from store.formats.reading import check_span, require_file, seconds_of
from store.formats.reading import number as number_of
from store.text import clean, shown
from store.units import SAMPLE_RATE

BEYOND = 1.0
"""Seconds by which a span that ends after its audio is plainly wrong."""
MOST_OVERLAP = 0.25
"""Seconds by which two spans of one voice may overlap: what two people drawing a boundary differ by."""

REMARK = "tertulia "
"""What begins a comment in which a format carries fields that it has no place for; JSON follows."""


class Stretch(Protocol):
    """Anything with a beginning and an end."""

    @property
    def start(self) -> float: ...

    @property
    def end(self) -> float: ...


Part = TypeVar("Part", bound=Stretch)

Rows = Iterator[Item | Rejected]


def place(number: int, item: Item) -> str:
    """Where an export puts the audio of recording `number`; its transcript lies beside it."""
    return f"tertulia_{number:06d}"


def transcripts(path: Path, suffix: str) -> Iterator[Path]:
    """The files whose names end in `suffix` (lower case) in a folder and its folders, in order."""
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(suffix) and not name.startswith("."):
                yield Path(folder, name)


def holds(path: Path, suffix: str) -> bool:
    """Whether a folder holds such a file, or a file is named so. Raises nothing."""
    try:
        return (path.is_file() and path.name.lower().endswith(suffix)) or any(transcripts(path, suffix))
    except (OSError, ValueError):
        return False


def read_files(path: Path, suffix: str, read: Callable[[Path, str], Rows]) -> Rows:
    """The rows of one transcript file, or of all in a folder, where a bad one does not spoil the others.

    Args:
        read: gives the rows of one file, which it calls by the name it is handed; may raise StoreError.

    Raises:
        StoreError: the one file cannot be read, or the folder holds none.
    """
    if not path.is_dir():
        require_file(path)
        yield from _orderly(read(path, clean(path.name, limit=None)))
        return
    files = list(transcripts(path, suffix))
    if not files:
        raise StoreError(
            f"There is no file *{suffix} in {shown(path)}", "name a transcript, or another folder", path
        )
    inside = path.resolve()
    for file in files:
        name = shown(file.relative_to(path))
        try:
            if not file.resolve().is_relative_to(inside):
                raise StoreError(
                    f"{name} is a link that leads outside its folder", "put the file itself there", name
                )
            yield from _orderly(read(file, name))
        except (StoreError, OSError, RuntimeError) as error:  # RuntimeError: links that lead to each other
            yield Rejected(name, str(error))


def no_audio(name: str, path: Path) -> Rejected:
    """The row for a transcript without audio."""
    stem = clean(path.stem, limit=None)
    return Rejected(name, f"There is no audio beside it: put {stem}.wav (or .flac, .mp3, …) into the same folder.")


def recordings(folder: Path, items: Iterable[Item], suffix: str) -> Iterator[tuple[Path, Path, list[Item]]]:
    """The items by recording: the transcript to write, the audio, and its items in order of time.

    Every item has a start and an end. A transcript lies beside its audio; where that is outside the
    folder, because the export only links to it, the transcript lies in the folder and has to name it.

    Raises:
        StoreError: items of one recording come apart, a span does not run forward, audio of unknown
            length, text on several lines.
    """
    taken: set[Path] = set()
    for audio, group in groupby(items, key=lambda item: item.audio):
        linked = is_linked(folder, audio)
        target = folder / f"{audio.stem}{suffix}" if linked else audio.with_suffix(suffix)
        if target in taken:
            raise StoreError(
                f"{shown(target)} would be written twice", "give each recording one place and one name", target
            )
        taken.add(target)
        yield target, audio, sorted((_bounded(item) for item in group), key=lambda item: item.start or 0.0)


def is_linked(folder: Path, audio: Path) -> bool:
    """Whether the audio lies outside the folder of an export."""
    return not audio.absolute().is_relative_to(folder.absolute())


def milliseconds(item: Item) -> tuple[int, int]:
    """The span in milliseconds, at least one long."""
    start = round((item.start or 0.0) * 1000)
    return start, max(round((item.end or 0.0) * 1000), start + 1)


def one_line(text: str) -> str:
    """Lines of a subtitle as one."""
    return " ".join(text.split())


def within(turns: Sequence[Stretch], parts: Iterable[Part]) -> dict[int, list[Part]]:
    """The parts by the number of the turn in which their middle lies, in order of time.

    Args:
        turns: in order of time, none overlapping.
    """
    found: dict[int, list[Part]] = {}
    index = 0
    for part in sorted(parts, key=lambda part: part.start):
        middle = (part.start + part.end) / 2
        while index < len(turns) and turns[index].end <= middle:
            index += 1
        if index < len(turns) and turns[index].start <= middle:
            found.setdefault(index, []).append(part)
    return found


def remarks(item: Item) -> dict[str, Any]:
    """The fields that a comment carries, as JSON has them."""
    values: dict[str, Any] = {name: value for name in REMARKS if (value := getattr(item, name))}
    if item.words:
        values["words"] = [[word.text, word.start, word.end] for word in item.words]
    if item.samples:
        values["samples"] = list(item.samples)
    return values


def remark(values: dict[str, Any]) -> str:
    """The comment that carries them, without < or >, which mean something in some formats."""
    text = json.dumps(values, ensure_ascii=False)
    return REMARK + text.replace("<", "\\u003c").replace(">", "\\u003e")


def parse_remark(text: str) -> dict[str, Any]:
    """What such a comment carries; nothing where it is somebody else's comment, or was changed by hand."""
    if not text.startswith(REMARK):
        return {}
    try:
        values = json.loads(text.removeprefix(REMARK))
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def with_remarks(item: Item, values: dict[str, Any]) -> Item:
    """The item with the fields that a comment carried; what is not of the right kind is left out."""
    item = replace(item, **{name: values[name] for name in REMARKS if isinstance(values.get(name), str)})
    try:
        words = tuple(
            TimedWord(str(text), number_of(start, "a time"), number_of(end, "a time"))
            for text, start, end in values.get("words", ())
        )
    except (TypeError, ValueError, StoreError):
        words = ()
    if "".join("".join(word.text for word in words).split()) != "".join(item.text.split()):
        words = ()  # somebody has changed the text since
    return with_samples(replace(item, words=words or item.words), values.get("samples"))


def with_samples(item: Item, samples: Any) -> Item:
    """The item with its exact span, unless the times were changed since it was written down."""
    try:
        start, end = (int(sample) for sample in samples)
    except (TypeError, ValueError, OverflowError):
        return item
    same = (
        abs(start / SAMPLE_RATE - (item.start or 0.0)) < 0.001
        and item.end is not None
        and abs(end / SAMPLE_RATE - item.end) <= 0.001
        and start < end
    )
    return replace(item, samples=(start, end)) if same else item


def _orderly(rows: Rows) -> Rows:
    """The rows of one file, with a reason instead of those whose times cannot be right."""
    voices: dict[str, list[tuple[float, float]]] = {}
    lengths: dict[Path, float | None] = {}
    for row in rows:
        if isinstance(row, Item):
            try:
                check_span(row.start, row.end)
                if row.audio not in lengths:
                    lengths[row.audio] = seconds_of(row.audio)
                if _outlasts(row, lengths[row.audio]):
                    yield row  # whoever reads the audio refuses it; others are not refused for being within it
                    continue
                _claim(voices.setdefault(row.speaker, []), row.start or 0.0, row.end)
            except StoreError as error:
                yield Rejected(row.where, str(error))
                continue
        yield row


def _outlasts(row: Item, length: float | None) -> bool:
    """Whether a row begins within its audio of that length, and ends long after it."""
    if length is None or row.end is None:
        return False
    return (row.start or 0.0) < length and row.end > length + BEYOND


def _claim(spans: list[tuple[float, float]], start: float, end: float | None) -> None:
    """Take a span among those of one voice. Raises StoreError where another has taken it already."""
    span = (start, end if end is not None else float("inf"))
    index = bisect(spans, span)
    for other in spans[max(0, index - 1) : index + 1]:
        overlap = min(span[1], other[1]) - max(span[0], other[0])
        if overlap > min(MOST_OVERLAP, (span[1] - span[0]) / 2, (other[1] - other[0]) / 2):
            raise StoreError(
                f"The span from {start:g} to {span[1]:g} s overlaps the one from {other[0]:g} to {other[1]:g} s, "
                "and one voice says one thing at a time",
                "correct the times, or name another speaker",
            )
    insort(spans, span)


def _bounded(item: Item) -> Item:
    """The item with a start and an end. Raises StoreError."""
    start = item.start or 0.0
    end = item.end if item.end is not None else seconds_of(item.audio)
    named = f"The segment at {start:g} s of {shown(item.audio)}"
    if end is None:
        raise StoreError(
            f"{named} has no end, and its audio does not say how long it is", "convert it to WAV or FLAC", named
        )
    for text in (item.text, item.heard, item.speaker, item.note, item.split, item.status, item.reason):
        if text and not text.isprintable() and clean(text, limit=None) != text:
            raise StoreError(
                f"{named} has text with line ends or control characters in it", "correct the text", named
            )
    check_span(start, end)
    return replace(item, start=start, end=end)
