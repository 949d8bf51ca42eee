"""When each word of a given text is said: from the network's attention, fitted to what is loud.

Whisper's aligner (dynamic time warping over its cross-attention, 20 ms a step) hands every moment of the
audio to some word, pauses and all, and in a long pause it goes astray. So long silences are taken out first
and put back afterwards, and what is left of them at a word's edges is taken off.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.activity import FRAME, STILL_SPEECH
from models.units import HOP, SAMPLE_RATE

Span = tuple[float, float]
"""Start and end, in seconds."""

OPENING_MARKS = "\"'“¿¡«([{-"
"""One of these alone belongs to the word that follows."""
STEPS = 50
"""The aligner's steps to a second."""
SECOND = SAMPLE_RATE // HOP
"""Hops to a second; loudness is measured hop by hop."""
FAINT, FAINTEST = 0.1, 0.03
"""Silence is softer than FAINT of the speech, and as much as 2.5 times the noise, or than FAINTEST of it."""
LOST = 0.3
"""Mean probability of the words below which the network has lost its way in noise or in a strange voice."""
ROOM = 30
"""Silence of so many hops is left on either side of what is loud."""
PAUSE = 5
"""Silence shorter than so many hops at the edge of a word belongs to it: the gap before a plosive does."""


class Written(NamedTuple):
    """A word as it is written, with its punctuation."""

    text: str
    tokens: int
    """How many the network has for it."""
    sounding: Sequence[int]
    """Which of them, from 0, are more than punctuation."""


def written(pieces: Sequence[str], tokens: Sequence[Sequence[int]]) -> list[Written]:
    """The words of a text that the network wrote, each with all that no space parts from it.

    Args:
        pieces: the parts of the text; a space before one begins a word.
        tokens: the tokens of each.
    """
    words = [Written("", 0, [])]
    for piece, part in zip(pieces, tokens, strict=True):
        plain = "".join(char for char in piece if char.isprintable())
        text = "".join(plain.split())
        if text and plain[0].isspace() and words[-1].text not in OPENING_MARKS:
            words.append(Written("", 0, []))
        word = words[-1]
        sounds = range(word.tokens, word.tokens + len(part)) if any(map(str.isalnum, text)) else ()
        words[-1] = Written(word.text + text, word.tokens + len(part), [*word.sounding, *sounds])
    return words if words[0].text else []


def warped(pairs: Sequence[tuple[int, int]], words: Sequence[Written]) -> list[Span]:
    """Word times from the path of an alignment; one word ends where the next begins.

    Args:
        pairs: token and step all along the path, the end of text included.
        words: all of the text; a word without tokens has no length.
    """
    tokens = np.array([token for token, _ in pairs])
    steps = np.array([step for _, step in pairs])
    times = steps[np.diff(tokens, prepend=-1) > 0] / STEPS
    borders = times[np.cumsum([0, *(word.tokens for word in words)])]
    return [(float(start), float(end)) for start, end in pairwise(borders)]


def means(probabilities: Sequence[float], words: Sequence[Written]) -> list[float]:
    """Mean probability of what sounds of every word, of its punctuation where nothing does, 0.0 without tokens."""
    found, start = [], 0
    for word in words:
        chosen = [probabilities[start + offset] for offset in word.sounding or range(word.tokens)]
        found.append(float(np.mean(chosen)) if chosen else 0.0)
        start += word.tokens
    return found


