"""Schema 2: what the correction desk needs, beside what the conversation already keeps.

A segment's row holds its present state, so that a page, a search and an order cost one table. How it
came to be so is in `corrections`: each entry has the whole state before and after, entries belong to
an action, and an undo is one more action. What is counted over all segments is kept counted by
triggers, because adding up a million rows takes longer than a person waits for a screen.
"""

from __future__ import annotations

SEGMENTS = """
CREATE TABLE segments_2 (
    id INTEGER PRIMARY KEY,
    recording_id INTEGER NOT NULL REFERENCES recordings (id),
    journal TEXT UNIQUE,
    created_at TEXT NOT NULL,

    -- as the newest correction left it
    start INTEGER NOT NULL CHECK (start >= 0),
    "end" INTEGER NOT NULL CHECK ("end" > start),
    speaker TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'new'
        CHECK (status IN ('new', 'corrected', 'skipped', 'flagged', 'unsure', 'retired')),
    reason TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    reference TEXT,
    proposal TEXT,
    revision INTEGER NOT NULL DEFAULT 0,

    -- as the newest recogniser heard it
    heard TEXT,
    model TEXT,
    confidence REAL,
    doubt REAL,
    expected REAL NOT NULL DEFAULT 0,

    -- what is said in it: the reference, else what is proposed, else what was heard
    text TEXT NOT NULL GENERATED ALWAYS AS (coalesce(reference, proposal, heard, '')) VIRTUAL,

    -- derived from the text and from what was heard
    length INTEGER NOT NULL DEFAULT 0,
    sameness INTEGER,
    warnings INTEGER NOT NULL DEFAULT 0,
    errors INTEGER,
    words INTEGER,
    character_errors INTEGER,
    characters INTEGER,

    -- measured in its audio
    loudness REAL,
    snr REAL,
    clipped REAL,
    band REAL,
    fingerprint BLOB,

    split TEXT NOT NULL DEFAULT '' CHECK (split IN ('', 'train', 'dev', 'test', 'out')),
    extra TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(extra))
) STRICT;

INSERT INTO segments_2 (
    id, recording_id, journal, created_at, start, "end", speaker, status, reference, revision, heard, model,
    confidence, expected, length
)
SELECT id, recording_id, journal, created_at, start, "end", speaker, status,
    (SELECT after FROM corrections WHERE segment_id = s.id ORDER BY id DESC LIMIT 1),
    coalesce((SELECT max(id) FROM corrections WHERE segment_id = s.id), 0),
    (SELECT text FROM hypotheses WHERE segment_id = s.id ORDER BY id DESC LIMIT 1),
    (SELECT model FROM hypotheses WHERE segment_id = s.id ORDER BY id DESC LIMIT 1),
    (SELECT avg(value ->> 'probability') FROM json_each(
        (SELECT words FROM hypotheses WHERE segment_id = s.id ORDER BY id DESC LIMIT 1))),
    coalesce((SELECT sum(1 - (value ->> 'probability')) FROM json_each(
        (SELECT words FROM hypotheses WHERE segment_id = s.id ORDER BY id DESC LIMIT 1))), 0),
    coalesce((SELECT json_array_length(words) FROM hypotheses WHERE segment_id = s.id ORDER BY id DESC LIMIT 1), 0)
FROM segments s;
DROP TABLE segments;
ALTER TABLE segments_2 RENAME TO segments;
CREATE INDEX segments_recording ON segments (recording_id, start, status);
CREATE INDEX segments_queue ON segments (status, expected, start, "end", length);
CREATE INDEX segments_confidence ON segments (confidence, status);
CREATE INDEX segments_speaker ON segments (speaker, recording_id, start, status);
CREATE INDEX segments_sameness ON segments (sameness) WHERE sameness IS NOT NULL;
CREATE INDEX segments_warnings ON segments (warnings) WHERE warnings != 0;
CREATE INDEX segments_split ON segments (split, status) WHERE split != '';

ALTER TABLE recordings ADD COLUMN block TEXT NOT NULL DEFAULT '';
CREATE INDEX recordings_source ON recordings (source);
ALTER TABLE hypotheses ADD COLUMN alternatives TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(alternatives));
"""
# The column `length` counts words; `words` and `errors` are those of `heard` against the reference.

