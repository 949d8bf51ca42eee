"""What goes wrong with models, in one sentence: which model, where, and what to do about it."""

from __future__ import annotations

from pathlib import Path


class ModelError(Exception):
    """A model that cannot be used. The text is shown to people as it stands.

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


class UnknownModelError(ModelError):
    """No model of that name is known or found."""


class AudioError(ModelError):
    """Audio that no model can hear: wrong type or shape, or samples that are not numbers."""
