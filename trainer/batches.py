"""Which clips are heard in which step.

A pure function of the manifest, the knobs and the step: nothing is remembered from step to step, so a run
can go on anywhere, and every process knows the whole batch and takes its share.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from trainer.contract.clips import Clip
from trainer.contract.job import Job

PACKED = 29.0
"""Seconds of speech and pauses in a packed window, at most."""
PAUSE = 0.4
"""Seconds between two packed clips."""
TAUGHT = ("learner", "regional")
"""Whose speech is to be learnt, beside what is only not to be forgotten."""


@dataclass(frozen=True)
class Batch:
    """What one step hears."""

    items: tuple[tuple[int, ...], ...]
    """Each is one window: the clips in it by number, more than one where packed, none where nobody speaks."""
    full: bool
    """Whether the window is the full one."""


class BatchPlan:
    """The batches of a whole run.

    Args:
        clips: those of the train split.
    """

    def __init__(self, clips: Sequence[Clip], job: Job) -> None:
        self._clips, self._job = clips, job
        self._of = {
            origin: [number for number, clip in enumerate(clips) if clip.origin == origin]
            for origin in (*TAUGHT, "replay", "noise")
        }
        self._transfer = job.transfer_epochs if self._of["regional"] else 0
        """Epochs of the first stage, in which other people from the learner's region are heard instead."""
        self._epoch = lru_cache(maxsize=2)(self._made)
        self._ends = list(
            accumulate(self._steps_of(0, self._transfer) + self._steps_of(self._transfer, job.epochs))
        )

    def _steps_of(self, first: int, epochs: int) -> list[int]:
        """Steps of each of so many epochs of one stage; only packing makes more windows of one than of another."""
        if self._job.pack:
            return [len(self._made(number)) for number in range(first, first + epochs)]
        return [len(self._made(first))] * epochs if epochs else []

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return min(self._ends[-1], self._job.max_steps or self._ends[-1])

    @property
    def stages(self) -> list[tuple[int, int]]:
        """First step and number of steps of each stage: others of the region, if there are any; the learner."""
        first = min(self._ends[self._transfer - 1], self.steps) if self._transfer else 0
        return [(0, first), (first, self.steps - first)] if 0 < first < self.steps else [(0, self.steps)]

    def epoch(self, step: int) -> int:
        """The epoch, from 0, to which a step belongs."""
        return bisect_right(self._ends, step)

    def batch(self, step: int) -> Batch:
        """What step `step` (from 0) hears."""
        epoch = self.epoch(step)
        return self._epoch(epoch)[step - (self._ends[epoch - 1] if epoch else 0)]

    def _made(self, epoch: int) -> list[Batch]:
        """One epoch: all clips to be learnt, their share of replay and silence, by length, in random order."""
        job, dice = self._job, random.Random(f"{self._job.seed} epoch {epoch}")
        own = self._of["regional" if epoch < self._transfer else "learner"]
        numbers = [*own, *self._of["noise"], *self._replay(epoch, round(job.replay * len(own)))]
        items: list[tuple[int, ...]] = self._packed(numbers, dice) if job.pack else [(n,) for n in numbers]
        items += [()] * round(job.noise * len(own))
        # A little disorder, so that the same clips do not meet in every epoch.
        items.sort(key=lambda item: self._seconds(item) * dice.uniform(0.85, 1.15))
        groups = [items[start : start + job.batch] for start in range(0, len(items), job.batch)]
        dice.shuffle(groups)
        return [Batch(tuple(group), dice.random() < job.full_windows) for group in groups]

    def _replay(self, epoch: int, count: int) -> list[int]:
        """`count` replay clips; every one is heard before any is heard again, epoch after epoch."""
        every = self._of["replay"]
        if not every:
            return []
        return [
            _shuffled(tuple(every), f"{self._job.seed} replay {place // len(every)}")[place % len(every)]
            for place in range(epoch * count, (epoch + 1) * count)
        ]

    def _packed(self, numbers: list[int], dice: random.Random) -> list[tuple[int, ...]]:
        """The clips in random order, as many in a window as fit."""
        dice.shuffle(numbers)
        items: list[tuple[int, ...]] = []
        room = 0.0
        for number in numbers:
            seconds = self._clips[number].seconds + PAUSE
            if items and self._clips[number].text and self._clips[items[-1][0]].text and seconds <= room:
                items[-1] = (*items[-1], number)
            else:
                items.append((number,))
                room = PACKED
            room -= seconds
        return items

    def _seconds(self, item: tuple[int, ...]) -> float:
        return sum(self._clips[number].seconds + PAUSE for number in item) if item else 3.0


@lru_cache(maxsize=4)
def _shuffled(numbers: tuple[int, ...], seed: str) -> list[int]:
    order = list(numbers)
    random.Random(seed).shuffle(order)
    return order
