"""The door to espeak-ng, the speaker from which the starter models learn.

piper-tts carries the whole of espeak-ng inside its `espeakbridge.so`, and its data beside it, so no system
package is needed: this module opens that library by ctypes. espeak-ng keeps all its state in globals,
therefore a process has one library here, and each call sets everything it depends on. It is a copy of the one that
piper-tts itself uses, so neither disturbs the other.

espeak keeps flutter and wave phase from one utterance to the next, so an utterance said twice differs by a
few samples; a process that says the same things in the same order says them bit for bit the same.
"""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import tempfile
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.contract.errors import TrainerError

# From espeak-ng's speak_lib.h.
_SYNCHRONOUS = 2
_PHONEME_EVENTS, _PHONEME_IPA, _DONT_EXIT = 0x0001, 0x0002, 0x8000
_CHARS_UTF8, _PHONEMES, _ENDPAUSE = 0x0001, 0x0100, 0x1000
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_EVENT_END_OF_LIST, _EVENT_PHONEME = 0, 7
_RANDOM_SEED = 1


class EspeakError(TrainerError):
    """espeak-ng is missing, or refuses what is asked of it."""


class _EventId(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True)
class PhonemeEvent:
    """The start of a phoneme. `name` is IPA with stress marks ("" ends a clause); `sample` counts from 0."""

    name: str
    sample: int


@dataclass(frozen=True)
class EspeakSpeech:
    """`samples`: float32 [n] in [-1, 1]; `sample_rate` in hertz; `events` in the order of time."""

    samples: NDArray[np.float32]
    sample_rate: int
    events: tuple[PhonemeEvent, ...]


def piper_folder() -> Path:
    """The folder of the installed piper-tts; EspeakError when there is none."""
    spec = importlib.util.find_spec("piper")
    if spec is None or spec.origin is None:
        raise EspeakError("espeak-ng comes with piper-tts, which is not installed", "pip install piper-tts")
    return Path(spec.origin).parent


