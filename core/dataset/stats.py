"""What the dataset is worth, and what it costs: the figures of the Dataset screen and of `tertulia stats`.

All of it comes from counts that are kept while the work is done, so it is there at once at any size. Only
`suspicions` compares segments with each other, and takes its time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.dataset.leaks import Duplicate, Leak, duplicates, leaks
from core.dataset.milestones import MilestoneProgress, progress
from core.dataset.rates import METHOD, Rate, rate
from core.review import cost, second_look
from core.review.lint.rules import RULES
from store.database import Store
from store.segments.annotations import work
from store.segments.tallies import Tally, histogram, tally
from store.units import SAMPLE_RATE

BY: Mapping[str, Callable[[Tally], str]] = {
    "status": lambda one: one.status,
    "speaker": lambda one: one.speaker,
    "split": lambda one: one.split,
    "source": lambda one: one.source,
}
RATED_BY: Mapping[str, Callable[[Tally], str]] = {
    "speaker": lambda one: one.speaker,
    "loudness": lambda one: one.level,
    "split": lambda one: one.split,
}
SETTLED = 50
"""Acceptances that say more about a person than what is published about others."""
BINS = {"seconds": 1.0, "confidence": 0.05, "pace": 0.5}
"""Histograms, and how wide their bins are: seconds, probability, words a second."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Some of the dataset."""

    segments: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a histogram."""

    start: float
    segments: int


@dataclass(frozen=True, slots=True)
class AnnotatorPace:
    """How fast somebody works, by their newest acceptances; breaks are left out."""

    author: str
    acceptances: int
    """That all of this rests on."""
    work_seconds: float
    audio_seconds: float
    times_real_time: float | None
    """Seconds of work for a second of audio."""
    segments_a_minute: float | None
    errors_a_minute: float | None
    """Words put right, of those that were heard wrong."""
    keystrokes_a_segment: float | None
    listened: float | None
    """Seconds played for a second of audio."""
    cost: tuple[float, float, float]
    """Seconds: for any segment, for a second of audio, for an error."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is left to do."""

    segments: int
    """That nobody has decided about."""
    audio_seconds: float
    expected_errors: float
    work_seconds: float
    """For all of them, at this person's pace."""
    to_next_milestone: float | None
    """Seconds of work; None when all are reached."""
    audio_is_missing: float
    """Seconds of audio that must still be recorded or imported before the next milestone can be reached."""
    basis: str


@dataclass(frozen=True, slots=True)
class Stats:
    """The dataset in figures."""

    whole: Amount
    by: dict[str, dict[str, Amount]]
    """status, speaker, split and source; each by name."""
    errors: Rate
    """Of the newest recogniser, against the references."""
    errors_by: dict[str, dict[str, Rate]]
    """speaker, loudness and split; each by name."""
    method: str
    histograms: dict[str, list[Bin]]
    milestones: tuple[MilestoneProgress, ...]
    warnings: dict[str, int]
    """Segments by what may be wrong with them (codes of `core.review.lint.rules`)."""
    annotator: AnnotatorPace
    forecast: Forecast
    agreement: Rate | None
    """How often the author wrote another word the second time; None before the first second pass."""

    def as_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "errors": self.errors.as_json(),
            "errors_by": {
                name: {key: one.as_json() for key, one in rates.items()} for name, rates in self.errors_by.items()
            },
            "agreement": None if self.agreement is None else self.agreement.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Suspicions:
    """What is in the dataset twice, and what is in the training and in the test."""

    duplicates: list[Duplicate]
    leaks: list[Leak]


