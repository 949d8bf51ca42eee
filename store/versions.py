"""Model versions with their lineage, and which of them is the active one.

Promotions are an append-only journal: the newest entry of a part names its active version, and
rolling back is one more entry.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from store.database import Store
from store.text import clean
from store.units import now


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """Something the recogniser (or another part) can load."""

    id: int
    part: str
    """recogniser, tutor or voice"""
    name: str
    folder: str
    sha256: str
    base: int | None
    """The version it was trained from."""
    run: int | None
    """The run that made it."""
    scores: dict[str, Any]
    created_at: str


def add_version(
    store: Store,
    part: str,
    name: str,
    folder: str,
    sha256: str,
    scores: Mapping[str, Any],
    base: int | None = None,
    run: int | None = None,
) -> int:
    """Add a model version and return its number. It is not active until it is promoted.

    Raises:
        StoreError: an unknown part, base or run, or a name that the part already has.
    """
    return store.insert(
        "model_versions",
        part=part,
        name=clean(name),
        folder=folder,
        sha256=sha256,
        base_id=base,
        run_id=run,
        scores=json.dumps(dict(scores), ensure_ascii=False, allow_nan=False),
        created_at=now(),
    )


def promote(store: Store, version: int, reason: str) -> None:
    """Make a version the active one of its part, on disk on return. Raises StoreError."""
    with store.transaction():
        store.get("model_versions", version)
        store.insert("promotions", version_id=version, reason=clean(reason), created_at=now())


def active_version(store: Store, part: str) -> ModelVersion | None:
    """The active version of a part, or None where none was ever promoted. Raises StoreError."""
    rows = store.execute(
        "SELECT model_versions.* FROM promotions JOIN model_versions ON model_versions.id = version_id "
        "WHERE part = ? ORDER BY promotions.id DESC LIMIT 1",
        (part,),
    )
    return _version(rows[0]) if rows else None


def _version(row: sqlite3.Row) -> ModelVersion:
    return ModelVersion(
        row["id"],
        row["part"],
        row["name"],
        row["folder"],
        row["sha256"],
        row["base_id"],
        row["run_id"],
        json.loads(row["scores"]),
        row["created_at"],
    )
