"""A GGUF file for llama.cpp, as a kind of tutor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.errors import ModelError
from models.files import megabytes, named
from models.kind import Description

if TYPE_CHECKING:
    from models.device import Device
    from models.tutor.llama import LlamaTutor

PART: Literal["tutor"] = "tutor"
FORMAT = "GGUF"
FILES = "a GGUF file (.gguf)"
MAGIC = b"GGUF"


def matches(path: Path) -> bool:
    """A projector is no language model, and llama.cpp itself finds the further parts of a split one."""
    name = path.name
    first = "-of-" not in name or "-00001-of-" in name
    return path.suffix == ".gguf" and "mmproj" not in name and first and path.is_file()


def describe(path: Path) -> Description:
    check(path, path.stem)
    return Description(named(path, path.stem), megabytes(path))


def check(path: Path, name: str) -> None:
    try:
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
    except OSError as error:
        raise ModelError(
            f"The tutor {name} at {path} cannot be read ({error.strerror})", "install it again", path
        ) from error
    if magic != MAGIC:
        raise ModelError(f"The tutor {name} at {path} is not a GGUF file", "install it again", path)


def load(path: Path, name: str, device: Device) -> LlamaTutor:
    from models.tutor.llama import LlamaTutor

    return LlamaTutor(path, name, device)
