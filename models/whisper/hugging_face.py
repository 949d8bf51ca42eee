"""The folder of a Whisper in Hugging Face format, and whether the app can make one of its own of it.

It is trained on, and converted to be heard with (`trainer.converting`). Only heads are read here, and weights that
are pickles never.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from models.errors import ModelError
from models.files import LONGEST, read_json

CONFIG, TOKENIZER = "config.json", "tokenizer.json"
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json")
FIRST_LAYER = "model.encoder.conv1.weight"
"""Width × mel bands × 3."""


def matches(folder: Path) -> bool:
    """Whether a folder looks like one: its weights are there, and its settings speak of Whisper."""
    if not any((folder / name).is_file() for name in (WEIGHTS, INDEX, *PICKLES)):
        return False
    try:
        return _settings(folder).get("model_type") == "whisper"
    except (OSError, ValueError):
        return False


def check(folder: Path, name: str) -> None:
    """Refuse what is not a whole multilingual Whisper with weights in safetensors.

    Args:
        name: how the model is called in the sentence.

    Raises:
        ModelError: what is wrong, and what to do about it.
    """
    model = f"The recogniser {name} in {folder}"
    try:
        settings = _settings(folder)
        if settings.get("model_type") != "whisper":
            raise ModelError(f"{model} is no Whisper", "choose another folder", folder)
        if not any((folder / each).is_file() for each in (WEIGHTS, INDEX)):
            pickled = any((folder / each).is_file() for each in PICKLES)
            lacks = "has its weights in a pickle, which is never opened" if pickled else "lacks its weights"
            raise ModelError(f"{model} {lacks}", f"choose one with {WEIGHTS}", folder)
        if not (folder / TOKENIZER).is_file():
            raise ModelError(f"{model} lacks {TOKENIZER}", "put it there, or choose another folder", folder)
        if not _multilingual(folder):
            raise ModelError(f"{model} hears only English", "choose a multilingual one", folder)
        bands, meant = mel_bins(folder), settings.get("num_mel_bins")
    except (OSError, ValueError, struct.error) as error:
        raise ModelError(f"{model} cannot be read ({error})", "put all its files there again", folder) from error
    if bands != meant:
        raise ModelError(
            f"{model} has weights for {bands} mel bands and settings for {meant}",
            "put all files of one model together",
            folder,
        )


def mel_bins(folder: Path) -> int:
    """How many mel bands its weights hear.

    Raises:
        OSError, struct.error: they cannot be read.
        ValueError: they are not those of a Whisper, or lie outside the folder or in another format.
    """
    shard = folder / WEIGHTS
    if not shard.is_file():
        places = _object(read_json(folder / INDEX)).get("weight_map")
        names = {str(name) for name in _object(places).values()}
        # transformers would open whatever is named there, a pickle or a file elsewhere among it.
        if any(Path(name).name != name or not name.endswith(".safetensors") for name in names):
            raise ValueError(f"{INDEX} names other files than its parts")
        if gone := sorted(name for name in names if not (folder / name).is_file()):
            raise ValueError(f"{gone[0]} is missing")
        shard = folder / str(_object(places).get(FIRST_LAYER))
    shape = _object(_head(shard).get(FIRST_LAYER)).get("shape")
    if not isinstance(shape, list) or len(shape) != 3 or not isinstance(shape[1], int):
        raise ValueError(f"{shard.name} holds no Whisper")
    return shape[1]


def _settings(folder: Path) -> dict[str, Any]:
    return _object(read_json(folder / CONFIG))


def _multilingual(folder: Path) -> bool:
    """Whether its vocabulary holds the empty token, by which CTranslate2 will tell it."""
    vocabulary = _object(_object(read_json(folder / TOKENIZER)).get("model")).get("vocab")
    return "" in _object(vocabulary)


def _head(path: Path) -> dict[str, Any]:
    """What a safetensors file says of its tensors: u64 the length of the JSON behind it.

    (huggingface/safetensors, README, “Format”.)
    """
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        if length > LONGEST:
            raise ValueError(f"{path.name} is damaged")
        try:
            head = _object(json.loads(file.read(length).decode("utf-8")))
        except RecursionError as error:
            raise ValueError(f"{path.name} is damaged") from error
        end = max((each["data_offsets"][1] for name, each in head.items() if name != "__metadata__"), default=0)
    if 8 + length + end != path.stat().st_size:
        raise ValueError(f"{path.name} is not all there")
    return head


def _object(value: object) -> dict[str, Any]:
    """A JSON object. Raises ValueError for anything else."""
    if not isinstance(value, dict):
        raise ValueError("its settings make no sense")
    return value
