"""Speech in files of every kind, and what a store holds, for tests of importing and exporting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from core.engine.filters import resample
from store.audio.decoding import read_audio
from store.database import Store
from tests.places import DATA

RATE = 16_000
SPEECH = DATA / "es_read_1.wav"
"""Two sentences of Spanish, read; 8.7 seconds, with a pause between them."""


def speech() -> NDArray[np.float32]:
    """The samples of SPEECH."""
    return read_audio(SPEECH)


def conversation(times: int = 3, noise: float = 1e-4) -> NDArray[np.float32]:
    """The two sentences over and over, with pauses, in a room that is not quite silent."""
    voice = speech()
    audio = np.concatenate([np.concatenate([voice, np.zeros(RATE, np.float32)]) for _ in range(times)])
    return (audio + np.random.default_rng(1).normal(0, noise, len(audio))).astype(np.float32)


def write(path: Path, audio: NDArray[np.float32], rate: int = RATE, channels: int = 1) -> Path:
    """Write an audio file of the kind that its name says, at that rate."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if rate != RATE:
        audio = resample(audio, RATE, rate)
    if path.suffix in (".m4a", ".webm"):
        with av.open(str(path), "w") as container:
            stream = container.add_stream("aac" if path.suffix == ".m4a" else "libopus", rate=rate, layout="mono")
            frame = av.AudioFrame.from_ndarray(audio[None, :], format="flt", layout="mono")
            frame.sample_rate = rate
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    else:
        soundfile.write(path, np.stack([audio] * channels, axis=1), rate)
    return path


def rows(store: Store, columns: str = "*") -> list[dict[str, Any]]:
    """The segments that are not retired, with their recordings, in the order of recordings and time."""
    return [
        dict(row)
        for row in store.execute(
            f"SELECT {columns} FROM segments s JOIN recordings r ON r.id = s.recording_id "
            "WHERE s.status != 'retired' ORDER BY r.sha256, s.start, s.speaker"
        )
    ]


def content(store: Store) -> list[dict[str, Any]]:
    """All that an import decides about segments, wherever and whenever it was done."""
    return rows(
        store,
        's.start, s."end", s.speaker, s.status, s.reason, s.note, s.reference, s.heard, s.split, s.loudness, '
        "s.snr, s.clipped, s.band, s.fingerprint, s.extra, r.sha256, r.samples, r.source, r.origin, r.block",
    )


def state(store: Store) -> list[Any]:
    """Everything in the tables that importing writes, for seeing that nothing has changed."""
    tables = (
        "recordings",
        "segments",
        "corrections",
        "actions",
        "hypotheses",
        "alignments",
        "tallies",
        "histograms",
    )
    return [[tuple(row) for row in store.execute(f"SELECT * FROM {table}")] for table in tables]
