"""Plain audio becomes segments to correct: whatever the file, whoever speaks, and only once."""

from __future__ import annotations

import itertools
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from core.importing.importer import Imported, import_path
from core.importing.intake import ImportProgress
from core.review.desk import Desk
from store.audio.folder import AudioFolder, pcm16, read_audio
from store.check import check
from store.database import Store
from store.errors import StoreError
from tests.core.importing.driver import RATE, content, conversation, rows, speech, state, write


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "data")


def spans(store: Store) -> list[tuple[int, int]]:
    return [(row["start"], row["end"]) for row in rows(store)]


def spoken(store: Store) -> NDArray[np.bool_]:
    """Which hundredths of the first ten seconds are in a segment."""
    at = np.zeros(1000, dtype=bool)
    for start, end in spans(store):
        at[start // 160 : end // 160] = True
    return at


def test_a_conversation_becomes_segments_with_measures_and_margins(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "clase.wav", conversation())
    assert import_path(store, path, speaker="Ana") == Imported(imported=1, recordings=1, segments=6)
    found = rows(store)
    lengths = [(row["end"] - row["start"]) / RATE for row in found]
    assert min(lengths) >= 1 and max(lengths) <= 15
    assert all(before["end"] <= after["start"] for before, after in itertools.pairwise(found))
    for row in found:
        assert (row["speaker"], row["status"], row["source"], row["origin"]) == (
            "Ana",
            "new",
            "import",
            "clase.wav",
        )
        assert -25 < row["loudness"] < -5 and row["snr"] > 20 and row["clipped"] < 0.01 and row["band"] > 6000
        assert len(row["fingerprint"]) == 64 and row["revision"] == 0
    assert not check(store)


@pytest.mark.parametrize(
    ("name", "rate", "channels"),
    [
        ("a.wav", 8_000, 1), ("a.wav", 44_100, 2), ("a.wav", 48_000, 8), ("a.flac", 44_100, 1),
        ("a.mp3", 44_100, 2), ("a.ogg", 48_000, 1), ("a.m4a", 44_100, 1), ("a.webm", 48_000, 1),
        ("A.WAV", 48_000, 2), ("a.aiff", 22_050, 1),
    ],
)  # fmt: skip
def test_every_common_format_gives_the_same_segments(
    store: Store, tmp_path: Path, name: str, rate: int, channels: int
) -> None:
    assert import_path(store, write(tmp_path / name, speech(), rate, channels)).imported == 1
    plain = Store.open(tmp_path / "plain")
    import_path(plain, write(tmp_path / "b.wav", speech()))
    assert np.mean(spoken(store) == spoken(plain)) > 0.92


@pytest.mark.parametrize("level", [-55, -40, -20])
def test_a_quiet_speaker_is_segmented_as_a_loud_one(store: Store, tmp_path: Path, level: float) -> None:
    loud = conversation(2, noise=0)
    path = write(tmp_path / "leve.wav", loud * 10 ** ((level + 14.2) / 20))
    import_path(store, path)
    found = rows(store)
    assert len(found) == 4
    assert all(abs(row["loudness"] - level) < 3 for row in found)
    plain = Store.open(tmp_path / "plain")
    import_path(plain, write(tmp_path / "loud.wav", loud))
    np.testing.assert_allclose(spans(store), spans(plain), atol=0.15 * RATE)
    kept = AudioFolder(store.folder).get(found[0]["sha256"])
    assert np.abs(kept).max() == pytest.approx(np.abs(loud).max() * 10 ** ((level + 14.2) / 20), abs=1e-3)


def test_a_quiet_learner_beside_a_loud_teacher_does_not_vanish(store: Store, tmp_path: Path) -> None:
    voice = speech()
    path = write(tmp_path / "clase.wav", np.concatenate([voice, voice * 10 ** (-35 / 20)] * 3))
    assert import_path(store, path).segments == 12


def test_a_folder_is_imported_in_order_and_its_bad_files_are_named(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "audio"
    write(folder / "b" / "dos.flac", speech())
    write(folder / "a" / "uno.wav", speech()[: 5 * RATE])
    write(folder / "silencio.wav", np.zeros(4 * RATE, np.float32))
    write(folder / "corto.wav", speech()[:1000])
    (folder / "roto.mp3").write_bytes(b"no soy audio" * 99)
    (folder / "vacio.wav").touch()
    (folder / "leeme.txt").write_text("Hola.")
    (folder / ".oculto.wav").write_bytes(b"x")
    cut = write(folder / "cortado.flac", speech())
    cut.write_bytes(cut.read_bytes()[:-50_000])
    soundfile.write(folder / "nan.wav", np.full(RATE, np.nan, np.float32), RATE, subtype="FLOAT")
    (tmp_path / "fuera.wav").write_bytes((folder / "b" / "dos.flac").read_bytes())
    (folder / "enlace.wav").symlink_to(tmp_path / "fuera.wav")
    (folder / "circulo.wav").symlink_to(folder / "circulo.wav")
    (folder / "lejos").symlink_to(tmp_path)
    done = import_path(store, folder)
    assert (done.imported, done.duplicates) == (2, 0)
    assert [row["origin"] for row in store.execute("SELECT origin FROM recordings ORDER BY id")] == [
        "uno.wav", "dos.flac",
    ]  # fmt: skip
    reasons = {rejected.where: rejected.reason for rejected in done.rejected}
    assert {name: reason.split(":")[0].split("/")[-1] for name, reason in reasons.items()} == {
        "circulo.wav": "It is a link that leads outside its folder",
        "cortado.flac": reasons["cortado.flac"].split(":")[0].split("/")[-1],
        "corto.wav": "It has 0.06 s of sound, in which nothing can be heard",
        "enlace.wav": "It is a link that leads outside its folder",
        "nan.wav": "nan.wav holds numbers that are not sound (NaN or infinity)",
        "roto.mp3": "roto.mp3 is not sound that can be read",
        "silencio.wav": "No speech was found in it",
        "vacio.wav": "vacio.wav is empty",
    }
    assert "cut off" in reasons["cortado.flac"]
    assert all(reason.endswith(".") and "\n" not in reason for reason in reasons.values())
    assert not check(store)


def test_importing_again_changes_nothing_even_what_was_cut_since(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "clase.wav", conversation())
    import_path(store, path)
    desk = Desk(store, "ana")
    ids = [row["id"] for row in store.execute("SELECT id FROM segments ORDER BY start")]
    first = desk.card(ids[0])
    desk.trim(first, first.row.start + 8000, first.row.end - 3000)
    desk.accept(desk.card(ids[1]), "Hola, buenos días a todos.")
    desk.split(desk.card(ids[1]), 5, None)
    desk.merge(desk.card(ids[3]), "next")
    before = state(store)
    soundfile.write(tmp_path / "copia.flac", pcm16(read_audio(path)), RATE)
    for again in (path, tmp_path / "copia.flac"):
        done = import_path(store, again)
        assert (done.imported, done.duplicates, done.segments, done.recordings) == (0, 1, 0, 0)
        assert state(store) == before


def test_a_second_import_does_not_decode_again_unless_the_file_changed(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "clase.wav", conversation(1))
    stages: list[str] = []

    def note(progress: ImportProgress) -> None:
        stages.append(progress.stage)

    import_path(store, path, on_progress=note)
    assert {"listening", "measuring"} <= set(stages)
    stages.clear()
    assert import_path(store, path, on_progress=note).duplicates == 1
    assert set(stages) <= {"measuring"}
    write(path, conversation(2))
    os.utime(path, (1, 1))
    assert import_path(store, path).recordings == 1


def test_an_import_that_is_stopped_leaves_nothing_half_done_and_goes_on(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "clase.wav", conversation())

    class StoppedError(Exception):
        pass

    def stop(progress: ImportProgress) -> None:
        if progress.stage == "measuring":
            raise StoppedError

    with pytest.raises(StoppedError):
        import_path(store, path, on_progress=stop)
    assert not rows(store) and not store.execute("SELECT 1 FROM recordings")
    assert import_path(store, path).segments == 6
    plain = Store.open(tmp_path / "plain")
    import_path(plain, path)
    assert content(store) == content(plain)


def test_an_archive_is_imported_and_one_that_climbs_out_is_not(store: Store, tmp_path: Path) -> None:
    write(tmp_path / "uno.wav", speech())
    with zipfile.ZipFile(tmp_path / "clases.zip", "w") as archive:
        archive.write(tmp_path / "uno.wav", "clases/uno.wav")
        archive.writestr("clases/dos.srt", "1\n00:00:00,000 --> 00:00:04,000\nHola.\n")
        archive.write(tmp_path / "uno.wav", "clases/dos.wav")
    done = import_path(store, tmp_path / "clases.zip")
    assert done.imported + done.duplicates == 2 and done.recordings == 1 and not done.rejected
    with zipfile.ZipFile(tmp_path / "malo.zip", "w") as archive:
        archive.write(tmp_path / "uno.wav", "../../uno.wav")
    before = state(store)
    with pytest.raises(StoreError, match="leads out of its folder"):
        import_path(store, tmp_path / "malo.zip")
    assert state(store) == before
    assert not list((store.folder / "incoming").glob("*"))


def test_odd_names_are_taken_as_they_are(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "audio"
    write(folder / "uno.wav", speech())
    (folder / "uno.wav").rename(folder / os.fsdecode(b"caf\xe9 \xff.wav"))
    write(folder / "dos.wav", speech()[: 5 * RATE]).rename(folder / "a\nb\x1b[31m.wav")
    assert import_path(store, folder).imported == 2
    assert import_path(store, folder).duplicates == 2
    write(tmp_path / "tres.wav", speech()[2 * RATE :]).rename(tmp_path / "tres")
    assert import_path(store, tmp_path / "tres").imported == 1
    origins = {row["origin"] for row in rows(store)}
    assert "tres" in origins and all(origin.isprintable() for origin in origins)


def test_what_is_not_there_or_holds_nothing_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no file or folder"):
        import_path(store, tmp_path / "nada")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match="holds no audio, and no transcripts"):
        import_path(store, tmp_path / "empty")
    with pytest.raises(StoreError, match="no format"):
        import_path(store, tmp_path / "empty", format_name="word")
