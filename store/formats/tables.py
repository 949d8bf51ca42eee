"""Tables of text: what separates their cells, what their columns are called, and cells that are traps.

A spreadsheet computes a cell that begins with = + - or @, and such a formula can run a program. So
cells that begin that way are written with an apostrophe before them, as spreadsheets do themselves,
and reading takes it off again; a cell that comes as a formula is not believed to be a transcript.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TextIO

from store.errors import StoreError
from store.formats.item import Rejected
from store.formats.reading import read_lines, why
from store.text import clean, shown

DELIMITERS = ",;\t"

GUARDED = re.compile(r"'*[=+\-@\t\r]")
"""Cells that are written with one more apostrophe before them."""

FORMULA = re.compile(
    r"\s*(?:="
    r"|[+\-@][\w.]+\("  # @SUM(…): a call at once, so that “- no (risas)” is none
    r"|[+\-@].*(?:\||[A-Z.]{2,}\())",  # +1+cmd|…, -2+HYPERLINK(…
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table."""

    where: str
    """The file and the line that the row begins in, the header's being 1: `segments.csv, row 12`."""
    cells: Mapping[str, str]
    """By the name of the column."""


def read_csv(path: Path, encoding: str | None = None) -> Iterator[TableRow | Rejected]:
    """The rows of a table with a header, in constant memory; its separator is seen from the header.

    Rows that are formulas, hold zero bytes, open a quotation mark and never close it, or have more
    cells than the header are rejected, and the rest goes on. Rows may end early: spreadsheets leave
    out empty cells at the end.

    Raises:
        StoreError: not a file, another encoding, no header, two columns of one name.
    """
    lines = read_lines(path, encoding)
    first = next(lines, "")
    separator = re.fullmatch(r"sep=(.)\r?\n?", first)  # Excel's own first line
    if separator:
        first = next(lines, "")
    delimiter = separator[1] if separator else delimiter_of(first)
    # Strict: a quotation mark that is never closed would swallow the rows after it without a word.
    reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    width, header = _header(path, reader)
    name = shown(Path(path.name))
    while True:
        where = f"{name}, row {reader.line_num + (2 if separator else 1)}"
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Rejected(where, f"Its quotation marks do not match ({why(error)}): double those inside a cell.")
            continue
        if not any(cells):
            continue
        if problem := _problem(cells, width, len(header)):
            yield Rejected(where, problem)
            continue
        cells += [""] * (len(header) - len(cells))
        yield TableRow(where, {column: unguarded(cell) for column, cell in zip(header, cells, strict=True)})


def read_plain(path: Path, delimiter: str, encoding: str | None = None) -> Iterator[tuple[str, list[str]]]:
    """The place and the cells of each line of a table that has no quotation marks; blank lines are left out.

    Raises:
        StoreError: not a file, another encoding.
    """
    name = shown(Path(path.name))
    for number, line in enumerate(read_lines(path, encoding), 1):
        if line.strip("\r\n \t"):
            yield f"{name}, line {number}", line.rstrip("\r\n").split(delimiter)


def write_csv(file: TextIO, names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a header and rows as RFC 4180 says, formulas guarded. Raises OSError."""
    writer = csv.writer(file)
    writer.writerow(names)
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])


def delimiter_of(line: str) -> str:
    """What separates the cells of a header: the comma, the semicolon or the tab, whichever it has most."""
    return max(DELIMITERS, key=line.count)


def header_of(line: str) -> list[str]:
    """The names in the first line of a table, in small letters, to tell formats apart."""
    names = line.strip().removeprefix("\ufeff").split(delimiter_of(line))
    return [name.strip().strip('"').casefold() for name in names]


def guarded(cell: str) -> str:
    """The cell as no spreadsheet computes it."""
    return f"'{cell}" if GUARDED.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell that `guarded` was given."""
    return cell[1:] if cell.startswith("'") and GUARDED.match(cell) else cell


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would compute the cell, rather than show it: “=1+1”, but not “-Hola”."""
    return FORMULA.match(cell) is not None


def _header(path: Path, reader: Iterator[list[str]]) -> tuple[int, list[str]]:
    """How many cells the header has, and the names without empty ones at its end. Raises StoreError."""
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise StoreError(
            f"The header of {shown(path)} cannot be read ({why(error)})", "correct its first line", path
        ) from error
    width = len(header)
    while header and not header[-1]:
        header.pop()
    if not header:
        raise StoreError(f"{shown(path)} has no header", "name its columns in the first line", path)
    if twice := next((name for name in header if header.count(name) > 1), None):
        raise StoreError(
            f"{shown(path)} has two columns “{clean(twice)[:40]}”", "name each once in the first line", path
        )
    return width, header


def _problem(cells: list[str], width: int, columns: int) -> str | None:
    """Why a row is none, or None."""
    if len(cells) > width or any(cells[columns:]):
        return (
            f"It has {len(cells)} cells and the header {width}: put text that holds the separator in "
            "quotation marks."
        )
    del cells[columns:]
    for cell in cells:
        if "\0" in cell:
            return "It holds zero bytes: save the file again as text."
        if is_formula(cell):
            return f"“{clean(cell, limit=None)[:40]}” is a formula: write it as text, with an apostrophe before it."
    return None
