"""What files each kind of model is made of, and whether they are all there.

Everything here is looked at before a library sees it, because the libraries answer a missing file with a
traceback, a download or a wrong default. Only the standard library is needed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.errors import ModelError

FORMATS = {"recogniser": "CTranslate2", "tutor": "GGUF", "voice": "Piper ONNX"}
SUFFIXES = {"tutor": ".gguf", "voice": ".onnx"}


def missing_files(folder: Path) -> list[str]:
    """Files that a CTranslate2 Whisper folder lacks."""
    missing = [name for name in ("model.bin", "config.json", "tokenizer.json") if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in ("vocabulary.json", "vocabulary.txt")):
        missing.append("vocabulary.json")
    return missing


def check_recogniser(folder: Path, name: str) -> None:
    """Refuse what is not a complete CTranslate2 Whisper folder, with a ModelError."""
    if not folder.is_dir():
        raise ModelError(
            f"The recogniser {name} is not at {folder}", "choose another one, or put its folder there", folder
        )
    if missing := missing_files(folder):
        raise ModelError(
            f"The recogniser {name} in {folder} lacks {', '.join(missing)}",
            "install the whole CTranslate2 folder",
            folder,
        )


def check_tutor(path: Path, name: str) -> None:
    """Refuse what is not a GGUF file, with a ModelError."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        reason = error.strerror
        raise ModelError(
            f"The tutor {name} at {path} cannot be read ({reason})", "install it again", path
        ) from error
    if magic != b"GGUF":
        raise ModelError(f"The tutor {name} at {path} is not a GGUF file", "install it again", path)


def voice_settings(onnx: Path, name: str) -> dict[str, Any]:
    """A Piper voice's own configuration. Raises ModelError when a file is missing or is not of such a voice."""
    beside = onnx.with_name(onnx.name + ".json")
    for file in (onnx, beside):
        if not file.is_file():
            raise ModelError(f"The voice {name} lacks {file}", "install it again, or choose another voice", file)
    try:
        settings = json.loads(beside.read_text(encoding="utf-8"))
        if isinstance(settings["phoneme_id_map"], dict) and settings["audio"]["sample_rate"] > 0:
            return dict(settings)
    except (OSError, ValueError, LookupError, TypeError):
        pass
    raise ModelError(f"The voice {name} has no usable settings in {beside}", "install it again", beside)
