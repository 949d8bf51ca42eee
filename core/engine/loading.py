"""Getting the models ready: all at once, each warmed so that the first turn is as quick as the tenth."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.engine.devices import SoundError, device_name
from core.engine.filters import resample
from core.versions.active import PARTS, RECOGNISER, TUTOR, VOICE, load_recogniser, load_tutor, load_voice
from models import device
from models.activity import SileroActivity
from models.device import Device
from models.errors import ModelError
from models.tutor.llama import Message, Tutor
from models.voice import Voice
from models.whisper.heard import Recogniser
from store.audio.folder import SAMPLE_RATE

NO_MICROPHONE = "There is no microphone: connect one, or type; audio files work too."
NO_LOUDSPEAKER = "There is no loudspeaker: the tutor's replies are only written."
WARM_UP = "Hola, ¿qué tal?"


Model = Recogniser | Tutor | Voice


@dataclass
class EngineParts:
    """What the engine talks with. Models change between turns, by nobody but the worker."""

    recogniser: Recogniser
    tutor: Tutor
    voice: Voice | None
    """None where it could not be loaded: the tutor then only writes."""
    activity: SileroActivity
    device: Device
    microphone: str | None
    loudspeaker: str | None


def load(
    data: Path,
    sound: bool,
    warn: Callable[[str], None],
    name: str | None = None,
    voice_name: str | None = None,
) -> EngineParts:
    """Load and warm everything; the voice and the sound devices are left out with a warning where need be.

    Args:
        data: the data folder.
        sound: whether to look for a microphone and a loudspeaker.
        warn: takes the sentences.
        name: of the recogniser; None for the one in use.
        voice_name: likewise of the voice.

    Raises:
        ModelError: the recogniser or the tutor is missing or damaged.
    """
    chosen = device.choose()
    with ThreadPoolExecutor(thread_name_prefix="load") as pool:
        activity = pool.submit(SileroActivity)
        recogniser = pool.submit(load_recogniser, data, name, chosen, warn)
        tutor = pool.submit(_tutor, data, None, chosen, warn)
        voice, hello = _voice(data, warn, voice_name)
        if len(hello):
            recogniser.result().recognise(hello)
        microphone, loudspeaker = _devices(warn) if sound else (None, None)
        return EngineParts(
            recogniser.result(),
            tutor.result(),
            voice,
            activity.result(),
            chosen,
            microphone,
            loudspeaker,
        )


def another(data: Path, part: str, name: str, chosen: Device, warn: Callable[[str], None]) -> Model:
    """A model to go on with, warmed.

    Args:
        name: empty for the one that is chosen.

    Raises:
        ModelError: it is missing or damaged, or there is no such part.
    """
    if part == RECOGNISER:
        recogniser = load_recogniser(data, name or None, chosen, warn)
        recogniser.warm()
        return recogniser
    if part == TUTOR:
        return _tutor(data, name or None, chosen, warn)
    if part == VOICE:
        voice = load_voice(data, name or None, warn)
        for _ in voice.speak(WARM_UP):
            pass
        return voice
    raise ModelError(f"There is no part {part!r}", f"name one of {', '.join(PARTS)}")


def _tutor(data: Path, name: str | None, chosen: Device, warn: Callable[[str], None]) -> Tutor:
    tutor = load_tutor(data, name, chosen, warn)
    for _ in tutor.chat([Message("user", WARM_UP)], max_tokens=4):
        pass
    return tutor


def _voice(data: Path, warn: Callable[[str], None], name: str | None) -> tuple[Voice | None, NDArray[np.float32]]:
    """The voice, and its first words at 16 kHz, which are what the recogniser is warmed with."""
    try:
        voice = load_voice(data, name, warn)
        hello = np.concatenate([*voice.speak(WARM_UP), np.zeros(0, dtype=np.float32)])  # it may say nothing
        return voice, resample(hello, voice.sample_rate, SAMPLE_RATE)
    except ModelError as error:
        warn(f"{error} Until then the tutor only writes.")
        return None, np.zeros(0, dtype=np.float32)


def _devices(warn: Callable[[str], None]) -> tuple[str | None, str | None]:
    try:
        microphone, loudspeaker = device_name("input"), device_name("output")
    except SoundError as error:
        warn(str(error))
        return None, None
    if microphone is None:
        warn(NO_MICROPHONE)
    if loudspeaker is None:
        warn(NO_LOUDSPEAKER)
    return microphone, loudspeaker
