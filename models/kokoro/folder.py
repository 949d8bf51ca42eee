"""What lies in the folder of a Kokoro voice: one network, and files of speakers beside it."""

from __future__ import annotations

from pathlib import Path

from models.errors import ModelError
from models.kokoro import styles
from models.piper.settings import beside


def networks(folder: Path) -> list[Path]:
    """The ONNX files that are no Piper voices. Raises OSError where the folder cannot be listed."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return [file for file in files if file.suffix == ".onnx" and file.is_file() and not beside(file).is_file()]


def network(folder: Path, name: str) -> Path:
    """The one network of a voice. Raises ModelError where there is none, or more than one."""
    try:
        found = networks(folder)
    except OSError as error:
        raise ModelError(
            f"The voice {name} at {folder} cannot be read ({error.strerror})", "check the folder", folder
        ) from error
    if not found:
        raise ModelError(
            f"The voice {name} has no network (.onnx) in {folder}",
            "install it again, or choose another voice",
            folder,
        )
    if len(found) > 1:
        names = ", ".join(file.name for file in found)
        raise ModelError(f"The voice {name} has several networks in {folder} ({names})", "leave one there", folder)
    if not found[0].stat().st_size:
        raise ModelError(f"The voice {name} has an empty file in {found[0]}", "install it again", found[0])
    return found[0]


def speakers(folder: Path, name: str) -> dict[str, Path]:
    """Who speaks in a voice and in which file, the best one first. Raises ModelError where nobody does."""
    found: dict[str, Path] = {}
    for file in styles.files(folder):
        for speaker in styles.names(file, name):
            found.setdefault(speaker, file)
    if not found:
        raise ModelError(
            f"The voice {name} has no speakers in {folder}",
            "put the file of its speakers (voices-v1.0.bin, or an .npz) beside the network",
            folder,
        )
    return {speaker: found[speaker] for speaker in sorted(found, key=styles.rank)}
