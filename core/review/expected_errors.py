"""How many word errors a segment's text is expected to have, so that the worst can be corrected first.

The recogniser says how likely each word is, and is too sure of itself: in 360 sentences that reserved
voices spoke to the starter recogniser, clean, noisy and with an accent, it promised 155 errors and made 490. The
truth is nearly a straight line: words with a mean probability of 0.98, 0.93, 0.86 and 0.77 had 0.05, 0.26, 0.44 and
0.60 errors each, which is SLOPE times what is missing to 1. Neither a curve, nor single words' probabilities, nor
the pace of speech predicted conditions that were left out any better. So the mean in the row is enough, and a
million segments are estimated again in SQL.

How far a speaker is from that line is learnt from the segments corrected so far: errors are counted as
Poisson with a gamma prior on the factor, first for everybody together, then for each speaker around that. With
twenty of the sixty sentences of each condition corrected, the other forty were promised 8, 12, 29, 46, 78 and 164
errors and had 2, 8, 42, 55, 75 and 162; without any corrected, 15, 22, 58, 79, 61 and 109.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from store.database import Store
from store.units import SAMPLE_RATE

SLOPE = 3.2
"""Errors a word, for each unit that its probability lacks."""
UNKNOWN_RATE = 0.15
"""Errors a word where no probability is known."""
DISPUTED = 0.5
"""Errors a word that two readings differ in: at least one of them is wrong."""
NOTHING_HEARD = 0.5
"""Errors a second where a recogniser heard nothing in what was cut out as speech."""
REOPENED = 1.0
"""Errors of a reference that its author is not sure of."""
EVERYBODY, SPEAKER = 4.0, 6.0
"""Errors that the prior counts for: that of the recogniser, and that of a speaker within it."""
EVIDENCE = 1.0
"""Errors, made or promised, below which a speaker counts as everybody else."""
NEWEST = 400
"""Acceptances that are learnt from."""
MOVED = 0.1
"""A row is estimated again when its figure is off by more than this share."""
LOOKED_AT = 20_000
"""Segments read with one statement, and …"""
AT_ONCE = 500
"""… put right in one transaction, so that nobody waits long to write …"""
PAUSE = 0.02
"""… with so many seconds after it for others to begin theirs."""

RATE = (
    f"max(0.0, min(1.0, coalesce({SLOPE} * (1 - confidence), {UNKNOWN_RATE})), "
    f"min(1.0, {DISPUTED} * coalesce(doubt, 0)))"
)
HEARD = "(length(trim(heard)) - length(replace(trim(heard), ' ', '')) + (trim(heard) != ''))"
"""The words of what was heard."""
FACTOR = "coalesce((SELECT value FROM json_each(?1) WHERE key = speaker), ?2)"
EXPECTED = f"""CASE
    WHEN status = 'retired' THEN 0.0
    WHEN reference IS NOT NULL THEN iif(status = 'unsure', {REOPENED}, 0.0)
    WHEN length > 0 THEN length * min(1.0, {FACTOR} * {RATE})
    WHEN heard IS NOT NULL THEN {NOTHING_HEARD} * ("end" - start) / {SAMPLE_RATE}
    ELSE 0.0 END"""
"""One formula for one row and for a million. What nobody has heard yet is not ordered by it."""
OFF = f"abs(expected - {EXPECTED}) > {MOVED} * max(0.1, {EXPECTED})"
"""The figure in the row is not worth keeping."""

LEARNT = f"""
SELECT speaker, sum(errors) AS errors, sum({HEARD} * {RATE}) AS expected FROM (
    SELECT DISTINCT segment_id AS id FROM (
        SELECT segment_id FROM corrections WHERE kind IN ('accept', 'correct', 'import') ORDER BY id DESC LIMIT ?)
) JOIN segments USING (id)
WHERE errors IS NOT NULL AND status = 'corrected' AND NOT (split = 'train' AND
    (SELECT max(created_at) FROM hypotheses WHERE segment_id = segments.id) >
    (SELECT created_at FROM corrections WHERE corrections.id = revision))
GROUP BY speaker
"""
# A model that was trained on a reference hears that segment better than those that wait.


@dataclass(frozen=True, slots=True)
class Factors:
    """Errors made for each one that the line promises."""

    other: float = 1.0
    """Of a speaker who has no corrected segments."""
    speakers: dict[str, float] = field(default_factory=dict)
    errors: int = 0
    """Errors they were learnt from."""


def factors(store: Store) -> Factors:
    """How far the recogniser's errors are from the line, by speaker, as the newest corrections show."""
    rows = store.execute(LEARNT, (NEWEST,))
    errors, expected = sum(row["errors"] for row in rows), sum(row["expected"] for row in rows)
    everybody = (EVERYBODY + errors) / (EVERYBODY + expected)
    return Factors(
        everybody,
        {
            row["speaker"]: (SPEAKER * everybody + row["errors"]) / (SPEAKER + row["expected"])
            for row in rows
            if row["errors"] + row["expected"] >= EVIDENCE
        },
        errors,
    )


def expect(store: Store, chosen: str) -> None:
    """Set `expected` of segments (a JSON array of their numbers). Belongs inside a transaction."""
    open_ones = store.execute(
        "SELECT 1 FROM segments WHERE reference IS NULL AND id IN (SELECT value FROM json_each(?)) LIMIT 1",
        (chosen,),
    )
    # Accepting is what happens most, and needs no factor.
    known = factors(store) if open_ones else Factors()
    _set(store, known, chosen)


def recalibrate(store: Store, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Estimate again all segments whose figure later corrections have moved; return how many they are.

    To be called in a thread with its own store, now and then while somebody corrects: writers get their
    turn in between.

    Raises:
        StoreError: the database is damaged, full or busy.
    """
    known = factors(store)
    [row] = store.execute("SELECT coalesce(max(id), 0) AS newest FROM segments")
    changed = 0
    for first in range(1, row["newest"] + 1, LOOKED_AT):
        off = store.execute(
            f"SELECT id FROM segments WHERE id BETWEEN ?3 AND ?4 AND {OFF}",
            (*_values(known), first, first + LOOKED_AT - 1),
        )
        for begin in range(0, len(off), AT_ONCE):
            if should_stop():
                return changed
            _set(store, known, json.dumps([row["id"] for row in off[begin : begin + AT_ONCE]]))
            changed += len(off[begin : begin + AT_ONCE])
            time.sleep(PAUSE)
    return changed


def _set(store: Store, known: Factors, chosen: str) -> None:
    with store.transaction():
        store.execute(
            f"UPDATE segments SET expected = {EXPECTED} WHERE id IN (SELECT value FROM json_each(?3))",
            (*_values(known), chosen),
        )


def _values(known: Factors) -> tuple[str, float]:
    """What FACTOR asks for."""
    return json.dumps(known.speakers, ensure_ascii=False), known.other
