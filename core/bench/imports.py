"""How fast hours of audio are imported, transcription aside, and in how much memory.

The recording is made here: somebody speaking (the voice in use), in a room with some noise, with pauses of
every length, as a 16-bit WAV of the given rate and channels. It is imported by a process of its own, whose
memory is watched from outside.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.bench.recogniser import SENTENCES
from core.engine.filters import resample
from core.versions.active import load_voice
from store.paths import usual_folder
from store.units import SAMPLE_RATE

HOURS = 1.0
SPOKEN = 12
"""Sentences that are spoken over and over, in another order and loudness each time."""
NOISE = 1e-3


def summary(hours: float = HOURS, rate: int = SAMPLE_RATE, channels: int = 1) -> dict[str, object]:
    """Import speed in times real time, and the most memory it took.

    Args:
        hours: length of the recording.
        rate: samples a second of the file.
        channels: of the file.
    """
    with tempfile.TemporaryDirectory(prefix="tertulia-bench-") as name:
        folder = Path(name)
        path = folder / "lesson.wav"
        write_lesson(path, hours, rate, channels)
        before = os.times()
        began = time.perf_counter()
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "core.bench.imports", "--import", str(path), str(folder / "data")],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds = time.perf_counter() - began
        after = os.times()
        found = json.loads(ran.stdout)
    computed = after.children_user + after.children_system - before.children_user - before.children_system
    return {
        "hours": hours,
        "rate": rate,
        "channels": channels,
        "segments": found["segments"],
        "seconds": seconds,
        "times_real_time": hours * 3600 / seconds,
        "processor_seconds": computed,
        "times_real_time_a_core": hours * 3600 / computed,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "peak_memory_mb": found["peak_memory_mb"],
    }


def write_lesson(path: Path, hours: float, rate: int, channels: int) -> None:
    """Write a recording of that length, in constant memory."""
    import soundfile

    rng = np.random.default_rng(0)
    sentences = _sentences(rate)
    left = round(hours * 3600 * rate)
    with soundfile.SoundFile(path, "w", rate, channels, format="RF64", subtype="PCM_16") as file:
        while left > 0:
            speech = sentences[rng.integers(len(sentences))] * rng.uniform(0.1, 1.0)
            piece = np.concatenate([speech, np.zeros(round(rng.exponential(0.8) * rate))])[:left]
            piece = piece + rng.normal(0, NOISE, len(piece))
            file.write(np.repeat(piece[:, np.newaxis], channels, axis=1))
            left -= len(piece)


def _sentences(rate: int) -> list[NDArray[np.float32]]:
    voice = load_voice(usual_folder())
    texts = SENTENCES.read_text(encoding="utf-8").split("\n")[:SPOKEN]
    return [resample(np.concatenate(list(voice.speak(text))), voice.sample_rate, rate) for text in texts]


def _import(path: Path, data: Path) -> None:
    """In the process that is measured: import, and print what came of it."""
    from core.importing.importer import import_path
    from store.database import Store

    with Store.open(data) as store:
        done = import_path(store, path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    print(json.dumps({"segments": done.segments, "peak_memory_mb": round(peak)}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hours", type=float, nargs="?", default=HOURS)
    parser.add_argument("--rate", type=int, default=SAMPLE_RATE)
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--import", nargs=2, type=Path, dest="paths", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.paths:
        _import(*options.paths)
    else:
        print(json.dumps(summary(options.hours, options.rate, options.channels)))
