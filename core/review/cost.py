"""What correcting a segment costs this person: a, plus b for each second of audio, plus c for each error.

Learnt from their own newest acceptances, as in Sperber et al., Transcribing Against Time (Speech
Communication 93, 2017), where a cost model kept up to date bought a sixth more corrected errors an hour.
Before there is any work to learn from, published speeds stand in: checking a good transcript takes 1.7 to 2
times its length (the second pass of the Switchboard transcription, Microsoft 2016); 2.56 times was measured
where the recogniser was right (Fong et al. 2018, Althingi), and 4 times for an expert with a recogniser
(Bazillon et al., LREC 2008). With the prior below, six seconds take 1.7 times their length, and 4 times with
three errors.

The estimate is the posterior mode of a linear model whose noise grows with the cost, bounded from below,
so that more audio or more errors never cost less. Somebody who fetches a coffee is not working: what is beyond
a few times the expected cost is cut off, again and again as the estimate moves, so that slow people are believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.database import Store
from store.segments.annotations import Work, work

Numbers = NDArray[np.float64]

PRIOR: Numbers = np.array([2.5, 1.3, 4.5])
"""Seconds: for any segment, for a second of audio, for an error."""
SPREAD: Numbers = np.array([2.0, 0.8, 3.0])
"""How far (standard deviations) people are from that."""
LEAST: Numbers = np.array([0.2, 0.05, 0.3])
"""Nobody is faster."""
NOISE = 0.6
"""Standard deviation of a segment's cost, as a share of it."""
IDLE = 3.0
"""Times the expected cost after which somebody is thought to be elsewhere …"""
PATIENCE = 5.0
"""… and never before so many seconds."""
HALF_LIFE = 200
"""Acceptances after which one counts half: people become faster."""
ROUNDS = 12


@dataclass(frozen=True, slots=True)
class CorrectionCost:
    """A person's cost model, in seconds."""

    a: float
    """For any segment."""
    b: float
    """For each second of audio."""
    c: float
    """For each error."""
    learnt_from: int
    """Acceptances it was learnt from."""

    @property
    def terms(self) -> tuple[float, float, float]:
        return self.a, self.b, self.c

    def seconds(self, audio: float, errors: float) -> float:
        """Seconds of work on a segment of `audio` seconds with so many errors."""
        return self.a + self.b * audio + self.c * errors


def of(store: Store, author: str) -> CorrectionCost:
    """The cost model of a person, from their newest acceptances. Raises StoreError."""
    return fit(work(store, author))


def fit(done: Sequence[Work]) -> CorrectionCost:
    """The cost model that best explains this work (oldest first) and what is known of people in general."""
    timed = [one for one in done if one.seconds > 0 and one.errors is not None]
    if not timed:
        return _cost(PRIOR, 0)
    terms = np.array([(1.0, one.audio_seconds, one.errors or 0) for one in timed])
    seconds = np.array([one.seconds for one in timed])
    recent = 0.5 ** (np.arange(len(timed))[::-1] / HALF_LIFE)
    theta: Numbers = PRIOR
    for _ in range(ROUNDS):
        expected = terms @ theta
        worked = np.minimum(seconds, np.maximum(PATIENCE, IDLE * expected))
        weight = recent / (NOISE * expected) ** 2
        theta = _bounded(
            (terms.T * weight) @ terms + np.diag(SPREAD**-2.0), (terms.T * weight) @ worked + PRIOR / SPREAD**2
        )
    return _cost(theta, len(timed))


def working_seconds(done: Sequence[Work], cost: CorrectionCost) -> float:
    """The time of all this work together, without the breaks."""
    return sum(
        min(one.seconds, max(PATIENCE, IDLE * cost.seconds(one.audio_seconds, one.errors or 0))) for one in done
    )


def _cost(theta: Numbers, learnt_from: int) -> CorrectionCost:
    a, b, c = (float(term) for term in theta)
    return CorrectionCost(a, b, c, learnt_from)


def _bounded(curvature: Numbers, slope: Numbers) -> Numbers:
    """The minimum of x·curvature·x/2 - slope·x where no x is below LEAST, one coordinate after the other."""
    free: Numbers = np.asarray(np.linalg.solve(curvature, slope), dtype=np.float64)
    if (free >= LEAST).all():
        return free
    x: Numbers = np.asarray(np.maximum(free, LEAST), dtype=np.float64)
    for _ in range(100):
        for i in range(len(x)):
            rest = slope[i] - curvature[i] @ x + curvature[i, i] * x[i]
            x[i] = max(LEAST[i], rest / curvature[i, i])
    return x
