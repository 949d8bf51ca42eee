"""Spoken turns for tests of journals and their rescue."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from store.audio.folder import AudioFolder, pcm16
from store.database import Store
from store.segments.table import recording, segment
from store.sessions import Turn, start_session

BLOCK = 512
"""Samples that arrive at once, 32 ms."""


def speech(samples: int, seed: int = 0) -> NDArray[np.int16]:
    return np.random.default_rng(seed).integers(-32768, 32768, samples).astype(np.int16)


def heard(store: Store, turn: Turn) -> NDArray[np.int16]:
    assert turn.segment is not None
    span = segment(store, turn.segment)
    samples = AudioFolder(store.folder).get(recording(store, span.recording).sha256)
    return pcm16(samples[span.start : span.end])


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "journal").iterdir())


def counts(store: Store) -> list[int]:
    tables = ("recordings", "segments", "turns")
    return [store.execute(f"SELECT count(*) FROM {table}")[0][0] for table in tables]


def begun(folder: Path) -> Store:
    """A data folder in which a session goes on."""
    store = Store.open(folder)
    start_session(store, "A2", "conocerse", "r", "t", "v")
    return store
