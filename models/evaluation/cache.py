"""Evaluations on the disk, each under a name that says which model it is of and which clips.

Listening takes minutes, and it always gives the same. The name holds the hash of every file that the hearing
depends on, and of what was heard, and by which rule its errors were counted; so nothing that is found there can
be about another model, and when any of them changes nothing is found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from models.errors import ModelError
from models.evaluation.evaluate import Evaluation, TestClip
from models.evaluation.spoken import RULE
from models.whisper.windows import Windows

LISTENING = "3"
"""Part of every name: another way to listen, or to measure, gets another one."""
FILES = (
    "model.bin",
    "config.json",
    "preprocessor_config.json",
    "tokenizer.json",
    "vocabulary.json",
    "vocabulary.txt",
    "windows.json",
)
"""What a recogniser's hearing depends on, as far as it is there."""


def model_key(folder: Path, compute_type: str, hears: Windows | None = None) -> str:
    """The hash of a recogniser in CTranslate2 format, and of how it computes.

    Args:
        hears: the windows it hears in; what its folder says without.

    Raises:
        ModelError: its files cannot be read.
    """
    digest = hashlib.sha256(f"{LISTENING} {RULE} {compute_type} {hears or ''}".encode())
    try:
        for name in FILES:
            if (folder / name).is_file():
                with (folder / name).open("rb") as file:
                    digest.update(f" {name} ".encode() + hashlib.file_digest(file, "sha256").digest())
    except OSError as error:
        raise ModelError(
            f"The recogniser in {folder} cannot be read ({error.strerror})", "install it again", folder
        ) from error
    return digest.hexdigest()


def clips_key(sounds: Iterable[str], clips: Sequence[TestClip]) -> str:
    """The hash of clips, in their order.

    Args:
        sounds: a key of each clip's sound, such as the hash of its recording and its span.
    """
    rows = [
        [sound, clip.set, clip.recording, clip.speaker, clip.text]
        for sound, clip in zip(sounds, clips, strict=True)
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def place(
    folder: Path,
    model: Path,
    compute_type: str,
    sounds: Iterable[str],
    clips: Sequence[TestClip],
    hears: Windows | None = None,
) -> Path:
    """Where in a folder the evaluation of a model lies that computes so and heard these (see `clips_key`).

    Args:
        hears: the windows it hears in; what its folder says without.

    Raises:
        ModelError: its files cannot be read.
    """
    return folder / f"{model_key(model, compute_type, hears)}-{clips_key(sounds, clips)}.json"


def read(path: Path, clips: Sequence[TestClip]) -> Evaluation | None:
    """The stored evaluation, or None where there is none, a damaged one, one of other clips or by another rule."""
    try:
        found = Evaluation.from_json(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError, ModelError):
        return None
    wanted: dict[str, list[tuple[str, str, str]]] = {}
    for clip in clips:
        wanted.setdefault(clip.set, []).append((clip.recording, clip.speaker, clip.text))
    stored = {
        name: [(one.recording, one.speaker, one.reference) for one in heard] for name, heard in found.sets.items()
    }
    return found if stored == wanted and found.rule == RULE else None
