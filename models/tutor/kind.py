"""A GGUF file for llama.cpp, as a kind of tutor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.errors import ModelError
from models.files import SPLIT, belonging, megabytes, named
from models.kind import Description
from models.tutor.header import header

if TYPE_CHECKING:
    from models.device import Device
    from models.tutor.llama import LlamaTutor

PART: Literal["tutor"] = "tutor"
FORMAT = "GGUF"
FILES = "a GGUF file (.gguf)"
CHAT = "choose an instruct (chat) model"
TEMPLATE = "tokenizer.chat_template"
NO_TUTORS = {
    "bert": "a model that compares texts", "nomic-bert": "a model that compares texts",
    "nomic-bert-moe": "a model that compares texts", "jina-bert-v2": "a model that compares texts",
    "jina-bert-v3": "a model that compares texts", "neo-bert": "a model that compares texts",
    "modern-bert": "a model that compares texts", "t5encoder": "a model that compares texts",
    "gemma-embedding": "a model that compares texts", "clip": "a part of a model that sees pictures",
    "whisper": "a model that hears, for whisper.cpp", "wavtokenizer-dec": "a part of a voice",
}  # fmt: skip
"""What a GGUF file may be besides, by its architecture, as llama.cpp and whisper.cpp call them."""


def matches(path: Path) -> bool:
    """A projector is no language model, and llama.cpp itself finds the further parts of a split one."""
    part = SPLIT.fullmatch(path.stem)
    first = part is None or part[2] == "00001"
    return path.suffix == ".gguf" and "mmproj" not in path.name and first and path.is_file()


def describe(path: Path) -> Description:
    check(path, path.stem)
    licence = header(path).texts.get("general.license", "")
    name = named(path, SPLIT.sub(r"\1", path.stem))
    return Description(name, megabytes(path), licence=named(Path("unknown"), licence[:40]))


def check(path: Path, name: str) -> None:
    tutor = f"The tutor {name} at {path}"
    try:
        about = header(path)
    except OSError as error:
        raise ModelError(f"{tutor} cannot be read ({error.strerror})", "install it again", path) from error
    except ValueError as error:
        raise ModelError(f"{tutor} cannot be used ({error})", "install it again", path) from error
    if missing := [part.name for part in belonging(path) if not part.is_file()]:
        raise ModelError(f"{tutor} lacks {', '.join(missing[:3])}", "put all its parts into one folder", path)
    architecture = about.texts.get("general.architecture", "")
    compares = about.numbers.get(f"{architecture}.pooling_type")
    what = "a model that compares texts" if compares else NO_TUTORS.get(architecture)
    if kind := {"mmproj": NO_TUTORS["clip"], "adapter": "an adapter for another model"}.get(
        about.texts.get("general.type", "")
    ):
        what = kind
    if what:
        raise ModelError(f"{tutor} is {what}, and cannot answer", CHAT, path)
    if not about.tensors and SPLIT.fullmatch(path.stem) is None:
        raise ModelError(f"{tutor} is a vocabulary without a model", CHAT, path)
    if not about.texts.get(TEMPLATE, "").strip():
        raise ModelError(f"{tutor} has no chat template: it goes on with texts, and cannot answer", CHAT, path)


def load(path: Path, name: str, device: Device) -> LlamaTutor:
    from models.tutor.llama import LlamaTutor

    return LlamaTutor(path, name, device)
