"""Is training worth it? What it would learn from, what that usually brings, and what it takes on this machine.

What is known is given as known: an error rate with its interval, a time as an earlier run here took. The rest is
given as an estimate. How much a run brings is only known afterwards, by the gate; the ranges here are what
comparable runs brought, so that nobody spends an evening on what cannot be proven.
"""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass

from core.dataset.splits import SHARES
from core.runs import costs
from core.runs.bases import resolve
from core.runs.errors import TrainingRefused
from core.runs.snapshot import RunChoice, Snapshot, snapshot
from core.versions import registry
from core.versions.active import RECOGNISER, chosen_name
from models.evaluation.rates import LEAST_WORDS, Interval
from store import runs
from store.database import Store
from store.versions import ModelVersion, version, version_named
from trainer.contract.clips import Clip, read_manifest
from trainer.contract.errors import DataError
from trainer.contract.folder import MANIFEST

GAINS = (
    (10, 4, (0.30, 0.55)),
    (400, 60, (0.10, 0.40)),
    (2000, 60, (-0.10, 0.30)),
)
"""Millions of weights up to which, minutes of speech it takes, and the share of errors that then goes.

For the starter as measured here (80 sentences of one learner, 4 minutes: 43 to 49 % fewer). For Whisper as
published of one speaker or region: own voice, 90 minutes, tiny 16 % fewer, base 8, small 13, and medium and turbo
9 % more; small on TORGO 47 % fewer, large on learners of English 10 to 29, turbo on Hindi 37 (arXiv:2510.10738 and
the blogs of heyitworks.tech and davidbarbera.github.io). Many of these tests were small."""
WELL = 0.03
"""An error rate below which there is hardly anything to gain."""
OFTEN = 0.15
"""An error rate from which even a large network has mostly gained."""
LITTLE = 10 * 60
"""Seconds of speech below which a real Whisper has learnt next to nothing."""
STALE = 0.1
"""A smaller share of what the recogniser has not learnt yet is not worth a run."""
LONG = 90.0
"""Minutes from which a run is one for the night."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What training would be."""

    wer: Interval | None
    """Of the recogniser in use, on held-out speech of the learner's; None where nothing is known."""
    words: int
    """Behind it."""
    snapshot: Snapshot
    """What it would learn from, and all its knobs."""
    steps: int
    gain: tuple[float, float] | None
    """Share of the errors of now that goes, at least and at most, as comparable runs had it; below zero where some
    made it worse. None where nobody can say."""
    minutes: float
    """From its start to the verdict, on this machine."""
    measured: bool
    """Whether time and memory are as an earlier run here took."""
    memory_mb: float
    """Of the GPU where that trains, as `free_memory_mb`, which is 0 where nobody knows."""
    free_memory_mb: float
    disk_mb: float
    advice: str
    good: bool


def worth(store: Store, choice: RunChoice) -> Worth:
    """Whether training with this choice is worth it.

    Raises:
        TrainingRefused: nothing can be trained; the sentence says what is missing.
        StoreError: the database cannot be read.
    """
    planned = snapshot(store, choice)
    standing = registry.standing(store)
    fresh = _fresh(store, planned)
    gain = None if fresh is None else _gain(planned, fresh)
    cost = costs.cost(store, planned)
    wer = standing.wer if standing.words else None
    advice = _obstacle(store, planned, cost) or _doubt(planned, wer if standing.enough else None, gain, fresh)
    return Worth(
        wer=wer,
        words=standing.words,
        snapshot=planned,
        steps=cost.steps,
        gain=gain,
        minutes=cost.seconds / 60,
        measured=cost.measured,
        memory_mb=cost.memory_mb,
        free_memory_mb=cost.free_memory_mb,
        disk_mb=cost.disk_mb,
        advice=advice or _promise(wer, gain, cost),
        good=not advice,
    )


# --- what it brings -------------------------------------------------------------------------------


def _gain(snapshot: Snapshot, fresh: float) -> tuple[float, float] | None:
    """The share of the errors of now that goes; less with less speech, by its root, which is a rule of thumb."""
    for most, minutes, (low, high) in GAINS:
        if snapshot.base.parameters <= most * 1_000_000:
            share = fresh * math.sqrt(min(1.0, snapshot.seconds["train"] / 60 / minutes))
            return low * share, high * share
    return None


