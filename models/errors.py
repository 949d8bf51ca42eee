"""What goes wrong with models, told in one sentence: which model, where, and what to do about it."""

from __future__ import annotations


class ModelError(Exception):
    """A model that cannot be used. The text is shown to people as it stands."""


class AudioError(ModelError):
    """Audio that no model can hear: wrong type or shape, or samples that are not numbers."""