ACTIONS = """
CREATE TABLE actions (
    id INTEGER PRIMARY KEY,
    author TEXT NOT NULL,
    kind TEXT NOT NULL,
    summary TEXT NOT NULL DEFAULT '',
    undoes INTEGER REFERENCES actions (id),
    seconds REAL NOT NULL DEFAULT 0 CHECK (seconds >= 0),
    keystrokes INTEGER NOT NULL DEFAULT 0 CHECK (keystrokes >= 0),
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX actions_undoes ON actions (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX actions_author ON actions (author, id);

ALTER TABLE corrections ADD COLUMN action_id INTEGER REFERENCES actions (id);
ALTER TABLE corrections ADD COLUMN was TEXT CHECK (was IS NULL OR json_valid(was));
ALTER TABLE corrections ADD COLUMN became TEXT CHECK (became IS NULL OR json_valid(became));
CREATE INDEX corrections_action ON corrections (action_id) WHERE action_id IS NOT NULL;

CREATE TABLE drafts (
    segment_id INTEGER NOT NULL REFERENCES segments (id),
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (segment_id, author)
) STRICT, WITHOUT ROWID;

CREATE TABLE second_passes (
    id INTEGER PRIMARY KEY,
    segment_id INTEGER NOT NULL REFERENCES segments (id),
    author TEXT NOT NULL,
    first TEXT NOT NULL,
    second TEXT NOT NULL,
    errors INTEGER NOT NULL,
    words INTEGER NOT NULL,
    listened_seconds REAL NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX second_passes_segment ON second_passes (segment_id);

CREATE TABLE alignments (
    segment_id INTEGER PRIMARY KEY REFERENCES segments (id),
    text TEXT NOT NULL,
    words TEXT NOT NULL CHECK (json_valid(words)),
    method TEXT NOT NULL
) STRICT;

CREATE TABLE sources (
    path TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    recording_id INTEGER REFERENCES recordings (id),
    sha256 TEXT NOT NULL,
    samples INTEGER NOT NULL,
    spans TEXT NOT NULL CHECK (json_valid(spans))
) STRICT;
"""

TALLIES = """
CREATE TABLE tallies (
    status TEXT NOT NULL,
    split TEXT NOT NULL,
    speaker TEXT NOT NULL,
    source TEXT NOT NULL,
    level TEXT NOT NULL,
    segments INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    scored INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    words INTEGER NOT NULL,
    character_errors INTEGER NOT NULL,
    characters INTEGER NOT NULL,
    errors_errors INTEGER NOT NULL,
    errors_words INTEGER NOT NULL,
    words_words INTEGER NOT NULL,
    expected REAL NOT NULL,
    PRIMARY KEY (status, split, speaker, source, level)
) STRICT, WITHOUT ROWID;

CREATE TABLE histograms (
    name TEXT NOT NULL,
    bin INTEGER NOT NULL,
    segments INTEGER NOT NULL,
    PRIMARY KEY (name, bin)
) STRICT, WITHOUT ROWID;
"""
# Squares and products are kept for the interval of a ratio; level is quiet, normal, loud or empty.

COUNTED = (
    'status, split, speaker, start, "end", recording_id, loudness, errors, words, character_errors, characters, '
    "expected, confidence, length"
)

