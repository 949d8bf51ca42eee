"""In which windows a recogniser hears: as measured on this machine, else as its catalog entry or its folder says.

What was measured here (`tertulia models calibrate`) belongs to weights and not to a place: a model's folder may be
read-only, linked, or somebody else's. So it lies in the data folder, by the digest of the weights.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.catalog import Entry
from models.digests import sha256
from models.errors import ModelError
from models.whisper import windows
from models.whisper.folder import WEIGHTS
from models.whisper.windows import Windows
from store.paths import write_safely

NAME = "windows.json"
VERSION = 1


def hears(data: Path | None, entry: Entry) -> Windows:
    """The windows that a recogniser of this machine hears in.

    Args:
        data: the data folder; it may not be there, or None for nobody's.

    Raises:
        ModelError: the file beside the weights is damaged, or the weights cannot be read.
    """
    assert entry.path is not None
    if data is not None and (found := kept(data, entry.path)):
        return found
    return entry.windows or windows.read(entry.path)


def kept(data: Path, folder: Path) -> Windows | None:
    """What was measured on this machine of the weights in a folder; None where nothing was.

    Raises:
        ModelError: the weights cannot be read.
    """
    rows = _rows(data)
    if not rows:
        return None
    try:
        weights = folder / WEIGHTS
        size = weights.stat().st_size
        if not any(row["bytes"] == size for row in rows.values()):
            return None  # which spares reading gigabytes
        row = rows.get(sha256(weights))
    except OSError as error:
        raise ModelError(
            f"The recogniser in {folder} cannot be read ({error.strerror})", "install it again", folder
        ) from error
    return None if row is None else windows.from_json(row)


def keep(data: Path, folder: Path, name: str, found: Windows, figures: Mapping[str, Any]) -> None:
    """Note what was measured of the weights in a folder, in place of what was known of them.

    Args:
        name: of the recogniser, for whoever reads the file.
        figures: what it rests on, as JSON.

    Raises:
        ModelError: the weights cannot be read.
        StoreError: the disk is full, or the data folder may not be written to.
    """
    weights = folder / WEIGHTS
    try:
        digest, size = sha256(weights), weights.stat().st_size
    except OSError as error:
        raise ModelError(f"{weights} cannot be read ({error.strerror})", "install it again", weights) from error
    rows = {**_rows(data), digest: {"name": name, "bytes": size, **found.as_json(), "measured": dict(figures)}}
    text = json.dumps({"v": VERSION, "weights": rows}, ensure_ascii=False, indent=1)
    write_safely(data, data / NAME, text.encode())


def _rows(data: Path) -> dict[str, dict[str, Any]]:
    """What was measured, by the SHA-256 of the weights. A damaged file says nothing: windows are then wider."""
    path = data / NAME
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body["v"] != VERSION:
            raise ValueError(f"version {body['v']}")
        for row in body["weights"].values():
            windows.from_json(row), int(row["bytes"])
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        logging.warning("%s cannot be used (%s): measure again with `tertulia models calibrate`.", path, error)
        return {}
    return dict(body["weights"])
