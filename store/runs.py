"""Training runs: where each one's folder is, and how far it came.

What happens within a run is in its folder; here is only what must be known without it. Where the folder lies
follows from the run's number: the column that names it is written for other readers and never believed, because
a database may come from somebody else, and what is there is removed with the run.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from store.database import Store
from store.errors import StoreError
from store.text import clean
from store.units import now

STATUSES = ("preparing", "running", "stopped", "failed", "finished")
ENDED = ("stopped", "failed", "finished")


@dataclass(frozen=True, slots=True)
class Run:
    """One training run."""

    id: int
    folder: Path
    """Absolute; `runs/0001` in the data folder, whatever the row says."""
    preset: str
    base: int | None
    """The model version it starts from; None where that is a model of the catalog."""
    status: str
    """One of STATUSES, as the app last saw it; the folder's events say more."""
    started_at: str
    ended_at: str | None


def folder_of(number: int) -> str:
    """Where a run lies in the data folder."""
    return f"runs/{number:04d}"


def add_run(store: Store, preset: str, base: int | None = None) -> Run:
    """Add a run that is being prepared; its folder is still to be made. Raises StoreError."""
    with store.transaction():
        number = store.insert(
            "runs", folder="", base_id=base, status="preparing", started_at=now(), preset=clean(preset)
        )
        store.execute("UPDATE runs SET folder = ? WHERE id = ?", (folder_of(number), number))
    return run(store, number)


def run(store: Store, number: int) -> Run:
    """The run of that number. Raises StoreError when there is none."""
    return _run(store, store.get("runs", number))


def runs(store: Store) -> list[Run]:
    """All runs, the newest first."""
    return [_run(store, row) for row in store.execute("SELECT * FROM runs ORDER BY id DESC")]


def set_status(store: Store, number: int, status: str) -> None:
    """Note how far a run came. Raises StoreError for an unknown run or status."""
    if status not in STATUSES:
        raise StoreError(f"A run cannot be “{status}”", f"choose among {', '.join(STATUSES)}")
    with store.transaction():
        store.get("runs", number)
        ended = now() if status in ENDED else None
        store.execute("UPDATE runs SET status = ?, ended_at = ? WHERE id = ?", (status, ended, number))


def remove_run(store: Store, number: int) -> None:
    """Forget a run that made no version. Raises StoreError where one was made: it is part of its lineage."""
    with store.transaction():
        store.get("runs", number)
        store.execute("DELETE FROM runs WHERE id = ?", (number,))


def _run(store: Store, row: sqlite3.Row) -> Run:
    return Run(
        row["id"],
        store.folder / folder_of(row["id"]),
        row["preset"],
        row["base_id"],
        row["status"],
        row["started_at"],
        row["ended_at"],
    )
