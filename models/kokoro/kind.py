"""Kokoro's ONNX network with its speakers, as a kind of voice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.files import megabytes, named
from models.kind import Description
from models.kokoro.folder import network, networks, speakers
from models.kokoro.styles import files

if TYPE_CHECKING:
    from models.kokoro.voice import KokoroVoice

PART: Literal["voice"] = "voice"
FORMAT = "Kokoro ONNX"
FILES = "the folder of a Kokoro voice (its .onnx file, with voices-v1.0.bin or an .npz of speakers beside it)"


def matches(path: Path) -> bool:
    """A folder with both, or with a network that is called Kokoro: `check` says what is missing."""
    found = networks(path)
    return bool(found) and (bool(files(path)) or any("kokoro" in file.name.lower() for file in found))


def describe(path: Path) -> Description:
    check(path, path.name)
    there = tuple(speakers(path, path.name))
    return Description(
        named(path, path.name),
        megabytes(path),
        ("es",),
        "Apache-2.0",
        there if len(there) > 1 else (),
    )


def check(path: Path, name: str) -> None:
    network(path, name)
    speakers(path, name)


def load(path: Path, name: str, speaker: str = "", threads: int = 0) -> KokoroVoice:
    from models.kokoro.voice import THREADS, KokoroVoice

    return KokoroVoice(path, name, speaker, threads or THREADS)
