"""The kinds of models there are. A new one is a module that says what `models.kind` asks, and its name in KINDS.

The catalog, discovery, the choice of the model in use, the doctor, the Models screen and the command line know no
kind by name: they ask here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from models.errors import ModelError
from models.kind import Kind, RecogniserKind, TutorKind, VoiceKind
from models.kokoro import kind as kokoro
from models.piper import kind as piper
from models.tutor import kind as gguf
from models.whisper import kind as whisper

KINDS: Sequence[Kind] = [whisper, gguf, piper, kokoro]

AnyOf = TypeVar("AnyOf", bound=Kind)


def find(name: str) -> Kind:
    """The kind of that name. Raises ModelError where there is none."""
    return _called(name, list(KINDS))


def recogniser(name: str) -> RecogniserKind:
    """The kind of recogniser of that name. Raises ModelError where there is none."""
    return _called(name, [each for each in KINDS if each.PART == "recogniser"])


def tutor(name: str) -> TutorKind:
    """The kind of tutor of that name. Raises ModelError where there is none."""
    return _called(name, [each for each in KINDS if each.PART == "tutor"])


def voice(name: str) -> VoiceKind:
    """The kind of voice of that name. Raises ModelError where there is none."""
    return _called(name, [each for each in KINDS if each.PART == "voice"])


def matching(path: Path, part: str) -> Kind | None:
    """The kind of that part that a file or folder looks like. Raises OSError where it cannot be looked at."""
    return next((each for each in KINDS if part == each.PART and each.matches(path)), None)


def files(part: str) -> str:
    """What a person has to name for a model of a part, to end a sentence."""
    return " or ".join(each.FILES for each in KINDS if part == each.PART)


def _called(name: str, kinds: list[AnyOf]) -> AnyOf:
    for each in kinds:
        if name == each.FORMAT:
            return each
    raise ModelError(f"{name} is no kind of model that is known here", "choose another model")
