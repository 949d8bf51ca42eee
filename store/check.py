"""Is what is remembered whole? For the doctor, and for tests that pull the plug."""

from store.database import Store
from store.paths import audio_path


def check(store: Store) -> list[str]:
    """What is wrong with the store, one sentence each; empty when all is well.

    Looks at the database's own structure, at rows that refer to others, and at whether every
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
        f"The audio file of recording {row['id']} is missing: {audio_path(store.folder, row['sha256'])}."
        for row in store.execute("SELECT id, sha256 FROM recordings ORDER BY id")
        if not audio_path(store.folder, row["sha256"]).is_file()
    ]
    return found
