"""Ollama: a manifest names the layers of a model, which lie beside it under their digests.

    models/manifests/registry.ollama.ai/library/llama3.2/3b     JSON; its path is the model's name
    models/blobs/sha256-…                                       one file a layer, without a suffix

One layer is the model, a GGUF file; others are its template, licence, parameters, or a projector for pictures. The
folder is ~/.ollama/models, that of the service /usr/share/ollama/.ollama/models, or OLLAMA_MODELS
(ollama/ollama: server/modelpath.go, envconfig/config.go, docs/faq.mdx; the layers: server/images.go).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from models.elsewhere.seen import Seen, below, home
from models.files import read_json

PROGRAM = "Ollama"
SERVICE = Path("/usr/share/ollama/.ollama/models")
MODEL = "application/vnd.ollama.image.model"
DIGEST = re.compile(r"sha256[:-]([0-9a-f]{64})")
USUAL = ("registry.ollama.ai", "library")
"""Left out of a name, in this order."""


def seen() -> Iterator[Seen]:
    asked = os.environ.get("OLLAMA_MODELS", "").strip().strip("\"'")
    for folder in [Path(asked)] if asked else [home() / ".ollama" / "models", SERVICE]:
        manifests = folder / "manifests"
        for manifest in below(manifests):
            if (blob := _model(manifest, folder / "blobs")) is not None:
                yield Seen(PROGRAM, _name(manifest.relative_to(manifests).parts), blob)


def _model(manifest: Path, blobs: Path) -> Path | None:
    """The file of the layer that is the model; None where the manifest is broken or names none that is here."""
    try:
        body = read_json(manifest)
    except (OSError, ValueError):
        return None
    layers = body.get("layers") if isinstance(body, dict) else None
    for layer in layers if isinstance(layers, list) else []:
        if not isinstance(layer, dict) or layer.get("mediaType") != MODEL:
            continue
        if not (digest := DIGEST.fullmatch(str(layer.get("digest")))):
            return None
        blob = blobs / f"sha256-{digest[1]}"
        return blob if blob.is_file() else None
    return None


def _name(parts: tuple[str, ...]) -> str:
    """As Ollama's own list has it: llama3.2:3b, somebody/model:latest."""
    for usual in USUAL:
        parts = parts[1:] if parts[:1] == (usual,) and len(parts) > 2 else parts
    return f"{'/'.join(parts[:-1])}:{parts[-1]}"
