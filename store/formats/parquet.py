"""Hugging Face's Parquet: `data/train-00000-of-00001.parquet`, with the audio files inside.

A column `audio` holds each file's bytes and name, and the schema's `huggingface` metadata says so to
the `datasets` library. Columns of ours follow; words and what else is known are JSON in one column
each. Audio that lies in the exported folder moves into the table; audio elsewhere is named by its
path and stays there. Samples are lost.

Reading puts the audio of each row into a file of its own again: into a folder handed in, or into a
temporary one that is removed when the iterator ends, so that each item's audio has to be used before
the last one is asked for. Needs pyarrow, an optional part of the installation.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path
from typing import Any

from store.errors import StoreError
from store.formats.format import Format
from store.formats.item import Item, Rejected
from store.formats.reading import AUDIO_SUFFIXES, listing, parse_json, require_file, unreadable, why
from store.formats.records import SPLIT_NAMES, extra_of, fields, item_of, name_in, split_of, words_of
from store.formats.writing import replacing
from store.reasons import disk
from store.text import shown
from store.units import SAMPLE_RATE

CLIPS_FOLDER = "clips"

TEXTS = {"transcription": "text"} | {name: name for name in ("speaker", "note", "heard", "status", "reason")}
"""Columns, and the field of an Item that each holds."""

COLUMNS = (*TEXTS, "words", "extra")

ROWS = 64
"""Rows that are written at once: a few megabytes of speech."""

LARGEST_AUDIO = 512 << 20
"""Bytes of one row's audio; what is larger is no clip."""

SWOLLEN_BYTES, SWOLLEN = 1 << 30, 20
"""Audio that unpacks to more than so many bytes, and so many times its size, was packed to do harm."""


def fits(path: Path) -> bool:
    """Whether it is a Parquet file, or a folder with some, in it or in its folder `data`."""
    return bool(_files(path))


def read(path: Path, encoding: str | None = None, into: Path | None = None) -> Iterator[Item | Rejected]:
    """The rows of a Parquet file, or of all in a folder, in constant memory.

    Args:
        encoding: has no meaning here; text in Parquet is UTF-8.
        into: where to put the audio, for good. Without one it is gone when the iterator ends.

    Raises:
        StoreError: no such file, a damaged one, no column of audio, no pyarrow, a full disk.
    """
    files = _files(path) if path.is_dir() else [path]
    if not files:
        raise StoreError(f"{shown(path)} holds no Parquet file", "name the file itself", path)
    _pyarrow()
    numbers = count(1)
    with ExitStack() as stack:
        try:
            folder = into or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tertulia-")))
            folder.mkdir(parents=True, exist_ok=True)
            for file in files:
                for where, values in _rows(file):
                    yield _item(file, where, values, folder / f"{next(numbers):08d}")
        except OSError as error:
            raise disk(into or Path(tempfile.gettempdir()), error) from error


def place(number: int, item: Item) -> str:
    """Where an export puts the audio of segment `number`, until `write` takes it into the table."""
    return f"{CLIPS_FOLDER}/tertulia_{number:06d}"


def write(folder: Path, items: Iterable[Item]) -> list[Path]:
    """Write a Parquet file for each split, and remove the clips that are in them now.

    Raises:
        StoreError: no pyarrow, audio that is not there, a full disk.
    """
    pyarrow = _pyarrow()
    schema = _schema(pyarrow)
    writers: dict[Path, Any] = {}
    waiting: dict[Path, list[dict[str, Any]]] = {}
    moved: list[Path] = []
    with ExitStack() as stack:
        for item in items:
            path = folder / "data" / f"{SPLIT_NAMES[item.split]}-00000-of-00001.parquet"
            if path not in writers:
                part = stack.enter_context(replacing(path))
                writers[path] = stack.enter_context(pyarrow.parquet.ParquetWriter(part, schema))
                waiting[path] = []
            waiting[path].append(_row(folder, item))
            if item.audio.is_relative_to(folder):
                moved.append(item.audio)
            if len(waiting[path]) >= ROWS:
                writers[path].write_table(pyarrow.Table.from_pylist(waiting[path], schema))
                waiting[path].clear()
        for path, rows in waiting.items():
            writers[path].write_table(pyarrow.Table.from_pylist(rows, schema))
    for audio in moved:
        audio.unlink(missing_ok=True)
    with suppress(OSError):
        (folder / CLIPS_FOLDER).rmdir()
    return list(writers)


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise StoreError(
            "Parquet needs pyarrow, which is not installed", "pip install 'tertulia[parquet]'"
        ) from error
    return pyarrow


