"""Corpora as their makers publish them: Common Voice, LJSpeech, MLS and Kaldi's data folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.errors import StoreError
from store.formats import common_voice, kaldi, ljspeech, mls
from store.formats.format import Format
from store.formats.formats import guess
from store.formats.item import Item, Rejected
from tests.store.formats.format_items import exported, only_items, only_rejected, put

COLUMNS = {
    "2019": "client_id path sentence up_votes down_votes age gender accent",
    "2022": "client_id path sentence up_votes down_votes age gender accents locale segment",
    "2024": "client_id path sentence_id sentence sentence_domain up_votes down_votes age gender accents variant "
    "locale segment",
}


def voices(folder: Path, release: str, tables: dict[str, list[tuple[str, str]]]) -> Path:
    """A Common Voice folder with these clips and sentences."""
    names = COLUMNS[release].split()
    for table, clips in tables.items():
        lines = ["\t".join(names)]
        for path, sentence in clips:
            values = {"client_id": "c0ffee", "path": path, "sentence": sentence, "up_votes": "2", "locale": "es"}
            values |= {"accent": "rioplatense", "accents": "rioplatense"}
            lines.append("\t".join(values.get(name, "") for name in names))
            if not path.startswith("missing"):
                put(folder / "clips" / (path if path.endswith(".mp3") else f"{path}.mp3"))
        put(folder / f"{table}.tsv", "\n".join(lines).encode())
    return folder


@pytest.mark.parametrize("release", COLUMNS)
def test_common_voice_of_any_release(tmp_path: Path, release: str) -> None:
    folder = voices(
        tmp_path,
        release,
        {
            "train": [("a.mp3", '"¿Sí?", dijo.'), ("b", "Hola")],
            "validated": [("a.mp3", '"¿Sí?", dijo.'), ("c.mp3", "=Adiós"), ("missing.mp3", "No")],
            "other": [("d.mp3", "Quizá")],
            "invalidated": [("e.mp3", "Nada")],
        },
    )
    put(folder / "reported.tsv", b"sentence\tsentence_id\tlocale\treason\n")
    put(folder / "clip_durations.tsv", b"clip\tduration[ms]\n")

    assert guess(folder) is common_voice.FORMAT and guess(folder / "train.tsv") is common_voice.FORMAT
    rows = list(common_voice.read(folder))

    items = [row for row in rows if isinstance(row, Item)]
    assert [(item.audio.name, item.text, item.split, item.status) for item in items] == [
        ("a.mp3", '"¿Sí?", dijo.', "train", ""),
        ("b.mp3", "Hola", "train", ""),
        ("c.mp3", "=Adiós", "", ""),
        ("d.mp3", "Quizá", "", "unsure"),
        ("e.mp3", "Nada", "", "flagged"),
    ]
    assert items[0].speaker == "c0ffee"
    assert items[0].extra["accents"] == "rioplatense" and items[0].extra["up_votes"] == "2"
    (missing,) = only_rejected(rows)
    assert missing.where == "validated.tsv, line 4" and "is not there" in missing.reason


def test_common_voice_rows_that_are_none(tmp_path: Path) -> None:
    folder = voices(tmp_path, "2019", {"test": [("a.mp3", "uno\tdos"), ("../a.mp3", "tres")]})

    cells, climbing = list(common_voice.read(folder / "test.tsv"))

    assert isinstance(cells, Rejected) and "9 cells and the header 8" in cells.reason
    assert isinstance(climbing, Rejected) and "climbs out" in climbing.reason
    with pytest.raises(StoreError, match="is it of Common Voice"):
        list(common_voice.read(put(tmp_path / "clips.tsv", b"a\tb\n1\t2\n")))
    with pytest.raises(StoreError, match="no table with client_id"):
        list(common_voice.read(tmp_path / "clips"))
    assert not common_voice.fits(tmp_path / "clips.tsv")


def test_ljspeech(tmp_path: Path) -> None:
    for name in ("LJ001-0001", "LJ001-0002", "LJ001-0003"):
        put(tmp_path / "wavs" / f"{name}.wav")
    path = put(
        tmp_path / "metadata.csv",
        'LJ001-0001|Tiene "24" años.|Tiene "veinticuatro" años.\n'
        "LJ001-0002|Sí, señor.|Sí, señor.\n"
        "LJ001-0003|uno|dos|tres\n"
        "LJ001-0004|Nadie.\n"
        "../LJ001-0001|Fuera.\n"
        "|Nada.\n"
        "LJ001-0003|\n".encode(),
    )

    assert guess(tmp_path) is ljspeech.FORMAT and guess(path) is ljspeech.FORMAT
    rows = list(ljspeech.read(tmp_path))

    items = [row for row in rows if isinstance(row, Item)]
    assert [(item.audio.stem, item.text, dict(item.extra)) for item in items] == [
        ("LJ001-0001", 'Tiene "24" años.', {"normalised": 'Tiene "veinticuatro" años.'}),
        ("LJ001-0002", "Sí, señor.", {}),
        ("LJ001-0003", "", {}),
    ]
    reasons = [row.reason for row in only_rejected(rows)]
    for reason, problem in zip(reasons, ("4 cells", "is not there", "climbs out", "No audio"), strict=True):
        assert problem in reason


def test_a_pipe_cannot_be_written_as_ljspeech(tmp_path: Path) -> None:
    item = Item(put(tmp_path / "wavs" / "a.wav"), "", text="uno | dos")

    with pytest.raises(StoreError, match=r"text of a.wav holds “\|”.*export as json"):
        ljspeech.write(tmp_path, [item])
    assert not (tmp_path / "metadata.csv").exists() and not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("format_", [ljspeech.FORMAT, mls.FORMAT])
def test_formats_that_find_audio_by_its_id_cannot_link(tmp_path: Path, format_: Format) -> None:
    item = Item(put(tmp_path / "elsewhere" / "a.wav"), "", text="Hola")

    with pytest.raises(StoreError, match="cannot be linked to: copy it"):
        format_.write(tmp_path / "export", [item])


def test_mls(tmp_path: Path) -> None:
    put(tmp_path / "train" / "audio" / "4800" / "10003" / "4800_10003_000000.flac")
    put(tmp_path / "dev" / "audio" / "7" / "9" / "7_9_000001.opus")
    put(
        tmp_path / "train" / "transcripts.txt",
        b"4800_10003_000000\tvino el rey\n4800_10003_000001\tno\n4800\tno\n4800_.._3\tno\nx\n",
    )
    put(tmp_path / "dev" / "transcripts.txt", "7_9_000001\tse marchó\n".encode())

    assert guess(tmp_path) is mls.FORMAT and guess(tmp_path / "dev") is mls.FORMAT
    rows = list(mls.read(tmp_path))

    items = [row for row in rows if isinstance(row, Item)]
    assert [(item.text, item.speaker, item.split) for item in items] == [
        ("vino el rey", "4800", "train"),
        ("se marchó", "7", "dev"),
    ]
    reasons = [row.reason for row in only_rejected(rows)]
    for reason, problem in zip(reasons, ("is not there", "no id", "no id", "1 cells"), strict=True):
        assert problem in reason


def test_mls_of_ours_has_numbers_for_speakers_as_others_expect(tmp_path: Path) -> None:
    items = [Item(tmp_path, "", text="Hola", speaker="José María"), Item(tmp_path, "", text="Sí", speaker="4800")]
    with exported(mls.FORMAT, items) as (folder, _):
        for line in (folder / "transcripts.txt").read_text().splitlines():
            speaker, book, number = (int(part) for part in line.split("\t")[0].split("_"))
            assert list(folder.glob(f"audio/{speaker}/{book}/{speaker}_{book}_{number:06d}.*"))


def data(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        put(folder / name.replace("_", "."), text.encode())
    return folder


def test_kaldi_segments_of_recordings(tmp_path: Path) -> None:
    put(tmp_path / "wav" / "r1.wav")
    data(
        tmp_path,
        wav_scp="r1 wav/r1.wav\nr2 touch ran; cat wav/r1.wav |\nr3 wav/none.wav\n",
        segments="ana-1 r1 0.0 0.05\nana-2 r1 0.05 -1\nana-2 r1 0.06 0.07\nbad-1 r1 0.1 0.05\nbad-2 r9 0 1\n"
        "bad-3 r1 0\nbad-4 r2 0 1\nbad-5 r3 0 1\n",
        text="ana-1 ¿Qué  tal?\nana-2\nlost-1 Nadie\n",
        utt2spk="ana-1 ana\nana-2\tana\n",
    )

    assert guess(tmp_path) is kaldi.FORMAT
    rows = list(kaldi.read(tmp_path))

    items = [row for row in rows if isinstance(row, Item)]
    assert [(item.start, item.end, item.text, item.speaker) for item in items] == [
        (0.0, 0.05, "¿Qué  tal?", "ana"),
        (0.05, None, "", "ana"),
    ]
    problems = (
        "there twice",
        "run forward",
        "no r9",
        "3 cells",
        "shell command",
        "is not there",
        "a text and no audio",
    )
    for row, problem in zip(only_rejected(rows), problems, strict=True):
        assert problem in row.reason, row
    assert not (tmp_path / "ran").exists() and not Path("ran").exists()


def test_kaldi_without_segments_is_one_utterance_a_file(tmp_path: Path) -> None:
    put(tmp_path / "a.wav")
    data(tmp_path, wav_scp=f"u1 {tmp_path}/a.wav\n", text="u1 Hola\n", utt2spk="u1 u1\n")

    assert only_items(kaldi.read(tmp_path / "wav.scp")) == [Item(tmp_path / "a.wav", "", text="Hola")]


def test_kaldi_is_written_in_the_order_that_kaldi_checks(tmp_path: Path) -> None:
    audio = put(tmp_path / "wav" / "ñandú 1.wav")
    speakers = ["a", "a-b", "ab", "", "Ána", "Z", "a b", "a", "unknown"]
    items = [Item(audio, "", start=0, end=0.1, text="Hola", speaker=speaker) for speaker in speakers]

    kaldi.write(tmp_path, items)

    lines = {
        name: (tmp_path / name).read_bytes().splitlines() for name in ("segments", "text", "utt2spk", "spk2utt")
    }
    for name, found in lines.items():
        assert found == sorted(found), name
        keys = [line.split()[0] for line in found]
        assert len(set(keys)) == len(keys)
    pairs = [line.split() for line in lines["utt2spk"]]
    assert [speaker for _, speaker in pairs] == sorted(speaker for _, speaker in pairs)
    assert all(utterance.startswith(speaker + b"-") for utterance, speaker in pairs)
    assert sum(len(line.split()) - 1 for line in lines["spk2utt"]) == len(items)
    assert sorted(item.speaker for item in only_items(kaldi.read(tmp_path))) == sorted(speakers)
