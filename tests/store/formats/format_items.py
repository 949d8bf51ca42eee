"""Segments as the tests of the formats write and read them: texts that are hard to write, and tiny audio."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from hypothesis import strategies as st

from store.formats.format import Format
from store.formats.item import Item, Rejected, TimedWord
from store.text import clean

SECONDS = 0.125
"""How long each audio file of these tests is."""


def wav(seconds: float = SECONDS) -> bytes:
    """A short WAV file of silence at 16 kHz."""
    file = io.BytesIO()
    soundfile.write(file, np.zeros(round(seconds * 16000), np.int16), 16000, format="WAV")
    return file.getvalue()


WAV = wav()


def put(path: Path, data: bytes = WAV) -> Path:
    """A file, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


texts = (
    st.text("aeoáéíóúñü bcdrst¿?¡!.,;:|\"'«»—-=+@()%\\/<>&#🙂1", max_size=30)
    | st.sampled_from(["=1+1", "-Hola", "@SUM(A1)", "+1|x", "'=x", "''-x", '"', '""', "sep=;", "null", "nan"])
).map(clean)

names = st.sampled_from(
    ["", "Ana", "José María", "O'Neill, Pat", "=Eva", "speech", "Speech", "0", "007", "unknown"]
)
"""Speakers, some of whom look like something else."""

notes = texts
splits = st.sampled_from(["", "train", "dev", "test"])
statuses = st.sampled_from(["", "new", "corrected", "skipped", "flagged", "unsure"])
words = st.lists(
    st.builds(
        lambda text, start, length: TimedWord(text, start, start + length),
        texts.filter(bool),
        st.floats(0, 9),
        st.floats(0, 1),
    ),
    max_size=3,
).map(tuple)
extras = st.dictionaries(st.sampled_from(["lang", "género", "up_votes"]), texts.filter(bool), max_size=2)


def clips(fields: Sequence[str], text: st.SearchStrategy[str] = texts, **others: st.SearchStrategy[Any]) -> Any:
    """Lists of segments without audio, of which only these fields are known."""
    known = {
        "heard": text,
        "speaker": names,
        "note": text,
        "split": splits,
        "status": statuses,
        "reason": text,
        "words": words,
        "extra": extras,
    } | others
    chosen = {name: known[name] for name in fields} | {"text": text}
    return st.lists(st.builds(Item, st.just(Path()), st.just(""), **chosen), min_size=1, max_size=4)


@contextmanager
def exported(format_: Format, items: Iterable[Item]) -> Iterator[tuple[Path, list[Item]]]:
    """A folder with these segments as an export makes it, each with audio of its own, and what was written."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "export"
        placed = []
        for number, item in enumerate(items, 1):
            audio = put(folder / f"{format_.place(number, item)}.wav")
            placed.append(replace(item, audio=audio))
        for file in format_.write(folder, placed):
            assert file.is_relative_to(folder) and file.is_file()
        assert not list(folder.rglob("*.part"))
        yield folder, placed


def only_items(rows: Iterable[Item | Rejected]) -> list[Item]:
    """The segments read, where none may be rejected, without where they stood."""
    items = []
    for row in rows:
        assert isinstance(row, Item), row
        assert row.where
        items.append(replace(row, where="", extra=dict(row.extra)))
    return items


def only_rejected(rows: Iterable[Item | Rejected]) -> list[Rejected]:
    """The rows that were rejected."""
    return [row for row in rows if isinstance(row, Rejected)]
