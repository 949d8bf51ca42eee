"""The errors that are a sentence for the person at the screen, whichever room they come from."""

from models.errors import AudioError, ModelError
from store.errors import StoreError

SENTENCES: tuple[type[Exception], ...] = (AudioError, ModelError, StoreError)
"""Catch these at the edges, show the text, change nothing."""