def loud(audio: NDArray[np.float32], activity: NDArray[np.float32] | None = None) -> NDArray[np.bool_]:
    """For every whole 10 ms, whether there is more than silence.

    Args:
        audio: float32, shape (samples,), 16 kHz.
        activity: speech probability of every FRAME samples; then noise between words is no more than silence.
    """
    full = audio[: len(audio) // HOP * HOP].reshape(-1, HOP).astype(np.float64)
    strength = full.std(axis=1)  # an offset is no sound
    if not strength.any():
        return np.zeros(len(full), np.bool_)
    speech, noise = np.quantile(strength, 0.95), np.quantile(strength, 0.1)
    sounds = np.asarray(strength > max(FAINTEST * speech, min(2.5 * noise, FAINT * speech)))
    if activity is None or not len(activity):
        return sounds
    spoken = _wider(activity >= STILL_SPEECH, 1)[np.minimum(np.arange(len(full)) * HOP // FRAME, len(activity) - 1)]
    return sounds & spoken if (sounds & spoken).any() else sounds


def condensed(
    audio: NDArray[np.float32], sounds: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.int_]]:
    """The audio without long silences.

    Args:
        audio: float32, shape (samples,), 16 kHz.
        sounds: what `loud` says of it.

    Returns:
        What is left, and which hops of the audio these are, for `restored`.
    """
    if not sounds.any():
        return audio, np.arange(len(sounds))
    hops = np.flatnonzero(_wider(sounds, ROOM))
    return audio[: len(sounds) * HOP].reshape(-1, HOP)[hops].reshape(-1), hops


def restored(spans: Sequence[Span], hops: NDArray[np.int_]) -> list[Span]:
    """Times in condensed audio as times in the whole."""
    if not len(hops):
        return list(spans)
    starts = np.append(hops, hops[-1] + 1) / SECOND
    ends = np.concatenate([[hops[0]], hops + 1]) / SECOND
    found = []
    for start, end in spans:
        first, last = (min(round(moment * SECOND), len(hops)) for moment in (start, end))
        found.append((float(starts[first]), float(max(starts[first], ends[last]))))
    return found


def fitted(
    spans: Sequence[Span | None], said: Sequence[Written], seconds: float, sounds: NDArray[np.bool_]
) -> list[Span]:
    """The same words without the silence at their edges; those without a time share the gaps.

    Args:
        spans: in order, each within the audio or behind it; None where nothing is known.
        said: the words; a longer one gets more of a gap.
        seconds: length of the audio.
        sounds: what `loud` says of it.

    Returns:
        In order, without overlap, within the audio.
    """
    whole: list[Span] = []
    waiting: list[int] = []
    for span, word in zip([*spans, (seconds, seconds)], [*said, None], strict=True):
        known = span if word is None or span is None else _trimmed(span, sounds)
        if known is None:
            waiting.append(len(word.text) + 1 if word else 0)
            continue
        start, end = min(known[0], seconds), min(known[1], seconds)
        whole += _shared((whole[-1][1] if whole else 0.0, start), waiting, sounds)
        waiting = []
        whole.append((start, end))
    return whole[:-1]


def _trimmed(span: Span, sounds: NDArray[np.bool_]) -> Span | None:
    """A word's time without the silence at its edges; None where there is nothing else."""
    start, end = span
    first, last = round(start * SECOND), round(end * SECOND)
    heard = np.flatnonzero(sounds[first:last])
    if not len(heard):
        return None
    before, behind = int(heard[0]), last - first - 1 - int(heard[-1])
    return (first + before) / SECOND if before > PAUSE else start, (
        last - behind
    ) / SECOND if behind > PAUSE else end


def _shared(gap: Span, parts: Sequence[int], sounds: NDArray[np.bool_]) -> list[Span]:
    """A gap shared out in proportion: what is loud of it, or all where too little is."""
    start, end = gap
    borders = np.cumsum([0, *parts]) / max(1, sum(parts))
    sounding = np.flatnonzero(sounds[: int(end * SECOND)])
    sounding = sounding[sounding >= start * SECOND]
    if len(sounding) < len(parts):
        return [(float(start + (end - start) * a), float(start + (end - start) * b)) for a, b in pairwise(borders)]
    found = []
    for a, b in pairwise(np.round(borders * len(sounding)).astype(int)):
        begin = sounding[a] if a < len(sounding) else sounding[-1] + 1
        found.append((float(begin) / SECOND, float(sounding[b - 1] + 1 if b > a else begin) / SECOND))
    return found


def _wider(marks: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """The marks and so many of their neighbours on either side."""
    return np.asarray(np.convolve(marks, np.ones(2 * by + 1))[by : by + len(marks)] > 0)