COUNT = """
    INSERT INTO tallies SELECT {r}.status, {r}.split, {r}.speaker,
        (SELECT source FROM recordings WHERE id = {r}.recording_id),
        CASE WHEN {r}.loudness IS NULL THEN '' WHEN {r}.loudness < -35 THEN 'quiet'
             WHEN {r}.loudness > -14 THEN 'loud' ELSE 'normal' END,
        {s}1, {s}({r}."end" - {r}.start), {s}({r}.words IS NOT NULL),
        {s}coalesce({r}.errors, 0), {s}coalesce({r}.words, 0),
        {s}coalesce({r}.character_errors, 0), {s}coalesce({r}.characters, 0),
        {s}coalesce({r}.errors * {r}.errors, 0), {s}coalesce({r}.errors * {r}.words, 0),
        {s}coalesce({r}.words * {r}.words, 0), {s}{r}.expected
    {f} WHERE {r}.status != 'retired'
    ON CONFLICT DO UPDATE SET segments = segments + excluded.segments, samples = samples + excluded.samples,
        scored = scored + excluded.scored, errors = errors + excluded.errors, words = words + excluded.words,
        character_errors = character_errors + excluded.character_errors,
        characters = characters + excluded.characters, errors_errors = errors_errors + excluded.errors_errors,
        errors_words = errors_words + excluded.errors_words, words_words = words_words + excluded.words_words,
        expected = expected + excluded.expected;
    INSERT INTO histograms
        SELECT 'seconds', min(30, ({r}."end" - {r}.start) / 16000), {s}1 {f} WHERE {r}.status != 'retired'
        UNION ALL SELECT 'confidence', CAST({r}.confidence * 20 AS INTEGER), {s}1
            {f} WHERE {r}.status != 'retired' AND {r}.confidence IS NOT NULL
        UNION ALL SELECT 'pace', min(20, CAST({r}.length * 32000.0 / ({r}."end" - {r}.start) AS INTEGER)), {s}1
            {f} WHERE {r}.status != 'retired' AND {r}.length > 0
    ON CONFLICT DO UPDATE SET segments = segments + excluded.segments;
"""
# Bins: whole seconds up to 30; twentieths of confidence; half words a second up to ten words.

TRIGGERS = f"""
CREATE TRIGGER segments_counted AFTER INSERT ON segments BEGIN {COUNT.format(r="new", s="", f="")} END;
CREATE TRIGGER segments_uncounted AFTER DELETE ON segments BEGIN {COUNT.format(r="old", s="-", f="")} END;
CREATE TRIGGER segments_recounted AFTER UPDATE OF {COUNTED} ON segments
BEGIN {COUNT.format(r="old", s="-", f="")} {COUNT.format(r="new", s="", f="")} END;

DROP TRIGGER corrections_said;
CREATE TRIGGER corrections_said AFTER INSERT ON corrections
WHEN coalesce(new.after, new.became ->> 'proposal') IS NOT NULL
    AND coalesce(new.after, new.became ->> 'proposal') IS NOT coalesce(new.before, new.was ->> 'proposal')
BEGIN
    INSERT INTO said (rowid, text) VALUES (new.id * 4 + 2, {{folded}});
END;
"""
# Entries that leave the text alone, such as a note, are not found twice.

COUNT_ALL = COUNT.format(r="new", s="", f="FROM segments AS new")

TEXTS = """
CREATE VIRTUAL TABLE texts USING fts5 (
    text, content = '', detail = 'none', prefix = '2 3', tokenize = "unicode61 remove_diacritics 2"
);
INSERT INTO texts (rowid, text) SELECT id, {text} FROM segments WHERE text != '';
CREATE TRIGGER segments_said AFTER INSERT ON segments WHEN new.text != '' BEGIN
    INSERT INTO texts (rowid, text) VALUES (new.id, {new});
END;
CREATE TRIGGER segments_resaid AFTER UPDATE OF reference, proposal, heard ON segments
WHEN new.text != old.text BEGIN
    INSERT INTO texts (texts, rowid, text) SELECT 'delete', old.id, {old} WHERE old.text != '';
    INSERT INTO texts (rowid, text) SELECT new.id, {new} WHERE new.text != '';
END;
CREATE TRIGGER segments_unsaid AFTER DELETE ON segments WHEN old.text != '' BEGIN
    INSERT INTO texts (texts, rowid, text) VALUES ('delete', old.id, {old});
END;
"""
# What segments say now, whatever it came from; `said` also knows what they once said.
