"""Schema 5: by which rule what was heard was scored, and the strict score beside it.

Until then a word was another one where it was written otherwise, which is the strict rule.
"""

from __future__ import annotations

from store.schema.correction_tables import COUNT, COUNTED

STRICT = "strict"
COLUMNS = f"""
ALTER TABLE segments ADD COLUMN score_rule TEXT NOT NULL DEFAULT '{STRICT}';
ALTER TABLE segments ADD COLUMN strict_errors INTEGER;
ALTER TABLE segments ADD COLUMN strict_words INTEGER;
ALTER TABLE tallies ADD COLUMN strict_errors INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN strict_words INTEGER NOT NULL DEFAULT 0;
CREATE INDEX segments_score_rule ON segments (score_rule) WHERE words IS NOT NULL;
DROP TRIGGER segments_counted;
DROP TRIGGER segments_uncounted;
DROP TRIGGER segments_recounted;
UPDATE segments SET strict_errors = errors, strict_words = words WHERE words IS NOT NULL;
UPDATE tallies SET strict_errors = errors, strict_words = words;
"""

COUNT_SCORES = COUNT.replace(
    "{s}{r}.expected\n",
    "{s}{r}.expected, {s}coalesce({r}.strict_errors, 0), {s}coalesce({r}.strict_words, 0)\n",
).replace(
    "expected = expected + excluded.expected;",
    "expected = expected + excluded.expected, strict_errors = strict_errors + excluded.strict_errors, "
    "strict_words = strict_words + excluded.strict_words;",
)
COUNT_ALL = COUNT_SCORES.format(r="new", s="", f="FROM segments AS new")
TRIGGERS = f"""
CREATE TRIGGER segments_counted AFTER INSERT ON segments BEGIN {COUNT_SCORES.format(r="new", s="", f="")} END;
CREATE TRIGGER segments_uncounted AFTER DELETE ON segments BEGIN {COUNT_SCORES.format(r="old", s="-", f="")} END;
CREATE TRIGGER segments_recounted AFTER UPDATE OF {COUNTED}, strict_errors, strict_words ON segments
BEGIN {COUNT_SCORES.format(r="old", s="-", f="")} {COUNT_SCORES.format(r="new", s="", f="")} END;
"""
