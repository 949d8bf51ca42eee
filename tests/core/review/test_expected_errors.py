"""The errors that are promised are about the errors that are made, and the more so the more is corrected."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.review.derived_columns import refresh
from core.review.expected_errors import factors, recalibrate
from store.database import Store
from store.segments import tallies
from store.segments.table import add_segment
from store.units import SAMPLE_RATE
from tests.core.review.desk_makings import correct, heard, recording
from tests.places import DATA

MEASURED = json.loads((DATA / "recogniser_errors.json").read_text(encoding="utf-8"))
"""Condition, words heard, mean probability, seconds, errors, words: of the starter recogniser, see the README."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


def measured(store: Store) -> dict[str, list[tuple[int, int]]]:
    """Each condition a speaker, whose sentences are heard as they were: segments, and the errors in them."""
    where = recording(store, 1, 3600)
    found: dict[str, list[tuple[int, int]]] = {}
    with store.transaction():
        for place, (condition, words, sure, _, errors, _) in enumerate(MEASURED):
            number = add_segment(store, where, place * 10, place * 10 + SAMPLE_RATE, condition)
            store.execute(
                "UPDATE segments SET heard = ?, model = 'ear', confidence = ? WHERE id = ?",
                ("bien " * words, sure, number),
            )
            found.setdefault(condition, []).append((number, errors))
        refresh(store, [number for condition in found.values() for number, _ in condition])
    return found


def mended(store: Store, segments: Sequence[tuple[int, int]]) -> None:
    """Correct segments: so many of the words heard are replaced by others (or said as well)."""
    with store.transaction():
        for number, errors in segments:
            words = store.get("segments", number)["heard"].split()
            wrong = min(errors, len(words))
            correct(store, number, " ".join(["otra"] * wrong + words[wrong:] + ["más"] * (errors - wrong)))


def promised(store: Store, segments: Sequence[tuple[int, int]]) -> float:
    return sum(float(store.get("segments", number)["expected"]) for number, _ in segments)


def made(segments: Sequence[tuple[int, int]]) -> int:
    return sum(errors for _, errors in segments)


def test_before_anything_is_corrected_the_whole_is_about_right(store: Store) -> None:
    found = measured(store)
    everything = [one for condition in found.values() for one in condition]
    assert promised(store, everything) == pytest.approx(made(everything), rel=0.1)
    assert factors(store).other == 1.0


def test_corrected_segments_make_the_figure_of_each_speaker_right(store: Store) -> None:
    found = measured(store)
    before = sum(abs(promised(store, rest[20:]) - made(rest[20:])) for rest in found.values())
    for condition in found.values():
        mended(store, condition[:20])
    assert recalibrate(store) > 100
    after = sum(abs(promised(store, rest[20:]) - made(rest[20:])) for rest in found.values())
    assert after < 0.4 * before
    for rest in found.values():
        if made(rest[20:]) > 10:
            assert 2 / 3 < promised(store, rest[20:]) / made(rest[20:]) < 3 / 2
    assert recalibrate(store) == 0
    assert tallies.recount(store)


def test_a_few_corrections_do_not_turn_everything_over(store: Store) -> None:
    where = recording(store, 1)
    first = heard(store, where, "Me gusta el té", sure=0.9, speaker="Ana")
    correct(store, first, "Todo eso fue otra cosa distinta")
    known = factors(store)
    assert 1 < known.other < known.speakers["Ana"] < 3


def test_what_a_model_was_trained_on_teaches_nothing_about_what_waits(store: Store) -> None:
    where = recording(store, 1)
    for place in range(20):
        number = heard(store, where, "Dos palabras distintas aquí", start=4.0 * place, sure=0.5)
        correct(store, number, "Dos palabras distintas aquí")
        store.execute("UPDATE segments SET split = 'train' WHERE id = ?", (number,))
    assert factors(store).other < 0.5
    # The model that was trained on them hears them again, and is right.
    store.execute("UPDATE hypotheses SET created_at = '3026' || substr(created_at, 5)")
    assert factors(store).other == 1.0


def test_a_reference_expects_nothing_and_an_unsure_one_an_error(store: Store) -> None:
    number = heard(store, recording(store, 1), "Hasta luego", sure=0.5)
    assert store.get("segments", number)["expected"] == 2.0
    correct(store, number, "Hasta luego")
    assert store.get("segments", number)["expected"] == 0.0
    store.execute("UPDATE segments SET status = 'unsure' WHERE id = ?", (number,))
    refresh(store, [number])
    assert store.get("segments", number)["expected"] == 1.0


def test_stopping_halfway_leaves_the_rest_for_the_next_time(store: Store) -> None:
    found = measured(store)
    for condition in found.values():
        mended(store, condition[:20])
    assert recalibrate(store, lambda: True) == 0
    assert recalibrate(store) > 0
