"""Every format is a round trip: what is exported can be imported elsewhere, and here changes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from core.importing import manifest
from core.importing.exporter import export
from core.importing.importer import import_path
from core.review.desk import Desk
from store.audio.folder import AudioFolder
from store.check import check
from store.database import Store
from store.errors import StoreError
from store.formats.formats import FORMATS, MODULES
from tests.core.importing.driver import RATE, rows, speech, state, write

TEXTS = ["Hola, ¿qué tal estás?", "Pues… el niño comió «piña» y café.", "-No, gracias; de nada.", "Sí"]
NO_SPEAKER = {"ljspeech", "srt"}
NO_SPLIT = {"csv", "ljspeech", "srt"}
MILLISECONDS = 2 * RATE // 1000


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four references of two speakers in a recording, one in a recording of its own, and what they came from."""
    folder = tmp_path_factory.mktemp("imported")
    voice = speech()
    write(folder / "in" / "clase.wav", voice)
    segments: list[dict[str, Any]] = [
        {"audio": "clase.wav", "samples": [n * 30_000 + 123, n * 30_000 + 29_001], "text": text, "speaker": speaker}
        for n, (text, speaker) in enumerate(zip(TEXTS, ["Ana", "Señor Gómez", "Ana", "Ana"], strict=True))
    ]
    write(folder / "in" / "otra.wav", voice[::-1][:40_000])
    segments.append(
        {"audio": "otra.wav", "text": "¡Adiós!", "speaker": "Ana", "heard": "adiós", "note": "al revés"}
    )
    segments[0]["split"] = "train"
    (folder / "in" / "tertulia.json").write_text(json.dumps({"tertulia": 1, "segments": segments}))
    with Store.open(folder / "data") as store:
        done = import_path(store, folder / "in")
        assert (done.imported, done.recordings, done.rejected) == (5, 2, [])
        assert AudioFolder(store.folder).holds(rows(store)[0]["sha256"])
    return folder


@pytest.fixture
def store(imported: Path, tmp_path: Path) -> Store:
    """A copy of that."""
    shutil.copytree(imported, tmp_path, dirs_exist_ok=True)
    return Store.open(tmp_path / "data")


def by_text(store: Store) -> list[tuple[Any, ...]]:
    found = rows(store, 's.reference, s.speaker, s.status, s.start, s."end"')
    keys = ("speaker", "reference", "status", "start", "end")
    return sorted((tuple(row[key] for key in keys) for row in found), key=lambda row: str(row[1]))


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_round_trip_into_a_fresh_folder_and_back(store: Store, tmp_path: Path, name: str) -> None:
    done = export(store, tmp_path / "out", name)
    assert (done.segments, done.recordings) == (5, 2)
    before = state(store)
    again = import_path(store, tmp_path / "out")
    assert (again.imported, again.duplicates, again.rejected) == (0, 5, [])
    assert state(store) == before

    (tmp_path / "out").rename(tmp_path / "taken elsewhere")
    fresh = Store.open(tmp_path / "fresh")
    there = import_path(fresh, tmp_path / "taken elsewhere")
    assert (there.imported, there.duplicates, there.rejected, there.segments) == (5, 0, [], 5)
    assert there.recordings == (5 if FORMATS[name].clips else 2)
    for theirs, ours in zip(by_text(fresh), by_text(store), strict=True):
        assert theirs[1:3] == ours[1:3] and theirs[0] == ("" if name in NO_SPEAKER else ours[0])
        if FORMATS[name].clips:
            assert theirs[3:] == (0, ours[4] - ours[3])
        else:
            assert all(abs(a - b) <= MILLISECONDS for a, b in zip(theirs[3:], ours[3:], strict=True))
    if name not in NO_SPLIT:
        assert [row["reference"] for row in rows(fresh) if row["split"] == "train"] == [TEXTS[0]]
    assert not check(fresh)
    assert import_path(fresh, tmp_path / "taken elsewhere").duplicates == 5


def test_the_programs_own_format_holds_everything_that_is_not_corrected_too(store: Store, tmp_path: Path) -> None:
    desk = Desk(store, "ana")
    number = store.execute("SELECT id FROM segments WHERE reference = ?", (TEXTS[1],))[0]["id"]
    desk.flag(desk.card(number), "two voices")
    write(tmp_path / "nuevo.wav", speech() * 0.5)
    import_path(store, tmp_path / "nuevo.wav")
    export(store, tmp_path / "out", "json", status="all")
    fresh = Store.open(tmp_path / "fresh")
    assert not import_path(fresh, tmp_path / "out").rejected
    columns = (
        "s.reference, s.heard, s.speaker, s.status, s.reason, s.note, s.split, s.start, s.fingerprint, r.sha256"
    )
    assert rows(fresh, columns) == rows(store, columns)
    assert {row["status"] for row in rows(fresh)} == {"corrected", "flagged", "new"}


