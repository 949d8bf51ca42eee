"""What the weights of a Hugging Face Whisper say about the network they are for, without loading them.

A safetensors file begins with u64 the length of a JSON object that has the shape of every tensor
(https://github.com/huggingface/safetensors#format).
"""

from __future__ import annotations

import json
from pathlib import Path

from models.files import read_json
from models.headers import opened

WEIGHTS, SHARDS = "model.safetensors", "model.safetensors.index.json"
"""All in one file, or in several that the second names."""
FIRST_LAYER = "model.encoder.conv1.weight"
"""Width × mel bands × 3."""
SETTINGS = {"config.json": "num_mel_bins", "preprocessor_config.json": "feature_size"}


def is_whisper(folder: Path) -> bool:
    """Whether a folder is a Whisper as Hugging Face's libraries save it, whatever its weights are stored as."""
    try:
        settings = read_json(folder / "config.json")
    except (OSError, ValueError):
        return False
    return isinstance(settings, dict) and settings.get("model_type") == "whisper"


def mel_bins(weights: Path) -> int | None:
    """How many mel bands a network hears; None where its weights do not say. Raises OSError, ValueError."""
    with opened(weights) as data:
        header = json.loads(data.take(data.number(8)))
    layer = header.get(FIRST_LAYER) if isinstance(header, dict) else None
    shape = layer.get("shape") if isinstance(layer, dict) else None
    return shape[1] if isinstance(shape, list) and len(shape) == 3 and type(shape[1]) is int else None


def settings_of_another(folder: Path, bands: int) -> str:
    """The settings in a folder that are for other mel bands, in words; empty where all are for so many."""
    for name, key in SETTINGS.items():
        try:
            settings = read_json(folder / name)
        except (OSError, ValueError):
            continue
        said = settings.get(key) if isinstance(settings, dict) else None
        if type(said) is int and said != bands:
            return f"{said} in {name}"
    return ""
