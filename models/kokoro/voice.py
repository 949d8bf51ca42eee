"""A Kokoro voice, through onnxruntime.

The file of the network may come from anywhere: it is loaded only where all its data are inside it, because
onnxruntime would open whatever other file it names.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.kind import no_speaker
from models.kokoro import phonemes, styles
from models.kokoro.folder import network, speakers
from models.voice import FASTEST, SLOWEST, levelled, speakable

RATE = 24_000
"""Samples a second that the network makes."""
TOKENS = ("tokens", "input_ids")
"""What exports of the network call the text, and are otherwise alike."""
OTHERS = {"style": "tensor(float)", "speed": "tensor(float)"}
THREADS = 2
"""Of the processor. Where they do not spin while they wait, two cost no more than one, and on two cores that a
recogniser and a tutor share, a clause comes in two thirds of the time."""
PACE = 0.9
"""Speed of the network at which its Spanish was measured."""
SEED = 1
"""Breath is noise drawn inside the network; from this seed the same sounds the same."""
QUIET = 0.01
"""Of the peak: below it the network is silent before the first phoneme and after the last …"""
KEPT = 0.04
"""… of which so many seconds stay on either side, so that no consonant is cut."""
KEY = b"location"
"""How an ONNX file names the file that holds a tensor, as a string of its own (TensorProto.external_data)."""


class KokoroVoice:
    """A Kokoro voice: a folder with its network and its speakers.

    Args:
        folder: see `models.kokoro.folder`.
        name: as the catalog has it.
        speaker: one of its speakers; empty for the best one.
        threads: of the processor.

    Raises:
        ModelError: a file is missing, damaged or of something else, or there is no such speaker.
    """

    def __init__(self, folder: Path, name: str, speaker: str = "", threads: int = THREADS) -> None:
        onnx, known = network(folder, name), speakers(folder, name)
        if speaker and (speaker not in known or len(known) == 1):
            raise no_speaker(f"The voice {name}", speaker, tuple(known) if len(known) > 1 else ())
        chosen = speaker or next(iter(known))
        self.name = name
        self.sample_rate = RATE
        self._styles = styles.read(known[chosen], chosen, name)
        self._session = _session(onnx, name, threads)
        self._tokens = _text_input(self._session, onnx, name)

    def speak(self, text: str, pace: float = 1.0) -> Iterator[NDArray[np.float32]]:
        """The text as speech, one float32 array a sentence; nothing for a text without letters or digits.

        Raises:
            ModelError: the voice loads, but cannot speak.
        """
        text = speakable(text)
        if not text:
            return
        speed = PACE * min(max(pace, SLOWEST), FASTEST)
        for tokens in phonemes.sentences(text):
            yield levelled(trimmed(self._spoken(tokens, speed)))

    def _spoken(self, tokens: list[int], speed: float) -> NDArray[np.float32]:
        given = {
            self._tokens: np.array([[phonemes.EDGE, *tokens, phonemes.EDGE]], dtype=np.int64),
            "style": self._styles[len(tokens) - 1, None],
            "speed": np.array([speed], dtype=np.float32),
        }
        try:
            audio = np.asarray(self._session.run(None, given)[0], dtype=np.float32).ravel()
        except Exception as error:  # onnxruntime's errors share no class
            raise ModelError(f"The voice {self.name} cannot speak", "choose another voice") from error
        if not np.isfinite(audio).all():
            raise ModelError(f"The voice {self.name} makes no sound", "install it again, or choose another voice")
        return audio


def trimmed(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """Audio at RATE without the silence around it, but for KEPT seconds on either side."""
    loud = np.flatnonzero(np.abs(audio) > QUIET * np.abs(audio).max(initial=0.0))
    if not len(loud):
        return audio
    kept = int(KEPT * RATE)
    return audio[max(0, loud[0] - kept) : loud[-1] + 1 + kept]


def _session(onnx: Path, name: str, threads: int) -> Any:
    import onnxruntime

    if _has_data_elsewhere(onnx, name):
        raise ModelError(
            f"The voice {name} at {onnx} keeps data in other files", "choose one that is a single .onnx file", onnx
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    onnxruntime.set_seed(SEED)
    try:
        return onnxruntime.InferenceSession(str(onnx), sess_options=options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no class
        raise ModelError(f"The voice {name} at {onnx} cannot be loaded", "install it again", onnx) from error


def _has_data_elsewhere(onnx: Path, name: str) -> bool:
    """Whether some tensor, however deep inside, names a file: its key stands in the file behind its own length."""
    try:
        with onnx.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as body:
            at = body.find(KEY)
            while at > 0:
                if body[at - 1] in (len(KEY), 0):  # a length may be padded with zeros
                    return True
                at = body.find(KEY, at + 1)
    except (OSError, ValueError) as error:
        raise ModelError(f"The voice {name} at {onnx} cannot be read", "install it again", onnx) from error
    return False


def _text_input(session: Any, onnx: Path, name: str) -> str:
    """What the network calls its text. Raises ModelError where it is no Kokoro."""
    inputs = {each.name: each.type for each in session.get_inputs()}
    for text in TOKENS:
        if inputs == {text: "tensor(int64)", **OTHERS}:
            return text
    raise ModelError(f"{onnx} of the voice {name} is no Kokoro network", "install it again", onnx)
