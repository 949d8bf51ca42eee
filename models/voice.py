"""Text to speech, through piper-tts, for any Piper voice.

One array of samples a sentence, so that the first sentence can sound while the next is computed. The pauses
between sentences are the player's business.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.files import voice_settings

SLOWEST, FASTEST = 0.4, 1.6
"""Limits of the pace: beyond them no voice stays intelligible."""
LOUDNESS = 0.1
"""Root mean square that every sentence is brought to, so that none whispers or shouts (-20 dBFS) …"""
CEILING = 0.89
"""… unless its peak would pass this (-1 dBFS), so that nothing clips."""
SEED = 1
"""Breath is noise drawn inside the network; from this seed a process that says the same sounds the same."""
SPOKEN_MARKS = ".,;:!?¿¡…'\"«»“”‘’()-–—%€$+=/&"
"""Marks that shape the melody or have a name; other symbols are left out."""


class Voice(Protocol):
    """Anything that speaks Spanish."""

    name: str
    sample_rate: int

    def speak(self, text: str, pace: float = 1.0) -> Iterator[NDArray[np.float32]]:
        """The text as speech, one array a sentence at `sample_rate`; pace 0.5 is half as fast."""
        ...


class PiperVoice:
    """A Piper voice: an ONNX file with its JSON beside it.

    Args:
        onnx: the voice; its configuration is the same path with `.json` added.
        name: as the catalog has it.
        threads: of the processor; a small voice gains nothing from more than one.

    Raises:
        ModelError: a file is missing or damaged.
    """

    def __init__(self, onnx: Path, name: str, threads: int = 1) -> None:
        settings = voice_settings(onnx, name)
        import onnxruntime
        from piper import PiperVoice as Piper
        from piper.config import PiperConfig

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        onnxruntime.set_seed(SEED)
        try:
            session = onnxruntime.InferenceSession(
                str(onnx), sess_options=options, providers=["CPUExecutionProvider"]
            )
            self._piper: Any = Piper(session=session, config=PiperConfig.from_dict(settings))
        except Exception as error:  # onnxruntime's errors share no class
            raise ModelError(f"The voice {name} at {onnx} cannot be loaded", "install it again", onnx) from error
        self.name = name
        self.sample_rate = int(self._piper.config.sample_rate)

    def speak(self, text: str, pace: float = 1.0) -> Iterator[NDArray[np.float32]]:
        """The text as speech, one float32 array a sentence; nothing for a text without letters or digits.

        Raises:
            ModelError: the voice loads, but cannot speak: it wants a language of its own, or other inputs.
        """
        from piper import SynthesisConfig

        text = speakable(text)
        if not text:
            return
        config = self._piper.config
        pace = min(max(pace, SLOWEST), FASTEST)
        style = SynthesisConfig(length_scale=config.length_scale / pace, normalize_audio=False)
        chunks = iter(self._piper.synthesize(text, style))
        while True:
            try:
                chunk = next(chunks, None)
            except Exception as error:  # Piper's phonemizers and onnxruntime raise whatever they like
                raise ModelError(f"The voice {self.name} cannot speak", "choose another voice") from error
            if chunk is None:
                return
            yield levelled(chunk.audio_float_array)


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
