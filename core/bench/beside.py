"""A recogniser beside itself in full windows, and beside faster-whisper's `transcribe` on the same weights.

All three have one processor thread, 8 bits, the same beam and their fallback. faster-whisper writes no word times
here, which spares it work; ours always have them. They take turns on every clip, so that whatever else the machine
does weighs on all alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.versions.active import ModelChoice, open_recogniser
from models.audio import Audio
from models.device import Device
from models.evaluation.bootstrap import bounds, resampled
from models.units import SAMPLE_RATE
from models.whisper.decoding import BEAM
from models.whisper.recogniser import WhisperRecogniser
from models.whisper.windows import Windows

OURS, FULL, THEIRS = "recogniser", "full_windows", "faster_whisper"
GROUPS = (*((second, second + 1) for second in range(1, 6)), (1, 6))
"""Lengths of clips in seconds, from and below."""

Way = Callable[[Audio], str]
"""What is said in a clip."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one clip was heard as."""

    text: str
    cpu: float
    """Processor seconds."""
    seconds: float
    """Length of the clip."""


def ways(choice: ModelChoice, beside: bool) -> dict[str, Way]:
    """What hears: the recogniser alone, or all three. Raises ModelError."""
    if not beside:
        alone = open_recogniser(choice)
        return {OURS: lambda audio: alone.recognise(audio).text}
    device = Device("cpu", 1, "one core, for the benchmark")
    full = WhisperRecogniser(choice.path, choice.name, device, Windows())
    ours = open_recogniser(choice, device)

    def theirs(audio: Audio) -> str:
        return "".join(part.text for part in full.library.transcribe(audio, language="es", beam_size=BEAM)[0])

    return {
        OURS: lambda audio: ours.recognise(audio).text,
        FULL: lambda audio: full.recognise(audio).text,
        THEIRS: theirs,
    }


def hear(listeners: dict[str, Way], said: Sequence[Audio]) -> dict[str, list[Heard]]:
    """Let each hear every clip, in turns; a first time that does not count warms them up."""
    found: dict[str, list[Heard]] = {name: [] for name in listeners}
    for number, audio in enumerate([said[0], *said]):
        for name, way in listeners.items():
            began = time.process_time()
            text = way(audio)
            if number:
                found[name].append(Heard(text, time.process_time() - began, len(audio) / SAMPLE_RATE))
    return found


def times_as_cheap(ours: Sequence[Heard], theirs: Sequence[Heard]) -> list[dict[str, Any]]:
    """Their processor seconds by ours for every group of lengths that has clips, with 95 % intervals over clips."""
    found = []
    for low, high in GROUPS:
        pairs = [(b.cpu, a.cpu) for a, b in zip(ours, theirs, strict=True) if low <= a.seconds < high]
        if pairs:
            spent = np.array(pairs)
            draws = resampled(spent, np.random.default_rng(0))
            least, most = bounds(draws[:, 0] / draws[:, 1])
            their, our = spent.sum(axis=0)
            found.append(
                {"from_s": low, "below_s": high, "clips": len(pairs)}
                | {"times": float(their / our), "times_low": least, "times_high": most}
            )
    return found
