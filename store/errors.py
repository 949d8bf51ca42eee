"""The one exception this room raises on purpose: what happened, to what, and what to do about it."""

from __future__ import annotations

from pathlib import Path


class StoreError(Exception):
    """Something that was not stored, read or written. The text is one sentence, fit for a screen.

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


class EncodingError(StoreError):
    """Text in another encoding than the one it was read with, and the one that it may be in.

    Args:
        suspicion: what to see before that encoding is tried.
        encoding: that it may be in, as Python calls it.
        otherwise: what to do where it is not.
    """

    def __init__(self, what: str, suspicion: str, encoding: str, otherwise: str, place: Path | str) -> None:
        super().__init__(what, f"{suspicion}, add --encoding {encoding}; otherwise {otherwise}", place)
        self.suspicion = suspicion
        self.encoding = encoding
        self.otherwise = otherwise
