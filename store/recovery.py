"""Keeping spoken turns, and rescuing those whose process died.

A spoken turn is kept in three steps that may be cut short anywhere: the audio file is put in place,
its rows are committed, the journal is removed. Whoever repeats them does no harm: the audio is named
after its content, and the segment carries the journal's name, of which there can be only one.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.audio import AudioFolder
from store.database import Store
from store.journal import RecordingJournal, orphans
from store.paths import sweep
from store.segments import add_recording, add_segment
from store.sessions import add_turn
from store.text import shown
from store.units import SAMPLE_RATE, stamp


@dataclass(frozen=True, slots=True)
class Kept:
    """A spoken turn that has its rows."""

    recording: int
    segment: int
    turn: int | None
    """None where the session of its journal does not exist in this store."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a start found left behind by dead processes."""

    kept: tuple[Kept, ...]
    """Recordings rescued now; each is a turn with status lost."""
    warnings: tuple[str, ...]
    """One sentence for each file that could not be read and was put aside."""

    @property
    def seconds(self) -> float:
        """Length of all that was rescued."""
        return sum(kept.seconds for kept in self.kept)


def keep(
    store: Store,
    journal: RecordingJournal,
    origin: str,
    status: str = "recorded",
    source: str = "microphone",
) -> Kept | None:
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
    samples = journal.finish()
    kept = None
    if samples.size and not store.execute("SELECT 1 FROM segments WHERE journal = ?", (journal.name,)):
        started_at = stamp(journal.started_at)
        sha256 = AudioFolder(store.folder).put(samples)
        with store.transaction():
            recording = add_recording(store, sha256, samples.size, source, origin, started_at)
            segment = add_segment(store, recording, 0, samples.size, "learner", journal.name)
            turn = None
            if store.execute("SELECT 1 FROM sessions WHERE id = ?", (journal.session,)):
                assert journal.session is not None
                turn = add_turn(
                    store,
                    journal.session,
                    "learner",
                    "",
                    "spoken",
                    segment,
                    status=status,
                    created_at=started_at,
                )
        kept = Kept(recording, segment, turn, samples.size / SAMPLE_RATE)
    journal.discard()
    return kept


def recover(store: Store) -> Recovery:
    """Keep what dead processes left behind; call it at every start. Being killed here loses nothing.

    Raises:
        StoreError: the disk is full or failing; what could not be kept is still there.
    """
    sweep(store.folder, "incoming/*")
    left, aside = orphans(store.folder)
    try:
        kept = [keep(store, journal, "recovered", "lost") for journal in left]
    finally:
        for journal in left:
            journal.close()
    warnings = tuple(
        f"A recording was left without its beginning; it is kept as {shown(path)}, for someone who can repair it."
        for path in aside
    )
    return Recovery(tuple(one for one in kept if one is not None), warnings)
