"""Audio files on their way into the dataset: decoded once, looked through for speech, and measured.

What was found out about a file is remembered (`sources`), so an import that was killed goes on where it was
and a second one costs nothing. A few threads do the work, each with a voice activity network of its own: what
takes the time (decoding, networks, Fourier transforms) happens outside Python's lock.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import zlib
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.dataset import measures
from core.dataset.audio_quality import Measures, measure
from core.importing import segmentation
from models.activity import FRAME, SileroActivity, Span
from models.device import physical_cores
from store.audio.folder import AudioFolder
from store.audio.streaming import take_in
from store.database import Store
from store.errors import StoreError
from store.units import SAMPLE_RATE

MOST_WORKERS = 4
"""Threads; what remains inside Python's lock keeps more of them waiting."""
AHEAD = 8
"""Files or segments that are worked on before the first of them is asked for."""
MOST_FILES = 1000
"""Files whose sources are at hand: rows of a table may come back to them."""
PATIENCE = 0.2
"""Seconds between two words about how far it is."""

Given = TypeVar("Given")
Made = TypeVar("Made")
Number = TypeVar("Number", np.uint8, np.uint16)


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import is."""

    name: str
    """The file."""
    stage: str
    """decoding, listening or measuring"""
    seconds: float
    """Of its audio done in this stage."""
    total: float | None
    """Of its audio; None while that is not known."""


OnProgress = Callable[[ImportProgress], None]


@dataclass(frozen=True, slots=True, eq=False)
class SpeechSpans:
    """Where somebody speaks in a recording."""

    segments: tuple[Span, ...]
    likely: NDArray[np.uint8]
    """Probability of every FRAME samples, in 255ths: small enough to be remembered."""


@dataclass(frozen=True, slots=True, eq=False)
class ImportedAudio:
    """An audio file whose sound is safe in the data folder."""

    path: str
    sha256: str
    samples: int
    clipped: NDArray[np.uint16] | None
    """As `store.audio.streaming.StoredAudio` has it; None where the file is not at hand."""
    speech: SpeechSpans | None
    """What was found by listening to it; None while nobody has."""


class Intake:
    """Takes audio files in. A context manager: its threads end with it.

    Recordings that got no segment by then are removed again, unless something else than a StoreError ends it.

    Args:
        on_progress: called from the caller's thread; what it raises ends the work.
        remember: whether the files stay where they are, so that it makes sense to remember them.
    """

    def __init__(self, store: Store, on_progress: OnProgress, remember: bool = True) -> None:
        self._store = store
        self._audio = AudioFolder(store.folder)
        self._on_progress = on_progress
        self._remember = remember
        self._pool = ThreadPoolExecutor(max(2, min(MOST_WORKERS, physical_cores())), "import")
        self._activities = threading.local()
        self._files: dict[Path, Future[ImportedAudio]] = {}
        self._decoded: dict[Path, int] = {}
        self._stored: dict[str, ImportedAudio | None] = {}
        self._taken: set[str] = set()
        self._stopped = False

    def __enter__(self) -> Intake:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped = True
        self._pool.shutdown(cancel_futures=True)
        if kind is None or issubclass(kind, StoreError):  # one that was interrupted goes on with them
            self._drop_unused()

    def _drop_unused(self) -> None:
        """Remove recordings that were taken in for rows that were refused: bad input leaves nothing behind."""
        query = "SELECT 1 FROM recordings WHERE sha256 = ?"
        with contextlib.suppress(StoreError, OSError):  # a full disk: they are no more than in the way
            for sha256 in [each for each in self._taken if not self._store.execute(query, (each,))]:
                with self._store.transaction():  # no other import adds it meanwhile
                    if not self._store.execute(query, (sha256,)):
                        self._audio.path(sha256).unlink(missing_ok=True)

    def begin(self, path: Path) -> None:
        """Begin to take in a file's sound, which `source` will ask for."""
        if path not in self._files:
            self._files[path] = self._pool.submit(self._keep, path)
            if len(self._files) > MOST_FILES:
                oldest = next(iter(self._files))
                del self._files[oldest]
                self._decoded.pop(oldest, None)

    def source(self, path: Path) -> ImportedAudio:
        """The file, its sound safe in the data folder. Raises StoreError."""
        self.begin(path)
        while True:
            try:
                return self._files[path].result(PATIENCE)
            except FutureTimeout:
                seconds = self._decoded.get(path, 0) / SAMPLE_RATE
                self._on_progress(ImportProgress(path.name, "decoding", seconds, None))

    def stored(self, sha256: str, samples: int) -> ImportedAudio | None:
        """A recording that is in the store and has at least so many samples, or None. Raises StoreError."""
        if sha256 not in self._stored:
            rows = self._store.execute("SELECT samples FROM recordings WHERE sha256 = ?", (sha256,))
            there = rows and self._audio.path(sha256).is_file()
            self._stored[sha256] = ImportedAudio(sha256, sha256, rows[0]["samples"], None, None) if there else None
        known = self._stored[sha256]
        return known if known and known.samples >= samples else None

    def listened(self, source: ImportedAudio) -> ImportedAudio:
        """The file with its speech. Raises StoreError where the recording is gone or damaged."""
        if source.speech is not None:
            return source
        name, total = Path(source.path).name, source.samples / SAMPLE_RATE
        parts = []
        for chunk, part in self._ahead(
            segmentation.chunks(source.samples), lambda chunk: (chunk, self._probabilities(source.sha256, chunk))
        ):
            parts.append(np.rint(part * 255).astype(np.uint8))
            self._on_progress(ImportProgress(name, "listening", chunk.end / SAMPLE_RATE, total))
        likely = np.concatenate(parts)
        found = tuple(segmentation.segments(_probability(likely), source.samples))
        listened = replace(source, speech=SpeechSpans(found, likely))
        self._note(listened)
        return listened

    def measured(self, source: ImportedAudio, spans: Iterable[Span]) -> Iterator[Measures]:
        """What the audio of each span is like, in order; it is worked on ahead.

        Raises:
            StoreError: the recording is gone or damaged.
        """
        name, total = Path(source.path).name, source.samples / SAMPLE_RATE
        for span, found in self._ahead(spans, lambda span: (span, self._measure(source, span))):
            self._on_progress(ImportProgress(name, "measuring", span.end / SAMPLE_RATE, total))
            yield found

    def _keep(self, path: Path) -> ImportedAudio:
        """In a worker: decode the file, unless that was done before and it has not changed since."""
        try:
            status = path.stat()
            name = os.fsencode(path.resolve()).decode("utf-8", "backslashreplace")
        except (OSError, RuntimeError, ValueError):
            status, name = None, ""  # `take_in` says what is wrong
        if status and (known := self._known(name, status.st_size, status.st_mtime_ns)):
            self._taken.add(known.sha256)
            return known
        stored = take_in(self._audio, path, on_progress=lambda samples: self._on_decoded(path, samples))
        self._taken.add(stored.sha256)
        source = ImportedAudio(name, stored.sha256, stored.samples, stored.clipped, None)
        if status:
            self._note(source, status.st_size, status.st_mtime_ns)
        return source

    def _on_decoded(self, path: Path, samples: int) -> None:
        if self._stopped:
            raise StoreError("The import was stopped")
        self._decoded[path] = samples

    def _known(self, name: str, size: int, changed: int) -> ImportedAudio | None:
        for row in self._store.execute(
            "SELECT sha256, samples, spans FROM sources WHERE path = ? AND bytes = ? AND changed = ?",
            (name, size, changed),
        ):
            if self._audio.path(row["sha256"]).is_file():
                found = json.loads(row["spans"])
                speech = found["speech"] and SpeechSpans(
                    tuple(Span(*span) for span in found["speech"]["segments"]),
                    _unpacked(found["speech"]["likely"], np.uint8),
                )
                return ImportedAudio(
                    name, row["sha256"], row["samples"], _unpacked(found["clipped"], np.uint16), speech
                )
        return None

    def _note(self, source: ImportedAudio, size: int | None = None, changed: int | None = None) -> None:
        """Remember what was found out about a file; without size and time, more about one that is known."""
        if not self._remember:
            return
        speech = source.speech and {
            "segments": source.speech.segments,
            "likely": _packed(source.speech.likely),
        }
        clipped = "" if source.clipped is None else _packed(source.clipped)
        spans = json.dumps({"clipped": clipped, "speech": speech}, separators=(",", ":"))
        with self._store.transaction():
            if size is None:
                self._store.execute("UPDATE sources SET spans = ? WHERE path = ?", (spans, source.path))
            else:
                self._store.execute(
                    "INSERT INTO sources (path, bytes, changed, sha256, samples, spans) VALUES (?, ?, ?, ?, ?, ?) "
                    "ON CONFLICT DO UPDATE SET bytes = excluded.bytes, changed = excluded.changed, "
                    "sha256 = excluded.sha256, samples = excluded.samples, spans = excluded.spans",
                    (source.path, size, changed, source.sha256, source.samples, spans),
                )

    def _probabilities(self, sha256: str, chunk: Span) -> NDArray[np.float32]:
        lead = min(chunk.start, segmentation.LEAD)
        audio = self._audio.span(sha256, chunk.start - lead, chunk.end)
        return segmentation.probabilities(self._activity(), audio, lead)

    def _measure(self, source: ImportedAudio, span: Span) -> Measures:
        if known := measures.stored(self._store, source.sha256, *span):
            return known
        audio = self._audio.span(source.sha256, *span)
        clipped = None if source.clipped is None else measures.share(source.clipped, span)
        if source.speech is None or clipped is None:
            return measures.measured(self._activity(), audio, clipped)
        likely = source.speech.likely[span.start // FRAME : -(-span.end // FRAME)]
        return measure(audio, _probability(likely), clipped)

    def _activity(self) -> SileroActivity:
        if not hasattr(self._activities, "own"):
            self._activities.own = SileroActivity()
        activity: SileroActivity = self._activities.own
        return activity

    def _ahead(self, given: Iterable[Given], make: Callable[[Given], Made]) -> Iterator[Made]:
        """What is made of each thing given, in order, a few of them ahead of the one asked for."""
        waiting: deque[Future[Made]] = deque()
        for each in given:
            waiting.append(self._pool.submit(make, each))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _probability(likely: NDArray[np.uint8]) -> NDArray[np.float32]:
    return likely.astype(np.float32) / np.float32(255)


def _packed(numbers: NDArray[Any]) -> str:
    return b64encode(zlib.compress(numbers.tobytes())).decode()


def _unpacked(text: str, kind: type[Number]) -> NDArray[Number]:
    return np.frombuffer(zlib.decompress(b64decode(text)), dtype=kind)
