"""Keeping spoken turns, and rescuing those whose process died.

A spoken turn is kept in three steps that may be cut short anywhere: the audio file is put in place,
its rows are committed, the journal is removed. Whoever repeats them does no harm: the audio is named
after its content, and the segment carries the journal's name, of which there can be only one.

A journal may be hours long, left by a key that was pressed and forgotten. So it is read, compressed and cut a
piece at a time: it becomes one recording, and as many turns as it would have been, had they ended in time. One
that has stopped two starts all the same, by the memory or the crash that it cost, is set aside before it stops a
third: nobody can talk while it does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from store.audio.folder import TURN_SECONDS, AudioFolder
from store.audio.journal import SUFFIX, RecordingJournal, orphans
from store.audio.streaming import Writer
from store.database import Store
from store.errors import StoreError
from store.files import sync_folder
from store.paths import make_folder, sweep
from store.reasons import FORBIDDEN, FULL, disk
from store.segments.table import add_recording, add_segment
from store.sessions import add_turn
from store.text import shown
from store.units import SAMPLE_RATE, stamp

LONGEST = round(TURN_SECONDS * SAMPLE_RATE)
"""Samples of a turn that is rescued: the longest that is heard as one."""
SEARCHED = 30 * SAMPLE_RATE
"""Samples before its end in which a quiet moment is looked for, to cut there: no sentence is longer."""
MOMENT = SAMPLE_RATE // 5
"""Samples of a quiet moment: longer than what is closed of a plosive."""
PIECE = 30 * SAMPLE_RATE
"""Samples that are held at once."""
TRIES = "rescues"
"""The folder of notes on journals, by their names: a byte for each rescue that was begun and came to no end."""
MOST_TRIES = 2


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A spoken turn that has its rows."""

    recording: int
    segment: int
    turn: int | None
    """None where the session of its journal does not exist in this store."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a start found left behind by dead processes."""

    rescued: tuple[StoredTurn, ...]
    """Each is a turn with status lost."""
    warnings: tuple[str, ...]
    """One sentence for each file that could not be read and was put aside."""

    @property
    def seconds(self) -> float:
        """Length of all that was rescued."""
        return sum(turn.seconds for turn in self.rescued)


def keep(
    store: Store,
    journal: RecordingJournal,
    origin: str,
    status: str = "recorded",
    source: str = "microphone",
) -> StoredTurn | None:
    """Turn a journal into a recording, a segment and a learner's turn, and remove the journal.

    Args:
        origin: the name of the microphone or file.
        status: the turn's; lost where nobody will answer it.
        source: how it came: microphone or file.

    Returns:
        What was stored, or None where there was nothing in the journal, or it was kept before.

    Raises:
        StoreError: the disk is full or failing. The journal is still there then.
    """
    stored = _keep(store, journal, [journal.samples], origin, status, source)
    return stored[0] if stored else None


def recover(store: Store) -> Recovery:
    """Keep what dead processes left behind; call it at every start. Being killed here loses nothing.

    Raises:
        StoreError: the disk is full or failing; what could not be kept is still there.
    """
    sweep(store.folder, "incoming/*")
    left, aside = orphans(store.folder)
    rescued: list[StoredTurn] = []
    warnings = [
        f"A recording was left without its beginning; it is kept as {shown(path)}, for someone who can repair it."
        for path in aside
    ]
    try:
        for journal in left:
            note = store.folder / TRIES / journal.name
            if _tries(note) < MOST_TRIES:
                with _trying(note):
                    rescued += _keep(store, journal, _ends(journal), "recovered", "lost", "microphone")
            else:
                path = journal.set_aside()
                note.unlink(missing_ok=True)
                warnings.append(
                    f"A recording of {journal.seconds / 60:.0f} minutes could not be rescued, twice; it is kept as "
                    f"{shown(path)}: give it the ending {SUFFIX} again to have that tried once more."
                )
    finally:
        for journal in left:
            journal.close()
    return Recovery(tuple(rescued), tuple(warnings))


def _keep(
    store: Store, journal: RecordingJournal, ends: list[int], origin: str, status: str, source: str
) -> list[StoredTurn]:
    """Turn a journal into a recording and its turns, which end at these samples. Raises StoreError."""
    journal.sync()
    stored = []
    if journal.samples and not store.execute("SELECT 1 FROM segments WHERE journal = ?", (journal.name,)):
        with Writer(AudioFolder(store.folder)) as writer:
            for start in range(0, journal.samples, PIECE):
                writer.write(journal.read(start, min(start + PIECE, journal.samples)))
            sha256, samples = writer.keep()
        with store.transaction():
            recording = add_recording(store, sha256, samples, source, origin, stamp(journal.started_at))
            known = bool(store.execute("SELECT 1 FROM sessions WHERE id = ?", (journal.session,)))
            for start, end in zip([0, *ends], ends, strict=False):
                # The first one carries the name: they come together, or not at all.
                name = journal.name if start == 0 else None
                segment = add_segment(store, recording, start, end, "learner", name)
                turn = None
                if known:
                    assert journal.session is not None
                    at = stamp(journal.started_at + timedelta(seconds=start / SAMPLE_RATE))
                    turn = add_turn(
                        store,
                        journal.session,
                        "learner",
                        "",
                        "spoken",
                        segment,
                        status=status,
                        created_at=at,
                    )
                stored.append(StoredTurn(recording, segment, turn, (end - start) / SAMPLE_RATE))
    journal.discard()
    return stored


def _ends(journal: RecordingJournal) -> list[int]:
    """Where the turns in a journal end: none is longer than LONGEST, and all but the last end where it is quiet."""
    ends = []
    start = 0
    while journal.samples - start > LONGEST:
        latest = start + LONGEST
        start = latest - SEARCHED + _quietest(journal.read(latest - SEARCHED, latest))
        ends.append(start)
    return [*ends, journal.samples]


def _quietest(samples: NDArray[np.float32]) -> int:
    """The middle of the moment with the least sound in it."""
    moments = samples[: len(samples) // MOMENT * MOMENT].reshape(-1, MOMENT)
    return int(np.square(moments).sum(axis=1).argmin()) * MOMENT + MOMENT // 2


def _tries(note: Path) -> int:
    """How many rescues came to no end."""
    try:
        return note.stat().st_size
    except OSError:
        return 0


@contextmanager
def _trying(note: Path) -> Iterator[None]:
    """A rescue, noted for as long as it takes; the note stays where it kills the process or fails for good.

    Raises StoreError where it cannot be noted.
    """
    before = _tries(note)
    try:
        make_folder(note.parent)
        with os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(note.parent)
    except OSError as error:
        raise disk(note, error) from error
    try:
        yield
    except StoreError as error:
        if _curable(error):
            os.truncate(note, before) if before else note.unlink(missing_ok=True)
        raise
    note.unlink(missing_ok=True)


def _curable(error: StoreError) -> bool:
    """Whether it says what to do about the disk or the database, so that the next rescue may succeed."""
    cause = error.__cause__
    return not isinstance(cause, OSError) or cause.errno in FULL | FORBIDDEN
