"""The schema, as numbered steps that are never edited: a change of mind is the next number.

Each step gets the database inside one transaction that already holds the write lock; foreign keys
are not enforced meanwhile (SQLite cannot rebuild a table otherwise) but are checked before the
commit. The argument is a `sqlite_utils.Database`, because its `transform` does what SQLite's own
ALTER TABLE cannot; plain SQL says the rest better.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from store.schema import score_tables
from store.schema.correction_tables import ACTIONS, COUNT_ALL, SEGMENTS, TALLIES, TEXTS, TRIGGERS

if TYPE_CHECKING:
    from sqlite_utils import Database

Migration = Callable[["Database"], None]

APPLICATION_ID = 0x54455254
"""Written into the file's header ("TERT"), so that no other program's database is taken for ours."""

FOLD = "replace(replace({0}, 'ñ', 'ɲ'), 'Ñ', 'ɲ')"
"""SQL that hides ñ from the index's removal of accents: “año” is not “ano”, yet “cafe” finds “café”."""

TABLES = """
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    level TEXT NOT NULL,
    scenario TEXT NOT NULL,
    recogniser TEXT NOT NULL,
    tutor TEXT NOT NULL,
    voice TEXT NOT NULL
) STRICT;

CREATE TABLE recordings (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
    samples INTEGER NOT NULL CHECK (samples > 0),
    source TEXT NOT NULL,
    origin TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE segments (
    id INTEGER PRIMARY KEY,
    recording_id INTEGER NOT NULL REFERENCES recordings (id),
    start INTEGER NOT NULL CHECK (start >= 0),
    "end" INTEGER NOT NULL CHECK ("end" > start),
    speaker TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'corrected')),
    journal TEXT UNIQUE,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX segments_recording ON segments (recording_id);

CREATE TABLE turns (
    id INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES sessions (id),
    position INTEGER NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('learner', 'tutor')),
    text TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('spoken', 'typed', 'generated')),
    status TEXT NOT NULL CHECK (status IN ('recorded', 'heard', 'answered', 'lost')),
    segment_id INTEGER REFERENCES segments (id),
    revision INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (session_id, position)
) STRICT;
CREATE INDEX turns_segment ON turns (segment_id);

CREATE TABLE hypotheses (
    id INTEGER PRIMARY KEY,
    segment_id INTEGER NOT NULL REFERENCES segments (id),
    model TEXT NOT NULL,
    text TEXT NOT NULL,
    words TEXT NOT NULL CHECK (json_valid(words)),
    compute_seconds REAL NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX hypotheses_segment ON hypotheses (segment_id);

CREATE TABLE corrections (
    id INTEGER PRIMARY KEY,
    segment_id INTEGER NOT NULL REFERENCES segments (id),
    author TEXT NOT NULL,
    kind TEXT NOT NULL,
    before TEXT,
    after TEXT,
    listened_seconds REAL NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX corrections_segment ON corrections (segment_id);

CREATE TABLE feedback (
    id INTEGER PRIMARY KEY,
    turn_id INTEGER NOT NULL REFERENCES turns (id),
    said TEXT NOT NULL,
    better TEXT NOT NULL,
    why TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX feedback_turn ON feedback (turn_id);

CREATE TABLE timings (
    turn_id INTEGER NOT NULL REFERENCES turns (id),
    stage TEXT NOT NULL,
    seconds REAL NOT NULL CHECK (seconds >= 0),
    PRIMARY KEY (turn_id, stage)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    folder TEXT NOT NULL UNIQUE,
    base_id INTEGER REFERENCES model_versions (id),
    status TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT
) STRICT;

CREATE TABLE model_versions (
    id INTEGER PRIMARY KEY,
    part TEXT NOT NULL CHECK (part IN ('recogniser', 'tutor', 'voice')),
    name TEXT NOT NULL,
    folder TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    base_id INTEGER REFERENCES model_versions (id),
    run_id INTEGER REFERENCES runs (id),
    scores TEXT NOT NULL CHECK (json_valid(scores)),
    created_at TEXT NOT NULL,
    UNIQUE (part, name)
) STRICT;

CREATE TABLE promotions (
    id INTEGER PRIMARY KEY,
    version_id INTEGER NOT NULL REFERENCES model_versions (id),
    reason TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE VIRTUAL TABLE said USING fts5 (text, content = '', tokenize = "unicode61 remove_diacritics 2");
"""

JOURNALS = ("corrections", "promotions")
"""Tables that only grow: undoing is one more entry."""

