"""An import is killed at twenty random points; done again, it is as if nothing had happened.

A point is a call: of the database, or of the operating system (opening, renaming and removing files). So kills
fall between any two things that can be seen from outside, on slow and fast machines alike.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.importing.importer import import_path
from store.check import check
from store.database import Store
from tests.core.importing.driver import RATE, content, conversation, speech, state, write
from tests.patience import PATIENCE

POINTS = 20

IMPORTER = """
import itertools, os, signal, sys
from pathlib import Path
import av, numpy, onnxruntime, soundfile, sqlite_utils
from core.importing.importer import import_path
from models.activity import SileroActivity
from store.database import Store

execute = Store.execute

def work(data, folder, last):
    calls = itertools.count(1)

    def point():
        if next(calls) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event, arguments):
        if event in ("open", "os.rename", "os.remove", "os.mkdir") and data in str(arguments[0]):
            point()

    def counted(store, *arguments):
        point()
        return execute(store, *arguments)

    sys.addaudithook(hook)
    Store.execute = counted
    with Store.open(Path(data)) as store:
        for path in sorted(Path(folder).iterdir()):
            import_path(store, path)
    return next(calls) - 1

for line in sys.stdin:
    data, folder, last = line.rstrip().split("\\t")
    child = os.fork()
    if not child:
        print(work(data, folder, int(last)), flush=True)
        os._exit(0)
    print("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Importer:
    """Imports, each in a process of its own: a fork of one that has loaded all that is needed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", IMPORTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def begin(self, data: Path, folder: Path, last: int = 0) -> None:
        """Import everything in a folder, and die at the last of so many calls; at none, if that is 0."""
        assert self._process.stdin
        self._process.stdin.write(f"{data}\t{folder}\t{last}\n")
        self._process.stdin.flush()

    def end(self) -> tuple[int, int]:
        """Wait for the import: its exit status, and how many calls it came to if it came to its end."""
        assert self._process.stdout
        calls = 0
        for line in self._process.stdout:
            if line.startswith("ended"):
                return int(line.split()[1]), calls
            calls = int(line)
        raise AssertionError("the importer has gone")

    def run(self, data: Path, folder: Path, last: int = 0) -> tuple[int, int]:
        self.begin(data, folder, last)
        return self.end()

    def close(self) -> None:
        self._process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="module")
def importers() -> Iterator[tuple[Importer, Importer]]:
    two = Importer(), Importer()
    yield two
    for importer in two:
        importer.close()


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


def test_an_import_killed_anywhere_is_finished_by_the_next_one(
    folder: Path, importers: tuple[Importer, Importer], tmp_path: Path
) -> None:
    status, calls = importers[0].run(tmp_path / "whole", folder)
    assert status == 0
    with Store.open(tmp_path / "whole") as store:
        expected = content(store)
    assert len(expected) == 2 + 1 + 2 + 2
    seen = set()
    for point in random.Random(5).sample(range(5, calls), POINTS):
        assert importers[0].run(tmp_path / str(point), folder, point)[0] == -signal.SIGKILL, point
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


def test_two_imports_at_once_bring_everything_once(
    folder: Path, importers: tuple[Importer, Importer], tmp_path: Path
) -> None:
    for importer in importers:
        importer.begin(tmp_path / "both", folder)
    assert [importer.end()[0] for importer in importers] == [0, 0]
    assert importers[0].run(tmp_path / "alone", folder)[0] == 0
    with Store.open(tmp_path / "both") as one, Store.open(tmp_path / "alone") as other:
        assert content(one) == content(other)
        assert not check(one)


def expected_of(whole: list[dict[str, object]], half: list[dict[str, object]]) -> list[dict[str, object]]:
    """The rows of the whole import for the files that are there: segments come by file."""
    origins = {row["origin"] for row in half}
    if origins & {"uno.wav", "dos.wav"}:
        origins |= {"uno.wav", "dos.wav"}  # of one table
    return [row for row in whole if row["origin"] in origins]