def test_word_times_survive_where_the_format_has_a_place_for_them(store: Store, tmp_path: Path) -> None:
    words = [{"word": "¡Adiós!", "start": 0.25, "end": 1.5, "probability": None}]
    number = store.execute("SELECT id FROM segments WHERE reference = '¡Adiós!'")[0]["id"]
    store.execute(
        "INSERT INTO alignments VALUES (?, '¡Adiós!', ?, 'test')", (number, json.dumps(words, ensure_ascii=False))
    )
    for name in ("json", "textgrid", "elan", "nemo"):
        export(store, tmp_path / name, name)
        fresh = Store.open(tmp_path / f"fresh {name}")
        import_path(fresh, tmp_path / name)
        [row] = fresh.execute("SELECT words FROM alignments WHERE text = '¡Adiós!'")
        assert json.loads(row["words"]) == words


def test_a_link_refers_to_the_data_folder_and_copies_no_audio(store: Store, tmp_path: Path) -> None:
    for name in ("json", "kaldi", "elan", "vtt"):
        export(store, tmp_path / name, name, link=True)
        assert not [path for path in (tmp_path / name).rglob("*") if path.suffix in (".flac", ".wav")]
        before = state(store)
        assert import_path(store, tmp_path / name, format_name=name).duplicates == 5
        assert state(store) == before
    with pytest.raises(StoreError, match="without --link"):
        export(store, tmp_path / "csv", "csv", link=True)


def test_the_manifest_counts_and_names_every_sound(store: Store, tmp_path: Path) -> None:
    export(store, tmp_path / "out", "csv")
    found = json.loads((tmp_path / "out" / manifest.FILE).read_text())
    assert (found["segments"], found["recordings"], found["format"]) == (5, 2, "csv")
    assert found["splits"] == {"none": 4, "train": 1} and found["models"] == ["import"]
    assert len(found["audio"]) == 5
    for clip in found["audio"]:
        assert manifest.file_sha256(tmp_path / "out" / clip["file"]) == clip["file_sha256"]
        assert store.execute("SELECT 1 FROM recordings WHERE sha256 = ?", (clip["recording"],))


@pytest.mark.parametrize("damage", ["", "{", '{"audio": [{"file": 1}]}', '{"audio": 3}'])
def test_a_damaged_manifest_costs_only_the_knowledge_of_where_clips_came_from(
    store: Store, tmp_path: Path, damage: str
) -> None:
    export(store, tmp_path / "out", "csv")
    (tmp_path / "out" / manifest.FILE).write_text(damage)
    done = import_path(store, tmp_path / "out")
    # The clip of a whole recording is that recording all the same.
    assert (done.imported, done.duplicates, done.rejected) == (4, 1, [])


def test_an_edited_clip_is_not_taken_for_the_one_that_was_exported(store: Store, tmp_path: Path) -> None:
    export(store, tmp_path / "out", "csv")
    clip = sorted((tmp_path / "out" / "clips").iterdir())[0]
    write(clip, speech()[:20_000])
    done = import_path(store, tmp_path / "out")
    assert (done.imported, done.duplicates, done.recordings) == (1, 4, 1)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_what_waits_to_be_corrected_is_not_lost_by_the_way(store: Store, tmp_path: Path, name: str) -> None:
    write(tmp_path / "nuevo.wav", speech() * 0.5)
    import_path(store, tmp_path / "nuevo.wav")
    export(store, tmp_path / "out", name, status="all")
    before = state(store)
    again = import_path(store, tmp_path / "out")
    assert (again.imported, again.duplicates, again.rejected) == (0, 7, [])
    assert state(store) == before
    fresh = Store.open(tmp_path / "fresh")
    assert import_path(fresh, tmp_path / "out").imported == 7
    assert sorted(row["status"] for row in rows(fresh)) == ["corrected"] * 5 + ["new"] * 2


def test_clips_of_one_recording_stay_in_one_split_elsewhere(store: Store, tmp_path: Path) -> None:
    export(store, tmp_path / "out", "ljspeech")
    fresh = Store.open(tmp_path / "fresh")
    import_path(fresh, tmp_path / "out")
    blocks = [row["block"] for row in rows(fresh) if row["reference"] in TEXTS]
    assert len(blocks) == 4 and len(set(blocks)) == 1 and blocks[0]


def test_exports_are_refused_before_anything_is_written(store: Store, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mío.txt").write_text("No tocar.")
    for folder, options, sentence in (
        (full, {}, "not an empty folder"),
        (full / "mío.txt", {}, "not an empty folder"),
        (tmp_path / "new", {"split": "test"}, "no segment to export"),
        (tmp_path / "new", {"status": "unsure"}, "no segment to export"),
        (tmp_path / "new", {"status": "good"}, "no status"),
        (tmp_path / "new", {"split": "out"}, "no split"),
    ):
        with pytest.raises(StoreError, match=sentence):
            export(store, folder, "csv", **options)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="no format"):
        export(store, tmp_path / "new", "word")
    assert not (tmp_path / "new").exists()
    assert [path.name for path in full.iterdir()] == ["mío.txt"]


def test_an_export_that_fails_halfway_leaves_the_folder_empty(store: Store, tmp_path: Path) -> None:
    last = rows(store)[-1]["sha256"]
    path = AudioFolder(store.folder).path(last)
    path.write_bytes(path.read_bytes()[:3000])
    for folder in (tmp_path / "new", tmp_path / "empty"):
        if folder.name == "empty":
            folder.mkdir()
        with pytest.raises(StoreError, match="damaged"):
            export(store, folder, "json")
    assert not (tmp_path / "new").exists()
    assert not list((tmp_path / "empty").iterdir())
