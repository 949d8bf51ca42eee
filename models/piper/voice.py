"""A Piper voice, through piper-tts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.kind import no_speaker
from models.piper.settings import speakers, voice_settings
from models.voice import FASTEST, SLOWEST, levelled, speakable

SEED = 1
"""Breath is noise drawn inside the network; from this seed a process that says the same sounds the same."""


class PiperVoice:
    """A Piper voice: an ONNX file with its JSON beside it.

    Args:
        onnx: the voice; its configuration is the same path with `.json` added.
        name: as the catalog has it.
        speaker: one of its speakers; empty for the one that it has chosen itself.
        threads: of the processor; a small voice gains nothing from more than one.

    Raises:
        ModelError: a file is missing or damaged, or there is no such speaker.
    """

    def __init__(self, onnx: Path, name: str, speaker: str = "", threads: int = 1) -> None:
        settings = voice_settings(onnx, name)
        self._speaker = _number(name, speaker, speakers(settings))
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
        style = SynthesisConfig(
            length_scale=config.length_scale / pace, normalize_audio=False, speaker_id=self._speaker
        )
        chunks = iter(self._piper.synthesize(text, style))
        while True:
            try:
                chunk = next(chunks, None)
            except Exception as error:  # Piper's phonemizers and onnxruntime raise whatever they like
                raise ModelError(f"The voice {self.name} cannot speak", "choose another voice") from error
            if chunk is None:
                return
            yield levelled(chunk.audio_float_array)


def _number(name: str, speaker: str, known: dict[str, int]) -> int | None:
    """The number of a speaker; None where there is only one. Raises ModelError."""
    if not speaker:
        return next(iter(known.values()), None)
    if speaker in known:
        return known[speaker]
    raise no_speaker(f"The voice {name}", speaker, tuple(known))
