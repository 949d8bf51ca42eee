"""Files that appear whole or not at all: written under another name, made durable, then renamed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from store import files
from store.reasons import disk


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """The name under which to write a file that becomes `path` at the end of the block.

    Folders on the way are made. Where the block raises, nothing is left behind and `path` is as before.

    Raises:
        StoreError: the disk is full, read-only or failing.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.replacing(path) as part:
            yield part
    except OSError as error:
        raise disk(path, error) from error


@contextmanager
def text_file(path: Path) -> Iterator[TextIO]:
    """A UTF-8 file to write into, which becomes `path` at the end of the block; line ends stay as written.

    Raises:
        StoreError: the disk is full, read-only or failing.
    """
    with replacing(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        yield file
