"""The errors that are a sentence for the person at the screen, whichever room they come from."""

from __future__ import annotations

from pathlib import Path

from models.errors import ModelError
from store.errors import StoreError


def sentence(what: str, remedy: str = "") -> str:
    """What is wrong and what to do about it, as one sentence."""
    text = f"{what}: {remedy}" if remedy else what
    return text if text.endswith((".", "?", "!")) else f"{text}."


class CoreError(Exception):
    """Something that this room did not do. The text is one sentence, fit for a screen.

    Args:
        what: what is wrong and where, as it begins the sentence.
        remedy: what to do about it, as it ends the sentence; empty where nobody can do anything.
        place: the file, folder or row that it is about; empty where it is about none.
    """

    def __init__(self, what: str, remedy: str = "", place: Path | str = "") -> None:
        super().__init__(sentence(what, remedy))
        self.what = what
        self.remedy = remedy
        self.place = place


Sentence = CoreError | ModelError | StoreError
"""One of SENTENCES, as a type."""
SENTENCES = (CoreError, ModelError, StoreError)
"""Catch these at the edges, show the text, change nothing."""
TROUBLE = (*SENTENCES, OSError)
"""The same where a disk or a process may fail, too."""


def fields(error: Sentence) -> dict[str, str]:
    """What an error says, in parts, for JSON."""
    return {"what": error.what, "place": str(error.place), "remedy": error.remedy}
