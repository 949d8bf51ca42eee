"""Pulling the plug: what was spoken is there at the next start, once, bit for bit."""

import errno
import os
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from store.audio import journal as store_journal
from store.audio import recovery as store_recovery
from store.audio.folder import AudioFolder, from_pcm16, pcm16
from store.audio.journal import HEADER, RecordingJournal, orphans
from store.audio.recovery import keep, recover
from store.check import check
from store.database import Store
from store.errors import StoreError
from store.reasons import disk
from store.segments.table import segment
from store.sessions import turns
from tests.store.spoken_turns import BLOCK, begun, counts, heard, left, speech


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return begun(tmp_path / "home")


# --- one journal --------------------------------------------------------------------------------


def test_a_recording_is_journalled_kept_and_forgotten_by_the_journal(store: Store) -> None:
    spoken = speech(16_000)
    with RecordingJournal.create(store.folder, 1) as journal:
        for start in range(0, len(spoken), BLOCK):
            journal.append(from_pcm16(spoken[start : start + BLOCK]))
            assert journal.samples - journal.samples_safe < 4_000 - BLOCK  # 250 ms with the next block
        assert journal.samples == 16_000 and journal.seconds == 1.0
        np.testing.assert_array_equal(pcm16(journal.finish()), spoken)
        assert journal.samples_safe == 16_000 and left(store.folder) == [journal.path.name]
        kept = keep(store, journal, "Built-in microphone")
    assert kept is not None and kept.seconds == 1.0
    [turn] = turns(store, 1)
    assert (turn.id, turn.status, turn.role, turn.origin) == (kept.turn, "recorded", "learner", "spoken")
    np.testing.assert_array_equal(heard(store, turn), spoken)
    assert left(store.folder) == [] and recover(store).rescued == ()


