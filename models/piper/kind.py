"""Piper's ONNX files, as a kind of voice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.files import megabytes, named
from models.kind import Description
from models.piper.settings import beside, language, speakers, voice_settings

if TYPE_CHECKING:
    from models.piper.voice import PiperVoice

PART: Literal["voice"] = "voice"
FORMAT = "Piper ONNX"
FILES = "a Piper voice (its .onnx file, with .onnx.json beside it)"


def matches(path: Path) -> bool:
    return path.suffix == ".onnx" and path.is_file() and beside(path).is_file()


def describe(path: Path) -> Description:
    settings = voice_settings(path, path.stem)
    spoken = language(settings)
    return Description(
        named(path, path.stem),
        megabytes(path),
        (spoken,) if spoken else (),
        speakers=tuple(speakers(settings)),
    )


def check(path: Path, name: str) -> None:
    voice_settings(path, name)


def load(path: Path, name: str, speaker: str = "", threads: int = 0) -> PiperVoice:
    from models.piper.voice import PiperVoice

    return PiperVoice(path, name, speaker, threads or 1)
