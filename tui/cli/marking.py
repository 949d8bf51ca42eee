"""What was heard beside what was said, with the differences marked, where there is neither bold nor underline."""

from __future__ import annotations

LEGEND = "*word*: heard otherwise, +word+: heard, not said, [word]: not heard"
_MARKS = {"right": "{}", "sub": "*{}*", "ins": "+{}+", "del": "[{}]"}


def marked(reference: str, heard: str) -> str:
    """The words that were heard, those of the reference that were not in brackets; without case and punctuation."""
    from models.evaluation.scoring import marked as words
    from store.text import clean

    text = " ".join(_MARKS[kind].format(word) for word, kind in words(reference, heard))
    return clean(text, limit=None) or "(nothing)"
