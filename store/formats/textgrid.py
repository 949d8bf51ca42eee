"""Praat TextGrids: a tier of intervals for each speaker, times in seconds, exact to the sample.

A speaker's turns are on the tier that bears the speaker's name (`text` where there is none); on
`Ana - words` are the words with their times, on `Ana - heard`, `- note`, `- split`, `- status` and
`- reason` what belongs to the turn at the same place. Intervals of a tier cannot overlap, so turns of
one speaker that do are on a second tier, `Ana - text 2`. An empty interval is silence; a turn that is
still to be corrected has its interval on the status tier only. Nothing but Item.extra is lost.

Praat reads a text file as a row of numbers and quoted strings, whatever stands between them, and so
does this reader: short and long files alike. The library's reader looks for words such as `item [`
instead, and fails where a label says them, fails at 6.25e-05, and takes half a short file for a whole
one; it is used for writing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from store.errors import StoreError
from store.formats import timelines
from store.formats.format import Format
from store.formats.item import REMARKS, Item, Rejected, TimedWord
from store.formats.reading import audio_beside, head, read_text, resolve, seconds_of
from store.formats.timelines import Rows, one_line, within
from store.formats.writing import replacing
from store.text import shown
from store.units import SAMPLE_RATE

SUFFIX = ".textgrid"
ROLE = re.compile(rf"(?:(.*) - )?(text|words|{'|'.join(REMARKS)})(?: (\d{{1,4}}))?")
UNNAMED = ("", "text", "texts", "transcript", "transcription", "utterance", "utterances", "speech", "sentence",
           "sentences", "ortho", "orthography")  # fmt: skip
"""Names of tiers that name no speaker."""
PARTS = ("word", "words", "phone", "phones", "phoneme", "phonemes", "segment", "segments", "syllable", "syllables")
"""Names of tiers, alone or after a speaker's, that divide turns; other programs make them."""
AUDIO = "tertulia audio"
"""A tier with one point, whose label is the path of audio that lies elsewhere."""

TOKEN = re.compile(
    r'"(?P<text>(?:[^"]++|"")*+)"|(?P<cut>")|(?P<flag><exists>)|(?P<comment>![^\n]*+)'
    r"|(?<!\S)(?P<number>[-+]?(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d++)?)(?!\S)"
)


@dataclass(slots=True)
class TextGridInterval:
    """A labelled stretch of a tier, in seconds."""

    start: float
    end: float
    label: str


@dataclass(slots=True)
class Turns:
    """A speaker's turns, with what lies beside them."""

    speaker: str
    name: str
    text: list[TextGridInterval] = field(default_factory=list)
    beside: dict[str, list[TextGridInterval]] = field(default_factory=dict)


def fits(path: Path) -> bool:
    """Whether it is a .TextGrid file or a folder with one, or begins as one."""
    start = head(path, 1 << 10)
    return timelines.holds(path, SUFFIX) or ("ooTextFile" in start and '"TextGrid"' in start)


def read(path: Path, encoding: str | None = None) -> Rows:
    """The turns of a file, or of all files in a folder. Raises StoreError where the file is no TextGrid."""
    return timelines.read_files(path, SUFFIX, lambda file, name: _read(file, name, encoding))


def write(folder: Path, items: Iterable[Item]) -> list[Path]:
    """Write a transcript beside each recording. Raises StoreError: the disk refuses."""
    from praatio.data_classes.interval_tier import IntervalTier
    from praatio.data_classes.point_tier import PointTier
    from praatio.data_classes.textgrid import Textgrid

    written = []
    for target, audio, segments in timelines.recordings(folder, items, ".TextGrid"):
        end = max(seconds_of(audio) or 0.0, *(time for item in segments for time in _times(item)))
        grid = Textgrid(0.0, end)
        for name, intervals in _tiers(segments).items():
            grid.addTier(IntervalTier(name, intervals, 0.0, end), reportingMode="silence")
        if timelines.is_linked(folder, audio):
            grid.addTier(PointTier(AUDIO, [(0.0, str(audio.absolute()))], 0.0, end), reportingMode="silence")
        with replacing(target) as part:
            grid.save(str(part), "long_textgrid", includeBlankSpaces=True, reportingMode="silence")
        written.append(target)
    return written


def _span(item: Item) -> tuple[float, float]:
    """The span in seconds, exact where the samples are known."""
    if item.samples:
        return item.samples[0] / SAMPLE_RATE, item.samples[1] / SAMPLE_RATE
    return item.start or 0.0, item.end or 0.0


def _times(item: Item) -> Iterator[float]:
    yield _span(item)[1]
    yield from (word.end for word in item.words)


def _tiers(items: list[Item]) -> dict[str, list[tuple[float, float, str]]]:
    """The tiers of a recording by name, none of them with intervals that overlap."""
    tiers: dict[str, list[tuple[float, float, str]]] = {}
    ends: dict[tuple[str, int], float] = {}
    for item in items:
        start, end = _span(item)
        layer = 1
        while ends.get((item.speaker, layer), 0.0) > start:
            layer += 1
        ends[item.speaker, layer] = end
        if item.text:
            tiers.setdefault(_name(item.speaker, "text", layer), []).append((start, end, item.text))
        status = item.status or ("" if item.text else "new")
        for role in REMARKS:
            if value := status if role == "status" else getattr(item, role):
                tiers.setdefault(_name(item.speaker, role, layer), []).append((start, end, value))
        words = tiers.setdefault(_name(item.speaker, "words", layer), [])
        for word in item.words:
            begin = max(word.start, words[-1][1] if words else 0.0)
            if one_line(word.text) and word.end > begin:
                words.append((begin, word.end, one_line(word.text)))
    return {name: intervals for name, intervals in tiers.items() if intervals}


