"""The cost model learns a person's own speed, from little, through breaks, and stays reasonable."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.review.cost import LEAST, PRIOR, CorrectionCost, fit, of, working_seconds
from store.database import Store
from store.segments.annotations import Work
from store.segments.queue import View
from tests.core.review.desk_makings import correct, heard, recording


def worked(number: int, a: float, b: float, c: float, seed: int = 0, breaks: float = 0.0) -> list[Work]:
    """So many acceptances of somebody with this cost, give or take 40 %; some with a break of minutes."""
    random = np.random.default_rng(seed)
    done = []
    for _ in range(number):
        audio, errors = random.uniform(1, 12), int(random.poisson(1.2))
        seconds = (a + b * audio + c * errors) * random.lognormal(-0.08, 0.4)
        if random.random() < breaks:
            seconds += random.uniform(120, 3600)
        done.append(Work("correct", audio, errors, seconds, 5, audio, ""))
    return done


def typical(cost: CorrectionCost) -> float:
    """Seconds for six seconds of audio with an error."""
    return cost.seconds(6.0, 1.0)


def test_before_there_is_work_people_in_general_stand_in() -> None:
    cost = fit([])
    assert cost.terms == tuple(PRIOR) == View().cost
    assert cost.learnt_from == 0
    assert cost.seconds(6.0, 0.0) == pytest.approx(1.7 * 6, rel=0.05)


@pytest.mark.parametrize("truth", [(1.0, 0.7, 2.0), (2.5, 1.3, 4.5), (8.0, 4.0, 15.0), (20.0, 8.0, 30.0)])
def test_quick_and_slow_people_are_both_believed(truth: tuple[float, float, float]) -> None:
    cost = fit(worked(200, *truth))
    assert typical(cost) == pytest.approx(typical(CorrectionCost(*truth, 0)), rel=0.25)


def test_twenty_acceptances_say_most_of_it() -> None:
    slow = fit(worked(20, 8.0, 4.0, 15.0))
    assert typical(fit([])) * 2 < typical(slow) < typical(CorrectionCost(8.0, 4.0, 15.0, 0)) * 1.2


def test_a_coffee_is_not_work() -> None:
    steady, broken = worked(100, 2.5, 1.3, 4.5, seed=1), worked(100, 2.5, 1.3, 4.5, seed=1, breaks=0.1)
    assert typical(fit(broken)) < 1.35 * typical(fit(steady))
    assert working_seconds(broken, fit(broken)) < 1.5 * working_seconds(steady, fit(steady))
    assert sum(one.seconds for one in broken) > 5 * sum(one.seconds for one in steady)


def test_somebody_who_becomes_faster_is_followed() -> None:
    before, after = worked(300, 8.0, 4.0, 15.0), worked(300, 2.0, 1.2, 4.0, seed=2)
    assert typical(fit(before + after)) < typical(fit(before)) / 2


@given(
    st.lists(
        st.tuples(st.floats(0.01, 60), st.integers(0, 40), st.floats(0, 1e6)).map(
            lambda one: Work("correct", one[0], one[1], one[2], 1, 0.0, "")
        ),
        max_size=30,
    )
)
def test_more_audio_and_more_errors_never_cost_less(work: list[Work]) -> None:
    cost = fit(work)
    assert all(np.isfinite(cost.terms))
    assert all(term >= least for term, least in zip(cost.terms, LEAST, strict=True))


def test_it_is_learnt_from_what_was_accepted_at_the_desk(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        where = recording(store, 1)
        with store.transaction():
            for place in range(60):
                number = heard(store, where, "Me gusta el té", start=4.0 * place)
                correct(store, number, "Me gusta el café", seconds=40.0)
        assert typical(of(store, "ana")) > 2 * typical(of(store, "berta"))
        assert of(store, "ana").learnt_from == 60
