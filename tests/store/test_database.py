"""Opening the store: fresh, again, older, newer, damaged, by two at once; and what it promises."""

import random
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from store.check import check
from store.database import Store
from store.errors import StoreError
from store.schema import migrations
from store.segments.search import search
from store.segments.table import add_recording, add_segment, corrections
from store.sessions import add_turn, end_session, start_session, turns
from store.versions import add_version, promote
from tests.patience import PATIENCE
from tests.store.corrections import add_correction


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "home")


def session(store: Store) -> int:
    return start_session(store, "A2", "conocerse", "starter", "starter", "starter")


# --- opening ------------------------------------------------------------------------------------


def test_what_was_stored_is_there_when_the_store_is_opened_again(store: Store) -> None:
    one = session(store)
    add_turn(store, one, "tutor", "¿Cómo te llamas?", "generated")
    store.close()
    with Store.open(store.folder) as again:
        assert [turn.text for turn in turns(again, one)] == ["¿Cómo te llamas?"]
        assert check(again) == []


def test_opening_a_store_again_is_quick(store: Store) -> None:
    store.close()
    times = []
    for _ in range(5):
        begun = time.process_time()
        Store.open(store.folder).close()
        times.append(time.process_time() - begun)
    assert min(times) < 0.03  # of the processor, whoever else is at work


def test_reading_a_conversation_loads_no_heavy_library() -> None:
    script = (
        "import sys, store.sessions, store.feedback, store.segments.search, store.segments.table, store.paths\n"
        "heavy = {'numpy', 'av', 'soundfile', 'pandas', 'sqlite_utils'} & set(sys.modules)\n"
        "print(heavy or 'none')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "none"


def test_an_existing_store_is_opened_without_the_library_that_makes_it(store: Store) -> None:
    store.close()
    script = (
        "import sys; from pathlib import Path; from store.database import Store\n"
        "Store.open(Path(sys.argv[1])).close(); print('sqlite_utils' in sys.modules)"
    )
    command = [sys.executable, "-c", script, str(store.folder)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "False"


def test_a_newer_database_is_refused_and_left_alone(store: Store) -> None:
    store.close()
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = store.path.read_bytes()
    with pytest.raises(StoreError, match=r"newer Tertulia \(schema 99; this one knows \d+\)"):
        Store.open(store.folder)
    assert store.path.read_bytes() == before


def add_mood(database: Database) -> None:
    database["sessions"].transform(column_order=["id"], defaults={"level": "A1"})
    database.execute("ALTER TABLE sessions ADD COLUMN mood TEXT NOT NULL DEFAULT 'bien'")


def break_off(database: Database) -> None:
    add_mood(database)
    database.execute("DELETE FROM turns")
    raise StoreError("No more room.")


def orphan_turns(database: Database) -> None:
    database.execute("DELETE FROM sessions")


def test_an_older_database_is_migrated_after_a_backup_copy(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    one = session(store)
    add_turn(store, one, "learner", "Hola.", "typed")
    # The store stays open: what it wrote is still in the log, and belongs in the copy.
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, add_mood))
    with Store.open(store.folder) as newer:
        assert newer.get("sessions", one)["mood"] == "bien"
        assert [turn.text for turn in turns(newer, one)] == ["Hola."]
        assert check(newer) == []
    newest = len(migrations.MIGRATIONS)
    copy = store.folder / f"tertulia.db.before-{newest:04}"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert not list(store.folder.glob("*.part"))
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT text FROM turns").fetchall() == [("Hola.",)]
        assert connection.execute("PRAGMA user_version").fetchone() == (newest - 1,)


@pytest.mark.parametrize(("step", "reason"), [(break_off, "No more room"), (orphan_turns, "lost their partner")])
def test_a_migration_that_fails_changes_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, step: migrations.Migration, reason: str
) -> None:
    one = session(store)
    add_turn(store, one, "learner", "Hola.", "typed")
    store.close()
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, step))
        with pytest.raises(StoreError, match=reason):
            Store.open(store.folder)
    with Store.open(store.folder) as same:
        assert [turn.text for turn in turns(same, one)] == ["Hola."]
        assert "mood" not in same.get("sessions", one).keys()  # noqa: SIM118
        assert check(same) == []


def test_a_file_that_is_no_database_is_named_with_the_remedy(store: Store) -> None:
    store.close()
    store.path.write_bytes(b"Querido diario: " * 600)
    with pytest.raises(StoreError, match=r"tertulia\.db is damaged .*there is no backup copy.*to start afresh"):
        Store.open(store.folder)
    assert store.path.read_bytes().startswith(b"Querido diario")