def _schema(pyarrow: Any) -> Any:
    text = {"dtype": "string", "_type": "Value"}
    features = {"audio": {"sampling_rate": SAMPLE_RATE, "_type": "Audio"}} | dict.fromkeys(COLUMNS, text)
    audio = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    return pyarrow.schema(
        [("audio", audio), *((name, pyarrow.string()) for name in COLUMNS)],
        metadata={"huggingface": json.dumps({"info": {"features": features}})},
    )


def _row(folder: Path, item: Item) -> dict[str, Any]:
    inside = item.audio.is_relative_to(folder)
    try:
        data = item.audio.read_bytes() if inside else None
    except OSError as error:
        raise unreadable(item.audio, error) from error
    extra = extra_of(item)
    return {
        "audio": {"bytes": data, "path": item.audio.name if inside else name_in(folder, item.audio)},
        **{column: getattr(item, name) for column, name in TEXTS.items()},
        "words": json.dumps(words_of(item), ensure_ascii=False) if item.words else "",
        "extra": json.dumps(extra, ensure_ascii=False) if extra else "",
    }


def _rows(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The place and the values of each row. Raises StoreError."""
    pyarrow = _pyarrow()
    require_file(file)
    name = shown(Path(file.name))
    try:
        with pyarrow.parquet.ParquetFile(file, pre_buffer=False, buffer_size=1 << 20) as table:
            if "audio" not in fields(table.schema_arrow.names):
                raise StoreError(f"{shown(file)} has no column of audio", "name it “audio”", file)
            _check_size(file, table.metadata)
            # One row at a time: the same bytes may stand in many rows, and take their room once in the file.
            for number, batch in enumerate(table.iter_batches(batch_size=1, use_threads=False), 1):
                yield f"{name}, row {number}", batch.to_pylist()[0]
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise StoreError(
            f"{shown(file)} is not a complete Parquet file ({why(error)})", "export it again", file
        ) from error


def _check_size(file: Path, metadata: Any) -> None:
    """See that no part unpacks to far more than the file holds. Raises StoreError."""
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            size = column.total_uncompressed_size
            if size > SWOLLEN_BYTES and size > SWOLLEN * column.total_compressed_size:
                raise StoreError(
                    f"{shown(file)} would unpack to {size >> 20:,} MB", "is it from someone you trust?", file
                )


def _item(file: Path, where: str, values: dict[str, Any], place: Path) -> Item | Rejected:
    name = fields(values)["audio"]
    audio = values.pop(name)
    if isinstance(audio, bytes):
        audio = {"bytes": audio}
    split = split_of(file.name.split("-")[0].removesuffix(".parquet")) or split_of(file.parent.name)
    with suppress(StoreError):  # a column of that name need not be ours
        if isinstance(extra := parse_json(str(values.get("extra"))), dict):
            values = {**extra, **values, "extra": None}
    if not isinstance(audio, Mapping) or audio.get("bytes") is None:
        linked = audio.get("path") if isinstance(audio, Mapping) else audio
        return item_of(file.parent, where, {"audio_path": linked, **values}, split=split)
    if not audio["bytes"] or len(audio["bytes"]) > LARGEST_AUDIO:
        return Rejected(where, "Its audio is empty or far too long for a clip: cut it into pieces.")
    suffix = Path(str(audio.get("path") or "")).suffix.lower()
    place = place.with_suffix(suffix if suffix in AUDIO_SUFFIXES else ".audio")
    place.write_bytes(audio["bytes"])
    return item_of(file.parent, where, values, audio=place, split=split)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path] if _is_parquet(path) else []
    return [each for folder in (path, path / "data") for each in listing(folder) if _is_parquet(each)]


def _is_parquet(path: Path) -> bool:
    try:
        if not (path.suffix == ".parquet" and path.is_file()):
            return False
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError:
        return False


FORMAT = Format(
    name="parquet",
    about="Hugging Face Parquet, with the audio inside",
    fits=fits,
    read=read,
    place=place,
    write=write,
    clips=True,
    read_into=read,
    suffixes=(".parquet",),
)
