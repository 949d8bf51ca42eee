"""Segments as a folder that stands for itself: the audio, and a description in a format of `store.formats`.

Formats of clips get a file for each segment, cut out of its recording sample by sample; the others get whole
recordings, or refer to those of the data folder. What an import cannot see in the files themselves is in the
manifest beside them (`core.importing.manifest`).
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.importing import manifest
from core.importing.manifest import ExportedClip
from models.evaluation.scoring import normalise
from store.audio.folder import AudioFolder, pcm16
from store.audio.streaming import FlacFile
from store.database import Store
from store.errors import StoreError
from store.formats import formats
from store.formats.format import Format
from store.formats.item import Item, TimedWord
from store.reasons import FORBIDDEN, disk
from store.segments.edits import STATUSES
from store.segments.splits import USED
from store.text import clean, shown
from store.units import SAMPLE_RATE, now

SEGMENTS = """
SELECT s.id, s.recording_id, s.start, s."end", s.speaker, s.status, s.reason, s.note, s.reference, s.heard, s.model,
    s.split, s.extra, r.sha256, r.samples, a.text AS aligned, a.words AS aligned_words, h.words AS heard_words
FROM segments s JOIN recordings r ON r.id = s.recording_id
LEFT JOIN alignments a ON a.segment_id = s.id
LEFT JOIN hypotheses h ON h.id = (SELECT max(id) FROM hypotheses WHERE segment_id = s.id)
WHERE s.status != 'retired' AND ?1 IN ('', s.split) AND ?2 IN ('all', s.status) AND s.recording_id = ?3
ORDER BY s.start, s.id
"""
RECORDINGS = """
SELECT recording_id, count(*) AS segments, sum("end" - start) AS samples FROM segments s
WHERE status != 'retired' AND ?1 IN ('', split) AND ?2 IN ('all', status)
GROUP BY recording_id ORDER BY recording_id
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote."""

    segments: int
    recordings: int
    """That the segments are of."""
    seconds: float
    """Of the segments."""
    files: tuple[Path, ...]
    """Those that describe them, and the manifest."""


def export(
    store: Store,
    folder: Path,
    format_name: str,
    split: str = "",
    status: str = "corrected",
    link: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Exported:
    """Write segments into a new or empty folder.

    Args:
        split: only those of this split; all without one.
        status: only those of this status; all that are not retired with `all`.
        link: refer to the recordings in the data folder, instead of copying them.
        on_progress: called with how many segments of how many have their audio in place.

    Raises:
        StoreError: a folder that holds something, no such format, nothing to export, a recording that is
            damaged, text that the format cannot hold, a full disk. The folder is empty again then.
    """
    chosen = formats.find(format_name)
    if split not in ("", *USED):
        raise StoreError(f"“{clean(split)}” is no split", f"use one of {', '.join(USED)}")
    if status not in ("all", *STATUSES):
        raise StoreError(f"“{clean(status)}” is no status", f"use one of {', '.join(STATUSES)}, or all")
    if link and chosen.clips:
        raise StoreError(
            f"The format {format_name} has an audio file for each segment, which a link cannot give",
            f"export without --link, or in another format, for example {formats.OWN}",
        )
    recordings = store.execute(RECORDINGS, (split, status))
    if not recordings:
        raise StoreError(
            f"There is no segment to export ({status}{split and ', '}{split})", "choose another status or split"
        )
    made = _empty(folder)
    try:
        return _Export(store, folder, chosen, link, on_progress).write(recordings, split, status)
    except BaseException as error:
        for path in folder.iterdir():
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        if made:
            folder.rmdir()
        if isinstance(error, OSError):
            raise _refused(folder, error) from error
        raise


class _Export:
    """One export on its way."""

    def __init__(
        self, store: Store, folder: Path, chosen: Format, link: bool, on_progress: Callable[[int, int], None]
    ) -> None:
        self._store = store
        self._audio = AudioFolder(store.folder)
        self._folder = folder.absolute()
        self._format = chosen
        self._link = link
        self._on_progress = on_progress
        self._suffix = f".{chosen.export_audio}"
        self._clips: list[ExportedClip] = []
        self._splits: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()
        self._models: set[str] = set()

    def write(self, recordings: list[sqlite3.Row], split: str, status: str) -> Exported:
        """Write everything. Raises StoreError, OSError."""
        total = sum(row["segments"] for row in recordings)
        seconds = sum(row["samples"] for row in recordings) / SAMPLE_RATE
        found = (self._store.execute(SEGMENTS, (split, status, row["recording_id"])) for row in recordings)
        files = self._format.write(self._folder, self._items(found, total))
        about: dict[str, Any] = {
            "format": self._format.name,
            "created_at": now(),
            "segments": total,
            "recordings": len(recordings),
            "seconds": round(seconds, 3),
            "split": split or "all",
            "splits": dict(self._splits),
            "status": status,
            "statuses": dict(self._statuses),
            "text": "verbatim",
            "models": sorted(self._models),
            "sample_rate": SAMPLE_RATE,
        }
        files = [*files, manifest.write(self._folder, about, self._clips)]
        return Exported(total, len(recordings), seconds, tuple(files))

    def _items(self, recordings: Iterable[list[sqlite3.Row]], total: int) -> Iterator[Item]:
        """The segments, each as soon as its audio is in its place."""
        number = 0
        for count, rows in enumerate(recordings, 1):
            whole: Path | None = None
            for row in rows:
                number += 1
                self._splits[row["split"] or "none"] += 1
                self._statuses[row["status"]] += 1
                self._models |= {row["model"]} if row["model"] else set()
                if self._format.clips:
                    item = _item(row, row["start"])
                    path = self._place(number, item)
                    self._write(path, row["sha256"], row["start"], row["end"])
                    yield _at(item, path, None)
                else:
                    item = _item(row, 0)
                    if whole is None:
                        whole = self._whole(count, item, row)
                    yield _at(item, whole, row)
                self._on_progress(number, total)

    def _whole(self, number: int, item: Item, row: sqlite3.Row) -> Path:
        if self._link:
            return self._audio.path(row["sha256"]).absolute()
        path = self._place(number, item)
        self._write(path, row["sha256"], 0, row["samples"])
        return path

    def _place(self, number: int, item: Item) -> Path:
        path = self._folder / (self._format.place(number, item) + self._suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _write(self, path: Path, sha256: str, start: int, end: int) -> None:
        """Put a span of a recording into a file, a minute at a time. Raises StoreError, OSError."""
        import soundfile

        kind = self._format.export_audio.upper()
        with path.open("wb+") as file:
            sink = FlacFile(file)
            try:
                with soundfile.SoundFile(sink, "w", SAMPLE_RATE, 1, format=kind, subtype="PCM_16") as sound:
                    for first in range(start, end, 60 * SAMPLE_RATE):
                        sound.write(pcm16(self._audio.span(sha256, first, min(end, first + 60 * SAMPLE_RATE))))
            except (RuntimeError, AssertionError) as error:  # soundfile asserts that all was written
                raise sink.error or OSError(0, "libsndfile gives no reason") from error
            if sink.error:
                raise sink.error
        name = path.relative_to(self._folder).as_posix()
        self._clips.append(ExportedClip(name, manifest.file_sha256(path), sha256, start, end))


def _refused(folder: Path, error: OSError) -> StoreError:
    if error.errno in FORBIDDEN:
        return StoreError(f"{shown(folder)} may not be written ({error.strerror})", "name another folder", folder)
    return disk(folder, error)


def _empty(folder: Path) -> bool:
    """Make the folder, or see that it is empty; whether it was made. Raises StoreError."""
    try:
        if folder.exists():
            if not folder.is_dir() or any(folder.iterdir()):
                raise StoreError(
                    f"{shown(folder)} is there already and not an empty folder", "name another one", folder
                )
            return False
        folder.mkdir(parents=True)
    except OSError as error:
        raise _refused(folder, error) from error
    return True


def _item(row: sqlite3.Row, origin: int) -> Item:
    """A segment as formats speak of it, its audio not yet in place.

    Args:
        origin: the sample of its recording that its words' times count from.
    """
    text = row["reference"] or ""
    first = (row["start"] - origin) / SAMPLE_RATE
    return Item(
        Path(),
        "",
        text=text,
        heard=row["heard"] or "",
        speaker=row["speaker"],
        note=row["note"],
        split=row["split"] if row["split"] in USED else "",
        status=row["status"],
        reason=row["reason"],
        words=tuple(
            TimedWord(word["word"], round(first + word["start"], 4), round(first + word["end"], 4))
            for word in _words(row, text)
        ),
        extra=json.loads(row["extra"]),
    )


def _at(item: Item, audio: Path, row: sqlite3.Row | None) -> Item:
    """The item with its audio in place; a span of it where a row is given."""
    if row is None:
        return replace(item, audio=audio)
    start, end = row["start"], row["end"]
    return replace(item, audio=audio, start=start / SAMPLE_RATE, end=end / SAMPLE_RATE, samples=(start, end))


def _words(row: sqlite3.Row, text: str) -> list[dict[str, Any]]:
    """The words of the reference with their times, where they are known: seconds from the segment's start."""
    if text and row["aligned"] == text:
        return list(json.loads(row["aligned_words"]))
    if text and row["heard_words"] and normalise(row["heard"] or "") == normalise(text):
        words: list[dict[str, Any]] = json.loads(row["heard_words"])
        if len(words) == len(text.split()):
            return [{**word, "word": own} for word, own in zip(words, text.split(), strict=True)]
    return []
