"""What happens in a demonstration, for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.versions.gate import Verdict
from models.evaluation.rates import Interval

Act = Literal["talk", "correct", "train", "prove", "promote", "go on"]


@dataclass(frozen=True, slots=True)
class Begins:
    """One of the acts."""

    act: Act


@dataclass(frozen=True, slots=True)
class ActProgress:
    """How far an act is."""

    act: Act
    text: str
    share: float | None
    """Done, 0 to 1; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Talked:
    """The learner has said everything."""

    sentences: int
    sittings: int
    seconds: float
    """Of audio."""
    misheard: int
    """Sentences with at least one wrong word."""
    wer: Interval
    examples: tuple[tuple[str, str], ...]
    """What was said, and what was heard."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """The corrections are entered and split; all counts are sentences."""

    right: int
    """Accepted as they were heard."""
    mended: int
    train: int
    dev: int
    test: int
    out: int
    """In none, because they say nearly the same as one of the test."""
    later: int
    """Left as they were heard."""


@dataclass(frozen=True, slots=True)
class Trained:
    """The training is over."""

    run: int
    steps: int
    best_step: int | None
    strength: float | None
    """Share of the adapter that was merged."""
    seconds: float
    """That the steps took."""


@dataclass(frozen=True, slots=True)
class Proved:
    """The gate has spoken."""

    version: str
    verdict: Verdict
    examples: tuple[tuple[str, str, str], ...]
    """Held-out sentences of which it hears more: what was said, what was heard before and what is heard now."""


@dataclass(frozen=True, slots=True)
class Promoted:
    """Whether the version is in use now."""

    version: str
    promoted: bool


@dataclass(frozen=True, slots=True)
class Reheard:
    """What was never corrected, as the new recogniser hears it; and one sentence of it, said once more."""

    said: str
    before: str
    now: str
    sentences: int
    misheard_before: int
    misheard_now: int


Scene = Begins | ActProgress | Talked | Corrected | Trained | Proved | Promoted | Reheard