def stats(store: Store, author: str) -> Stats:
    """The figures of the dataset, and of one annotator's work on it. Raises StoreError."""
    tallies = tally(store)
    corrected = [one for one in tallies if one.status == "corrected"]
    reached = progress(_amount(corrected).seconds)
    annotator, pace = _annotator(store, author)
    agreement = second_look.agreement(store, author)
    return Stats(
        whole=_amount(tallies),
        by={name: {key: _amount(group) for key, group in _groups(tallies, of).items()} for name, of in BY.items()},
        errors=rate(corrected),
        errors_by={
            name: {key: rate(group) for key, group in _groups(corrected, of).items()}
            for name, of in RATED_BY.items()
        },
        method=METHOD,
        histograms={
            name: [Bin(round(number * width, 2), count) for number, count in histogram(store, name).items()]
            for name, width in BINS.items()
        },
        milestones=reached,
        warnings=_warnings(store),
        annotator=annotator,
        forecast=_forecast([one for one in tallies if one.status == "new"], reached, pace),
        agreement=None if agreement is None else Rate(agreement, None),
    )


def suspicions(store: Store) -> Suspicions:
    """What is there twice; a second or two for a hundred thousand segments. Raises StoreError."""
    return Suspicions(duplicates(store), leaks(store))


def _amount(tallies: list[Tally]) -> Amount:
    return Amount(sum(one.segments for one in tallies), sum(one.samples for one in tallies) / SAMPLE_RATE)


def _groups(tallies: list[Tally], of: Callable[[Tally], str]) -> dict[str, list[Tally]]:
    """Tallies by name, those with most audio first."""
    groups: dict[str, list[Tally]] = {}
    for one in tallies:
        groups.setdefault(of(one), []).append(one)
    return dict(sorted(groups.items(), key=lambda group: (-sum(one.samples for one in group[1]), group[0])))


def _warnings(store: Store) -> dict[str, int]:
    counts = store.execute(
        "SELECT warnings, count(*) AS segments FROM segments WHERE warnings != 0 GROUP BY warnings"
    )
    found = {rule.code: sum(row["segments"] for row in counts if row["warnings"] & rule.bit) for rule in RULES}
    return {code: count for code, count in found.items() if count}


def _annotator(store: Store, author: str) -> tuple[AnnotatorPace, cost.CorrectionCost]:
    done = [one for one in work(store, author) if one.seconds > 0]
    pace = cost.fit(done)
    seconds = cost.working_seconds(done, pace)
    audio = sum(one.audio_seconds for one in done)
    each = seconds / 60
    return (
        AnnotatorPace(
            author=author,
            acceptances=len(done),
            work_seconds=seconds,
            audio_seconds=audio,
            times_real_time=seconds / audio if done else None,
            segments_a_minute=len(done) / each if done else None,
            errors_a_minute=sum(one.errors or 0 for one in done) / each if done else None,
            keystrokes_a_segment=sum(one.keystrokes for one in done) / len(done) if done else None,
            listened=sum(one.listened for one in done) / audio if done else None,
            cost=pace.terms,
        ),
        pace,
    )


def _forecast(waiting: list[Tally], reached: tuple[MilestoneProgress, ...], pace: cost.CorrectionCost) -> Forecast:
    amount = _amount(waiting)
    expected = sum(one.expected for one in waiting)
    seconds = pace.a * amount.segments + pace.b * amount.seconds + pace.c * expected
    beside = "" if pace.learnt_from >= SETTLED else ", and published speeds beside so few"
    basis = (
        f"your last {pace.learnt_from} acceptances{beside}: {pace.a:.1f} s for any segment, {pace.b:.1f} s for a "
        f"second of audio, {pace.c:.1f} s for an error"
        if pace.learnt_from
        else "published speeds of annotators, as there is no work of yours to go by yet"
    )
    following = next((one.missing_seconds for one in reached if not one.reached), None)
    # A second of audio costs what one costs in the segments that wait; without any, in six seconds without error.
    each = seconds / amount.seconds if amount.seconds else pace.seconds(6.0, 0.0) / 6.0
    return Forecast(
        segments=amount.segments,
        audio_seconds=amount.seconds,
        expected_errors=expected,
        work_seconds=seconds,
        to_next_milestone=None if following is None else following * each,
        audio_is_missing=0.0 if following is None else max(0.0, following - amount.seconds),
        basis=basis,
    )
