"""Audio and transcripts of other people's making become segments: to be corrected, or references already.

A plain audio file is searched for speech. A file in one of `store.formats` says itself where the segments
are, and what is said in those it has a text for. What is wrong with a row costs that row, with its place and
the reason; the others are taken. The rows of one file come in one transaction, after their audio is safe on
disk, so a kill leaves a file wholly imported or not at all, and the next import goes on from there.
"""

from __future__ import annotations

import itertools
import shutil
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from core.importing import manifest
from core.importing.detection import audio_files, kinds
from core.importing.intake import AHEAD, Intake, OnProgress
from core.importing.placement import ADDED, REFERENCED, ImportRow, place
from core.importing.reach import Reach
from core.importing.rows import SHORTEST, Sound, row_of, span_of
from core.importing.segmentation import HARD_LIMIT
from models.activity import Span
from store.audio.archives import is_archive, unpacked
from store.database import Store
from store.errors import StoreError
from store.formats import formats
from store.formats.item import Item, Rejected
from store.formats.reading import require_path, unreadable
from store.paths import make_folder
from store.text import clean, shown

MOST_ROWS = 1_000_000
"""Rows that may come in one transaction, all of which are held in memory; larger files are no transcripts."""
MOST_REJECTED = 10_000
"""Rows that may be wrong before it is the file as a whole."""

PASSING = "clips-"
STALE_SECONDS = 24 * 3600.0
"""No import takes longer."""


@dataclass
class Imported:
    """What an import did. Rows are files where audio is imported, and segments where a format describes them."""

    imported: int = 0
    """Rows that became segments, or the reference of a segment that had none."""
    duplicates: int = 0
    """Rows that are there already."""
    rejected: list[Rejected] = field(default_factory=list)
    """Rows that were not taken, and why."""
    outside: int = 0
    """Of these, rows that name files elsewhere on this machine, which are taken when that is allowed."""
    recordings: int = 0
    """Recordings that were added."""
    segments: int = 0
    """Segments that were added."""


def import_path(
    store: Store,
    path: Path,
    format_name: str | None = None,
    encoding: str | None = None,
    speaker: str = "",
    allow_outside: bool = False,
    on_progress: OnProgress = lambda progress: None,
) -> Imported:
    """Import a file, a folder or an archive.

    Importing the same again changes nothing. Where it was interrupted, the next one goes on.

    Args:
        format_name: one of `store.formats`; guessed without one.
        encoding: of text files; UTF-8, or what a byte order mark says, without one.
        speaker: who speaks where nothing else says so.
        allow_outside: take files, too, that a transcript names by a whole path and that lie neither below what is
            imported nor in the data folder; never those that an archive names.
        on_progress: called often; what it raises ends the import, and nothing is half-done then.

    Raises:
        StoreError: nothing of that name, or nothing in it that can be imported; a file as a whole is in
            another format or encoding; the disk is full.
    """
    speaker = clean(speaker)
    if format_name is not None:
        formats.find(format_name)
    require_path(path)
    with ExitStack() as stack:
        passing = store.folder / "incoming"
        folder = path
        if packed := is_archive(path):
            folder = stack.enter_context(unpacked(path, passing))
        found = [formats.find(format_name)] if format_name else kinds(folder)
        inside = any(kind.read_into for kind in found)
        intake = stack.enter_context(Intake(store, on_progress, remember=not packed and not inside))
        reach = Reach(folder, store.folder, packed, allow_outside)
        work = _Import(store, intake, folder, speaker, path)
        for kind in found:
            if kind.read_into:
                clips = stack.enter_context(_passing(passing))
                reach.add(clips)
                items = kind.read_into(folder, encoding, clips)
            else:
                items = kind.read(folder, encoding)
            work.items(reach.hold(items), together=kind.clips)
            work.done.outside = reach.refused
        if not found and folder.is_file():
            work.audio([folder])
        elif not format_name and folder.is_dir() and all(kind.beside_audio for kind in found):
            work.audio(list(audio_files(folder, store.folder, work.refuse)))
        if work.done == Imported():
            raise StoreError(f"{shown(path)} holds no segments", "check that it is the right one", path)
    return work.done


@contextmanager
def _passing(folder: Path) -> Iterator[Path]:
    """A folder for audio that lies inside a table; what others left behind that were killed is removed."""
    make_folder(folder)
    for left in folder.glob(f"{PASSING}*"):
        if left.stat().st_mtime < time.time() - STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=PASSING, dir=folder) as name:
        yield Path(name)


