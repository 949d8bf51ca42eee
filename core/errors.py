"""The errors that are a sentence for the person at the screen, whichever room they come from."""

from core.conversation.scenario import ScenarioError
from core.training.errors import TrainingRefused
from models.errors import AudioError, ModelError
from store.errors import StoreError

SENTENCES: tuple[type[Exception], ...] = (AudioError, ModelError, ScenarioError, StoreError, TrainingRefused)
"""Catch these at the edges, show the text, change nothing."""