def _fresh(store: Store, snapshot: Snapshot) -> float | None:
    """The share of the speech to train on that the recogniser in use has not learnt; None where it was not
    made from this base, or what it learnt is not known any more."""
    here = version_named(store, RECOGNISER, chosen_name(store, RECOGNISER))
    if here is None or here.id != snapshot.base.version:
        try:
            if resolve(store).folder.resolve() != snapshot.base.folder.resolve():
                return None
        except TrainingRefused:
            return None
    try:
        known = _learnt(store, here)
    except DataError:
        return None
    rows = [row for row in snapshot.rows if row.origin == "learner" and row.split == "train"]
    return sum(row.seconds for row in rows if _key(row) not in known) / sum(row.seconds for row in rows)


def _learnt(store: Store, here: ModelVersion | None) -> set[tuple[str, int, int, str]]:
    """What a version and those before it were trained on. Raises DataError."""
    known: set[tuple[str, int, int, str]] = set()
    while here is not None and here.run is not None:
        clips, _ = read_manifest(runs.run(store, here.run).folder / MANIFEST)
        known.update(_key(clip) for clip in clips if clip.split == "train")
        here = None if here.base is None else version(store, here.base)
    return known


def _key(clip: Clip) -> tuple[str, int, int, str]:
    """By which a clip with its text is known again."""
    return clip.sha256, clip.start, clip.end, " ".join(clip.text.split())


# --- what to do -----------------------------------------------------------------------------------


def _obstacle(store: Store, snapshot: Snapshot, cost: costs.RunCost) -> str:
    """What must be done before training, whatever it would bring; empty where nothing is in the way."""
    memory = cost.free_memory_mb
    if 0 < memory < cost.least_memory_mb:
        return (
            f"It needs at least {cost.least_memory_mb / 1000:.1f} GB of memory, and {memory / 1000:.1f} GB are "
            "free: close other programs, or choose a smaller base."
        )
    if cost.disk_mb > (free := shutil.disk_usage(store.folder).free / 1e6):
        return (
            f"It needs {cost.disk_mb:,.0f} MB of disk, and {free:,.0f} MB are free: delete old runs and versions."
        )
    tested = snapshot.words["test"]
    if tested < LEAST_WORDS:
        # Of all that is corrected a share is set aside, so the test grows slowly.
        share = SHARES[2] / sum(SHARES)
        more = max(LEAST_WORDS - tested, LEAST_WORDS / share - sum(snapshot.words.values()))
        return (
            f"A gain cannot be proven yet: {tested} words are set aside for the test, and {LEAST_WORDS} are "
            f"needed. For those {LEAST_WORDS - tested} correct about {math.ceil(more / 10) * 10:,} words more, "
            f"because {100 * share:.0f} % of what you correct is set aside."
        )
    return ""


def _doubt(snapshot: Snapshot, wer: Interval | None, gain: tuple[float, float] | None, fresh: float | None) -> str:
    """Why it may bring little; empty where that is not to be feared."""
    if gain is None or fresh is None:
        return "Nobody can say beforehand what it brings over the recogniser in use: the test afterwards will tell."
    if fresh < STALE:
        return "The recogniser in use has learnt nearly all of this already: correct more first."
    if wer is not None and wer.value < WELL:
        return f"The recogniser mishears {100 * wer.value:.1f} % of your words: there is hardly anything to gain."
    if not snapshot.base.small and snapshot.seconds["train"] < LITTLE:
        return (
            f"{snapshot.seconds['train'] / 60:.1f} minutes are little for a network of this size: correct at least "
            f"{LITTLE // 60} minutes, better half an hour."
        )
    if gain[0] < 0 and (wer is None or wer.value < OFTEN):
        return (
            "A network of this size mostly hears well already, and in some comparable runs it got worse: a smaller "
            "base has more to gain."
        )
    return ""


def _promise(wer: Interval | None, gain: tuple[float, float] | None, cost: costs.RunCost) -> str:
    """What speaks for it."""
    low, high = gain or (0.0, 0.0)
    mishears = (
        "How often the recogniser mishears you"
        if wer is None
        else f"The recogniser mishears {100 * wer.value:.0f} % of your words"
    )
    joined = " is not known yet, but comparable runs took" if wer is None else ", and comparable runs took"
    said = f"{mishears}{joined} {100 * max(0.0, low):.0f} to {100 * high:.0f} % of the errors away."
    if 0 < cost.free_memory_mb < cost.memory_mb:
        return f"{said} Memory is scarce, so close other programs, or it takes longer."
    if cost.seconds / 60 > LONG:
        return f"{said} It takes {cost.seconds / 3600:.0f} hours here, so start it when you need the machine least."
    return said
