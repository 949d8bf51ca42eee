"""After a promotion, the new recogniser transcribes again what waits to be corrected, and the queue is re-ordered.

A process of its own does it, at the lowest priority. Where another recogniser is promoted meanwhile, it begins
again with that one. `python -m core.versions.rehear DATA` is that process.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from core.errors import SENTENCES
from core.importing.transcription import Transcribed, TranscriptionProgress, transcribe
from core.processes import detached, json_lines
from core.review.expected_errors import recalibrate
from core.versions.active import RECOGNISER, chosen_name, load_recogniser
from store.database import Store
from store.files import held, lock, write_atomically
from store.paths import make_folder

FOLDER = "rehearing"
"""In the data folder; holds the lock of whoever is at it, and how far that is."""
LOCK = "lock"
PROGRESS = "progress.json"
LOG = "rehearing.log"
EVERY = 0.5
"""Seconds between two writes of progress.json."""
BEGINNING = 10.0
"""Seconds in which the process must have begun."""
BEGUN = TranscriptionProgress(0, 0, 0.0, None)
"""The progress of one that has written none yet."""
PATIENCE = 1.0
"""Seconds in which the lock is tried: whoever looks at it holds it for a moment."""
LOOK = 0.02
NICE = 10
"""By how much everything else goes before it."""

OnProgress = Callable[[TranscriptionProgress], None]
Stop = Callable[[], bool]


def rehear(
    store: Store, on_progress: OnProgress = lambda progress: None, should_stop: Stop = lambda: False
) -> Transcribed:
    """Transcribe again every segment whose newest hypothesis is another recogniser's, then expect all errors again.

    What is next in the queue comes first. If another one comes into use meanwhile, it begins again with that one.

    Args:
        should_stop: asked before every segment.

    Raises:
        ModelError: the recogniser that was asked for by name cannot be loaded.
        StoreError: the database cannot be read or written. What was heard before stays.
    """
    return _rehear(store, on_progress, should_stop)[0]


def _rehear(store: Store, on_progress: OnProgress, should_stop: Stop) -> tuple[Transcribed, str]:
    """What was done, and the recogniser that was in use at the end of it."""
    all_done = Transcribed()
    while True:
        wanted = chosen_name(store, RECOGNISER)
        # Asked by its choice, not by its name: where that one is damaged, another listens in its place.
        recogniser = load_recogniser(store.folder, warn=logging.warning)
        must_stop = partial(_must_stop, store, wanted, should_stop)
        done = transcribe(store, recogniser, on_progress, must_stop, outdated=True)
        all_done.segments += done.segments
        all_done.seconds += done.seconds
        all_done.failed, all_done.left = done.failed, done.left
        if should_stop() or chosen_name(store, RECOGNISER) == wanted:
            break
    recalibrate(store, should_stop)
    return all_done, wanted


def _must_stop(store: Store, wanted: str, should_stop: Stop) -> bool:
    """Whether to stop, because somebody says so or another recogniser is in use."""
    return should_stop() or chosen_name(store, RECOGNISER) != wanted


def begin_rehearing(data: Path) -> None:
    """Have it done in a process of its own, at most one for a data folder; when this returns, it has begun.

    Raises:
        StoreError, OSError: the data folder cannot be written, or no process be made.
    """
    folder = data / FOLDER
    make_folder(folder)
    if held(folder / LOCK):
        return  # that one looks, before it ends, whether the recogniser is still the same
    arguments, settings = [str(data.absolute())], {"PYTHONUNBUFFERED": "1"}
    process = detached.start("core.versions.rehear", arguments, data / LOG, settings)
    deadline = time.monotonic() + BEGINNING
    while process.returncode is None and not held(folder / LOCK) and time.monotonic() < deadline:
        time.sleep(LOOK)


def rehearing(data: Path) -> TranscriptionProgress | None:
    """How far it is; None when nobody is at it."""
    if not held(data / FOLDER / LOCK):
        return None
    try:
        text = (data / FOLDER / PROGRESS).read_text(encoding="utf-8")
        return json_lines.decode(text, {TranscriptionProgress.__name__: TranscriptionProgress}) or BEGUN
    except (OSError, ValueError):  # it has only begun, or is of another version
        return BEGUN


# --- in a process of its own ---------------------------------------------------------------------------------


def work(data: Path, should_stop: Stop) -> None:
    """Transcribe again whatever there is, unless another process is at it. Raises as `rehear`, and OSError."""
    folder = data / FOLDER
    while (descriptor := _lock(folder)) is not None:
        try:
            (folder / PROGRESS).unlink(missing_ok=True)
            with Store.open(data) as store:
                done, heard_by = _rehear(store, _ProgressFile(folder), should_stop)
                logging.info("%d segments were heard by %s, %d wait", done.segments, heard_by, done.left)
                for segment, why in done.failed:
                    logging.warning("segment %d: %s", segment, why)
        finally:
            os.close(descriptor)
        # Whoever promoted another one while the lock was still held relies on this one.
        with Store.open(data) as store:
            if should_stop() or chosen_name(store, RECOGNISER) == heard_by:
                return


class _ProgressFile:
    """Writes progress.json now and then."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written_at = 0.0

    def __call__(self, progress: TranscriptionProgress) -> None:
        if time.monotonic() - self._written_at < EVERY and progress.done < progress.total:
            return
        self._written_at = time.monotonic()
        with contextlib.suppress(OSError):  # a full disk: then nobody sees how far it is
            write_atomically(self._folder / PROGRESS, json_lines.encode(progress).encode())


def _lock(folder: Path) -> int | None:
    """Hold the folder for this process, until it is closed or ends; None where another one holds it."""
    try:
        return lock(folder / LOCK, PATIENCE)
    except BlockingIOError:
        return None


def main() -> int:
    """The process; see the module's docstring."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    signals: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda sent, frame: signals.append(sent))
    with contextlib.suppress(OSError):
        os.nice(NICE)
    try:
        work(Path(sys.argv[1]), lambda: bool(signals))
    except SENTENCES as error:
        logging.error("%s", error)
        return 1
    except OSError as error:
        logging.error("The data folder cannot be used: %s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
