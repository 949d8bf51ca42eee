"""What stops a run, in words for people: what happened, and what to do about it."""

from __future__ import annotations


class TrainerError(Exception):
    """A failure that a person can do something about.

    `message` says what is wrong and where, `hint` what to do; both end up in the `error` event.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message}: {hint}.")
        self.message = message
        self.hint = hint


class JobError(TrainerError):
    """A job folder that cannot be worked on."""


class DataError(TrainerError):
    """Training data that would teach nothing, or the wrong thing."""


class CheckpointError(TrainerError):
    """No checkpoint to go on from, or one of another job."""


class TrainingError(TrainerError):
    """Training that cannot go on: numbers that are none, memory that does not suffice."""
