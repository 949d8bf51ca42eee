"""A row as names and values, whatever file it came from, and the segment it describes.

Every tool has its own names for the same few things, so they are matched by a list of those in use.
What is known of a segment beyond a format's own names is written under ours, which other readers of
such files pass over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from store.errors import StoreError
from store.formats.item import Item, Rejected, TimedWord
from store.formats.reading import check_span, number, parse_json, resolve, seconds_of
from store.segments.edits import STATUSES
from store.text import clean, shown

ALIASES = {
    "audio": (
        "audio_path", "audio_filepath", "file_name", "filename", "file_path", "filepath", "path", "audio",
        "audio_file", "wav", "wav_filename", "clip", "file",
    ),
    "text": ("transcript", "transcription", "text", "sentence", "reference", "raw_text"),
    "heard": ("heard", "pred_text", "prediction", "hypothesis"),
    "speaker": ("speaker", "speaker_id", "client_id", "speaker_name"),
    "note": ("notes", "note", "comment"),
    "split": ("split", "partition"),
    "status": ("status",),
    "reason": ("reason",),
    "start": ("start", "start_time", "offset"),
    "end": ("end", "end_time"),
    "duration": ("duration", "duration_seconds"),
    "words": ("words",),
    "samples": ("samples",),
}  # fmt: skip
"""Our names, and what a column or key that holds the same is called elsewhere."""

TEXTS = ("text", "heard", "speaker", "note", "split", "status", "reason")
"""Fields of an Item that are plain text."""

OWN = ("speaker", "note", "split", "status", "reason")
"""Those of them that few formats have a place for."""

SPLITS = {"train": "train", "training": "train", "test": "test", "testing": "test", "eval": "test"} | dict.fromkeys(
    ("dev", "validation", "valid", "val"), "dev"
)
"""What the three splits are called elsewhere."""

SPLIT_NAMES = {"train": "train", "dev": "validation", "test": "test", "": "unsplit"}
"""What Hugging Face calls the splits, and what we call the rest beside them."""

ROUNDED_SECONDS = 0.1
"""A duration that differs from the audio's by less is the same, rounded."""


def fields(names: Iterable[str]) -> dict[str, str]:
    """Our names for a table's columns, each with the column that holds it: the first alias it has."""
    known = {name.strip().casefold(): name for name in names}
    return {ours: known[alias] for ours, aliases in ALIASES.items() for alias in aliases[::-1] if alias in known}


def item_of(
    folder: Path,
    where: str,
    record: Mapping[str, Any],
    audio: Path | None = None,
    split: str = "",
) -> Item | Rejected:
    """The segment that a row describes, or why it describes none.

    Args:
        folder: the folder that the row's audio has to lie in.
        record: names and values; None and empty text mean that nothing is said.
        audio: its audio, where the row does not name it.
        split: the split, where the row does not name it.
    """
    try:
        return _item(folder, where, record, audio, split)
    except StoreError as error:
        return Rejected(where, str(error))


def own_of(item: Item) -> dict[str, Any]:
    """What a format has no names for, by ours, as JSON can hold it; what is empty is left out."""
    own: dict[str, Any] = {name: value for name in OWN if (value := getattr(item, name))}
    if item.words:
        own["words"] = words_of(item)
    if item.samples:
        own["samples"] = list(item.samples)
    return own


def extra_of(item: Item) -> dict[str, str]:
    """What other formats knew of a segment, without names that would be read as ours: `offset`, `text`."""
    return {
        name: value for name, value in item.extra.items() if not any(_ours(ours, value) for ours in fields([name]))
    }


def words_of(item: Item) -> list[dict[str, Any]]:
    """The words of a segment with their times, as JSON can hold them."""
    return [{"text": word.text, "start": word.start, "end": word.end} for word in item.words]


