"""Starting the trainer and asking it to stop. It is a process of its own that needs nobody from then on.

Its folder is written whole before it starts, and its events say everything afterwards; whoever started it may
end, and anybody may watch, stop or resume it later. One run goes on at a time in a data folder: two would only
take the memory from each other.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.dataset.splits import assign
from core.processes import detached
from core.runs.errors import TrainingRefused
from core.runs.snapshot import RunChoice, Snapshot, snapshot
from core.runs.watch import GRACE, RunState, RunWatch
from store import reasons, runs, versions
from store.database import Store
from store.errors import StoreError
from store.files import held, locked
from store.paths import make_folder, own, remove_folder, write_safely
from store.runs import Run
from store.text import clean, shown
from trainer.contract.clips import line_of
from trainer.contract.folder import EVENTS, JOB, LOCK, LOG, MANIFEST, STOP
from trainer.contract.job import knobs_in

RUNS = "runs"
DELETED = "deleted-"
"""How the name of a folder begins that is being removed."""
NEEDED = ("torch", "transformers", "peft", "safetensors")
LEAVING = 10.0
"""Seconds that a trainer which has ended gets to be gone."""
BEGINNING = GRACE + 30.0
"""Seconds to wait for another process that begins a run."""
LOOK = 0.02
"""Seconds between two looks at a trainer that is about to begin."""


def begin(store: Store, choice: RunChoice) -> Run:
    """Start a run; when this returns, the trainer is at work, or has said why it is not.

    Raises:
        TrainingRefused: there is nothing to train, another run is at work, or training is not installed.
        StoreError: the disk is full, or the database cannot be written. Nothing is left behind in any case.
    """
    check_installed()
    with _starting(store):
        assign(store)  # what was corrected since may resemble the test
        planned = snapshot(store, choice)
        run = runs.add_run(store, planned.preset.name, planned.base.version)
        if run.folder.exists():
            runs.remove_run(store, run.id)
            raise TrainingRefused(
                f"{shown(run.folder)} is of a run that is not in the database",
                "move it elsewhere, then try again",
                run.folder,
            )
        try:
            _write(store, run, planned)
            process = _start(run)
        except BaseException:
            shutil.rmtree(run.folder, ignore_errors=True)
            runs.remove_run(store, run.id)
            raise
        _see_it_begin(store, run, process)
    return runs.run(store, run.id)


def resume(store: Store, run: Run) -> None:
    """Go on with a run from its newest checkpoint, or from the beginning where it has none.

    Raises:
        TrainingRefused: it is at work or finished, another one is at work, or its folder is gone.
        StoreError: the database cannot be written.
    """
    check_installed()
    with _starting(store):
        run = runs.run(store, run.id)
        own(store.folder, run.folder)
        if "finished" in (run.status, _state_of(run).status):
            raise TrainingRefused(f"Run {run.id} is finished", "start a new one to learn more")
        if missing := next((n for n in (JOB, MANIFEST) if not (run.folder / n).is_file()), None):
            raise TrainingRefused(
                f"{shown(run.folder / missing)} is gone, so start a new run instead of this one",
                place=run.folder / missing,
            )
        (run.folder / STOP).unlink(missing_ok=True)
        _see_it_begin(store, run, _start(run, "--resume"))


def stop(run: Run, force: bool = False) -> None:
    """Ask a run to stop after its step; it keeps what it learnt, and can be resumed.

    Args:
        force: end its process at once, for one that does not answer; its newest checkpoint stays.

    Raises:
        TrainingRefused: it is not at work.
        OSError: the disk is full; a run that can be reached otherwise stops all the same.
    """
    state = _state_of(run)
    if not alive(run) or (state.ended and not force):
        raise TrainingRefused(f"Run {run.id} is not at work", "there is nothing to stop")
    pid = _pid_at_work(run, state.pid)
    try:
        (run.folder / STOP).touch()
    except OSError:
        if pid is None:
            raise
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            if not force:
                os.kill(pid, signal.SIGTERM)
            elif os.getpgid(pid) == pid:
                os.killpg(pid, signal.SIGKILL)  # and those that speak for it
            else:
                os.kill(pid, signal.SIGKILL)


def alive(run: Run) -> bool:
    return held(run.folder / LOCK)


def log_of(run: Run) -> Path:
    """The file with what the trainer printed."""
    return run.folder / LOG


def knobs_of(run: Run) -> dict[str, Any]:
    """What a run was given in job.json; nothing where that cannot be read."""
    return knobs_in(run.folder)


def delete(store: Store, run: Run) -> None:
    """Remove a run that made no version, with its folder.

    Raises:
        TrainingRefused: it is at work, or made a version.
        StoreError: the database cannot be written, or the folder not be removed.
    """
    with _beginning(store):
        if alive(run) and not _releases(run):
            raise TrainingRefused(f"Run {run.id} is at work", "stop it first")
        made = next((one for one in versions.versions(store, "recogniser") if one.run == run.id), None)
        if made is not None:
            raise TrainingRefused(f"Run {run.id} made {made.name}, and stays as its origin", f"delete {made.name}")
        doomed = run.folder.with_name(DELETED + run.folder.name)
        try:
            _sweep(store)
            with contextlib.suppress(FileNotFoundError):
                run.folder.rename(doomed)
            runs.remove_run(store, run.id)
            _sweep(store)
        except OSError as error:
            raise reasons.disk(run.folder, error) from error


# --- beginning -----------------------------------------------------------------------------------------------


def check_installed() -> None:
    """Raises TrainingRefused where what training needs is not there."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise TrainingRefused(
            f"Training needs {', '.join(missing)}", "run `make training`, or pip install 'tertulia[train]'"
        )


