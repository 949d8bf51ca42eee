"""Turns of whole recordings as the tests of transcript formats write and read them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from hypothesis import strategies as st

from store.formats.format import Format
from store.formats.item import Item, Rejected, TimedWord
from tests.properties import examples
from tests.store.formats.format_items import only_items, put, splits, statuses, texts

few = examples(60)

said = texts | st.sampled_from(
    ["<i>sí</i>", "a --> b", "00:00:01,000 --> 00:00:02,000", "{\\an8}x", "item [1]:", "&lt;b&gt; & ñ", "7",
     '"IntervalTier"', "&-um [/] xxx", "hola .", "0 .", "0.", "¿qué?", "NOTE tertulia {}", "<exists>", "WEBVTT"]
)  # fmt: skip
speakers = st.sampled_from(
    ["", "Ana", "José María", "text", "words", "Ana - words", "Ana - text 2", "note@Ana", "a--", "<b>", "A_B", "=x",
     "anabel", "Ana, la otra", "default"]
)  # fmt: skip
PLAIN = Item(Path("talk.wav"), "")


@st.composite
def turns(draw: st.DrawFn, fields: Sequence[str] = (), extra: Sequence[str] = ()) -> list[Item]:
    """Turns of two recordings: those of one speaker after each other, those of several at once.

    Spans are whole samples, and are given in seconds and in samples; words are those of the text.
    """
    items = []
    for recording in ("uno", "dos"):
        free: dict[str, int] = {}
        for _ in range(draw(st.integers(0, 4))):
            values: dict[str, str] = {
                name: draw(said) for name in ("text", "heard", "note") if name in ("text", *fields)
            }
            values |= {name: draw(strategy) for name, strategy in CHOICES.items() if name in fields}
            speaker = values.get("speaker", "")
            start = free.get(speaker, 0) + draw(st.integers(0, 20_000))
            end = start + draw(st.integers(320, 50_000))
            free[speaker] = end
            if not values["text"] and "status" in fields:
                values["status"] = values["status"] or "new"
            items.append(
                replace(
                    PLAIN,
                    audio=Path(recording),
                    start=start / 16000,
                    end=end / 16000,
                    samples=(start, end),
                    words=_words(values["text"], start, end) if "words" in fields and draw(st.booleans()) else (),
                    extra={name: value for name in extra if (value := draw(said))},
                    **values,
                )
            )
    return items


CHOICES = {"speaker": speakers, "split": splits, "status": statuses, "reason": st.sampled_from(["", "noise"])}


def _words(text: str, start: int, end: int) -> tuple[TimedWord, ...]:
    parts = text.split()
    edges = [round((start + (end - start) * n / len(parts)) / 16) / 1000 for n in range(len(parts) + 1) if parts]
    if any(begin == finish for begin, finish in pairwise(edges)):
        return ()
    return tuple(TimedWord(word, *span) for word, span in zip(parts, pairwise(edges), strict=True))


@contextmanager
def written(format_: Format, items: Sequence[Item]) -> Iterator[tuple[Path, list[Item]]]:
    """A folder to which the items were exported, and the items as they were handed over."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        places = {audio: folder / f"{format_.place(n, PLAIN)}.wav" for n, audio in enumerate(("uno", "dos"))}
        placed = [replace(item, audio=put(places[item.audio.name])) for item in items]
        format_.write(folder, placed)
        yield folder, placed


def again(format_: Format, folder: Path) -> list[Item]:
    """What is read from a folder, by recording, time and speaker, without the places."""
    return in_order([replace(item, where="") for item in only_items(format_.read(folder))])


def in_order(items: Sequence[Item]) -> list[Item]:
    """Items by recording, time and speaker."""
    return sorted(items, key=lambda item: (item.audio, item.start or 0.0, item.speaker))


def to_milliseconds(item: Item) -> Item:
    """The item as a format holds it whose times are whole milliseconds."""
    start, end = (round((time or 0.0) * 1000) / 1000 for time in (item.start, item.end))
    return replace(item, start=start, end=end)


def rows(format_: Format, path: Path) -> tuple[list[Item], list[Rejected]]:
    """What is read from a file or folder: segments, and rows that are none."""
    found = list(format_.read(path))
    return [row for row in found if isinstance(row, Item)], [row for row in found if isinstance(row, Rejected)]
