"""Transcripts of other tools become references: row by row, with place and reason where one is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.importing import importer
from core.importing.importer import import_path
from core.review.desk import Desk
from store.check import check
from store.database import Store
from store.errors import StoreError
from tests.core.importing.driver import RATE, conversation, rows, speech, state, write


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "data")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three audio files of five, three and one second, and a long one."""
    folder = tmp_path / "in"
    for number, seconds in enumerate((5, 3, 1), 1):
        write(folder / f"c{number}.wav", speech()[number * 8000 :][: seconds * RATE])
    write(folder / "larga.wav", conversation(5))
    return folder


def table(folder: Path, *lines: str) -> Path:
    path = folder / "segments.csv"
    path.write_text("\n".join(["audio_path,transcript,duration,speaker,notes", *lines]), encoding="utf-8")
    return path


def test_a_transcript_is_a_reference_and_an_empty_one_is_to_be_corrected(store: Store, folder: Path) -> None:
    path = table(folder, 'c1.wav,"Hola, ¿qué tal?",5,Ana,una nota', "c2.wav,,3,Luis,", "larga.wav,,,Luis,")
    done = import_path(store, path, speaker="Nadie")
    assert (done.imported, done.recordings, done.segments) == (3, 3, 2 + 10)
    by_origin = {row["origin"]: row for row in rows(store)}
    one, two, long = (by_origin[name] for name in ("c1.wav", "c2.wav", "larga.wav"))
    assert (one["reference"], one["status"], one["speaker"]) == ("Hola, ¿qué tal?", "corrected", "Ana")
    assert (one["note"], one["start"], one["end"]) == ("una nota", 0, 5 * RATE)
    assert (two["reference"], two["status"]) == (None, "new")
    assert long["end"] - long["start"] < 15 * RATE and long["speaker"] == "Luis"
    # Both that the file describes are in the journal; what was found in the long one by listening is not.
    entries = store.execute("SELECT author, kind, before, after FROM corrections ORDER BY id")
    assert [tuple(entry) for entry in entries] == [
        ("import", "import", None, "Hola, ¿qué tal?"),
        ("import", "import", None, None),
    ]
    assert one["length"] == 3 and one["sameness"] is not None and one["loudness"] is not None
    assert Desk(store, "ana").undo() is None
    assert not check(store)


def test_bad_rows_are_named_and_the_others_taken(store: Store, folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "fuera.wav", speech())
    (folder / "enlace.wav").symlink_to(tmp_path / "fuera.wav")
    (folder / "roto.wav").write_bytes(b"nada" * 99)
    write(folder / "breve.wav", speech()[:900])
    path = table(
        folder,
        "c1.wav,Buenos días.,,,",
        "nada.wav,Hola.,,,",
        "../fuera.wav,Hola.,,,",
        "enlace.wav,Hola.,,,",
        "roto.wav,Hola.,,,",
        "breve.wav,Hola.,,,",
        f"c2.wav,{'muy ' * 4000}largo,,,",
        '"=HYPERLINK(""http://x"")",Hola.,,,',
        "c2.wav,Buenas tardes.,,,",
        "c2.wav,Otra cosa.,,,",
        "c2.wav,Buenas tardes.,,,",
        ",Hola.,,,",
    )
    done = import_path(store, path)
    assert (done.imported, done.duplicates) == (2, 1)
    reasons = {rejected.where: rejected.reason for rejected in done.rejected}
    assert len(reasons) == 9
    for row, part in {
        3: "is not there", 4: "climbs out", 5: "leads outside", 6: "not sound that can be read",
        7: "nothing can be heard", 8: "10,000 is the most", 9: "formula", 11: "another text",
        13: "No audio is named",
    }.items():  # fmt: skip
        assert part in reasons[f"segments.csv, row {row}"]
    assert all(reason.endswith(".") and "\n" not in reason for reason in reasons.values())
    assert {row["reference"] for row in rows(store)} == {"Buenos días.", "Buenas tardes."}


def test_times_that_cannot_be_are_rejected_one_by_one(store: Store, folder: Path) -> None:
    path = folder / "spans.csv"
    path.write_text(
        "audio_path;transcript;start;end;speaker\n"
        "larga.wav;Uno.;0;4;Ana\n"
        "larga.wav;Dos.;3.9;8;Ana\n"  # people do not agree to the tenth of a second
        "larga.wav;Tres.;6;9;Ana\n"
        "larga.wav;Cuatro.;6;9;Luis\n"
        "larga.wav;Cinco.;12;11;Ana\n"
        "larga.wav;Seis.;12;9999;Ana\n"
        "larga.wav;Siete.;-3;2;Ana\n"
        "larga.wav;Ocho.;uno;2;Ana\n"
        "larga.wav;Nueve.;20;20.05;Ana\n",
        encoding="utf-8-sig",
    )
    done = import_path(store, path)
    assert [row["reference"] for row in rows(store)] == ["Uno.", "Dos.", "Cuatro."]
    reasons = {rejected.where.rsplit(" ", 1)[1]: rejected.reason for rejected in done.rejected}
    assert set(reasons) == {"4", "6", "7", "8", "9", "10"}
    assert "overlaps another segment of the same speaker" in reasons["4"]
    assert "forward" in reasons["6"] and "its audio has" in reasons["7"] and "nothing can be heard" in reasons["10"]