def test_a_damaged_database_says_where_its_copy_lies(store: Store) -> None:
    one = session(store)
    with store.transaction():
        for number in range(300):
            add_turn(store, one, "learner", f"Frase número {number}. " * 10, "typed")
    store.close()
    (store.folder / "tertulia.db.before-0002").write_bytes(store.path.read_bytes())
    data = bytearray(store.path.read_bytes())
    data[2 * 4096 :] = bytes(len(data) - 2 * 4096)
    store.path.write_bytes(data)
    sentence = r"is damaged .*newest backup copy is .*tertulia\.db.before-0002"
    with pytest.raises(StoreError, match=sentence), Store.open(store.folder) as damaged:
        assert check(damaged) != []
        turns(damaged, one)


def test_whatever_happened_to_the_file_it_ends_in_a_sentence_or_a_conversation(store: Store) -> None:
    one = session(store)
    with store.transaction():
        for number in range(60):
            add_turn(store, one, "learner", f"Frase número {number}. " * 10, "typed")
    store.close()
    whole = store.path.read_bytes()
    chance = random.Random(3)
    ends = set()
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.choice([1, 20, 400])):
            data[chance.randrange(len(data))] = chance.randrange(256)
        store.path.write_bytes(data[: chance.choice([len(data), chance.randrange(1, len(data))])])
        for log in ("-wal", "-shm"):
            store.path.with_name(store.path.name + log).unlink(missing_ok=True)
        try:
            with Store.open(store.folder) as opened:
                check(opened)
                turns(opened, one)
                search(opened, "frase")
                add_turn(opened, one, "learner", "Otra frase.", "typed")
                ends.add("conversation")
        except StoreError as error:
            ends.add("sentence")
            assert "\n" not in str(error) and str(error).endswith(".")
    assert ends == {"conversation", "sentence"}


def test_a_scratched_letter_costs_that_letter_only(store: Store) -> None:
    one = session(store)
    add_turn(store, one, "tutor", "¿Qué compraste?", "generated")
    add_turn(store, one, "learner", "Compré manzanas.", "typed")
    store.close()
    store.path.write_bytes(store.path.read_bytes().replace(b"manzanas", b"manz\xffnas"))
    with Store.open(store.folder) as scratched:
        assert [turn.text for turn in turns(scratched, one)] == ["¿Qué compraste?", "Compré manz\ufffdnas."]


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "tertulia.db")) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreError, match="another program's database"):
        Store.open(tmp_path)


# --- what it promises ---------------------------------------------------------------------------


def test_the_settings_behind_the_promises_are_really_on(store: Store) -> None:
    def setting(name: str) -> object:
        return store.execute(f"PRAGMA {name}")[0][0]

    assert (setting("journal_mode"), setting("synchronous"), setting("foreign_keys")) == ("wal", 2, 1)


def test_rows_need_their_partners(store: Store) -> None:
    with pytest.raises(StoreError, match="There is no session 7"):
        add_turn(store, 7, "learner", "Hola.", "typed")
    with pytest.raises(StoreError, match="refused and nothing was stored: FOREIGN KEY"):
        store.insert("feedback", turn_id=5, said="a", better="b", why="c", created_at="")
    one = session(store)
    add_turn(store, one, "learner", "Hola.", "typed")
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        store.execute("DELETE FROM sessions")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE corrections SET after = 'otra cosa'",
        "DELETE FROM corrections",
        "REPLACE INTO corrections SELECT * FROM corrections",
        "UPDATE actions SET undoes = id",
        "DELETE FROM actions",
        "DELETE FROM promotions",
        "UPDATE promotions SET reason = ''",
    ],
)
def test_journals_only_grow_whoever_writes(store: Store, sql: str, tmp_path: Path) -> None:
    import numpy as np

    from store.audio.folder import AudioFolder

    audio = AudioFolder(store.folder).put(np.ones(10, np.int16))
    segment = add_segment(store, add_recording(store, audio, 10, "microphone", "test"), 0, 10, "learner")
    add_correction(store, segment, "ana", "edit", "ola", "hola", 1.0)
    promote(store, add_version(store, "recogniser", "v1", "/v1", "0", {"wer": 0.1}), "better")
    with pytest.raises(StoreError, match="are only ever added to"):
        store.execute(sql)
    with closing(sqlite3.connect(store.path)) as another, pytest.raises(sqlite3.IntegrityError):
        another.execute(sql)
    assert [entry.after for entry in corrections(store, segment)] == ["hola"]


