"""The starter models, checked and loaded, for tests of what runs on them."""

from __future__ import annotations

from pathlib import Path

from models import catalog
from models.device import Device
from models.piper.voice import PiperVoice
from models.tutor.llama import LlamaTutor
from models.whisper.recogniser import WhisperRecogniser


def path(part: str) -> Path:
    """Where the starter of a part lies."""
    return catalog.verify(catalog.starter(part))


def load_recogniser(device: Device) -> WhisperRecogniser:
    """The starter recogniser."""
    return WhisperRecogniser(path("recogniser"), "starter-ear", device)


def load_tutor(device: Device) -> LlamaTutor:
    """The starter tutor."""
    return LlamaTutor(path("tutor"), "starter-tutor", device)


def load_voice() -> PiperVoice:
    """The starter voice."""
    return PiperVoice(path("voice"), "starter-voice")