class _Import:
    """One import on its way."""

    def __init__(self, store: Store, intake: Intake, path: Path, speaker: str, asked: Path) -> None:
        self._store = store
        self._intake = intake
        self._path = path
        self._speaker = speaker
        self._asked = asked
        self._clips = manifest.clips(path)
        self._rows: list[list[ImportRow]] = []
        self._described: set[Path] = set()
        self.done = Imported()

    def audio(self, files: Sequence[Path]) -> None:
        """Import audio files that nothing describes, each in a transaction of its own. Raises StoreError."""
        for item in self._ahead(self._named(path) for path in files if path not in self._described):
            self._take([item], listen=True)
            self._store_rows()

    def items(self, items: Iterable[Item | Rejected], together: bool) -> None:
        """Import what a format describes. Raises StoreError.

        Args:
            together: whether it all comes in one transaction, rather than each recording in one of its own.
        """
        for _, group in itertools.groupby(self._ahead(items), lambda item: getattr(item, "audio", None)):
            rows = list(group)
            self._described.update(row.audio for row in rows if isinstance(row, Item))
            self._take(rows)
            if not together:
                self._store_rows()
        self._store_rows()

    def refuse(self, error: OSError) -> None:
        """Note that a folder may not be looked into."""
        folder = Path(error.filename)
        self._reject(Rejected(shown(folder), str(unreadable(folder, error))))

    def _named(self, path: Path) -> Item | Rejected:
        where = shown(path.relative_to(self._path)) if path != self._path else clean(path.name, limit=None)
        try:
            if path == self._path or path.resolve().is_relative_to(self._path.resolve()):
                return Item(path, where)
        except (OSError, RuntimeError):  # links that lead to each other
            pass
        return Rejected(where, "It is a link that leads outside its folder: put the file itself there.")

    def _ahead(self, items: Iterable[Item | Rejected]) -> Iterator[Item | Rejected]:
        """The same items; the audio of later ones is being decoded already."""
        waiting: deque[Item | Rejected] = deque()
        for item in items:
            if isinstance(item, Item) and not self._clips:
                self._intake.begin(item.audio)
            waiting.append(item)
            if len(waiting) > AHEAD:
                yield waiting.popleft()
        yield from waiting

    def _take(self, group: Sequence[Item | Rejected], listen: bool = False) -> None:
        """Make rows of the items of one audio file; `_store_rows` puts them into the store.

        Args:
            listen: whether to look for speech in it, however short it is.
        """
        items: list[tuple[Item, list[Span], bool]] = []
        sound: Sound | StoreError | None = None
        for item in group:
            if isinstance(item, Rejected):
                self._reject(item)
                continue
            sound = sound or self._sound(item.audio)
            try:
                if isinstance(sound, StoreError):
                    raise sound
                span = span_of(item, sound)
                long = listen or span.end - span.start > HARD_LIMIT
                found = long and not item.text and item.status != "corrected"
                items.append((item, self._speech(sound, span) if found else [span], found))
            except StoreError as error:
                self._reject(Rejected(item.where, str(error)))
        if not isinstance(sound, Sound):
            return
        if len(self._rows) + len(items) > MOST_ROWS:
            raise StoreError(
                f"{items[0][0].where} is beyond the {MOST_ROWS:,} rows of one file",
                "split the file",
                items[0][0].where,
            )
        measures = self._intake.measured(sound.source, [span for _, spans, _ in items for span in spans])
        for item, spans, found in items:
            own = [next(measures) for _ in spans]
            try:
                rows = [
                    row_of(item, sound, span, each, found, self._speaker)
                    for span, each in zip(spans, own, strict=True)
                ]
                self._rows.append(rows)
            except StoreError as error:
                self._reject(Rejected(item.where, str(error)))

    def _sound(self, path: Path) -> Sound | StoreError:
        """Where the sound of an audio file lies in the data folder, or why there is none."""
        try:
            if self._clips and (clip := self._clips.get(manifest.file_sha256(path))):
                if source := self._intake.stored(clip.recording, clip.end):
                    return Sound(source, clip.start, clip.end, f"recording {clip.recording[:16]}", path.name)
                source = self._intake.source(path)
                return Sound(source, 0, source.samples, f"recording {clip.recording[:16]}", path.name)
            source = self._intake.source(path)
        except StoreError as error:
            return error
        except OSError as error:
            return StoreError(f"{shown(path)} cannot be read: {error.strerror or error}", place=path)
        return Sound(source, 0, source.samples, "", path.name)

    def _speech(self, sound: Sound, span: Span) -> list[Span]:
        """The segments in a span of a recording that somebody speaks in. Raises StoreError."""
        sound.source = self._intake.listened(sound.source)
        speech = sound.source.speech.segments if sound.source.speech else ()
        inside = [Span(max(start, span.start), min(end, span.end)) for start, end in speech]
        if found := [part for part in inside if part.end - part.start >= SHORTEST]:
            return found
        raise StoreError("No speech was found in it", "check that it is the right file, and that its volume was up")

    def _reject(self, rejected: Rejected) -> None:
        self.done.rejected.append(rejected)
        if len(self.done.rejected) > MOST_REJECTED:
            first = self.done.rejected[0]
            raise StoreError(
                f"More than {MOST_REJECTED:,} rows are not as they should be, the first of them {first.where}: "
                f"{first.reason}",
                place=first.where,
            )

    def _store_rows(self) -> None:
        """Put the rows made so far into the store, all in one transaction. Raises StoreError."""
        items, self._rows = self._rows, []
        if not items:
            return
        name = clean(self._asked.name, limit=None)[:200]
        placed = place(self._store, [row for rows in items for row in rows], name)
        self.done.recordings += placed.recordings
        self.done.segments += placed.segments
        outcomes = iter(placed.outcomes)
        for rows in items:
            own = [next(outcomes) for _ in rows]
            rejected = [outcome for outcome in own if isinstance(outcome, Rejected)]
            if any(outcome in (ADDED, REFERENCED) for outcome in own):
                self.done.imported += 1
            elif rejected:
                self._reject(rejected[0])
            else:
                self.done.duplicates += 1
