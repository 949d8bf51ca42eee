"""Text to speech: what a voice promises, and what all kinds of voices do with text and sound.

One array of samples a sentence, so that the first sentence can sound while the next is computed. The pauses
between sentences are the player's business.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SLOWEST, FASTEST = 0.4, 1.6
"""Limits of the pace: beyond them no voice stays intelligible."""
LOUDNESS = 0.1
"""Root mean square that every sentence is brought to, so that none whispers or shouts (-20 dBFS) …"""
CEILING = 0.89
"""… unless its peak would pass this (-1 dBFS), so that nothing clips."""
SPOKEN_MARKS = ".,;:!?¿¡…'\"«»“”‘’()-–—%€$+=/&"
"""Marks that shape the melody or have a name; other symbols are left out."""


class Voice(Protocol):
    """Anything that speaks Spanish."""

    name: str
    sample_rate: int

    def speak(self, text: str, pace: float = 1.0) -> Iterator[NDArray[np.float32]]:
        """The text as speech, one array a sentence at `sample_rate`; pace 0.5 is half as fast."""
        ...


def speakable(text: str) -> str:
    """What of a text can be spoken: letters, digits, punctuation; a line break ends a sentence.

    Emoji, markup and control characters are left out, and so are the double brackets by which Piper
    would take what is inside for phonemes. Empty when no letter or digit is left.
    """
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"([^\s.!?…:;,])\s*[\r\n]+\s*", r"\1. ", text)
    text = "".join(char if _spoken(char) else " " for char in text)
    text = re.sub(r"\s+([.,;:!?…])", r"\1", " ".join(text.split()))
    return text if any(char.isalnum() for char in text) else ""


def _spoken(char: str) -> bool:
    return char.isalnum() or char in SPOKEN_MARKS or unicodedata.category(char)[0] == "M"


def levelled(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """Audio at LOUDNESS, or as near as its peak allows; silence stays silence."""
    peak = float(np.abs(audio).max(initial=0.0))
    if peak < 1e-4:
        return np.zeros_like(audio, dtype=np.float32)
    loud = float(np.sqrt(np.mean(np.square(audio, dtype=np.float64))))
    return (audio * min(LOUDNESS / loud, CEILING / peak)).astype(np.float32)