def words_from(value: Any) -> tuple[TimedWord, ...]:
    """The words that `words_of` gave. Raises StoreError for anything else."""
    value = parse_json(value) if isinstance(value, str) else value
    if not isinstance(value, list) or not all(isinstance(word, Mapping) for word in value):
        raise StoreError("Its words are not a list of text, start and end", "correct them or leave them out")
    words = []
    for word in value:
        start, end = (number(word.get(key, ""), f"the {key} of a word") for key in ("start", "end"))
        if end < start:
            raise StoreError(f"A word ends at {end:g} s, before it begins at {start:g} s", "correct its times")
        words.append(TimedWord(text_of(word.get("text"), "a word"), start, end))
    return tuple(words)


def text_of(value: Any, what: str) -> str:
    """A value as text; None is none. Raises StoreError for what is neither text nor a number."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise StoreError(f"What it gives as {what} is not text", "correct it or leave it out")
    return str(value)


def split_of(name: str) -> str:
    """The split of that name, in whatever words; empty where it names none of the three."""
    return SPLITS.get(name.strip().casefold(), "")


def name_in(folder: Path, audio: Path) -> str:
    """How a file in `folder` names that audio: relative where it lies inside, whole where it is linked to.

    Raises:
        StoreError: the name cannot be written in UTF-8.
    """
    name = audio.relative_to(folder).as_posix() if audio.is_relative_to(folder) else str(audio.absolute())
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise StoreError(f"{shown(audio)} has a name that is not UTF-8", "rename it", audio) from error
    return name


def needs_plain(value: str, forbidden: str, what: str, item: Item) -> str:
    """`value` itself, for formats that have no way to write certain characters.

    Raises:
        StoreError: one of `forbidden` is in it.
    """
    if found := next((char for char in forbidden if char in value), None):
        raise StoreError(
            f"The {what} of {shown(Path(item.audio.name))} holds “{clean(found) or repr(found)}”, which this "
            "format cannot hold",
            f"export as json, or correct “{clean(value, limit=None)[:40]}”",
        )
    return value


def _item(folder: Path, where: str, record: Mapping[str, Any], audio: Path | str | None, split: str) -> Item:
    columns = {ours: name for ours, name in fields(record).items() if _ours(ours, record[name])}
    values = {ours: record[name] for ours, name in columns.items() if record[name] not in (None, "")}
    if audio is None:
        audio = resolve(folder, text_of(values.get("audio"), "its audio"))
    if isinstance(audio, str):
        raise StoreError(audio)
    texts = {name: text_of(values.get(name), f"its {name}") for name in TEXTS}
    texts["split"] = split_of(texts["split"]) or split
    start, end = _span(values, audio)
    used = set(columns.values())
    return Item(
        audio,
        where,
        start=start,
        end=end,
        words=words_from(values["words"]) if "words" in values else (),
        samples=_samples(values["samples"]) if "samples" in values else None,
        extra={
            name: _kept(value) for name, value in record.items() if name not in used and value not in (None, "")
        },
        **texts,
    )


def _ours(name: str, value: Any) -> bool:
    """Whether a value can be meant as we mean it: other tools have states, splits and words of their own."""
    if name == "split":
        return not value or bool(split_of(str(value)))
    if name == "status":
        return not value or value in STATUSES
    if name == "words":
        return str(value).startswith("[{")
    return name != "samples" or isinstance(value, list) or str(value).startswith("[")


def _span(values: Mapping[str, Any], audio: Path) -> tuple[float | None, float | None]:
    start, end, duration = (
        number(values[name], f"the {name}") if name in values else None for name in ("start", "end", "duration")
    )
    if end is None and duration is not None:
        if start is not None:
            end = start + duration
        elif duration > 0 and (length := seconds_of(audio)) and duration < length - ROUNDED_SECONDS:
            end = duration  # the beginning of a longer file
    check_span(start, end)
    return start, end


def _samples(value: Any) -> tuple[int, int]:
    value = parse_json(value) if isinstance(value, str) else value
    match value:
        case [int(first), int(last)] if 0 <= first < last:
            return first, last
    raise StoreError("Its samples are not the first and one past the last", "correct them or leave them out")


def _kept(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
