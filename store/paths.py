"""Where things lie in the data folder, and how folders and files come to be there for good.

    tertulia.db                      the database
    tertulia.lock                    held by whoever makes or migrates it
    audio/ab/cd/<sha256>.flac        recordings, named after the SHA-256 of their samples
    incoming/                        files on their way into audio/
    journal/                         recordings being spoken right now
    rescues/                         which of these could not be made recordings
    runs/0001                        training runs by their numbers

Everything is readable by its owner only.
"""

import os
import shutil
import time
from pathlib import Path

from store import reasons
from store.errors import StoreError
from store.files import sync_folder, write_atomically
from store.text import shown

STALE_SECONDS = 3600.0
"""A file still in `incoming` after this long belongs to a process that died."""


def data_folder() -> Path:
    """The data folder, made when it is missing. Raises StoreError when it cannot be made or written."""
    folder = usual_folder()
    prepare(folder)
    return folder


def usual_folder() -> Path:
    """Where the data folder is: TERTULIA_HOME, else the platform's place for it. It may not be there yet.

    Raises:
        StoreError: TERTULIA_HOME names a person this machine does not know.
    """
    home = os.environ.get("TERTULIA_HOME", "")
    if home:
        try:
            return Path(home).expanduser().absolute()
        except RuntimeError as error:
            raise StoreError(
                f"TERTULIA_HOME names a person this machine does not know: {shown(Path(home))}", place=home
            ) from error
    from platformdirs import user_data_path

    return user_data_path("tertulia", appauthor=False)


def prepare(folder: Path) -> None:
    """Make the data folder, closed to others, and see that it can be written.

    A folder that is there already keeps its permissions (TERTULIA_HOME may name a shared place); what
    Tertulia puts into it is closed to others all the same.

    Raises:
        StoreError: it cannot be made or written.
    """
    try:
        make_folder(folder)
    except OSError as error:
        raise reasons.disk(folder, error) from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise StoreError(
            f"The data folder {shown(folder)} cannot be written",
            "allow yourself to write it, or set TERTULIA_HOME to another folder",
            folder,
        )


def audio_path(folder: Path, sha256: str) -> Path:
    """Where the recording of that hash lies in a data folder, whether or not it is there."""
    return folder / "audio" / sha256[:2] / sha256[2:4] / f"{sha256}.flac"


def is_own(folder: Path, path: Path) -> bool:
    """Whether a path in a data folder is where its name says, with no link on the way that leads elsewhere.

    A data folder may come from somebody else, and a link in it may point at anything of the user's.
    """
    try:
        return path.resolve() == folder.resolve() / path.relative_to(folder)
    except (OSError, RuntimeError, ValueError):  # RuntimeError: links that lead to each other
        return False


def own(folder: Path, path: Path) -> Path:
    """The same path in a data folder. Raises StoreError where a link leads elsewhere."""
    if not is_own(folder, path):
        raise StoreError(
            f"{shown(path)} is not where its name says, because a link leads elsewhere, so nothing there was "
            "touched",
            "put the folder itself in the place of the link",
            path,
        )
    return path


def remove_folder(folder: Path, path: Path) -> None:
    """Remove a folder in a data folder with all that it holds; of a link, the link alone.

    Raises:
        StoreError: a link on the way to it leads elsewhere.
        OSError: it cannot be removed. Where there is none, nothing happens.
    """
    own(folder, path.parent)
    if path.is_symlink():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, mode 0700, so that they outlive a power cut. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if not folder.is_dir():
            raise
    sync_folder(folder.parent)


def write_safely(folder: Path, target: Path, data: bytes) -> None:
    """Put `data` at `target`, wholly or not at all, whatever happens meanwhile.

    It is written in the data folder's `incoming`, from where what a killed process leaves is swept.

    Raises:
        StoreError: the disk is full, read-only or failing; nothing is left behind.
    """
    part = folder / "incoming" / f"{target.name}.{os.getpid()}-{os.urandom(4).hex()}"
    try:
        make_folder(part.parent)
        make_folder(target.parent)
        write_atomically(target, data, part)
    except OSError as error:
        raise reasons.disk(target, error) from error


def sweep(folder: Path, pattern: str) -> None:
    """Remove unfinished files of processes that died, where the data folder has any."""
    for path in folder.glob(pattern):
        try:
            if path.stat().st_mtime < time.time() - STALE_SECONDS:
                path.unlink()
        except OSError:
            continue  # someone else removed it, or it is not ours to remove: it does no harm
