"""Is what is remembered whole? For the doctor, and for tests that pull the plug."""

from __future__ import annotations

from store.database import Store
from store.errors import StoreError
from store.paths import audio_path, is_own
from store.runs import runs
from store.segments.tallies import recount
from store.text import clean, shown

PROMISES = (
    (
        "The newest correction of segment {0} did not leave it as it is.",
        """
        SELECT s.id FROM segments s JOIN corrections c ON c.id = s.revision WHERE c.segment_id != s.id
            OR c.after IS NOT s.reference
            OR json(c.became) != json_object('start', s.start, 'end', s."end", 'speaker', s.speaker, 'status',
                s.status, 'reason', s.reason, 'note', s.note, 'reference', s.reference, 'proposal', s.proposal)
        """,
    ),
    (
        "Segment {0} does not know its newest correction.",
        """
        SELECT id FROM segments s
        WHERE revision != coalesce((SELECT max(id) FROM corrections WHERE segment_id = s.id), 0)
        """,
    ),
    (
        "Correction {0} does not begin where the one before it ended.",
        """
        SELECT c.id FROM corrections c JOIN corrections p ON p.id = (
            SELECT max(id) FROM corrections WHERE segment_id = c.segment_id AND id < c.id)
        WHERE p.became IS NOT NULL AND json(c.was) IS NOT json(p.became)
        """,
    ),
    (
        "Action {0} was done, but to no segment.",
        "SELECT id FROM actions WHERE id NOT IN (SELECT action_id FROM corrections WHERE action_id IS NOT NULL)",
    ),
    (
        "Action {0} takes back only a part of another.",
        """
        SELECT u.id FROM actions u WHERE undoes IS NOT NULL
            AND (SELECT count(*) FROM corrections WHERE action_id = u.id)
                != (SELECT count(*) FROM corrections WHERE action_id = u.undoes)
        """,
    ),
    (
        "Segment {0} is corrected without a reference.",
        "SELECT id FROM segments WHERE status = 'corrected' AND reference IS NULL",
    ),
    (
        "Segment {0} cannot be found by its text.",
        "SELECT id FROM segments WHERE text != '' EXCEPT SELECT id FROM texts_docsize",
    ),
    (
        "Segment {0} is found by a text that it does not have.",
        "SELECT id FROM texts_docsize EXCEPT SELECT id FROM segments WHERE text != ''",
    ),
    (
        "Run {0} says that it lies in “{1}”, where no run lies, and is not believed.",
        "SELECT id, folder FROM runs WHERE folder IS NOT printf('runs/%04d', id)",
    ),
    (
        "Version {0} says that it lies in “{1}”, where its run made none, and is not believed.",
        """
        SELECT id, folder FROM model_versions
        WHERE run_id IS NOT NULL AND folder IS NOT printf('runs/%04d/version', run_id)
        """,
    ),
)
"""What always holds between rows: the sentence where it does not, and the query for what it is about."""


def check(store: Store) -> list[str]:
    """What is wrong with the store, one sentence each; empty when all is well.

    Looks at the database's own structure, at rows that refer to others, at whether segments are what
    their corrections say and counts what they count (wrong ones are put right), and at whether every
    recording's file is there (`AudioFolder.get` looks inside it).

    Raises:
        StoreError: the database is too damaged to be looked at.
    """
    found = [
        f"The database's structure is damaged: {row[0]}."
        for row in store.execute("PRAGMA integrity_check")
        if row[0] != "ok"
    ]
    found += [
        f"Row {row['rowid']} of {row['table']} refers to a row of {row['parent']} that is gone."
        for row in store.execute("PRAGMA foreign_key_check")
    ]
    found += [
        sentence.format(*(clean(str(cell), limit=None)[:80] for cell in row))
        for sentence, query in PROMISES
        for row in store.execute(query)
    ]
    found += [
        f"The folder of run {run.id} is reached by a link that leads elsewhere: {shown(run.folder)}."
        for run in runs(store)
        if not is_own(store.folder, run.folder)
    ]
    for index in ("said", "texts"):
        try:
            store.execute(f"INSERT INTO {index} ({index}) VALUES ('integrity-check')")
        except StoreError as error:
            found.append(f"The index of what is said cannot be trusted: {error}")
    if not recount(store):
        found.append("The counts on the dataset screen were wrong; they have been counted anew.")
    found += [
        f"The audio file of recording {row['id']} is missing: {audio_path(store.folder, row['sha256'])}."
        for row in store.execute("SELECT id, sha256 FROM recordings ORDER BY id")
        if not audio_path(store.folder, row["sha256"]).is_file()
    ]
    return found
