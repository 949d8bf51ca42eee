"""Adding, choosing and removing are killed at ten points each: the folder is whole, and the model in use loads.

A point is a call: of the database, of the operating system (opening, renaming, linking and removing), or a block
that was copied. So kills fall between any two things that can be seen from outside, on slow and fast machines.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.own_models.adding import add
from core.own_models.choosing import choose
from core.versions.active import TUTOR, active, load_tutor, models_folder
from models import catalog
from store.check import check
from store.database import Store
from tests.core.own_models.own_models import tree, tutor
from tests.patience import PATIENCE

POINTS = 10

WORKER = """
import itertools, json, os, signal, sys
from pathlib import Path
import sqlite_utils
from core.own_models import adding, choosing, removing
from store.database import Store

adding.BLOCK = 300_000
execute = Store.execute
DO = {
    "copy": lambda data, path: adding.add(data, Path(path), "other", copy=True, on_progress=point),
    "link": lambda data, path: adding.add(data, Path(path), "other"),
    "use": lambda data, path: choosing.choose(data, "tutor", "other"),
    "remove": lambda data, path: removing.remove(data, "tutor", "mine", force=True),
}

def work(action, data, path, last):
    global point
    calls = itertools.count(1)

    def point(*told):
        if next(calls) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event, arguments):
        if event in ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink"):
            if data in str(arguments[0]) or (len(arguments) > 1 and data in str(arguments[1])):
                point()

    def counted(store, *arguments):
        point()
        return execute(store, *arguments)

    sys.addaudithook(hook)
    Store.execute = counted
    DO[action](Path(data), path)
    return next(calls) - 1

for line in sys.stdin:
    action, data, path, last = json.loads(line)
    child = os.fork()
    if not child:
        print(work(action, data, path, last), flush=True)
        os._exit(0)
    print("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Worker:
    """Changes, each in a process of its own: a fork of one that has loaded all that is needed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, action: str, data: Path, path: Path, last: int = 0) -> tuple[int, int]:
        """Do it, and die at the last of so many calls, at none if it is 0; gives exit status and calls."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps([action, str(data), str(path), last]) + "\n")
        self._process.stdin.flush()
        calls = 0
        for line in self._process.stdout:
            if line.startswith("ended"):
                return int(line.split()[1]), calls
            calls = int(line)
        raise AssertionError("the worker has gone")

    def close(self) -> None:
        self._process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


def prepared(folder: Path, action: str) -> tuple[Path, Path]:
    """A data folder in which a tutor of one's own answers, and another tutor beside it that the action is about."""
    data, path = folder / "data", tutor(folder / "in", "other.gguf")
    add(data, tutor(folder / "in"), copy=True)
    choose(data, TUTOR, "mine")
    if action == "use":
        add(data, path)
    return data, path


def seen(data: Path) -> tuple[dict[str, Any], str]:
    """What is in the models folder for whoever looks, and which model is in use: one that is whole, and loads."""
    said: list[str] = []
    whole = {name: size for name, size in tree(data).items() if "/." not in name}
    for entry in catalog.entries(models_folder(data), lambda left: said.append(str(left.why))):
        if entry.installed:
            catalog.verify(entry)
    name = active(data, TUTOR, warn=said.append).name
    assert load_tutor(data).name == name and not said
    with Store.open(data) as store:
        assert not check(store)
    return whole, name


@pytest.mark.parametrize("action", ["copy", "link", "use", "remove"])
def test_killed_at_ten_points_the_folder_is_whole_and_the_model_in_use_loads(
    action: str, worker: Worker, tmp_path: Path
) -> None:
    data, path = prepared(tmp_path / "whole", action)
    before = local(seen(data), tmp_path / "whole")
    status, calls = worker.run(action, data, path)
    after = local(seen(data), tmp_path / "whole")
    assert status == 0 and before != after
    points = spread(calls)
    assert len(points) == min(POINTS, calls) and calls > 5
    for point in points:
        folder = tmp_path / str(point)
        data, path = prepared(folder, action)
        assert worker.run(action, data, path, point)[0] == -signal.SIGKILL, point
        state = local(seen(data), folder)
        # The choice goes first, then the files.
        assert state in [before, (before[0], after[1]), after], point
        if state != after:
            assert worker.run(action, data, path)[0] == 0, point
            assert local(seen(data), folder) == after and not hidden(data), point
        shutil.rmtree(folder)


def spread(calls: int) -> list[int]:
    """Ten of so many calls, the first and the last among them; all where there are fewer."""
    return sorted({1 + round(number * (calls - 1) / (POINTS - 1)) for number in range(POINTS)})


def local(state: tuple[dict[str, Any], str], folder: Path) -> tuple[dict[str, Any], str]:
    """The same, whatever folder it was seen in."""
    files, used = state
    return {name: str(what).replace(str(folder), "") for name, what in files.items()}, used


def hidden(data: Path) -> list[str]:
    return [name for name in tree(data) if "/." in name]
