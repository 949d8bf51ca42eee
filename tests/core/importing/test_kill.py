"""An import is killed at twenty random points; done again, it is as if nothing had happened.

A point is a call: of the database, or of the operating system (opening, renaming and removing files). So kills
fall between any two things that can be seen from outside, on slow and fast machines alike.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.importing.importer import import_path
from store.check import check
from store.database import Store
from tests.core.importing.driver import RATE, content, conversation, speech, state, write
from tests.patience import PATIENCE

POINTS = 20

CHILD = """
import itertools, os, signal, sys
from pathlib import Path
from core.importing.importer import import_path
from store.database import Store

calls, last = itertools.count(1), int(sys.argv[3])
data = sys.argv[1]

def point():
    if next(calls) == last:
        os.kill(os.getpid(), signal.SIGKILL)

def hook(event, arguments):
    if event in ("open", "os.rename", "os.remove", "os.mkdir") and data in str(arguments[0]):
        point()

sys.addaudithook(hook)
execute = Store.execute

def counted(store, *arguments):
    point()
    return execute(store, *arguments)

Store.execute = counted
with Store.open(Path(data)) as store:
    for path in sorted(Path(sys.argv[2]).iterdir()):
        import_path(store, path)
print(next(calls) - 1)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plain audio, a table of clips, and subtitles; each is imported by itself."""
    folder = tmp_path_factory.mktemp("in")
    write(folder / "a" / "clase.wav", conversation(1))
    write(folder / "a" / "otra.mp3", speech()[: 4 * RATE], 44_100)
    write(folder / "b" / "uno.wav", speech()[: 3 * RATE])
    write(folder / "b" / "dos.wav", speech()[5 * RATE :])
    (folder / "b" / "segments.csv").write_text(
        "audio_path,transcript,duration,speaker,notes\nuno.wav,Hola.,,Ana,\ndos.wav,,,Ana,nota\nno.wav,Nada.,,,\n"
    )
    write(folder / "c" / "charla.wav", speech())
    (folder / "c" / "charla.srt").write_text(
        "1\n00:00:00,500 --> 00:00:05,000\nUna frase.\n\n2\n00:00:05,200 --> 00:00:08,000\nOtra.\n"
    )
    return folder


def run(data: Path, folder: Path, last: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CHILD, str(data), str(folder), str(last)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)


def test_an_import_killed_anywhere_is_finished_by_the_next_one(folder: Path, tmp_path: Path) -> None:
    whole = run(tmp_path / "whole", folder, 0)
    assert whole.returncode == 0, whole.stderr
    with Store.open(tmp_path / "whole") as store:
        expected = content(store)
    assert len(expected) == 2 + 1 + 2 + 2
    points = random.Random(5).sample(range(5, int(whole.stdout)), POINTS)
    with ThreadPoolExecutor(2) as pool:
        killed = list(pool.map(lambda point: run(tmp_path / str(point), folder, point), points))
    seen = set()
    for point, child in zip(points, killed, strict=True):
        assert child.returncode == -signal.SIGKILL, (point, child.stderr)
        with Store.open(tmp_path / str(point)) as store:
            assert not check(store), point
            half = content(store)
            seen.add(len(half))
            # A file is there wholly or not at all.
            assert half in [expected_of(expected, half)], point
            for path in sorted(folder.iterdir()):
                import_path(store, path)
            assert content(store) == expected, point
            assert not check(store), point
            before = state(store)
            for path in sorted(folder.iterdir()):
                import_path(store, path)
            assert state(store) == before, point
    assert len(seen) > 2  # the kills were spread over the import


def test_two_imports_at_once_bring_everything_once(folder: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: run(tmp_path / "both", folder, 0), range(2)))
    assert [child.returncode for child in both] == [0, 0], [child.stderr for child in both]
    alone = run(tmp_path / "alone", folder, 0)
    assert alone.returncode == 0
    with Store.open(tmp_path / "both") as one, Store.open(tmp_path / "alone") as other:
        assert content(one) == content(other)
        assert not check(one)


def expected_of(whole: list[dict[str, object]], half: list[dict[str, object]]) -> list[dict[str, object]]:
    """The rows of the whole import for the files that are there: segments come by file."""
    origins = {row["origin"] for row in half}
    if origins & {"uno.wav", "dos.wav"}:
        origins |= {"uno.wav", "dos.wav"}  # of one table
    return [row for row in whole if row["origin"] in origins]
