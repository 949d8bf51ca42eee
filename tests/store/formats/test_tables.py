"""Tables as spreadsheets and people make them: separators, headers, quotation marks, formulas."""

from __future__ import annotations

import csv
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import StoreError
from store.formats import csv_table
from store.formats.item import Item, Rejected
from store.formats.tables import guarded, is_formula, read_csv, unguarded
from tests.store.formats.format_items import exported, only_items, only_rejected, put, texts


def table(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    put(folder / "a.wav")
    put(folder / "b.wav")
    return put(folder / "segments.csv", text.encode(encoding))


def test_a_transcript_is_a_reference_and_an_empty_one_is_work_to_do(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "audio_path,transcript,duration,speaker,notes\r\n"
        'a.wav,"Hola, ""Ana"".",0.125,Ana,"ríe, bajito"\r\n'
        "b.wav,,,,\r\n",
    )

    first, second = only_items(csv_table.read(path))

    assert first == Item(tmp_path / "a.wav", "", text='Hola, "Ana".', speaker="Ana", note="ríe, bajito")
    assert second == Item(tmp_path / "b.wav", "")
    assert [row.where for row in csv_table.read(tmp_path)] == ["segments.csv, row 2", "segments.csv, row 3"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("first", ["", "sep={}\n"])
def test_separators_encodings_and_other_tools_headers(
    tmp_path: Path, separator: str, encoding: str, first: str
) -> None:
    rows = ["File_Name,Sentence,Client_ID,comment,Partition", "a.wav,Sí.,Eva,bien,valid", "", "b.wav"]
    text = first.format(separator) + "\n".join(rows).replace(",", separator)
    path = table(tmp_path, text, encoding)

    assert csv_table.fits(path) and csv_table.fits(tmp_path)
    assert only_items(csv_table.read(path)) == [
        Item(tmp_path / "a.wav", "", text="Sí.", speaker="Eva", note="bien", split="dev"),
        Item(tmp_path / "b.wav", ""),
    ]


def test_windows_text_is_read_when_it_is_called_so(tmp_path: Path) -> None:
    path = table(tmp_path, "audio_path;transcript\na.wav;¿Mañana?\n", "cp1252")

    with pytest.raises(StoreError, match=r"“a.wav;¿Mañana\?”.*--encoding cp1252"):
        list(csv_table.read(path))
    assert only_items(csv_table.read(path, "cp1252"))[0].text == "¿Mañana?"


def test_each_bad_row_is_rejected_with_its_reason_and_the_rest_goes_on(tmp_path: Path) -> None:
    header = "audio_path,transcript,duration,speaker,start,end\n"
    bad = {
        "none.wav,Hola,,,,": "is not there",
        ",Hola,,,,": "No audio is named",
        "../a.wav,Hola,,,,": "climbs out",
        "a.wav,=1+1,,,,": "is a formula",
        "a.wav,@SUM(A1:A9),,,,": "is a formula",
        "a.wav,Hola,,+cmd|'/C calc'!A0,,": "is a formula",
        "a.wav,Hola,-1,,,": "The duration is “-1”",
        "a.wav,Hola,,,2,1": "does not run forward",
        "a.wav,Hola,,,nan,": "The start is “nan”",
        "a.wav,Hola, amigo,,,,": "7 cells and the header 6",
        "a.wav,ho\0la,,,,": "zero bytes",
        'a.wav,"Hola" amigo,,,,': "quotation marks do not match",
    }
    path = table(tmp_path, header + "\n".join([*bad, "b.wav,- no (risas),,,0.01,0.02", 'b.wav,"Hola']))

    rows = list(csv_table.read(path))

    rejected = only_rejected(rows)
    assert len(rejected) == len(bad) + 1
    for number, (row, reason) in enumerate(zip(rejected[:-1], bad.values(), strict=True), 2):
        assert row.where == f"segments.csv, row {number}"
        assert reason in row.reason, row
    assert "quotation marks do not match" in rejected[-1].reason, "the file ends inside a cell"
    item = rows[len(bad)]
    assert isinstance(item, Item)
    assert (item.text, item.start, item.end) == ("- no (risas)", 0.01, 0.02)


def test_a_quotation_mark_too_many_costs_a_row_or_two_and_not_the_file(tmp_path: Path) -> None:
    rows = ["audio_path,transcript", 'a.wav,"Hola', 'a.wav,"Adiós"', "b.wav,Sí.", "", "none.wav,No."]

    found = list(csv_table.read(table(tmp_path, "\n".join(rows))))

    assert [row.where for row in found] == [f"segments.csv, row {line}" for line in (2, 4, 6)]
    assert [type(row) for row in found] == [Rejected, Item, Rejected]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has no header"),
        ("\n\n", "has no header"),
        (",,\n", "has no header"),
        ("transcript,speaker\nHola,Ana\n", "no column audio_path"),
        ("path,text,text\na.wav,b,c\n", "two columns “text”"),
        ('"path,text\na.wav,Hola\n', "header of .* cannot be read"),
    ],
)
def test_a_table_that_is_none(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(StoreError, match=problem):
        list(csv_table.read(table(tmp_path, text)))


def test_a_folder_with_two_tables_is_asked_about(tmp_path: Path) -> None:
    put(tmp_path / "one.csv", b"path,text\n")
    assert csv_table.fits(tmp_path)
    put(tmp_path / "two.csv", b"path,text\n")
    assert not csv_table.fits(tmp_path)
    with pytest.raises(StoreError, match="no single table"):
        list(csv_table.read(tmp_path))


@given(texts | st.text("'=+-@\t\rab(|", max_size=8))
def test_the_guard_keeps_formulas_out_and_comes_off_again(text: str) -> None:
    cell = guarded(text)

    assert unguarded(cell) == text
    assert not is_formula(cell)
    assert cell[:1] not in "=+-@\t\r" or not cell


@pytest.mark.parametrize("text", ["-Hola", "- no", "—dijo—", "+1", "-5", "@ana", "- ella (ríe) vino", "'=x", "a=b"])
def test_speech_is_no_formula(text: str) -> None:
    assert not is_formula(text)


def test_spreadsheets_and_pandas_find_five_columns_and_no_formula(tmp_path: Path) -> None:
    items = [Item(tmp_path, "", text="=1+1"), Item(tmp_path, "", text="¿Qué, tú?", speaker="Ana", note="-")]
    with (
        exported(csv_table.FORMAT, items) as (folder, _),
        (folder / "segments.csv").open(encoding="utf-8", newline="") as file,
    ):
        assert list(csv.reader(file)) == [
            ["audio_path", "transcript", "duration", "speaker", "notes"],
            ["clips/tertulia_000001.wav", "'=1+1", "0.125", "", ""],
            ["clips/tertulia_000002.wav", "¿Qué, tú?", "0.125", "Ana", "'-"],
        ]


def test_a_table_of_any_size_takes_constant_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("w") as file:
        file.write("audio_path,transcript\n")
        file.writelines(f"clip_{number}.wav,esto es la frase número {number}\n" for number in range(20_000))

    tracemalloc.start()
    count = sum(1 for _ in read_csv(path))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 20_000
    assert most < 1 << 20
