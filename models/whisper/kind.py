"""Whisper in CTranslate2 format, as a kind of recogniser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.files import megabytes, named
from models.kind import Description
from models.whisper.folder import VOCABULARIES, WEIGHTS, check_folder, multilingual

if TYPE_CHECKING:
    from models.device import Device
    from models.whisper.recogniser import WhisperRecogniser
    from models.whisper.windows import Windows

PART: Literal["recogniser"] = "recogniser"
FORMAT = "CTranslate2"
FILES = "the folder of a CTranslate2 Whisper"


def matches(path: Path) -> bool:
    """A folder with one of its own files: where others are missing, `check` says so."""
    return any((path / name).is_file() for name in (WEIGHTS, *VOCABULARIES))


def describe(path: Path) -> Description:
    check(path, path.name)
    return Description(named(path, path.name), megabytes(path), () if multilingual(path) else ("en",))


def check(path: Path, name: str) -> None:
    check_folder(path, name)


def load(path: Path, name: str, device: Device, hears: Windows | None = None) -> WhisperRecogniser:
    from models.whisper.recogniser import WhisperRecogniser

    return WhisperRecogniser(path, name, device, hears)