def test_what_the_disk_did_not_sync_is_not_called_safe(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with RecordingJournal.create(store.folder, 1) as journal:
        journal.append(speech(4_000))
        assert journal.samples_safe == 4_000
        monkeypatch.setattr(store_journal, "_sync", fail)
        journal.append(speech(1_000))
        with pytest.raises(StoreError, match="Input/output error"):
            journal.append(speech(4_000))
        assert journal.samples_safe == 4_000


def test_a_living_writers_journal_is_nobody_elses_business(store: Store) -> None:
    with RecordingJournal.create(store.folder, 1) as journal:
        journal.append(speech(BLOCK))
        assert orphans(store.folder) == ([], [])
        assert recover(store).rescued == ()
    [orphan], _ = orphans(store.folder)
    assert (orphan.name, orphan.session, orphan.samples) == (journal.name, 1, BLOCK)
    assert abs(orphan.started_at - journal.started_at).total_seconds() < 0.001
    assert orphans(store.folder) == ([], [])  # whoever found it first holds it
    orphan.close()


def test_a_journal_in_which_nothing_was_spoken_leaves_nothing(store: Store) -> None:
    RecordingJournal.create(store.folder, 1).close()
    assert recover(store).rescued == () and left(store.folder) == [] and counts(store) == [0, 0, 0]


def test_a_discarded_or_closed_journal_takes_no_more(store: Store) -> None:
    journal = RecordingJournal.create(store.folder, 1)
    journal.discard()
    assert left(store.folder) == []
    with pytest.raises(StoreError, match="already closed"):
        journal.append(speech(BLOCK))


def test_what_is_no_number_is_refused_and_the_rest_stays(store: Store) -> None:
    with RecordingJournal.create(store.folder, 1) as journal:
        journal.append(speech(BLOCK))
        with pytest.raises(StoreError, match="NaN"):
            journal.append(np.full(BLOCK, np.nan, np.float32))
        journal.append(speech(BLOCK, seed=1))
        np.testing.assert_array_equal(pcm16(journal.finish()), [*speech(BLOCK), *speech(BLOCK, seed=1)])


@pytest.mark.parametrize("torn", [1, 2, 333])
def test_a_torn_end_is_recovered_to_the_last_whole_sample(store: Store, torn: int) -> None:
    with RecordingJournal.create(store.folder, 1) as journal:
        journal.append(speech(1_000))
    os.truncate(journal.path, HEADER.size + 2_000 - torn)
    assert len(recover(store).rescued) == 1
    np.testing.assert_array_equal(heard(store, turns(store, 1)[0]), speech(1_000)[: (2_000 - torn) // 2])


@pytest.mark.parametrize("damage", ["short", "empty", "scratched", "newer", "timeless"])
def test_a_torn_header_is_put_aside_with_a_warning_and_never_deleted(store: Store, damage: str) -> None:
    with RecordingJournal.create(store.folder, 1) as journal:
        journal.append(speech(1_000))
    with RecordingJournal.create(store.folder, 1) as healthy:
        healthy.append(speech(500))
    data = bytearray(journal.path.read_bytes())
    if damage == "short":
        data = data[: HEADER.size - 1]
    elif damage == "empty":
        data = bytearray()
    elif damage == "scratched":
        data[20] ^= 1
    elif damage == "timeless":
        fields = (*HEADER.unpack(data[: HEADER.size])[:5], 2**62)
        data[: HEADER.size] = HEADER.pack(*fields, zlib.crc32(HEADER.pack(*fields, 0)))
    else:
        data[8] = 9
    journal.path.write_bytes(data)

    recovery = recover(store)
    aside = journal.path.with_suffix(".damaged")
    [warning] = recovery.warnings
    assert str(aside) in warning and aside.read_bytes() == data
    assert len(recovery.rescued) == 1 and recovery.seconds == 500 / 16_000
    assert recover(store).warnings == ()


def test_what_is_no_file_of_ours_is_left_alone_and_the_rest_is_rescued(store: Store, tmp_path: Path) -> None:
    with RecordingJournal.create(store.folder, 1) as journal:
        journal.append(speech(500))
    folder = journal.path.parent
    (folder / "a.pcm").mkdir()
    os.mkfifo(folder / "b.pcm")
    (tmp_path / "letter").write_text("Querida Ana:")
    (folder / "c.pcm").symlink_to(tmp_path / "letter")

    recovery = recover(store)
    assert len(recovery.rescued) == 1 and recovery.warnings == ()
    assert left(store.folder) == ["a.pcm", "b.pcm", "c.pcm"]


def test_a_journal_whose_session_is_unknown_is_kept_without_a_turn(store: Store) -> None:
    for session in (None, 77):
        with RecordingJournal.create(store.folder, session) as journal:
            journal.append(speech(1_000, seed=session or 0))
    assert [turn.turn for turn in recover(store).rescued] == [None, None]
    assert counts(store) == [2, 2, 0] and check(store) == []


def test_two_journals_with_the_same_sound_are_two_turns_of_one_recording(store: Store) -> None:
    for _ in range(2):
        with RecordingJournal.create(store.folder, 1) as journal:
            journal.append(np.zeros(1_000, np.int16))
    assert len(recover(store).rescued) == 2
    assert counts(store) == [1, 2, 2]


def test_unfinished_files_are_swept_once_their_writer_must_be_dead(store: Store) -> None:
    AudioFolder(store.folder).put(speech(10))
    old, young = store.folder / "incoming" / "old", store.folder / "incoming" / "young"
    for path in (old, young):
        path.touch()
    os.utime(old, (0, 0))
    recover(store)
    assert not old.exists() and young.exists()


def test_a_disk_that_fails_during_recovery_keeps_the_journal(store: Store) -> None:
    with RecordingJournal.create(store.folder, 1) as journal:
        journal.append(speech(1_000))
    (store.folder / "incoming").touch()  # a file where a folder must be
    with pytest.raises(StoreError, match="could not be used"):
        recover(store)
    assert left(store.folder) == [journal.path.name] and counts(store) == [0, 0, 0]
    (store.folder / "incoming").unlink()
    assert len(recover(store).rescued) == 1


# --- long ones ----------------------------------------------------------------------------------


def long_journal(store: Store, seconds: int, session: int | None = 1) -> RecordingJournal:
    """A journal of silence, left by somebody who forgot to press the key again; sparse on the disk."""
    with RecordingJournal.create(store.folder, session) as journal:
        os.truncate(journal.path, HEADER.size + 2 * seconds * 16_000)
    return journal


def test_a_long_journal_becomes_turns_of_five_minutes_cut_where_it_is_quiet(store: Store) -> None:
    quiet = [290, 575, 861, 1150]
    noise = np.random.default_rng(5).integers(-9000, 9000, 20 * 60 * 16_000).astype(np.int16)
    for second in quiet:
        noise[second * 16_000 : (second + 1) * 16_000] //= 100
    with RecordingJournal.create(store.folder, 1) as journal:
        for start in range(0, len(noise), 1 << 20):
            journal.append(noise[start : start + (1 << 20)])
    recovery = recover(store)
    assert recovery.seconds == 1200 and len(recovery.rescued) == 5 and recovery.warnings == ()
    spans = [segment(store, turn.segment) for turn in recovery.rescued]
    assert counts(store) == [1, 5, 5] and left(store.folder) == [] and check(store) == []
    assert spans[0].start == 0 and spans[-1].end == len(noise)
    for before, after, second in zip(spans[:-1], spans[1:], quiet, strict=True):
        assert before.end == after.start and second <= before.end / 16_000 <= second + 1
    assert all(span.end - span.start <= 300 * 16_000 for span in spans)
    said = turns(store, 1)
    assert {turn.status for turn in said} == {"lost"}
    assert [turn.created_at for turn in said] == sorted({turn.created_at for turn in said})
    np.testing.assert_array_equal(np.concatenate([heard(store, turn) for turn in said]), noise)
    assert recover(store).rescued == ()


FRUGAL = """
import resource, sys
from pathlib import Path
from store.database import Store
from store.audio.recovery import recover
store = Store.open(Path(sys.argv[1]))
recover(store)  # what is imported on the way is there
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
Path(sys.argv[2]).rename(Path(sys.argv[1]) / "journal" / "20260101T000000-long.pcm")
rescued = recover(store).rescued
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, len(rescued))
"""


def test_however_long_a_journal_is_it_takes_no_more_memory(store: Store) -> None:
    aside = long_journal(store, 3600).path.rename(store.folder / "long")
    with RecordingJournal.create(store.folder, 1) as journal:
        journal.append(speech(16_000))
    done = subprocess.run(
        [sys.executable, "-c", FRUGAL, str(store.folder), str(aside)], capture_output=True, text=True, check=True
    )
    megabytes, kept = map(int, done.stdout.split())
    assert megabytes < 64 and kept >= 12, done.stdout  # at once they would be 800


# --- those that cannot be rescued -----------------------------------------------------------------


def test_one_that_fails_twice_is_set_aside_and_the_others_are_rescued(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RecordingJournal.create(store.folder, 1) as journal:
        journal.append(speech(1_000))
    data = journal.path.read_bytes()

    def explode(*arguments: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(store_recovery, "add_recording", explode)
        for _ in range(2):
            with pytest.raises(MemoryError):
                recover(store)
    with RecordingJournal.create(store.folder, 1) as other:
        other.append(speech(500))
    recovery = recover(store)
    aside = journal.path.with_suffix(".damaged")
    [warning] = recovery.warnings
    assert str(aside) in warning and "twice" in warning and aside.read_bytes() == data
    assert len(recovery.rescued) == 1 and left(store.folder) == [aside.name]
    assert recover(store).warnings == ()
    aside.rename(journal.path)  # as the sentence says, once what stood in the way is gone
    assert len(recover(store).rescued) == 1 and left(store.folder) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_can_be_mended_is_not_held_against_a_journal(
    store: Store, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    with RecordingJournal.create(store.folder, 1) as journal:
        journal.append(speech(1_000))

    def refuse(*arguments: object) -> None:
        raise disk(store.folder, OSError(number, "no")) from OSError(number, "no")

    with monkeypatch.context() as patch:
        patch.setattr(store_recovery, "add_recording", refuse)
        for _ in range(5):
            with pytest.raises(StoreError):
                recover(store)
            assert left(store.folder) == [journal.path.name]
    assert len(recover(store).rescued) == 1
