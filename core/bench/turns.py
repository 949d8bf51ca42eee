"""How long a turn of three seconds takes: in a window of its own length, and with faster-whisper's own way.

Both use the same loaded network, so that nothing differs but the way, and take turns on every utterance, so that
whatever else the machine does weighs on both alike. Once with a recogniser of this machine, once with a network of
Whisper-base's shape: that one has random weights and says twenty tokens to everything (trainer.geometry, which
needs what training needs, so it runs in a process of its own).
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.device import Device
from models.evaluation.bootstrap import bounds, resampled
from models.units import SAMPLE_RATE
from models.whisper.decoding import BEAM
from models.whisper.recogniser import WhisperRecogniser
from models.whisper.windows import Windows
from trainer.contract.folder import DEPLOYED

Audio = NDArray[np.float32]
HEARS = Windows(0.3)
"""Windows of a network that knows nothing, and hears as well in any."""
SECONDS = 3.0
"""A turn."""
SHAPE = "base"
"""Of the real Whisper's."""
OF_MODEL, OF_BASE = 20, 8
"""So many turns of about that length are heard."""
GOAL = 3.0
"""Times as fast, at Whisper-base's shape."""


@dataclass(frozen=True)
class Latency:
    """Seconds that each turn took, by the clock and of the process: ours and faster-whisper's."""

    ours: list[tuple[float, float]]
    theirs: list[tuple[float, float]]
    audio: float
    """Mean length of the turns in seconds."""

    def as_json(self, prefix: str) -> dict[str, object]:
        """Medians by the clock, their ratio with its 95 % interval over turns, and the ratio of processor time."""
        wall, cpu = (
            np.array([[one[kind] for one in side] for side in (self.ours, self.theirs)]) for kind in (0, 1)
        )
        ours, theirs = resampled(wall.T, np.random.default_rng(0), partial(np.median, axis=1)).T
        low, high = bounds(theirs / ours)
        our, their = (statistics.median(side) for side in wall.tolist())
        return {
            f"{prefix}_ms": 1000 * our,
            f"{prefix}_faster_whisper_ms": 1000 * their,
            f"{prefix}_ratio": their / our,
            f"{prefix}_ratio_low": low,
            f"{prefix}_ratio_high": high,
            f"{prefix}_cpu_ratio": float(np.median(cpu[1]) / np.median(cpu[0])),
            f"{prefix}_turns": wall.shape[1],
            f"{prefix}_seconds": self.audio,
        }


def of_model(folder: Path, name: str, said: Sequence[Audio], device: Device, hears: Windows) -> dict[str, object]:
    """With a recogniser of this machine in the windows it hears in: a whole turn of the app, voice activity, word
    times and all, against `transcribe(language="es", beam_size=5)`, which gives no word times."""
    recogniser = WhisperRecogniser(folder, name, device, hears)
    whisper = recogniser.library

    def theirs(audio: Audio) -> None:
        list(whisper.transcribe(audio, language="es", beam_size=BEAM)[0])

    return _timed(recogniser.recognise, theirs, _turns(said, OF_MODEL)).as_json("turn")


def of_base(said: Sequence[Audio], device: Device, count: int = OF_BASE) -> dict[str, object]:
    """With a network of Whisper-base's shape: one window, heard once, with word times, against `transcribe` held to
    one decoding without timestamps, so that both write the same twenty tokens."""
    with tempfile.TemporaryDirectory(prefix="tertulia-bench-") as temporary:
        made = subprocess.run(
            [sys.executable, "-P", "-m", "trainer.geometry", SHAPE, temporary, "--only", DEPLOYED],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        if made.returncode:
            said_why = (made.stderr.strip().splitlines() or [f"it ended with {made.returncode}"])[-1]
            return {"base_turn": f"not measured ({said_why}): pip install 'tertulia[train]'"}
        recogniser = WhisperRecogniser(Path(temporary) / DEPLOYED, SHAPE, device, HEARS)
        whisper = recogniser.library

        def theirs(audio: Audio) -> None:
            options: dict[str, Any] = {"temperature": 0.0, "without_timestamps": True}
            list(whisper.transcribe(audio, language="es", beam_size=BEAM, **options)[0])

        found = _timed(recogniser.hear, theirs, _turns(said, count)).as_json("base_turn")
    ratio = found["base_turn_ratio"]
    assert isinstance(ratio, float)
    return {**found, "base_turn_compute": recogniser.compute_type, "base_turn_goal_met": ratio >= GOAL}


def _turns(said: Sequence[Audio], count: int) -> list[Audio]:
    """Those whose length is nearest to a turn's."""
    return sorted(said, key=lambda audio: abs(len(audio) / SAMPLE_RATE - SECONDS))[:count]


def _timed(ours: Callable[[Audio], object], theirs: Callable[[Audio], object], turns: Sequence[Audio]) -> Latency:
    """Let both hear every turn, the one after the other; a first time that does not count warms them up."""
    seconds: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for number, audio in enumerate([turns[0], *turns]):
        for way, taken in zip((ours, theirs), seconds, strict=True):
            wall, cpu = time.perf_counter(), time.process_time()
            way(audio)
            if number:
                taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    return Latency(*seconds, audio=statistics.mean(len(audio) / SAMPLE_RATE for audio in turns))