def test_a_transaction_happens_wholly_or_not_at_all(store: Store) -> None:
    one = session(store)
    with pytest.raises(ZeroDivisionError), store.transaction():
        add_turn(store, one, "learner", "Uno.", "typed")
        raise ZeroDivisionError
    assert turns(store, one) == []

    with store.transaction():
        add_turn(store, one, "learner", "Uno.", "typed")
        with pytest.raises(StoreError), store.transaction():
            add_turn(store, one, "learner", "Dos.", "typed")
            add_turn(store, 99, "learner", "Tres.", "typed")
        add_turn(store, one, "learner", "Cuatro.", "typed")
    assert [(turn.position, turn.text) for turn in turns(store, one)] == [(0, "Uno."), (1, "Cuatro.")]


def test_threads_may_share_a_store(store: Store) -> None:
    one = session(store)

    def speak(name: str) -> None:
        for number in range(25):
            add_turn(store, one, "learner", f"{name} {number}", "typed")

    threads = [threading.Thread(target=speak, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [turn.position for turn in turns(store, one)] == list(range(75))


WRITER = """
import sys
from pathlib import Path
from store.database import Store
from store.sessions import add_turn, start_session
sys.stdin.readline()
with Store.open(Path(sys.argv[1])) as store:
    with store.transaction():
        begun = store.execute("SELECT id FROM sessions")
        session = begun[0]["id"] if begun else start_session(store, "A2", "conocerse", "r", "t", "v")
    for number in range(60):
        add_turn(store, session, "learner", f"{sys.argv[2]} {number}", "typed")
"""


def test_two_processes_make_a_store_and_write_to_it_at_once(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "home"), name], stdin=subprocess.PIPE)
        for name in ("app", "engine")
    ]
    for writer in writers:
        assert writer.stdin
        writer.stdin.write(b"go\n")
        writer.stdin.close()
    assert [writer.wait(PATIENCE) for writer in writers] == [0, 0]
    with Store.open(tmp_path / "home") as store:
        said = turns(store, 1)
        assert [turn.position for turn in said] == list(range(120))
        for name in ("app", "engine"):
            assert [t.text for t in said if t.text.startswith(name)] == [f"{name} {n}" for n in range(60)]
        assert check(store) == []


def test_another_connection_of_the_same_process_does_not_give_its_locks_away(tmp_path: Path) -> None:
    """A process that closes the file drops its locks on it, and the next to leave would take the log away."""

    def elsewhere(script: str) -> str:
        head = "import sys; from pathlib import Path; from store.database import Store\n"
        return subprocess.run(
            [sys.executable, "-c", f"{head}with Store.open(Path(sys.argv[1])) as store: {script}", str(tmp_path)],
            capture_output=True, text=True, timeout=PATIENCE, check=True,
        ).stdout.strip()  # fmt: skip

    add = "store.insert('sessions', level='A2', scenario='x', recogniser='', tutor='', voice='', started_at='')"
    count = "print(store.execute('SELECT count(*) FROM sessions')[0][0])"
    with Store.open(tmp_path) as first:
        with Store.open(tmp_path):
            pass
        elsewhere(add)
        assert first.execute("SELECT count(*) FROM sessions")[0][0] == 1
        session(first)
        assert elsewhere(count) == "2"
        with Store.open(tmp_path) as second:
            assert second.execute("SELECT count(*) FROM sessions")[0][0] == 2
    assert elsewhere(count) == "2"


def test_a_writer_who_never_finishes_is_reported(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    one = session(store)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store.execute("PRAGMA busy_timeout = 50")
        with pytest.raises(StoreError, match="Another Tertulia is busy writing"):
            end_session(store, one)
    end_session(store, one)


def test_the_check_names_what_is_missing(store: Store) -> None:
    import numpy as np

    from store.audio.folder import AudioFolder

    audio = AudioFolder(store.folder)
    sha256 = audio.put(np.ones(10, np.int16))
    add_recording(store, sha256, 10, "microphone", "test")
    assert check(store) == []
    audio.path(sha256).unlink()
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute("INSERT INTO timings (turn_id, stage, seconds) VALUES (1, 'reply', 1)")
    lost_row, lost_file = check(store)
    assert "timings refers to a row of turns that is gone" in lost_row
    assert f"The audio file of recording 1 is missing: {audio.path(sha256)}" in lost_file
