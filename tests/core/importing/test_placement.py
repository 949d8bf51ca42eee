"""Whatever rows come in whatever order: nothing typed is lost, nobody talks over themselves, twice is once."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.dataset.audio_quality import Measures
from core.importing.placement import ADDED, KNOWN, OVERLAP, REFERENCED, ImportRow, place
from store.audio.folder import AudioFolder
from store.check import check
from store.database import Store
from store.formats.item import Rejected
from store.segments import edits
from tests.core.importing.driver import RATE, rows, state
from tests.properties import examples

SAMPLES = 20 * RATE
MEASURES = Measures(-23.0, 20.0, 0.0, 7000.0, b"")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data folder with one recording's audio, and its SHA-256."""
    folder = tmp_path_factory.mktemp("empty")
    Store.open(folder).close()
    return folder, AudioFolder(folder).put(np.ones(SAMPLES, np.int16))


def opened(empty: tuple[Path, str], into: Path) -> Store:
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(empty[0], into)
    return Store.open(into)


@st.composite
def some_rows(draw: st.DrawFn, sha256: str = "") -> list[ImportRow]:
    found = []
    for number in range(draw(st.integers(1, 8))):
        start = draw(st.integers(0, 18)) * RATE + draw(st.integers(0, 200))
        end = min(SAMPLES, start + draw(st.integers(1, 5)) * RATE)
        listened = draw(st.booleans())
        found.append(
            ImportRow(
                f"row {number}", sha256, SAMPLES, start, end, MEASURES, "clase.wav", "",
                text="" if listened else draw(st.sampled_from(["", "Hola.", "Adiós.", "¿Qué tal?"])),
                speaker=draw(st.sampled_from(["", "Ana", "Luis"])), found=listened,
                note=draw(st.sampled_from(["", "", "nota"])),
            )
        )  # fmt: skip
    return found


def described(number: int, end: int, found: bool = False) -> ImportRow:
    return ImportRow(f"row {number}", "", SAMPLES, 0, end * RATE, MEASURES, "clase.wav", "", found=found)


@examples(80)
@example(imports=[[described(0, 1, found=True), described(1, 1), described(2, 2)]], typed=0)
@given(imports=st.lists(some_rows(), min_size=1, max_size=3), typed=st.integers(0, 9))
def test_rows_find_their_place(
    empty: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory, imports: list[list[ImportRow]], typed: int
) -> None:
    with opened(empty, tmp_path_factory.getbasetemp() / "placing") as store:
        mine: dict[int, str] = {}
        for number, chosen in enumerate(imports):
            chosen = [replace(row, sha256=empty[1]) for row in chosen]
            before = store.execute("SELECT count(*) AS n FROM segments")[0]["n"]
            placed = place(store, chosen, "file")
            assert len(placed.outcomes) == len(chosen)
            assert placed.outcomes.count(ADDED) == placed.segments
            assert store.execute("SELECT count(*) AS n FROM segments")[0]["n"] == before + placed.segments
            again = state(store)
            repeated = place(store, chosen, "file")
            for first, second in zip(placed.outcomes, repeated.outcomes, strict=True):
                assert (
                    second == KNOWN if first in (ADDED, REFERENCED, KNOWN) else isinstance(second, Rejected | str)
                )
            assert not repeated.segments and state(store) == again
            if number == 0:
                for row in store.execute("SELECT id FROM segments WHERE id % 10 = ?", (typed,)):
                    was, revision = edits.state(store, row["id"])
                    to = replace(was, reference="Lo escribí yo.", status="corrected")
                    edits.apply(store, "ana", "correct", [edits.SegmentChange(row["id"], to, revision)])
                    mine[row["id"]] = "Lo escribí yo."
        for segment, text in mine.items():
            assert edits.state(store, segment)[0].reference == text
        # Where a person wrote on what was found by listening, it may reach into what a file describes.
        found = rows(store, 's.id, s.start, s."end", s.speaker, s.reference')
        said = [row for row in found if row["reference"] is not None and row["id"] not in mine]
        for one, other in itertools.combinations(said, 2):
            if one["speaker"] == other["speaker"]:
                assert min(one["end"], other["end"]) - max(one["start"], other["start"]) <= OVERLAP
        assert not check(store)