@contextmanager
def _beginning(store: Store) -> Iterator[None]:
    """One process at a time begins or removes a run. Raises StoreError where the folder cannot be used."""
    folder = store.folder / RUNS
    with contextlib.ExitStack() as stack:
        try:
            make_folder(folder)
            own(store.folder, folder)
            stack.enter_context(locked(folder / LOCK, BEGINNING))
        except BlockingIOError as error:
            raise StoreError(
                f"Another Tertulia is beginning or removing a run in {shown(folder)}",
                "try again when it is done",
                folder,
            ) from error
        except OSError as error:
            raise reasons.disk(folder, error) from error
        yield


@contextmanager
def _starting(store: Store) -> Iterator[None]:
    """The same, while no run is at work. Raises TrainingRefused."""
    with _beginning(store):
        for run in runs.runs(store):
            if alive(run) and not _releases(run):
                raise TrainingRefused(f"Run {run.id} is at work", "wait for its end, or stop it first")
        with contextlib.suppress(OSError):
            _sweep(store)
        yield


def _releases(run: Run) -> bool:
    """Whether a trainer that has said its last word lets go of the folder, which takes it a moment."""
    deadline = time.monotonic() + LEAVING
    while _state_of(run).ended and time.monotonic() < deadline:
        if not alive(run):
            return True
        time.sleep(LOOK)
    return False


def _state_of(run: Run) -> RunState:
    """How far a run is, by its events."""
    watch = RunWatch(run.folder)
    watch.poll()
    return watch.state


def _sweep(store: Store) -> None:
    """Remove folders of runs that are no more. Raises OSError."""
    for folder in (store.folder / RUNS).glob(f"{DELETED}*"):
        remove_folder(store.folder, folder)


def _write(store: Store, run: Run, snapshot: Snapshot) -> None:
    """Write the folder of a run, job.json last. Raises StoreError."""
    write_safely(store.folder, run.folder / MANIFEST, "".join(map(line_of, snapshot.rows)).encode())
    write_safely(store.folder, run.folder / JOB, json.dumps(snapshot.knobs, ensure_ascii=False, indent=1).encode())


def _start(run: Run, *options: str) -> subprocess.Popen[bytes]:
    """Start the trainer on a run's folder. Raises TrainingRefused."""
    try:
        return detached.start("trainer", [str(run.folder), *options], run.folder / LOG, _environment(run.folder))
    except OSError as error:
        raise TrainingRefused(
            f"The trainer cannot be started in {shown(run.folder)} ({error.strerror})",
            "see that there is room and memory, then try again",
            run.folder,
        ) from error


def _see_it_begin(store: Store, run: Run, process: subprocess.Popen[bytes]) -> None:
    """Wait until the trainer holds the folder and says so. Raises TrainingRefused where it ends without a word."""
    watch = RunWatch(run.folder)
    size, deadline = _size(run.folder / EVENTS), time.monotonic() + GRACE
    while watch.state.pid != process.pid and time.monotonic() < deadline:
        ended = process.returncode is not None
        if _size(run.folder / EVENTS) > size:
            watch.poll()
        elif ended:
            runs.set_status(store, run.id, "failed")
            said = (run.folder / LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
            why = clean(said[-1], limit=None) if said else f"exit status {process.returncode}"
            raise TrainingRefused(f"The trainer ended at once ({why})", f"see {shown(run.folder / LOG)}")
        time.sleep(LOOK)
    if alive(run):
        runs.set_status(store, run.id, "running")


def _size(path: Path) -> int:
    """Of a file in bytes; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _environment(folder: Path) -> dict[str, str]:
    """What the trainer's libraries read when they are loaded."""
    threads = knobs_in(folder).get("threads")
    return {
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_NUM_THREADS": str(threads) if type(threads) is int and threads > 0 else "1",
        "OMP_WAIT_POLICY": "passive",
        "PYTHONUNBUFFERED": "1",
    }


def _pid_at_work(run: Run, pid: int | None) -> int | None:
    """The process that says it is at work on a run; None where another one may have its number by now."""
    if not pid:
        return None
    if Path("/proc/self").exists():
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return None
        if os.fsencode(run.folder) not in command:
            return None
    return pid if alive(run) else None
