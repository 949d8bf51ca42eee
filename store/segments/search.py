"""Find what was said, heard, proposed or corrected at any time, by the words a person types.

Accents do not matter ("cafe" finds "café"), but ñ is a letter of its own ("ano" does not find
"año"). All words must occur; the last may be the beginning of one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from store.database import Store
from store.schema.migrations import INDEXED
from store.text import clean

MOST_WORDS = 32
"""Words of a query that are looked for; more than anyone types, fewer than SQLite minds."""

KINDS = tuple({"turns": "turn", "hypotheses": "hypothesis", "corrections": "correction"}[t] for t, _, _ in INDEXED)

MOST_RANKED = 5_000
"""Places that are compared with each other; where there are more, those that came last."""

FOUND = f"""
WITH
    hits AS MATERIALIZED (
        SELECT rowid / 4 AS id, rowid % 4 AS kind, rank FROM said WHERE said MATCH ?
        ORDER BY rowid DESC LIMIT {MOST_RANKED}
    ),
    texts AS (
        SELECT rank, hits.kind, turns.id AS turn, segment_id AS segment, text
            FROM hits JOIN turns ON turns.id = hits.id WHERE hits.kind = 0
        UNION ALL
        SELECT rank, hits.kind, NULL, segment_id, text
            FROM hits JOIN hypotheses ON hypotheses.id = hits.id WHERE hits.kind = 1
        UNION ALL
        SELECT rank, hits.kind, NULL, segment_id, coalesce(after, became ->> 'proposal')
            FROM hits JOIN corrections ON corrections.id = hits.id WHERE hits.kind = 2
    ),
    placed AS (
        SELECT rank, kind, text, segment,
            coalesce(turn, (SELECT max(id) FROM turns WHERE segment_id = segment)) AS turn
        FROM texts
    )
SELECT min(rank + kind * 1e-9) AS best, kind, text, segment, turn,
    (SELECT session_id FROM turns WHERE id = turn) AS session
FROM placed
GROUP BY coalesce('turn ' || turn, 'segment ' || segment)
ORDER BY best, turn DESC, segment DESC
LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A place where the words occur; the best one of each turn."""

    kind: str
    """What matched: turn, hypothesis or correction."""
    text: str
    session: int | None
    turn: int | None
    segment: int | None


def search(store: Store, words: str, limit: int = 50) -> list[SearchHit]:
    """Where all of `words` occur, best first. Nothing in `words` is an operator; none finds nothing.

    Raises:
        StoreError: the database is damaged.
    """
    query = match(words)
    if not query:
        return []
    return [
        SearchHit(KINDS[row["kind"]], row["text"], row["session"], row["turn"], row["segment"])
        for row in store.execute(FOUND, (query, limit))
    ]


def match(words: str) -> str:
    """The FTS5 query for what a person typed: each word quoted, so that none is syntax."""
    folded = clean(words, limit=None).replace("ñ", "ɲ").replace("Ñ", "ɲ")
    found = re.findall(r"[^\W_]+", folded)[:MOST_WORDS]
    return " ".join(f'"{word}"' for word in found) + "*" if found else ""
