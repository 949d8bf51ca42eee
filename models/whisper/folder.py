"""The folder of a Whisper in CTranslate2 format, and whether all of it is there.

It is looked at before a library sees it, because the libraries answer a missing file with a traceback, a download
or a wrong default.
"""

from __future__ import annotations

from pathlib import Path

from models.errors import ModelError
from models.files import read_json

WEIGHTS, CONFIG, TOKENIZER = "model.bin", "config.json", "tokenizer.json"
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
"""One of them; the first is the newer."""


def missing_files(folder: Path) -> list[str]:
    """Files that a folder lacks."""
    missing = [name for name in (WEIGHTS, CONFIG, TOKENIZER) if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in VOCABULARIES):
        missing.append(VOCABULARIES[0])
    return missing


def check_folder(folder: Path, name: str) -> None:
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
    try:
        whole = isinstance(read_json(folder / CONFIG), dict)
    except (OSError, ValueError):
        whole = False
    if not whole:
        raise ModelError(
            f"The recogniser {name} has no usable settings in {folder / CONFIG}", "install it again", folder
        )


def multilingual(folder: Path) -> bool:
    """Whether a Whisper knows more than English, as CTranslate2 tells it: its vocabulary holds an empty token."""
    if (folder / VOCABULARIES[0]).is_file():
        try:
            tokens = read_json(folder / VOCABULARIES[0])
        except ValueError:
            return True  # the library will say what is wrong with it
        return not isinstance(tokens, list) or "" in tokens
    with (folder / VOCABULARIES[1]).open("rb") as file:
        return any(not line.strip(b"\r\n") for line in file)
