"""The learner of the demonstration: an Andalusian accent that the starter recogniser was never taught.

The speech is made by a child process of the trainer's, because what makes it belongs to the recipes of the
starter models, and is always the same. Sentences come in sittings, because what is said in one sitting goes to
one split as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.demo.errors import DemoError
from core.processes.asking import NoAnswer, ask

FOLDER = "learner"
"""Inside the demonstration's data folder; the sound files lie in it."""
LIST = "learner.jsonl"


@dataclass(frozen=True, slots=True)
class LearnerPlan:
    """How much is said, and what becomes of it. All counts are sentences."""

    train: int
    dev: int
    test: int
    later: int
    """Said in the last sitting and never corrected: heard better only by what was learnt from the others."""
    sitting: int
    """In one sitting; the other counts are multiples of it."""
    knobs: Mapping[str, Any] = field(default_factory=dict)
    """Of the training, where it shall not be as the app chooses it."""

    @property
    def corrected(self) -> int:
        return self.train + self.dev + self.test


FULL = LearnerPlan(train=70, dev=10, test=60, later=10, sitting=10)
QUICK = LearnerPlan(
    train=10,
    dev=2,
    test=4,
    later=2,
    sitting=2,
    knobs={
        "max_steps": 4,
        "evaluate_every": 4,
        "checkpoint_every": 2,
        "batch": 4,
        "full_windows": 0.0,
        "made_replay": 0,
        "made_dev": 0,
        "made_general": 4,
    },
)
"""Too little to learn or to prove anything: shows that everything runs."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What the learner says."""

    file: Path
    """A sound file; its name is no other sentence's."""
    text: str


def sittings(data: Path, plan: LearnerPlan) -> list[list[Sentence]]:
    """All that the learner says, sitting by sitting; it is spoken into the data folder where it is not there yet.

    Raises:
        DemoError: it could not be made.
    """
    folder = data / FOLDER
    if not (folder / LIST).is_file():  # it is written last
        _speak(folder, plan)
    try:
        rows = [json.loads(line) for line in (folder / LIST).read_text(encoding="utf-8").splitlines()]
        said = [Sentence(folder / row["file"], row["text"]) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DemoError("What the learner says cannot be read", f"remove {folder} and start again") from error
    return [said[first : first + plan.sitting] for first in range(0, len(said), plan.sitting)]


def _speak(folder: Path, plan: LearnerPlan) -> None:
    counts = ["--sentences", str(plan.train + plan.dev), "--held-out", str(plan.test + plan.later)]
    try:
        ask("trainer.synthesis.learner", str(folder), *counts)
    except NoAnswer as error:
        raise DemoError(
            f"The learner could not be made ({error})", f"see that there is room in {folder.parent}"
        ) from error
