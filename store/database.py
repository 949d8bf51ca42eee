"""One open database: a connection set up to keep its promises, transactions, and safe opening.

The promises are kept by settings rather than by care. WAL lets the app read while the engine
writes. `synchronous=FULL` syncs the log at every commit, so what was acknowledged outlives a pulled
plug (NORMAL would only outlive a crash of the program); it costs some milliseconds a commit, and a
conversation commits a few times a turn. Foreign keys are enforced. Writers take the write lock when
their transaction begins, so two processes wait for each other instead of failing halfway.

sqlite-utils makes and migrates the tables. It is imported only then, because it loads pandas where
that is installed, and every start of the app would wait for it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from store import reasons
from store.errors import StoreError
from store.files import locked, replacing
from store.paths import prepare
from store.schema import migrations
from store.text import shown

BUSY_SECONDS = 5.0
"""How long a write waits for another process before it gives up with a sentence."""

LOCK = "tertulia.lock"
LOCK_SECONDS = 30.0
"""How long opening waits for another process that makes or migrates the database, which copies it first."""

Value = str | int | float | bytes | None


class Store:
    """The database of one data folder. Threads may share it; each process opens its own.

    Open it with `Store.open`. It is a context manager that closes itself.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        """The data folder."""
        self.path = folder / reasons.DATABASE
        self._connection = connection
        self._lock = threading.RLock()
        self._depth = 0

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open the database of a data folder, making or migrating it where needed.

        Raises:
            StoreError: the folder cannot be written; the database is damaged, not ours, busy or from
                a newer Tertulia. Nothing is changed then.
        """
        prepare(folder)
        path = folder / reasons.DATABASE
        try:
            with locked(folder / LOCK, LOCK_SECONDS):  # two processes never make or migrate a database at once
                try:
                    return cls(folder, _connect(path))
                except reasons.REFUSALS as error:
                    raise reasons.database(path, error) or error from error
        except BlockingIOError as error:
            raise StoreError(
                f"Another Tertulia is making {shown(path)} ready and is not done", "try again when it is", path
            ) from error
        except OSError as error:
            raise reasons.disk(path, error) from error

    def close(self) -> None:
        """Close the connection; the last process to do so folds the log into the database file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside happens together or not at all; on leaving, it is on disk.

        Transactions nest: an inner one that fails takes back its own part only. Other threads wait, so
        nothing slow belongs inside, and no `await`.

        Raises:
            StoreError: the disk is full, another process holds the lock too long, a row is refused.
        """
        with self._lock:
            name = f"level{self._depth}"
            begin, commit, undo = (
                (f"SAVEPOINT {name}", f"RELEASE {name}", (f"ROLLBACK TO {name}", f"RELEASE {name}"))
                if self._depth
                else ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
            )
            self.execute(begin)
            self._depth += 1
            try:
                yield
                self.execute(commit)
            except BaseException:
                # A full disk makes SQLite take the transaction back by itself.
                if self._connection.in_transaction:
                    for statement in undo:
                        self.execute(statement)
                raise
            finally:
                self._depth -= 1

    def execute(self, sql: str, values: Sequence[Value] = ()) -> list[sqlite3.Row]:
        """Run one statement and return its rows. Writers do so inside `transaction`.

        Raises:
            StoreError: the database is damaged, full, busy, or refuses the change.
        """
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except reasons.REFUSALS as error:
                raise reasons.database(self.path, error) or error from error

    def insert(self, table: str, **values: Value) -> int:
        """Add one row and return its id; the names are columns. Raises StoreError as `execute` does."""
        columns = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        with self.transaction():
            [row] = self.execute(
                f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING rowid", list(values.values())
            )
        return int(row[0])

    def get(self, table: str, number: int) -> sqlite3.Row:
        """The row of that number. Raises StoreError when there is none."""
        rows = self.execute(f"SELECT * FROM {table} WHERE id = ?", (number,))
        if not rows:
            raise StoreError(
                f"There is no {table[:-1].replace('_', ' ')} {number} in {shown(self.path)}", place=self.path
            )
        return rows[0]


def _connect(path: Path) -> sqlite3.Connection:
    """An open, migrated connection. Raises StoreError, sqlite3.Error or OSError, leaving none open."""
    # SQLite gives its -wal and -shm files the permissions of the database. One that is there is not touched:
    # whoever closes it drops all locks that this process has on it, those of its other connections too, and then
    # the next process to leave takes the log away from under them.
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        connection.row_factory = sqlite3.Row
        # One scratched byte on the disk must not make a whole conversation unreadable.
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        version = _version(path, connection)
        if version > len(migrations.MIGRATIONS):
            raise StoreError(
                f"{shown(path)} was written by a newer Tertulia (schema {version}; this one knows "
                f"{len(migrations.MIGRATIONS)})",
                "install that version, or set TERTULIA_HOME to another folder",
                path,
            )
        connection.execute("PRAGMA synchronous = FULL")
        if _pragma(connection, "journal_mode = WAL") != "wal":
            raise StoreError(
                f"{shown(path.parent)} lies on a file system that several processes cannot share (a network "
                "folder?)",
                "set TERTULIA_HOME to a folder on a local disk",
                path.parent,
            )
        if version < len(migrations.MIGRATIONS):
            _migrate(path, connection, version)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA recursive_triggers = ON")
        if not _pragma(connection, "foreign_keys"):
            raise StoreError("This Python's SQLite cannot enforce foreign keys", "install one that can")
    except BaseException:
        connection.close()
        raise
    return connection


def _pragma(connection: sqlite3.Connection, text: str) -> Any:
    return connection.execute(f"PRAGMA {text}").fetchone()[0]


def _version(path: Path, connection: sqlite3.Connection) -> int:
    """The schema's number, 0 for a new file. Raises StoreError for another program's database."""
    version = int(_pragma(connection, "user_version"))
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    ours = _pragma(connection, "application_id") == migrations.APPLICATION_ID
    if (tables or version) and not (ours and version):
        raise StoreError(
            f"{shown(path)} is another program's database",
            "move it elsewhere, or set TERTULIA_HOME to another folder",
            path,
        )
    return version


def _migrate(path: Path, connection: sqlite3.Connection, version: int) -> None:
    """Take the schema from `version` to the newest in one transaction, after a backup copy."""
    import sqlite_utils

    database = sqlite_utils.Database(connection, execute_plugins=False)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if version:
            _back_up(path, path.with_name(f"{path.name}.before-{version + 1:04}"))
        for migration in migrations.MIGRATIONS[version:]:
            migration(database)
        if connection.execute("PRAGMA foreign_key_check").fetchone():
            raise StoreError(f"{shown(path)} has rows that lost their partner, so it was not migrated", place=path)
        connection.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrations.MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _back_up(path: Path, copy: Path) -> None:
    """Write a consistent copy of the database, wholly or not at all. Raises sqlite3.Error or OSError.

    The caller holds the write lock, so nothing changes meanwhile; SQLite copies only through a
    connection that does not hold it.
    """
    # Always under the same name: a large one that a killed process left is not left for ever.
    with replacing(copy, copy.with_name(f"{copy.name}.part")) as part:
        os.close(os.open(part, os.O_RDWR | os.O_CREAT, 0o600))
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