def _name(speaker: str, role: str, layer: int) -> str:
    if role == "text" and layer == 1 and _parse(speaker) == (speaker, "text", 1):
        return speaker or "text"
    return (f"{speaker} - " if speaker else "") + role + (f" {layer}" if layer > 1 else "")


def _parse(name: str) -> tuple[str, str, int]:
    """The speaker, the role and the layer of a tier."""
    if found := ROLE.fullmatch(name):
        return found[1] or "", found[2], int(found[3] or 1)
    speaker, _, last = name.rpartition(" - ")
    if last.strip().lower() in PARTS:
        return speaker, "words" if last.strip().lower().startswith("word") else "parts", 1
    return ("" if name.strip().lower() in UNNAMED else name), "text", 1


def _read(path: Path, name: str, encoding: str | None) -> Rows:
    audio: Path | str | None = audio_beside(path)
    turns: dict[tuple[str, int], Turns] = {}
    for tier, intervals in _parse_grid(path, encoding):
        if tier == AUDIO and intervals:
            audio = resolve(path.parent, intervals[0].label)
            continue
        speaker, role, layer = _parse(tier)
        found = turns.setdefault((speaker, layer), Turns(speaker, tier))
        if role == "text":
            found.text.extend(intervals)
        else:
            found.beside.setdefault(role, []).extend(intervals)
    if not isinstance(audio, Path):
        yield Rejected(name, audio) if audio else timelines.no_audio(name, path)
        return
    spoken = [found for found in turns.values() if found.text or "status" in found.beside]
    if len(spoken) == 1 and (alone := turns.get(("", 1))) and alone not in spoken:
        spoken[0].beside = alone.beside | spoken[0].beside
    if not spoken and any("words" in found.beside for found in turns.values()):
        yield Rejected(name, "It has words and no turns: add a tier of whole sentences, named after the speaker.")
    for found in spoken:
        yield from _items(audio, name, found)


def _items(audio: Path, name: str, turns: Turns) -> Iterator[Item]:
    """A speaker's turns, each with what lies in the middle of it on the other tiers."""
    # What has been heard or marked there and has no text is still to be corrected.
    empty = [TextGridInterval(each.start, each.end, "") for each in turns.beside.get("status", [])]
    filled = sorted(turns.text, key=lambda each: each.start)
    every = sorted([*filled, *_outside(empty, filled)], key=lambda each: each.start)
    shares = {role: within(every, intervals) for role, intervals in turns.beside.items()}
    for index, turn in enumerate(every):
        where = f"{name}, tier {one_line(turns.name)}, {turn.start:g} s"
        item = Item(audio, where, turn.start, turn.end, one_line(turn.label), speaker=one_line(turns.speaker))
        fields: dict[str, Any] = {
            role: one_line(" ".join(each.label for each in shares[role].get(index, [])))
            for role in REMARKS
            if role in shares
        }
        words = tuple(
            TimedWord(one_line(each.label), each.start, each.end) for each in shares.get("words", {}).get(index, [])
        )
        yield replace(item, **fields, words=words)


def _outside(intervals: list[TextGridInterval], turns: list[TextGridInterval]) -> list[TextGridInterval]:
    """Those intervals whose middle lies in no turn."""
    taken = {id(each) for found in within(turns, intervals).values() for each in found}
    return [each for each in intervals if id(each) not in taken]


def _parse_grid(path: Path, encoding: str | None) -> Iterator[tuple[str, list[TextGridInterval]]]:
    """The tiers by name, without empty intervals. Raises StoreError where it is no whole TextGrid."""
    text = read_text(path, encoding)
    if not ("ooTextFile" in text[:1024] and '"TextGrid"' in text[:1024]):
        raise StoreError(f"{shown(path)} is not a TextGrid", "save it in Praat as a text file", path)
    tokens = (found for found in TOKEN.finditer(text) if found.lastgroup != "comment")
    at = 0

    def damaged() -> StoreError:
        line = text.count("\n", 0, at) + 1
        return StoreError(
            f"{shown(path)} breaks off or is damaged at line {line}",
            "save it again in Praat",
            f"{shown(path)}, line {line}",
        )

    def take(kind: str) -> str:
        nonlocal at
        found = next(tokens, None)
        at = found.start() if found else len(text)
        if found is None or found.lastgroup != kind:
            raise damaged()
        return found[kind]

    def label() -> str:
        return take("text").replace('""', '"')

    def count() -> int:
        digits = take("number")
        if not re.fullmatch(r"\d{1,9}", digits):
            raise damaged()
        return int(digits)

    for kind in ("text", "text", "number", "number", "flag"):
        take(kind)
    for _ in range(count()):
        points = label() == "TextTier"
        name = label()
        take("number")
        take("number")
        intervals = []
        for _ in range(count()):
            start = float(take("number"))
            end = start if points else float(take("number"))
            if (said := label()).strip():
                intervals.append(TextGridInterval(start, end, said))
        if not points or name == AUDIO:
            yield name, intervals


FORMAT = Format(
    name="textgrid",
    about="Praat TextGrids beside their audio, a tier for each speaker",
    fits=fits,
    read=read,
    place=timelines.place,
    write=write,
    beside_audio=True,
    suffixes=(SUFFIX,),
)
