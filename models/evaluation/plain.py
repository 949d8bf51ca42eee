"""Text as it is compared letter by letter."""

from __future__ import annotations

import unicodedata


def normalise(text: str) -> str:
    """Spanish text as it is compared: lower case, without punctuation, words parted by single spaces.

    Accents, ñ and ü stay, because año is not ano; digits stay digits.
    """
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    return " ".join("".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text).split())
