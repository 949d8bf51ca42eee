"""Questions and exclamations that are opened or closed on one side only.

One mark of either kind may open what the other closes (“¡Qué dices?”), as the Academy allows. A question
without any mark is not asked about: “qué bonito” and “no sé cómo” are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.review.lint.warning import Transcript, Warned

OPENING = {"?": "¿", "!": "¡"}
CLOSING = {"¿": "?", "¡": "!"}
RUN = re.compile("[¿¡]+|[?!]+")
SENTENCE = re.compile(r"[.…?!;]\s+")
ASKING = re.compile(
    r"\b(?:(?:a|con|de|desde|en|hasta|para|por)\s+)?"
    r"(?:qué|quién|quiénes|cómo|cuándo|dónde|adónde|cuál|cuáles|cuánto|cuánta|cuántos|cuántas)\b",
    re.IGNORECASE,
)


def find(said: Transcript) -> Iterator[Warned]:
    """Every mark without its partner."""
    text = said.text
    opened: re.Match[str] | None = None
    after = 0
    for run in RUN.finditer(text):
        mark = run.group()[0]
        if mark in CLOSING:
            if opened:
                yield _unclosed(opened)
            opened = run
        else:
            if not opened:
                yield _unopened(text, after, run)
            opened, after = None, run.end()
    if opened:
        yield _unclosed(opened)


def _unclosed(run: re.Match[str]) -> Warned:
    mark = run.group()[0]
    return Warned("marks", f"“{mark}” is never closed: put “{CLOSING[mark]}” where it ends.", run.span())


def _unopened(text: str, after: int, run: re.Match[str]) -> Warned:
    """Where the missing mark belongs: before the asking word of the sentence, else at its beginning."""
    for end in SENTENCE.finditer(text, after, run.start()):
        after = end.end()
    mark = run.group()[0]
    begin = re.compile(r"\w+").search(text, after, run.start())
    asking = list(ASKING.finditer(text, after, run.start())) if mark == "?" else []
    place = asking[0] if asking and (len(asking) == 1 or asking[0].start() == after) else begin
    before = f" before “{place.group()}”" if place else ""
    return Warned("marks", f"“{mark}” is never opened: put “{OPENING[mark]}”{before}.", run.span())
