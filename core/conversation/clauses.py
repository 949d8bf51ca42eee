"""Cutting a reply into speakable clauses while it is still being written.

The sooner the voice has something to say, the sooner the learner hears it: so the first clause may end at a comma,
later ones at the end of a sentence.  Nothing is decided that a later piece could change, so the clauses are the
same however the text was chopped; joined, they are the text.
"""

from __future__ import annotations

import re

_ABBREVIATIONS = {
    "sr",
    "sra",
    "srta",
    "sres",
    "dr",
    "dra",
    "d",
    "dña",
    "ud",
    "uds",
    "vd",
    "vds",
    "av",
    "avda",
    "núm",
    "pág",
    "tel",
    "prof",
    "profa",
    "ee",
    "uu",
    "aprox",
    "máx",
    "mín",
    "ej",
}
_CLOSING = "»\"”’')]"
_SHORT_WORDS, _SHORT_CHARACTERS = 2, 8


class ClauseSplitter:
    """Feed it pieces of text, get clauses back; flush at the end."""

    def __init__(self) -> None:
        self._text = ""
        self._first = True

    def feed(self, piece: str) -> list[str]:
        """The clauses that are complete now."""
        self._text += piece
        clauses = []
        while end := self._end():
            clauses.append(self._text[:end])
            self._text = self._text[end:]
            self._first = False
        return clauses

    def flush(self) -> list[str]:
        """What is left, when the text is at its end."""
        rest, self._text = self._text, ""
        if rest.strip():
            self._first = False
        return [rest] if rest else []

    def _end(self) -> int:
        """Where the first clause of the text ends, as far as that is certain; 0 where it is not."""
        text = self._text
        for at, mark in enumerate(text):
            spoken = re.search(r"\w", text[:at]) is not None
            if mark in "¿¡" and spoken and text[at - 1].isspace():
                return at
            if not spoken:
                continue
            if mark in "!?…\n":
                return at + 1
            if mark == ".":
                after = at + 1
                while after < len(text) and text[after] in _CLOSING:
                    after += 1
                if after == len(text):
                    return 0
                if text[after].isspace() and not self._abbreviated(at):
                    return after
            elif mark in ",;:" and self._first:
                if at + 1 == len(text):
                    return 0
                if text[at + 1].isspace() and self._long_enough(text[:at]):
                    return at + 1
        return 0

    def _abbreviated(self, at: int) -> bool:
        word = re.search(r"(\w+)$", self._text[:at])
        return word is not None and (
            word[1].casefold() in _ABBREVIATIONS or (len(word[1]) == 1 and word[1].isupper())
        )

    @staticmethod
    def _long_enough(text: str) -> bool:
        return len(re.findall(r"\w+", text)) >= _SHORT_WORDS or len(text.strip()) >= _SHORT_CHARACTERS
