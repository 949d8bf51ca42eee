"""Where a demonstration may play: in an empty folder, or in the one of a demonstration that was interrupted.

What a demonstration says and promotes must never come among somebody's own recordings.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import StoreError
from store.files import lock
from store.paths import prepare, usual_folder
from store.reasons import disk
from store.text import shown

MARK = "demo.json"
"""A folder that holds it is a demonstration's."""


@contextmanager
def claimed(folder: Path, quick: bool) -> Iterator[None]:
    """The folder is this demonstration's alone, until the end.

    Raises:
        StoreError: it holds other things, is somebody's data folder, or is in use; it cannot be written.
    """
    mark = folder / MARK
    try:
        known = mark.exists()
        if not known and (folder.absolute() == usual_folder() or (folder.exists() and any(folder.iterdir()))):
            raise StoreError(
                f"{shown(folder)} is no place for a demonstration", "name a new or an empty folder", folder
            )
        prepare(folder)
        descriptor = lock(mark)
    except BlockingIOError as error:
        raise StoreError(f"Another demonstration is under way in {shown(folder)}", "wait for it", folder) from error
    except OSError as error:
        raise disk(folder, error) from error
    try:
        _keep(descriptor, folder, quick)
        yield
    finally:
        os.close(descriptor)


def _keep(descriptor: int, folder: Path, quick: bool) -> None:
    """Note what kind of demonstration this is, or see that it is the kind that began here. Raises StoreError."""
    try:
        began = json.loads(os.pread(descriptor, 1000, 0) or b'{"quick": null}')["quick"]
        if began is None:
            os.pwrite(descriptor, json.dumps({"v": 1, "quick": quick}).encode(), 0)
    except OSError as error:
        raise disk(folder, error) from error
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{shown(folder / MARK)} is damaged", "begin in another folder", folder / MARK) from error
    if began not in (None, quick):
        kind, how = ("quick", "with") if began else ("full", "without")
        raise StoreError(
            f"The demonstration in {shown(folder)} is a {kind} one",
            f"go on {how} --quick, or name another folder",
            folder,
        )
