"""Where somebody speaks in a recording of any length, as segments short enough to hear, correct and learn from.

The network hears a copy that is made equally loud everywhere, a few seconds at a time: in a lesson the teacher
sits at the microphone and the learner at the other end of the table, and one gain for both would lose one of
them. A recording is looked at in chunks, each with some sound before it for the network to settle in, so hours
need no more memory than minutes, and chunks can be computed side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.dataset.audio_quality import centred
from models.activity import FRAME, Span, spans
from store.units import SAMPLE_RATE

Audio = NDArray[np.float32]

CHUNK = 2000 * FRAME
"""Samples looked at by one worker: a minute."""
LEAD = 128 * FRAME
"""Samples before a chunk for the network to settle in: four seconds."""

BLOCK = SAMPLE_RATE // 10
"""Samples whose level is taken as one."""
NEAR = int(1.5 * SAMPLE_RATE)
"""The gain at a moment follows the loudest blocks within this many samples before and after it."""
LEVEL = 0.1
"""RMS that speech is raised to: -20 dBFS."""
MOST_GAIN = 300.0
"""+50 dB: what is quieter is noise."""

SHORTEST = SAMPLE_RATE
LONGEST = 15 * SAMPLE_RATE
"""What segments are made of between …"""
HARD_LIMIT = 28 * SAMPLE_RATE
"""… and what none is longer than, margins included: Whisper hears 30 s."""
MARGIN = SAMPLE_RATE // 5
"""Sound left before the first and after the last word."""
JOIN = int(0.7 * SAMPLE_RATE)
"""A shorter pause is within a sentence."""
BLIP = 3 * FRAME
"""Shorter speech is noise."""


class Activity(Protocol):
    """What is needed of `models.activity.SileroActivity`."""

    def probabilities(self, audio: Audio) -> NDArray[np.float32]:
        """Speech probability of every FRAME samples."""
        ...


def chunks(samples: int) -> Iterator[Span]:
    for start in range(0, samples, CHUNK):
        yield Span(start, min(start + CHUNK, samples))


def probabilities(activity: Activity, audio: Audio, lead: int = 0) -> NDArray[np.float32]:
    """Speech probability of every FRAME samples of a chunk, each moment raised to the same level before.

    Args:
        audio: float32, shape (lead + samples,), 16 kHz.
        lead: how many of the samples belong to the time before the chunk; a multiple of FRAME.

    Returns:
        float32, shape (ceil(samples / FRAME),).
    """
    return activity.probabilities(levelled(audio))[lead // FRAME :]


def levelled(audio: Audio) -> Audio:
    """A copy without offset in which every few seconds are as loud as speech is expected to be."""
    if not len(audio):
        return audio
    level = centred(audio)
    blocks = -(-len(level) // BLOCK)
    padded = np.pad(level, (0, blocks * BLOCK - len(level))).reshape(blocks, BLOCK)
    rms = np.sqrt(np.mean(np.square(padded), axis=1))
    reach = min(NEAR // BLOCK, blocks)
    around = np.pad(rms, reach, mode="edge" if blocks == 1 else "reflect" if reach < blocks else "edge")
    loud = np.quantile(np.lib.stride_tricks.sliding_window_view(around, 2 * reach + 1), 0.9, axis=1)
    gain = np.minimum(LEVEL / np.maximum(loud, 1e-9), MOST_GAIN)
    smooth = np.interp(np.arange(len(level)), (np.arange(blocks) + 0.5) * BLOCK, gain).astype(np.float32)
    return np.asarray(np.clip(level * smooth, -1.0, 1.0), dtype=np.float32)


def segments(likely: NDArray[np.float32], samples: int) -> list[Span]:
    """Segments of a recording: stretches of speech joined to sentences, cut at pauses, with margins.

    Segments of SHORTEST to LONGEST samples wherever there are pauses to cut at; in speech without any,
    the least likely moment is the cut. They are in order and do not overlap.

    Args:
        likely: speech probability of every FRAME samples.
        samples: length of the recording.
    """
    stretches = [
        part
        for stretch in spans(likely, samples)
        if stretch.end - stretch.start >= min(BLIP, samples)
        for part in _cut(likely, stretch)
    ]
    return _with_margins(_joined(stretches), samples)


def _cut(likely: NDArray[np.float32], stretch: Span) -> Iterator[Span]:
    """A stretch without pauses, in parts of at most LONGEST, cut where speech is least likely."""
    start, end = stretch
    while end - start > LONGEST:
        # Neither part may be a scrap, so the last two share what there is.
        low = (start + min(LONGEST // 2, (end - start) // 3)) // FRAME
        high = min(start + LONGEST, end - LONGEST // 5) // FRAME
        smooth = np.convolve(likely[low - 4 : high + 4], np.ones(9), mode="valid")
        cut = (low + int(np.argmin(smooth))) * FRAME
        yield Span(start, cut)
        start = cut
    yield Span(start, end)


def _joined(stretches: list[Span]) -> list[Span]:
    """Stretches with short pauses between them as one, as long as they are at most LONGEST together.

    Of a group that would be longer, the widest pause is where it is cut.
    """
    found: list[Span] = []
    group: list[Span] = []
    for stretch in stretches:
        if group and stretch.start - group[-1].end > JOIN:
            found += _grouped(group)
            group = []
        group.append(stretch)
    return found + _grouped(group)


def _grouped(group: list[Span]) -> list[Span]:
    """A group of stretches with only short pauses as segments of at most LONGEST."""
    found: list[Span] = []
    while group:
        fits = sum(stretch.end - group[0].start <= LONGEST for stretch in group)
        cut = max(fits, 1)
        if fits < len(group) and fits > 1:
            late = [n for n in range(1, fits + 1) if group[n - 1].end - group[0].start >= LONGEST // 3] or [fits]
            cut = max(late, key=lambda n: group[n].start - group[n - 1].end)
        found.append(Span(group[0].start, group[cut - 1].end))
        group = group[cut:]
    return found


def _with_margins(found: list[Span], samples: int) -> list[Span]:
    """Segments with MARGIN around them, wider where they are shorter than SHORTEST, never into the next one."""
    wide: list[Span] = []
    for index, (start, end) in enumerate(found):
        margin = max(MARGIN, (SHORTEST - (end - start)) // 2)
        before = found[index - 1].end if index else None
        after = found[index + 1].start if index + 1 < len(found) else None
        low = 0 if before is None else (before + start) // 2
        high = samples if after is None else (end + after) // 2
        wide.append(Span(max(low, start - margin), min(high, end + margin)))
    return wide
