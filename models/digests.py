"""Whether files on this machine are the ones that were published (`models.published`)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from models.errors import ModelError
from models.published import CatalogFile

CHUNK = 1 << 20
"""Bytes read at once."""

OnBytes = Callable[[int], None]
"""Takes how many more bytes have been looked at."""


def unheard(count: int) -> None:
    """Where nobody wants to know."""


def sha256(path: Path, on_bytes: OnBytes = unheard) -> str:
    """The digest of a file. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            on_bytes(len(chunk))
    return digest.hexdigest()


def needed(files: Sequence[CatalogFile], folder: Path) -> list[CatalogFile]:
    """Those of a model that have to lie in a folder: stand-ins only where they do and the named one does not."""
    named = [file for file in files if not file.stands_in_for]
    chosen = []
    for file in named:
        others = [each for each in files if each.stands_in_for == file.name and (folder / each.name).is_file()]
        chosen.append(others[0] if others and not (folder / file.name).is_file() else file)
    return chosen


def complete(files: Sequence[CatalogFile], folder: Path) -> bool:
    """Whether all are there and as long as they should be; their bytes are not looked at."""
    try:
        return all((folder / file.name).stat().st_size == file.size for file in needed(files, folder))
    except OSError:
        return False


def check(files: Sequence[CatalogFile], folder: Path, name: str, on_bytes: OnBytes = unheard) -> None:
    """Look at every byte.

    Args:
        name: how the model is called in the sentence.

    Raises:
        ModelError: a file is missing, too short or long, damaged, or cannot be read.
    """
    remedy = f"fetch it again with `tertulia models pull {name}`"
    for file in needed(files, folder):
        path = folder / file.name
        try:
            size = path.stat().st_size
            right = size == file.size and sha256(path, on_bytes) == file.sha256
        except FileNotFoundError as error:
            raise ModelError(f"{name} lacks its file {path}", remedy, path) from error
        except OSError as error:
            raise ModelError(f"{path} of {name} cannot be read ({error.strerror})", remedy, path) from error
        if size != file.size:
            raise ModelError(f"{path} of {name} has {size:,} bytes, and {file.size:,} were published", remedy, path)
        if not right:
            raise ModelError(f"{path} of {name} is not as it was published", remedy, path)
