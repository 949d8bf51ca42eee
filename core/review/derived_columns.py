"""What a segment's row says about its text and about what was heard: computed here, and only here.

It is computed again inside the transaction of every edit and after every new hypothesis, so that orders,
warnings and error rates are never older than the text they are about. Nor are they older than the rules: each row
says which rules judged it, and by which it was scored, and what others did is done again after the next start.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from core.review import expected_errors
from core.review.lint.rules import Transcript, check, mask, version
from models.evaluation.scoring import character_errors, normalise, word_errors
from models.evaluation.spoken import RULE, STRICT
from store.database import Store
from store.segments.search import match
from store.units import SAMPLE_RATE

AT_ONCE = 500
"""Segments read with one statement."""
JUDGED_AT_ONCE = 100
"""Segments judged again before they are written, in a transaction of a few milliseconds, and …"""
PAUSE = 0.02
"""… seconds after it in which others have the processor and the database."""
ACCEPTED = 2
"""Segments that a word must have been accepted in to be known."""
LOOKED_AT = 200
"""Places that are looked at to find them."""

SELECT = """
SELECT s.id, s.status, s.start, s."end", s.text, s.reference, s.heard, s.loudness, s.snr, s.clipped, s.band,
    h.model, h.words AS timed, h.alternatives, (
        SELECT o.text FROM hypotheses o WHERE o.segment_id = s.id AND o.model != h.model ORDER BY o.id DESC LIMIT 1
    ) AS other
FROM segments s LEFT JOIN hypotheses h ON h.id = (SELECT max(id) FROM hypotheses WHERE segment_id = s.id)
WHERE s.id IN (SELECT value FROM json_each(?))
"""
UPDATE = """
UPDATE segments SET rules = ?, length = ?, sameness = ?, warnings = ?, errors = ?, words = ?, character_errors = ?,
    characters = ?, strict_errors = ?, strict_words = ?, doubt = ?, score_rule = ? WHERE id = ?
"""
OTHERS = """
SELECT id, rules, status, start, "end", text, loudness, snr, clipped, band FROM segments
WHERE rules < ?1 OR rules > ?1 LIMIT ?2
"""
SCORED_OTHERWISE = "SELECT {} FROM segments WHERE words IS NOT NULL AND (score_rule < ?1 OR score_rule > ?1)"
# Whoever changed a segment meanwhile has judged it already.
JUDGE = "UPDATE segments SET warnings = ?, rules = ? WHERE id = ? AND rules = ?"


def refresh(store: Store, segments: Sequence[int]) -> None:
    """Compute all that follows from the text and the hypotheses of these segments, and keep it in their rows.

    Belongs inside the transaction that changed them; alone it is a transaction of its own. Unknown numbers
    are passed over.

    Raises:
        StoreError: the database is damaged, full or busy.
    """
    known = accepted(store)
    with store.transaction():
        for first in range(0, len(segments), AT_ONCE):
            chosen = json.dumps([int(number) for number in segments[first : first + AT_ONCE]])
            for row in store.execute(SELECT, (chosen,)):
                store.execute(UPDATE, (version(), *_columns(row, known), RULE, row["id"]))
            expected_errors.expect(store, chosen)


def catch_up(store: Store, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Refresh the segments that never were, such as those of an older Tertulia, and those of other rules.

    To be called in a thread with its own store, before `expected_errors.recalibrate`; it costs nothing where all is
    as it should be. Killed or stopped, the next call goes on. Returns the number of segments. Raises as `refresh`.
    """
    rows = store.execute(
        "SELECT id FROM segments WHERE rules = 0 AND sameness IS NULL AND status != 'retired' AND "
        "(heard IS NOT NULL OR reference IS NOT NULL OR proposal IS NOT NULL) AND (text != '' OR expected = 0)"
    )
    done = 0
    for first in range(0, len(rows), AT_ONCE):
        if should_stop():
            break
        refresh(store, [row["id"] for row in rows[first : first + AT_ONCE]])
        done += len(rows[first : first + AT_ONCE])
    return done + score_again(store, should_stop) + judge_again(store, should_stop)


