"""How amounts read in a sentence."""

from __future__ import annotations

import pytest

from core.words import counted, duration


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 segments"), (1, "1 segment"), (2, "2 segments"), (12_345, "12,345 segments")]
)
def test_things_are_counted_as_english_says_it(number: int, said: str) -> None:
    assert counted(number, "segment") == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0, "0 s"), (59.4, "59 s"), (60, "1 min"), (3599, "60 min"), (3600, "1.0 h"), (5400, "1.5 h")],
)
def test_a_length_of_time_has_the_unit_that_suits_it(seconds: float, said: str) -> None:
    assert duration(seconds) == said
