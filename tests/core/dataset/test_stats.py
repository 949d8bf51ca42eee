"""The dataset in figures: those of the segments, with their intervals, and what they rest on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.dataset.milestones import progress
from core.dataset.rates import rate
from core.dataset.stats import stats, suspicions
from core.review import second_look
from models.evaluation.rates import linearised
from models.evaluation.scoring import Errors, interval
from store.database import Store
from store.segments.annotations import add_second_pass
from store.segments.tallies import tally
from tests.core.review.desk_makings import correct, corrected, heard, recording


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


def test_an_empty_dataset_has_figures_too(store: Store) -> None:
    figures = stats(store, "ana")
    assert figures.whole.segments == 0
    assert str(figures.errors) == "too little to say (n = 0 words)"
    assert figures.annotator.times_real_time is None
    assert "published" in figures.forecast.basis
    assert figures.agreement is None
    assert figures.forecast.audio_is_missing == figures.milestones[0].missing_seconds == 2 * 3600
    json.dumps(figures.as_json())
    assert figures.as_json()["errors"] == {
        "wer": None, "low": None, "high": None, "cer": None, "segments": 0, "words": 0, "errors": 0,
        "enough": False, "strict": None,
    }  # fmt: skip


def test_hours_and_errors_are_told_by_what_they_are_of(store: Store) -> None:
    where = recording(store, 1)
    corrected(store, where, ["Me gusta el té.", "Vivo en Lugo."], speaker="Ana")
    wrong = heard(store, where, "Hola qué tal", start=20.0, speaker="Eva")
    correct(store, wrong, "Hola, ¿qué tal estás?")
    heard(store, where, "Tengo 3 gatos", start=30.0, seconds=5.0, speaker="Eva")
    figures = stats(store, "ana")
    assert figures.whole.segments == 4
    assert figures.whole.seconds == pytest.approx(14.0)
    assert {name: one.segments for name, one in figures.by["status"].items()} == {"corrected": 3, "new": 1}
    assert figures.by["speaker"]["Eva"].seconds == pytest.approx(8.0)
    assert list(figures.by["speaker"]) == ["Eva", "Ana"]
    errors = figures.as_json()["errors"]
    assert (errors["errors"], errors["words"], errors["enough"]) == (1, 11, False)
    assert figures.errors_by["speaker"]["Eva"].wer.value == pytest.approx(1 / 4)
    assert figures.errors_by["speaker"]["Ana"].wer.value == 0
    assert figures.warnings == {"digits": 1}
    assert [(one.start, one.segments) for one in figures.histograms["seconds"]] == [(3.0, 3), (5.0, 1)]
    assert [one.segments for one in figures.histograms["confidence"]] == [4]


def test_the_speed_is_that_of_the_work_and_the_forecast_says_so(store: Store) -> None:
    where = recording(store, 1)
    with store.transaction():
        for place in range(30):
            number = heard(store, where, "Me gusta el té", start=4.0 * place, seconds=4.0)
            correct(store, number, "Me gusta el café", seconds=12.0)
        for place in range(30, 40):
            heard(store, where, "Me gusta el té", start=4.0 * place, seconds=4.0)
    figures = stats(store, "ana")
    ana = figures.annotator
    assert ana.acceptances == 30
    assert ana.times_real_time == pytest.approx(3.0)
    assert ana.segments_a_minute == pytest.approx(5.0)
    assert ana.errors_a_minute == pytest.approx(5.0)
    assert ana.keystrokes_a_segment == 2
    assert ana.listened == pytest.approx(0.75)
    forecast = figures.forecast
    assert forecast.segments == 10
    assert forecast.audio_seconds == pytest.approx(40.0)
    assert forecast.work_seconds == pytest.approx(120, rel=0.2)
    assert "last 30 acceptances" in forecast.basis
    assert forecast.to_next_milestone == pytest.approx((2 * 3600 - 120) * 3.0, rel=0.2)
    assert stats(store, "berta").annotator.acceptances == 0


def test_writing_otherwise_the_second_time_is_told(store: Store) -> None:
    [number] = corrected(store, recording(store, 1), ["Me gusta el té"])
    add_second_pass(store, number, "ana", "Me gusta el té", "Me gusta el pan", 1, 4, 3.0)
    add_second_pass(store, number, "ana", "Me gusta el té", "Me gusta el té", 0, 4, 3.0)
    agreement = stats(store, "ana").agreement
    assert agreement is not None
    assert agreement.as_json() == {
        "wer": 1 / 8, "low": 0.0, "high": agreement.wer.high, "cer": None, "segments": 2, "words": 8, "errors": 1,
        "enough": False, "strict": None,
    }  # fmt: skip
    assert agreement.wer == second_look.agreement(store, "ana")


def test_what_is_there_twice_is_a_suspicion(store: Store) -> None:
    numbers = corrected(
        store, recording(store, 1), ["Me gusta mucho el té", "Otra frase muy distinta", "me gusta mucho el té"]
    )
    store.execute("UPDATE segments SET split = 'train' WHERE id = ?", (numbers[0],))
    store.execute("UPDATE segments SET split = 'test' WHERE id = ?", (numbers[2],))
    found = suspicions(store)
    assert [duplicate.segments for duplicate in found.duplicates] == [(numbers[0], numbers[2])]
    assert [(leak.train_segment, leak.test_segment) for leak in found.leaks] == [(numbers[0], numbers[2])]


def test_a_rate_from_sums_is_that_of_the_segments() -> None:
    """The same interval as drawing segments again and again, which costs a million times as much."""
    random = np.random.default_rng(3)
    words = random.integers(1, 15, 400)
    errors = random.binomial(words, random.beta(1, 5, 400))
    got = linearised(
        400,
        int(errors.sum()),
        int(words.sum()),
        int((errors**2).sum()),
        int((errors * words).sum()),
        int((words**2).sum()),
    )
    drawn = interval([Errors(int(e), 0, 0, int(w)) for e, w in zip(errors, words, strict=True)])
    assert got.value == pytest.approx(drawn.value)
    assert got.low == pytest.approx(drawn.low, abs=0.006)
    assert got.high == pytest.approx(drawn.high, abs=0.006)
    assert got.enough
    assert "n = " in str(got)


def test_the_interval_holds_the_truth_about_nineteen_times_in_twenty() -> None:
    random = np.random.default_rng(5)
    held = 0
    for _ in range(400):
        words = random.integers(1, 15, 150)
        errors = random.binomial(words, random.beta(1, 5, 150))  # one error in six
        sums = (errors.sum(), words.sum(), (errors**2).sum(), (errors * words).sum(), (words**2).sum())
        got = linearised(150, *(int(one) for one in sums))
        held += got.low <= 1 / 6 <= got.high
    assert 0.91 < held / 400 < 0.98


def test_no_error_seen_does_not_mean_none_made() -> None:
    got = linearised(60, 0, 300, 0, 0, 2000)
    assert (got.value, got.low, got.high) == (0, 0, 0.01)
    single = linearised(1, 3, 250, 9, 750, 62_500)
    assert (single.low, single.high) == (0, 1)


def test_a_rate_of_tallies_is_over_all_of_them(store: Store) -> None:
    where = recording(store, 1)
    for place, text in enumerate(["uno dos tres", "uno", "uno dos"]):
        number = heard(store, where, "uno dos", start=4.0 * place, speaker=f"hablante {place}")
        correct(store, number, text)
    got = rate(tally(store))
    counted = got.as_json()
    assert (counted["errors"], counted["words"], counted["segments"]) == (2, 6, 3)
    assert got.cer == pytest.approx((5 + 4) / (12 + 3 + 7))


def test_milestones_say_how_far_it_is() -> None:
    none, some, all_of_it = progress(0), progress(9 * 3600), progress(60 * 3600)
    assert [one.reached for one in some] == [True, True, False]
    assert some[2].share == pytest.approx(0.18)
    assert none[0].missing_seconds == 7200
    assert all(one.reached and one.missing_seconds == 0 and one.share == 1 for one in all_of_it)
    assert all(one.brings and one.source for one in none)
