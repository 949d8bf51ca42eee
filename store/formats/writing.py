"""Files that appear whole or not at all: written under another name, made durable, then renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from store.paths import sync_folder
from store.reasons import disk


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """The name under which to write a file that becomes `path` at the end of the block.

    Folders on the way are made. Where the block raises, nothing is left behind and `path` is as before.

    Raises:
        StoreError: the disk is full, read-only or failing.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield part
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
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
