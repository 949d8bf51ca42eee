"""Text as it is compared letter by letter."""

from __future__ import annotations

import unicodedata


def normalise(text: str) -> str:
    """Spanish text as it is compared: lower case, without punctuation, words parted by single spaces.

    Accents, ñ and ü stay, because año is not ano; digits stay digits.
    """
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    return " ".join("".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text).split())


def folded(text: str) -> str:
    """A text without the marks above its letters: numero for número, and ano for año."""
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(char for char in apart if not unicodedata.combining(char)))
