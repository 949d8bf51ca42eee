"""Piper's ONNX files, as a kind of voice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.errors import ModelError
from models.files import megabytes, named
from models.kind import Description
from models.onnx import outline
from models.piper.settings import beside, language, speakers, voice_settings

if TYPE_CHECKING:
    from models.piper.voice import PiperVoice

PART: Literal["voice"] = "voice"
FORMAT = "Piper ONNX"
FILES = "a Piper voice (its .onnx file, with .onnx.json beside it)"

INPUTS = {"input", "input_lengths", "scales"}
"""Of every Piper voice; one with several speakers takes a `sid` besides."""


def matches(path: Path) -> bool:
    return path.suffix == ".onnx" and path.is_file() and beside(path).is_file()


def describe(path: Path) -> Description:
    check(path, path.stem)
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
    try:
        onnx = outline(path)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise ModelError(f"The voice {name} at {path} cannot be used: {why}", "install it again", path) from error
    if not onnx.whole:
        raise ModelError(
            f"The voice {name} at {path} keeps weights in other files", "choose one that is whole in one file", path
        )
    if not onnx.inputs >= INPUTS:
        raise ModelError(f"{path} is an ONNX file, but no Piper voice", "choose another one", path)


def load(path: Path, name: str, speaker: str = "", threads: int = 0) -> PiperVoice:
    from models.piper.voice import PiperVoice

    return PiperVoice(path, name, speaker, threads or 1)
