"""Model versions with their lineage, and which of them is the active one.

Promotions are an append-only journal: the newest entry of a part names its active version. Rolling back is one
more entry, and goes to the version that was active before, as undo does: once more leads one further back, and
not forth again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from store.database import Store
from store.errors import StoreError
from store.runs import folder_of
from store.text import clean
from store.units import now

MADE = "version"
"""The folder in a run's that is the version it made."""
ROLLBACK = "rollback"
"""The reason of an entry that goes back."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """Something the recogniser (or another part) can load."""

    id: int
    part: str
    """recogniser, tutor or voice"""
    name: str
    folder: str
    """Of one that a run made, `runs/0001/version` in the data folder, whatever the row says (see `store.runs`);
    of one of the catalog, where it lay when it got its row."""
    sha256: str
    base: int | None
    """The version it was trained from."""
    run: int | None
    """The run that made it."""
    scores: dict[str, Any]
    created_at: str
    tags: tuple[str, ...] = ()
    """A person's own marks."""
    deleted: bool = False
    """Its files are gone; what it learnt from and who descends from it stays known."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """A version became the active one, for the first time or again."""

    version: int
    reason: str
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
    """Make a version the active one of its part, on disk on return.

    Raises:
        StoreError: no such version, or its files are gone; a reason that says it were a rollback.
    """
    with store.transaction():
        row = _version(store.get("model_versions", version))
        if row.deleted:
            raise StoreError(f"The {row.part} {row.name} was deleted", "choose another version")
        if clean(reason) == ROLLBACK:
            raise StoreError("A rollback is no promotion", "roll back, or give another reason")
        store.insert("promotions", version_id=version, reason=clean(reason), created_at=now())


def roll_back(store: Store, part: str, version: int) -> None:
    """Go back to a version of the part's trail, on disk on return; what came after it leaves the trail.

    Raises:
        StoreError: it is not before the active one on the trail, or its files are gone.
    """
    with store.transaction():
        row = _version(store.get("model_versions", version))
        if row.deleted:
            raise StoreError(f"The {part} {row.name} was deleted", "choose another version")
        if version not in trail(store, part)[:-1]:
            raise StoreError(f"The {part} was not version {version} before", "promote that one instead")
        store.insert("promotions", version_id=version, reason=ROLLBACK, created_at=now())


def trail(store: Store, part: str) -> list[int]:
    """The versions that rolling back leads through, the active one last; empty where none was ever promoted."""
    found: list[int] = []
    for entry in reversed(promotions(store, part)):
        if entry.reason == ROLLBACK and entry.version in found[:-1]:
            found.pop()
            while found[-1] != entry.version:
                found.pop()
        else:
            found.append(entry.version)
    return found


def active_version(store: Store, part: str) -> ModelVersion | None:
    """The active version of a part, or None where none was ever promoted. Raises StoreError."""
    rows = store.execute(
        "SELECT model_versions.* FROM promotions JOIN model_versions ON model_versions.id = version_id "
        "WHERE part = ? ORDER BY promotions.id DESC LIMIT 1",
        (part,),
    )
    return _version(rows[0]) if rows else None


def version_named(store: Store, part: str, name: str) -> ModelVersion | None:
    """The version of that name, deleted or not; None when there is none."""
    try:
        rows = store.execute("SELECT * FROM model_versions WHERE part = ? AND name = ?", (part, name))
    except UnicodeEncodeError:  # bytes that somebody typed and that are no text: no version has such a name
        return None
    return _version(rows[0]) if rows else None


def versions(store: Store, part: str) -> list[ModelVersion]:
    """All versions of a part, deleted ones too, the newest first."""
    rows = store.execute("SELECT * FROM model_versions WHERE part = ? ORDER BY id DESC", (part,))
    return [_version(row) for row in rows]


def version(store: Store, number: int) -> ModelVersion:
    """The version of that number. Raises StoreError when there is none."""
    return _version(store.get("model_versions", number))


def promotions(store: Store, part: str) -> list[Promotion]:
    """The journal of a part's promotions, the newest first."""
    rows = store.execute(
        "SELECT version_id, reason, promotions.created_at FROM promotions "
        "JOIN model_versions ON model_versions.id = version_id WHERE part = ? ORDER BY promotions.id DESC",
        (part,),
    )
    return [Promotion(row["version_id"], row["reason"], row["created_at"]) for row in rows]


def tag_version(store: Store, number: int, tags: Iterable[str]) -> None:
    """Give a version these marks and no others. Raises StoreError."""
    words = sorted({clean(tag).strip().replace(" ", "-") for tag in tags} - {""})
    with store.transaction():
        store.get("model_versions", number)
        store.execute("UPDATE model_versions SET tags = ? WHERE id = ?", (" ".join(words), number))


def mark_deleted(store: Store, number: int) -> None:
    """Note that a version's files are gone. Raises StoreError."""
    with store.transaction():
        store.get("model_versions", number)
        store.execute("UPDATE model_versions SET deleted_at = ? WHERE id = ?", (now(), number))


def _version(row: sqlite3.Row) -> ModelVersion:
    return ModelVersion(
        row["id"],
        row["part"],
        row["name"],
        row["folder"] if row["run_id"] is None else f"{folder_of(row['run_id'])}/{MADE}",
        row["sha256"],
        row["base_id"],
        row["run_id"],
        _scores(row["scores"]),
        row["created_at"],
        tuple(row["tags"].split()),
        row["deleted_at"] is not None,
    )


def _scores(written: str) -> dict[str, Any]:
    """What was measured; nothing where the row holds something else, which must not end every command."""
    try:
        scores = json.loads(written)
    except (ValueError, RecursionError):
        return {}
    return scores if isinstance(scores, dict) else {}
