"""A model of a few files that nobody could load, as the catalog would have it."""

from __future__ import annotations

import hashlib
import random
from typing import Any

from models import published
from models.catalog import Entry
from tests.models.fetching.web import Page, Web

NAME, PART = "made-up", "recogniser"
REPOSITORY, REVISION = "somebody/made-up", "1234abcd"


def contents(*sizes: int) -> dict[str, bytes]:
    """Files of these sizes: model-0.bin, model-1.bin …"""
    dice = random.Random(5)
    return {f"model-{n}.bin": dice.randbytes(size) for n, size in enumerate(sizes)}


def item(files: dict[str, bytes], **more: Any) -> dict[str, Any]:
    """The model as catalog.toml would have it. More: fields of every file."""
    return {
        "name": NAME, "part": PART, "format": "CTranslate2", "repository": REPOSITORY, "revision": REVISION,
        "size_mb": 1, "memory_mb": 1, "licence": "MIT", "languages": ["es"], "note": "Made up.",
        "files": [
            {"name": name, "size": len(body), "sha256": hashlib.sha256(body).hexdigest(), **more}
            for name, body in files.items()
        ],
    }  # fmt: skip


def entry(described: dict[str, Any]) -> Entry:
    return Entry(NAME, PART, "CTranslate2", source=REPOSITORY, files=published.files(described))


def path(name: str) -> str:
    """Where a file is on the hub."""
    return f"/{REPOSITORY}/resolve/{REVISION}/{name}"


def publish(web: Web, files: dict[str, bytes]) -> None:
    """Have the hub hand the files over."""
    web.pages |= {path(name): Page(body) for name, body in files.items()}
