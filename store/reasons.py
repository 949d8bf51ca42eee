"""Why the disk or the database refused, as a sentence a person can act on."""

import errno
import sqlite3
from pathlib import Path

from store.errors import StoreError
from store.text import clean, shown

DATABASE = "tertulia.db"
"""The database's file name inside the data folder."""

FULL = {errno.ENOSPC, errno.EDQUOT}
FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}


def disk(path: Path, error: OSError) -> StoreError:
    """The sentence for a file or folder that could not be written or read."""
    if error.errno in FULL:
        return StoreError(
            f"The disk is full, so {shown(path)} was not written", "free some space and try again", path
        )
    if error.errno in FORBIDDEN:
        return StoreError(
            f"{shown(path)} may not be used ({error.strerror})",
            "allow yourself to read and write it, or set TERTULIA_HOME to another folder",
            path,
        )
    return StoreError(f"{shown(path)} could not be used: {error.strerror or error}", place=path)


REFUSALS = (sqlite3.Error, UnicodeDecodeError)
"""What a statement may raise; the second when SQLite quotes a damaged file in its message."""


def database(path: Path, error: Exception) -> StoreError | None:
    """The sentence for one of REFUSALS, or None where the fault is in the program and should be loud."""
    if isinstance(error, UnicodeDecodeError):
        return damaged(path, "malformed")
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of the number is detail
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(path, str(error))
    if code == sqlite3.SQLITE_FULL:
        return disk(path, OSError(errno.ENOSPC, "disk full"))
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return disk(path, OSError(errno.EACCES, str(error)))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError(
            f"Another Tertulia is busy writing to {shown(path)}, so nothing was stored",
            "try again in a moment",
            path,
        )
    if code == sqlite3.SQLITE_IOERR:
        return StoreError(
            f"{shown(path)} could not be read or written ({clean(str(error))})", "check the disk", path
        )
    if code in (sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG):
        return StoreError(f"The change was refused and nothing was stored: {clean(str(error))}", place=path)
    return None


def damaged(path: Path, detail: str) -> StoreError:
    """The sentence for a database file that is no longer one, with where its copies lie."""
    copies = sorted(path.parent.glob(f"{path.name}.before-[0-9]*[0-9]"), key=lambda copy: copy.stat().st_mtime)
    backup = f"the newest backup copy is {shown(copies[-1])}" if copies else "there is no backup copy beside it"
    return StoreError(
        f"The database {shown(path)} is damaged ({clean(detail, limit=None)})",
        f"{backup}; move {path.name}, {path.name}-wal and {path.name}-shm to another folder, to start afresh or to "
        "put a copy in their place (the recordings in the audio folder stay)",
        path,
    )
