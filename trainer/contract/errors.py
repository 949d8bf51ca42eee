"""What stops a run, in words for people: what happened, and what to do about it."""

from __future__ import annotations

from pathlib import Path


class TrainerError(Exception):
    """A failure that a person can do something about; what and remedy end up in the `error` event.

    Args:
        what: what is wrong and where, as it begins the sentence.
        remedy: what to do about it, as it ends the sentence; empty where nobody can do anything.
        place: the file, folder or row that it is about; empty where it is about none.
    """

    def __init__(self, what: str, remedy: str = "", place: Path | str = "") -> None:
        sentence = f"{what}: {remedy}" if remedy else what
        super().__init__(sentence if sentence.endswith((".", "?", "!")) else f"{sentence}.")
        self.what = what
        self.remedy = remedy
        self.place = place


class JobError(TrainerError):
    """A job folder that cannot be worked on."""


class DataError(TrainerError):
    """Training data that would teach nothing, or the wrong thing."""


class CheckpointError(TrainerError):
    """No checkpoint to go on from, or one of another job."""


class TrainingError(TrainerError):
    """Training that cannot go on: numbers that are none, memory that does not suffice."""