def test_importing_twice_changes_nothing_and_a_reference_finds_its_segment(store: Store, folder: Path) -> None:
    import_path(store, table(folder, "c1.wav,,,,", "c2.wav,,,,", "c3.wav,,,,"))
    desk = Desk(store, "ana")
    ids = {row["origin"]: row["id"] for row in store.execute(
        "SELECT s.id, origin FROM segments s JOIN recordings r ON r.id = recording_id"
    )}  # fmt: skip
    desk.accept(desk.card(ids["c2.wav"]), "Lo que oí yo.")
    desk.trim(desk.card(ids["c3.wav"]), 1000, 14_000)
    path = table(folder, "c1.wav,Del fichero.,,Ana,", "c2.wav,Otra lectura.,,,", "c3.wav,Y tres.,,,")
    done = import_path(store, path)
    assert (done.imported, done.duplicates, done.segments) == (2, 1, 0)
    found = {row["origin"]: row for row in rows(store)}
    assert found["c1.wav"]["reference"] == "Del fichero." and found["c1.wav"]["speaker"] == "Ana"
    assert found["c2.wav"]["reference"] == "Lo que oí yo."
    assert (found["c3.wav"]["reference"], found["c3.wav"]["start"]) == ("Y tres.", 1000)
    before = state(store)
    assert import_path(store, path).duplicates == 3
    assert state(store) == before
    desk.split(desk.card(ids["c1.wav"]), 4, None)
    before = state(store)
    assert import_path(store, path).duplicates == 3
    assert state(store) == before


def test_subtitles_take_the_place_of_what_was_only_found_by_listening(store: Store, folder: Path) -> None:
    import_path(store, folder / "larga.wav")
    first, second = rows(store)[:2]
    desk = Desk(store, "ana")
    card = desk.card(store.execute("SELECT id FROM segments ORDER BY start LIMIT 1")[0]["id"])
    desk.accept(card, "Esto lo he escrito yo.")
    (folder / "larga.srt").write_text(
        f"1\n{srt(first['start'])} --> {srt(first['end'] - 4000)}\nLo mismo.\n\n"
        f"2\n{srt(second['start'] + 1600)} --> {srt(second['end'] + 1600)}\nSegunda frase.\n",
        encoding="utf-8",
    )
    done = import_path(store, folder / "larga.srt")
    assert done.imported == 1 and "overlaps" in done.rejected[0].reason
    now = rows(store)
    assert [row["reference"] for row in now[:3]] == ["Esto lo he escrito yo.", "Segunda frase.", None]
    assert len(now) == 10
    before = state(store)
    assert import_path(store, folder / "larga.srt").duplicates == 1
    assert import_path(store, folder / "larga.wav").duplicates == 1
    assert state(store) == before


def srt(samples: int) -> str:
    seconds, milliseconds = divmod(samples // 16, 1000)
    return f"00:00:{seconds:02},{milliseconds:03}"


def test_a_folder_of_subtitles_and_other_audio_is_imported_whole(store: Store, folder: Path) -> None:
    (folder / "c1.srt").write_text("1\n00:00:00,100 --> 00:00:04,000\nHola.\n", encoding="utf-8")
    (folder / "c2.vtt").write_text("WEBVTT\n\n00:00.100 --> 00:02.500\nAdiós.\n", encoding="utf-8")
    (folder / "solo.srt").write_text("1\n00:00:00,100 --> 00:00:04,000\nSin audio.\n", encoding="utf-8")
    done = import_path(store, folder)
    assert [rejected.where for rejected in done.rejected] == ["solo.srt"]
    assert {row["origin"] for row in rows(store)} == {"c1.wav", "c2.wav", "c3.wav", "larga.wav"}
    assert sorted(row["reference"] for row in rows(store) if row["reference"]) == ["Adiós.", "Hola."]


def test_another_encoding_is_refused_with_a_preview_and_read_when_named(store: Store, folder: Path) -> None:
    (folder / "c1.srt").write_bytes("1\n00:00:00,100 --> 00:00:04,000\n¿Mañana?\n".encode("cp1252"))
    with pytest.raises(StoreError, match=r"¿Mañana\?.*--encoding cp1252"):
        import_path(store, folder / "c1.srt")
    assert not rows(store)
    import_path(store, folder / "c1.srt", encoding="cp1252")
    assert rows(store)[0]["reference"] == "¿Mañana?"


def test_the_same_sound_by_two_speakers_is_two_segments(store: Store, folder: Path) -> None:
    path = table(folder, "c1.wav,Hola.,,Ana,", "c1.wav,Buenas.,,Luis,")
    assert import_path(store, path).segments == 2
    assert import_path(store, path).duplicates == 2


def test_long_items_without_text_are_segmented_within_their_span(store: Store, folder: Path) -> None:
    path = folder / "spans.csv"
    path.write_text("audio_path,transcript,start,end,split\nlarga.wav,,5,45,test\n")
    assert import_path(store, path).imported == 1
    found = rows(store)
    assert len(found) > 4 and all(5 * RATE <= row["start"] < row["end"] <= 45 * RATE for row in found)
    assert {row["split"] for row in found} == {"test"}


def test_a_file_of_nothing_but_errors_is_refused_as_a_whole(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "MOST_REJECTED", 20)
    path = table(folder, "c1.wav,Hola.,,,", *(f"no{number}.wav,Hola.,,," for number in range(21)))
    with pytest.raises(StoreError, match=r"More than 20 rows .* the first of them segments.csv, row 3: The audio"):
        import_path(store, path)
    assert not rows(store)
    monkeypatch.setattr(importer, "MOST_ROWS", 2)
    with pytest.raises(StoreError, match="split the file"):
        import_path(store, table(folder, *["c1.wav,Hola.,,,"] * 3))
    assert not rows(store)


def test_silence_where_words_should_be_is_rejected(store: Store, folder: Path) -> None:
    write(folder / "silencio.wav", np.zeros(40 * RATE, np.float32))
    done = import_path(store, table(folder, "silencio.wav,,,,", "silencio.wav,Una pausa.,,,"))
    assert done.imported == 1 and "No speech" in done.rejected[0].reason