def score_again(
    store: Store,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Refresh all segments that were scored by another rule than that of now; arguments, result and errors as of
    `judge_again`.
    """
    done, query = 0, SCORED_OTHERWISE.format("id") + f" LIMIT {JUDGED_AT_ONCE}"
    while not should_stop() and (rows := store.execute(query, (RULE,))):
        refresh(store, [row["id"] for row in rows])
        done += len(rows)
        on_progress(done)
        time.sleep(PAUSE)
    return done


def judge_again(
    store: Store,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Renew the warnings of all segments that other rules than those of now have judged; return their number.

    Args:
        should_stop: asked before every hundred of them.
        on_progress: called with how many are done.

    Raises:
        StoreError: the database is damaged, full or busy.
    """
    known, done = accepted(store), 0
    while not should_stop() and (rows := store.execute(OTHERS, (version(), JUDGED_AT_ONCE))):
        judged = [(_warnings(row, known), version(), row["id"], row["rules"]) for row in rows]
        with store.transaction():
            for values in judged:
                store.execute(JUDGE, values)
        done += len(rows)
        on_progress(done)
        time.sleep(PAUSE)
    return done


def outdated(store: Store) -> int:
    """How many segments others than the rules of now have judged. Raises StoreError."""
    [row] = store.execute("SELECT count(*) AS count FROM segments WHERE rules < ?1 OR rules > ?1", (version(),))
    return int(row["count"])


def scored_otherwise(store: Store) -> int:
    """How many segments were scored by another rule than that of now. Raises StoreError."""
    [row] = store.execute(SCORED_OTHERWISE.format("count(*) AS count"), (RULE,))
    return int(row["count"])


def sameness(text: str) -> int | None:
    """64 bits that are the same for texts that sound the same; None for a text without words."""
    plain = normalise(text)
    digest = hashlib.blake2b(plain.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True) if plain else None


def said(row: sqlite3.Row | Any, known: Callable[[str], bool]) -> Transcript:
    """What the rules are given of a row of `segments`."""
    seconds = (row["end"] - row["start"]) / SAMPLE_RATE
    return Transcript(row["text"], seconds, row["loudness"], row["snr"], row["clipped"], row["band"], known)


def _columns(row: sqlite3.Row, known: Callable[[str], bool]) -> tuple[int | float | None, ...]:
    """The columns of UPDATE between the first and the last."""
    if row["status"] == "retired":
        return 0, None, 0, None, None, None, None, None, None, None
    text = row["text"]
    errors = words = wrong = characters = strict_errors = strict_words = None
    if row["reference"] is not None and row["heard"] is not None:
        by_word, by_character, strict = (
            count(row["reference"], row["heard"], rule)
            for count, rule in ((word_errors, RULE), (character_errors, RULE), (word_errors, STRICT))
        )
        errors, words, wrong, characters = by_word.count, by_word.words, by_character.count, by_character.words
        strict_errors, strict_words = strict.count, strict.words
    return (
        len(normalise(text).split()),
        sameness(text),
        _warnings(row, known),
        errors,
        words,
        wrong,
        characters,
        strict_errors,
        strict_words,
        _doubt(row),
    )


def _warnings(row: sqlite3.Row, known: Callable[[str], bool]) -> int:
    """The bits of what the rules find in it."""
    return 0 if row["status"] == "retired" else mask(check(said(row, known)))


def _doubt(row: sqlite3.Row) -> float | None:
    """How much another reading differs from what was heard, 0 to 1; None where there is no other reading.

    Another recogniser's newest hypothesis counts with its word errors; other decodes of the same one count
    with the words they replace, as likely as they are.
    """
    if row["heard"] is None:
        return None
    length = max(1, len(normalise(row["heard"]).split()))
    found = []
    if row["other"] is not None:
        found.append(word_errors(row["heard"], row["other"]).count / length)
    if alternatives := json.loads(row["alternatives"] or "[]"):
        found.append(sum((last - first) * weight for first, last, _, weight in alternatives) / length)
    return min(1.0, max(found)) if found else None


def accepted(store: Store) -> Callable[[str], bool]:
    """Whether a word is in the references of at least ACCEPTED segments; asked for unknown words only."""

    @cache
    def known(word: str) -> bool:
        query = match(word).removesuffix("*")
        if not query:
            return False
        rows = store.execute(
            "SELECT DISTINCT s.id, s.reference FROM (SELECT rowid FROM said WHERE said MATCH ? AND rowid % 4 = 2 "
            "LIMIT ?) f JOIN corrections c ON c.id = f.rowid / 4 JOIN segments s ON s.id = c.segment_id "
            "WHERE s.reference IS NOT NULL",
            (query, LOOKED_AT),
        )
        return sum(word in normalise(row["reference"]).split() for row in rows) >= ACCEPTED

    return known