APPEND_ONLY = """
CREATE TRIGGER {0}_keep BEFORE UPDATE ON {0} BEGIN SELECT raise(ABORT, '{0} are only ever added to'); END;
CREATE TRIGGER {0}_stay BEFORE DELETE ON {0} BEGIN SELECT raise(ABORT, '{0} are only ever added to'); END;
CREATE TRIGGER {0}_new BEFORE INSERT ON {0} WHEN EXISTS (SELECT 1 FROM {0} WHERE id = new.id)
BEGIN SELECT raise(ABORT, '{0} are only ever added to'); END;
"""
# The third stops INSERT OR REPLACE, which deletes without firing a delete trigger by default.

RUNS = """
ALTER TABLE runs ADD COLUMN preset TEXT NOT NULL DEFAULT '';
ALTER TABLE model_versions ADD COLUMN tags TEXT NOT NULL DEFAULT '';
ALTER TABLE model_versions ADD COLUMN deleted_at TEXT;
"""
"""A deleted version's row stays: others may descend from it, and corrections were heard by it."""

RULES = """
ALTER TABLE segments ADD COLUMN rules INTEGER NOT NULL DEFAULT 0;
CREATE INDEX segments_rules ON segments (rules);
"""
"""Which version of the rules found the `warnings` of a segment; 0 where none is known to have judged it."""

INDEXED = (("turns", "text", 0), ("hypotheses", "text", 1), ("corrections", "after", 2))
"""What can be searched: table, column, and the kind that its row in `said` has modulo 4.

A row's number in `said` is its own number times 4 plus the kind, so the index needs no columns."""

INDEX_ADD = """
CREATE TRIGGER {table}_said AFTER INSERT ON {table} WHEN new.{column} IS NOT NULL BEGIN
    INSERT INTO said (rowid, text) VALUES (new.id * 4 + {kind}, {new});
END;
"""
INDEX_CHANGE = """
CREATE TRIGGER {table}_resaid AFTER UPDATE OF {column} ON {table} BEGIN
    INSERT INTO said (said, rowid, text) VALUES ('delete', old.id * 4 + {kind}, {old});
    INSERT INTO said (rowid, text) VALUES (new.id * 4 + {kind}, {new});
END;
CREATE TRIGGER {table}_unsaid AFTER DELETE ON {table} BEGIN
    INSERT INTO said (said, rowid, text) VALUES ('delete', old.id * 4 + {kind}, {old});
END;
"""


def m0001_everything(database: Database) -> None:
    """Sessions and turns, audio and what was heard in it, corrections, model versions, search."""
    statements = TABLES
    for journal in JOURNALS:
        statements += APPEND_ONLY.format(journal)
    for table, column, kind in INDEXED:
        shape = INDEX_ADD if table in JOURNALS else INDEX_ADD + INDEX_CHANGE
        new, old = FOLD.format(f"new.{column}"), FOLD.format(f"old.{column}")
        statements += shape.format(table=table, column=column, kind=kind, new=new, old=old)
    for statement in split(statements):
        database.execute(statement)


def m0002_desk(database: Database) -> None:
    """The correction desk: states, actions to undo, measures, counts."""
    texts = TEXTS.format(text=FOLD.format("text"), new=FOLD.format("new.text"), old=FOLD.format("old.text"))
    triggers = TRIGGERS.format(folded=FOLD.format("coalesce(new.after, new.became ->> 'proposal')"))
    # What exists is counted once, before the triggers that keep count.
    for script in (SEGMENTS, ACTIONS, TALLIES, COUNT_ALL, triggers, texts):
        for statement in split(script):
            database.execute(statement)
    for statement in split(APPEND_ONLY.format("actions") + APPEND_ONLY.format("second_passes")):
        database.execute(statement)


def m0003_runs(database: Database) -> None:
    """Training runs and what became of their versions."""
    for statement in split(RUNS):
        database.execute(statement)


def m0004_rules(database: Database) -> None:
    """By which rules a segment was judged."""
    for statement in split(RULES):
        database.execute(statement)


def m0005_scores(database: Database) -> None:
    """By which rule a segment was scored, and the strict score beside it."""
    for statement in split(score_tables.COLUMNS + score_tables.TRIGGERS):
        database.execute(statement)


def split(script: str) -> list[str]:
    """The statements of an SQL script; `executescript` would commit the transaction it runs in."""
    import sqlite3

    statements, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements


MIGRATIONS: tuple[Migration, ...] = (m0001_everything, m0002_desk, m0003_runs, m0004_rules, m0005_scores)
"""All steps in order; the first leads from nothing to schema 1."""
