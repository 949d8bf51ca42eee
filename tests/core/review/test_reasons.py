"""Why a segment is next is one short sentence that a person can check with their ears."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.review.lint.rules import BITS
from core.review.reasons import why
from store.database import Store
from store.segments.queue import SegmentRow, View, rows
from tests.core.review.desk_makings import heard, recording


@pytest.fixture
def row(tmp_path: Path) -> SegmentRow:
    """Four words in three seconds that a recogniser was sure of."""
    with Store.open(tmp_path) as store:
        number = heard(store, recording(store, 1), "Me gusta el té.", speaker="Ana", sure=0.99)
        return replace(rows(store, [number])[0], expected=0.1)


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        ({}, "Probably right, hardly an error in 7 s of your time."),
        (
            {"expected": 2.2, "confidence": 0.6, "doubt": 0.75},
            "About 2 errors in 16 s of your time: two readings differ in 3 words, the recogniser is 60 % sure.",
        ),
        ({"expected": 1.0, "confidence": 0.5}, "About 1 error in 11 s of your time: the recogniser is 50 % sure."),
        (
            {"expected": 0.6, "warnings": BITS["digits"] | BITS["quiet"]},
            "Perhaps an error in 9 s of your time: numbers written in figures, quiet audio.",
        ),
        (
            {"expected": 0.6, "proposal": "Me gusta el pan."},
            "Perhaps an error in 9 s of your time: its text was changed and not listened to.",
        ),
        ({"heard": None, "expected": 0.0}, "Nothing has been heard in it yet: type what is said."),
        ({"reference": "Sí.", "errors": 0, "words": 1}, "It is corrected, and was heard right."),
        ({"reference": "Sí.", "errors": 1, "words": 4}, "It is corrected; 4 words had been heard with 1 error."),
        ({"reference": "Sí.", "errors": 10, "words": 7}, "It is corrected; 7 words had been heard with 10 errors."),
        ({"reference": "Sí.", "errors": None}, "It is corrected."),
        ({"reference": "Sí.", "errors": 1, "words": 4, "status": "skipped"}, "It was skipped."),
        ({"reference": "Sí.", "errors": 0, "status": "flagged", "reason": "ruido"}, "It is flagged: ruido."),
        (
            {"reference": "Sí.", "status": "unsure", "reason": "sí or así"},
            "You were not sure of it: sí or así.",
        ),
    ],
)
def test_by_worth(row: SegmentRow, seen: dict[str, object], sentence: str) -> None:
    assert why(replace(row, **seen), View()) == sentence  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ("time", "Next in its recording: the recogniser is 60 % sure."),
        ("confidence", "The recogniser is 60 % sure of it."),
        ("length", "One of the shortest, 3.0 s: the recogniser is 60 % sure."),
        ("speaker", "Next of Ana: the recogniser is 60 % sure."),
    ],
)
def test_by_another_order(row: SegmentRow, order: str, sentence: str) -> None:
    assert why(replace(row, confidence=0.6), View(order=order)) == sentence


def test_the_time_is_that_of_the_person(row: SegmentRow) -> None:
    slow = View(cost=(20.0, 8.0, 30.0))
    assert "in 47 s of your time" in why(row, slow)