class _Library:
    """The one library of the process, and what was last said to it."""

    def __init__(self) -> None:
        path = piper_folder() / "espeakbridge.so"
        if not path.exists():
            path = next(iter(sorted(piper_folder().glob("espeakbridge*"))), path)
        # A copy of the file is a library of its own: sharing espeak's globals with piper's phonemizer ends in
        # a crash sooner or later. Once it is loaded, the copy's name is no longer needed.
        try:
            with tempfile.TemporaryDirectory() as folder:
                self.c = ctypes.CDLL(str(shutil.copy(path, folder)))
        except OSError as error:
            raise EspeakError(
                f"piper-tts carries no usable espeak-ng ({path.name}: {error})", "reinstall piper-tts", path
            ) from error
        self.c.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self.c.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
        self.c.espeak_Synth.argtypes = [
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint,
            ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip
        self.lock = threading.RLock()
        self.data_dir: Path | None = None
        self.sample_rate = 0
        self.blocks: list[NDArray[np.int16]] = []
        self.events: list[PhonemeEvent] = []
        self.callback = _Callback(self._receive)  # kept here: ctypes does not keep it alive

    def start(self, data_dir: Path) -> None:
        """(Re)initialise with this data folder, phoneme events on."""
        options = _PHONEME_EVENTS | _PHONEME_IPA | _DONT_EXIT
        rate = int(self.c.espeak_Initialize(_SYNCHRONOUS, 0, str(data_dir).encode(), options))
        if rate <= 0:
            raise EspeakError(f"espeak-ng finds no data in {data_dir}", "reinstall piper-tts", data_dir)
        self.c.espeak_SetSynthCallback(self.callback)
        self.data_dir, self.sample_rate = data_dir, rate

    def _receive(self, samples: Any, count: int, events: Any) -> int:
        if count > 0 and samples:
            self.blocks.append(np.ctypeslib.as_array(samples, shape=(count,)).copy())
        index = 0
        while events and events[index].type != _EVENT_END_OF_LIST:
            event = events[index]
            if event.type == _EVENT_PHONEME:
                name = bytes(event.id.string).split(b"\0")[0].decode("utf-8", "replace")
                self.events.append(PhonemeEvent(name, int(event.sample)))
            index += 1
        return 0


@lru_cache(maxsize=1)
def _library() -> _Library:
    return _Library()


class Espeak:
    """espeak-ng with one data folder: `data_dir` may be a copy with more variants in `voices/!v`."""

    def __init__(self, data_dir: Path | None = None) -> None:
        self.data_dir = (data_dir or piper_folder() / "espeak-ng-data").resolve()
        self._library = _library()
        with self._library.lock:
            if self._library.data_dir != self.data_dir:  # once more with the same would crash it later
                self._library.start(self.data_dir)

    @property
    def sample_rate(self) -> int:
        """Hertz of everything this library speaks."""
        return self._library.sample_rate

    def variants(self) -> list[str]:
        """The names of the voice variants of the data folder, sorted."""
        return sorted(path.name for path in (self.data_dir / "voices" / "!v").iterdir() if path.is_file())

    def say(
        self,
        text: str,
        voice: str = "es",
        variant: str | None = None,
        rate: int = 170,
        pitch: int = 50,
        pitch_range: int = 50,
        phonemes: bool = False,
    ) -> tuple[NDArray[np.float32], int]:
        """Samples float32 [n] in [-1, 1] and their rate in hertz; see `speak`."""
        speech = self.speak(text, voice, variant, rate, pitch, pitch_range, phonemes)
        return speech.samples, speech.sample_rate

    def speak(
        self,
        text: str,
        voice: str = "es",
        variant: str | None = None,
        rate: int = 170,
        pitch: int = 50,
        pitch_range: int = 50,
        phonemes: bool = False,
    ) -> EspeakSpeech:
        """Speak `text`, with the positions of its phonemes.

        `rate` in words a minute; `pitch` and `pitch_range` 0-99 (50 is the voice's own). With `phonemes` the
        parts of the text in [[double brackets]] are espeak mnemonics, as `phonemes_of` returns them.
        """
        library = self._library
        with library.lock:
            return self._speak_once(text, voice, variant, (rate, pitch, pitch_range), phonemes)

    def phonemes_of(self, text: str, voice: str = "es") -> str:
        """The mnemonics (ascii) espeak would speak, clauses joined by " || ".

        Each clause is spoken back by `say(f"[[{clause}]]", phonemes=True)`; punctuation (intonation, pauses)
        is not in the mnemonics: put it after the brackets.
        """
        with self._library.lock:
            self._prepare(voice, None)
            rest = ctypes.c_char_p(text.encode())
            clauses: list[str] = []
            while rest.value is not None:
                said = self._library.c.espeak_TextToPhonemes(ctypes.byref(rest), _CHARS_UTF8, 0)
                if said and said.strip():
                    clauses.append(said.decode("utf-8", "replace").strip())
        return " || ".join(clauses)

    def _prepare(self, voice: str, variant: str | None) -> None:
        if self._library.data_dir != self.data_dir:
            self._library.start(self.data_dir)
        name = voice if variant is None else f"{voice}+{variant}"
        if variant is not None and not (self.data_dir / "voices" / "!v" / variant).is_file():
            raise EspeakError(
                f"espeak-ng has no voice variant {variant!r}", "choose another"
            )  # it says nothing itself
        if self._library.c.espeak_SetVoiceByName(name.encode()) != 0:
            raise EspeakError(f"espeak-ng has no voice {name!r}", "choose another")

    def _speak_once(
        self, text: str, voice: str, variant: str | None, knobs: tuple[int, int, int], phonemes: bool
    ) -> EspeakSpeech:
        library = self._library
        self._prepare(voice, variant)
        for parameter, value in zip((_RATE, _PITCH, _RANGE), knobs, strict=True):
            library.c.espeak_SetParameter(parameter, int(value), 0)
        library.blocks.clear()
        library.events.clear()
        if hasattr(library.c, "espeak_ng_SetRandSeed"):
            library.c.espeak_ng_SetRandSeed(ctypes.c_long(_RANDOM_SEED))  # the same noise every time
        data = text.encode() + b"\0"
        flags = _CHARS_UTF8 | _ENDPAUSE | (_PHONEMES if phonemes else 0)
        library.c.espeak_SetSynthCallback(library.callback)
        if library.c.espeak_Synth(data, len(data), 0, 1, 0, flags, None, None) != 0:
            raise EspeakError("espeak-ng refuses to speak this text", "leave it out")
        blocks = np.concatenate(library.blocks) if library.blocks else np.zeros(0, np.int16)
        samples = (blocks.astype(np.float32) / 32768.0).astype(np.float32)
        return EspeakSpeech(samples, library.sample_rate, tuple(library.events))
