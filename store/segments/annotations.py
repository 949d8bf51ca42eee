"""What is known about annotating itself: word times of edited texts, second passes, and what it costs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.database import Store
from store.errors import StoreError
from store.text import clean
from store.units import SAMPLE_RATE, now


@dataclass(frozen=True, slots=True)
class Alignment:
    """The times of the words of a text that no recogniser heard like that."""

    text: str
    """The text the words are of; where the segment says something else by now, this is out of date."""
    words: tuple[dict[str, Any], ...]
    """Objects with word, start, end (seconds from the segment's start) and probability (or null)."""
    method: str


@dataclass(frozen=True, slots=True)
class SecondPass:
    """A segment that one person corrected twice, the second time without seeing the first."""

    id: int
    segment: int
    author: str
    first: str
    second: str
    errors: int
    """Words that differ."""
    words: int
    """Words of the first text."""
    listened_seconds: float
    created_at: str


@dataclass(frozen=True, slots=True)
class Work:
    """What one accepted segment cost its annotator."""

    kind: str
    """accept or correct"""
    audio_seconds: float
    errors: int | None
    """Words that were wrong in what was heard; None where nothing was heard or compared."""
    seconds: float
    """The person's time."""
    keystrokes: int
    listened: float
    """Seconds of the audio that were played."""
    created_at: str


def put_alignment(store: Store, segment: int, text: str, words: Sequence[Mapping[str, Any]], method: str) -> None:
    """Keep the word times of a segment's text, in the place of earlier ones. Raises StoreError."""
    with store.transaction():
        store.get("segments", segment)
        store.execute(
            "INSERT INTO alignments (segment_id, text, words, method) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
            "SET text = excluded.text, words = excluded.words, method = excluded.method",
            (segment, clean(text), _words(words), clean(method)),
        )


def alignment(store: Store, segment: int) -> Alignment | None:
    """The stored word times of a segment, or None. Raises StoreError."""
    rows = store.execute("SELECT text, words, method FROM alignments WHERE segment_id = ?", (segment,))
    return Alignment(rows[0]["text"], tuple(json.loads(rows[0]["words"])), rows[0]["method"]) if rows else None


def add_second_pass(
    store: Store,
    segment: int,
    author: str,
    first: str,
    second: str,
    errors: int,
    words: int,
    listened_seconds: float,
) -> int:
    """Keep the outcome of a second pass and return its number; such entries are only ever added.

    Args:
        first: the reference that stood.
        second: what the same person wrote without seeing it.
        errors: words that differ.
        words: words of `first`.

    Raises:
        StoreError: no such segment, or text that is too long.
    """
    with store.transaction():
        store.get("segments", segment)
        return store.insert(
            "second_passes",
            segment_id=segment,
            author=clean(author),
            first=clean(first),
            second=clean(second),
            errors=int(errors),
            words=int(words),
            listened_seconds=float(listened_seconds),
            created_at=now(),
        )


def second_passes(store: Store, author: str) -> list[SecondPass]:
    """A person's second passes, oldest first. Raises StoreError."""
    rows = store.execute("SELECT * FROM second_passes WHERE author = ? ORDER BY id", (clean(author),))
    return [
        SecondPass(
            row["id"],
            row["segment_id"],
            row["author"],
            row["first"],
            row["second"],
            row["errors"],
            row["words"],
            row["listened_seconds"],
            row["created_at"],
        )
        for row in rows
    ]


WORK = f"""
SELECT actions.kind, (segments."end" - segments.start) / {SAMPLE_RATE}.0 AS audio_seconds, errors, seconds,
    keystrokes, listened_seconds AS listened, actions.created_at
FROM (SELECT * FROM actions WHERE author = ? AND kind IN ('accept', 'correct') ORDER BY id DESC LIMIT ?) AS actions
JOIN corrections ON action_id = actions.id
JOIN segments ON segments.id = segment_id
ORDER BY actions.id
"""


def work(store: Store, author: str, last: int = 500) -> list[Work]:
    """What a person's newest acceptances cost, oldest first; those undone since cost as much.

    Args:
        last: how many at most.

    Raises:
        StoreError: the database is damaged.
    """
    return [Work(**row) for row in store.execute(WORK, (clean(author), last))]


def _words(words: Sequence[Mapping[str, Any]]) -> str:
    """Words with times as JSON, neutralised. Raises StoreError for times that are not finite numbers."""
    tidy = [{**word, "word": clean(str(word["word"]))} for word in words]
    try:
        return json.dumps(tidy, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise StoreError("Nothing was stored, because the time of a word is not a number of seconds") from error
