"""The cache of Hugging Face's libraries: a folder a repository, with links from a revision to the files.

    hub/models--OWNER--NAME/refs/main               the revision called main
    hub/models--OWNER--NAME/snapshots/REVISION/…    its files

(huggingface.co/docs/huggingface_hub/guides/manage-cache)
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from models.elsewhere.seen import Seen, below, home
from models.kind import PARTS
from models.kinds import matching
from models.whisper.safetensors import is_whisper

PROGRAM = "Hugging Face"


class Repository(NamedTuple):
    """What the cache holds of a repository: the revision called main, else the newest."""

    name: str
    """OWNER/NAME"""
    snapshot: Path


def hub_cache() -> Path:
    """Where the Hugging Face libraries of this user keep what they fetched."""
    if cache := os.environ.get("HF_HUB_CACHE"):
        return Path(cache)
    caches = Path(os.environ.get("XDG_CACHE_HOME") or home() / ".cache")
    return Path(os.environ.get("HF_HOME") or caches / "huggingface") / "hub"


def repositories() -> Iterator[Repository]:
    """All that the cache holds, by name."""
    for folder in sorted_glob(hub_cache(), "models--*--*"):
        snapshots = [path for path in sorted_glob(folder / "snapshots", "*") if path.is_dir()]
        if not snapshots:
            continue
        snapshot = max(snapshots, key=lambda path: path.stat().st_mtime)
        try:
            main = folder / "snapshots" / (folder / "refs" / "main").read_text(encoding="utf-8").strip()
            snapshot = main if main in snapshots else snapshot
        except (OSError, ValueError):
            pass  # a cache without that note still holds its files
        yield Repository("/".join(folder.name.split("--")[1:]), snapshot)


def seen() -> Iterator[Seen]:
    for repository in repositories():
        short = repository.name.rsplit("/", 1)[-1]
        if is_whisper(repository.snapshot) or any(matching(repository.snapshot, part) for part in PARTS):
            yield Seen(PROGRAM, short, repository.snapshot)
            continue
        for file in below(repository.snapshot):
            if any(matching(file, part) for part in PARTS):
                yield Seen(PROGRAM, file.stem, file)


def sorted_glob(folder: Path, pattern: str) -> list[Path]:
    """What is in a folder; nothing where it may not be read."""
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []
