"""WebVTT subtitles (.vtt): cues of text with times to the millisecond, and who speaks in `<v Name>`.

What WebVTT has no place for goes into comments, which every player skips: a line `NOTE tertulia {…}`
before a cue holds its note, split, status, reason, what was heard, its words with their times and its
exact span in samples; one before the first cue names audio that lies elsewhere. Nothing is lost.

Cues are parsed one at a time, so that one the library cannot read is reported by its line; parsing a
whole file, it drops such cues silently.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from store.errors import StoreError
from store.formats import timelines
from store.formats.format import Format
from store.formats.item import Item, Rejected
from store.formats.reading import audio_beside, head, read_text, resolve, why
from store.formats.timelines import Rows, milliseconds, one_line, parse_remark, remark, remarks, with_remarks
from store.formats.writing import text_file
from store.text import shown

SUFFIX = ".vtt"
VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s([^<>]+)>")
OWN = ("identifier", "settings")
"""What else the format itself has: kept in Item.extra."""
LONGEST_CUE = 100_000
"""Characters of a cue with its tags and escapes; a segment's text may have 10,000."""


def fits(path: Path) -> bool:
    """Whether it is a .vtt file or a folder with one, or begins as one."""
    return timelines.holds(path, SUFFIX) or re.match(r"\ufeff?WEBVTT\s", head(path, 64)) is not None


def read(path: Path, encoding: str | None = None) -> Rows:
    """The cues of a file, or of all files in a folder. Raises StoreError where the file is no WebVTT."""
    return timelines.read_files(path, SUFFIX, lambda file, name: _read(file, name, encoding))


def write(folder: Path, items: Iterable[Item]) -> list[Path]:
    """Write a transcript beside each recording. Raises StoreError: a foreign cue name or setting that no
    file can hold, the disk refuses.
    """
    from webvtt import WebVTT

    written = []
    for target, audio, segments in timelines.recordings(folder, items, SUFFIX):
        linked = timelines.is_linked(folder, audio)
        header = [remark({"audio": str(audio.absolute())})] if linked else []
        try:
            content = WebVTT(captions=[_caption(item) for item in segments], header_comments=header).content
        except (ValueError, AttributeError) as error:
            raise StoreError(
                f"{shown(target)} cannot hold a cue's name or settings ({why(error)})", place=target
            ) from error
        with text_file(target) as file:
            file.write(content)
        written.append(target)
    return written


def _caption(item: Item) -> Any:
    from webvtt import Caption

    start, end = (_time(time) for time in milliseconds(item))
    # Two hyphens before the end of the tag would read as the arrow between two times.
    voice = f"<v {html.escape(item.speaker).replace('--', '-&#45;')}>" if item.speaker else ""
    text = html.escape(item.text, quote=False)
    caption = Caption(start, end, voice + text, *(item.extra.get(name) or None for name in OWN))
    if values := remarks(item):
        caption.comments = [remark(values)]
    return caption


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def _read(path: Path, name: str, encoding: str | None) -> Rows:
    lines = re.split(r"\r\n|\r|\n", read_text(path, encoding))
    if not re.match(r"WEBVTT(?:\s|$)", lines[0]):
        raise StoreError(
            f"{shown(path)} is not WebVTT, whose first line is WEBVTT", "name its format with --format", path
        )
    audio: Path | str | None = audio_beside(path)
    values: dict[str, Any] = {}
    for number, block in _blocks(lines):
        if any("-->" in line for line in block):
            if audio is None:
                yield timelines.no_audio(name, path)
                return
            if isinstance(audio, str):
                yield Rejected(name, audio)
                return
            for row in _cues(audio, f"{name}, line {number}", block):
                yield with_remarks(row, values) if isinstance(row, Item) else row
            values = {}
        elif block[0].startswith("NOTE "):
            values = parse_remark(block[0].removeprefix("NOTE "))
            if isinstance(values.get("audio"), str):
                audio = resolve(path.parent, values["audio"])


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Lines between empty ones, with the number of the first."""
    block: list[str] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line:
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _cues(audio: Path, where: str, block: list[str]) -> Rows:
    """The cues of a block; more than one where the empty line between two is missing."""
    from webvtt import WebVTT

    if sum(map(len, block)) > LONGEST_CUE:
        yield Rejected(where, f"The cue has more than {LONGEST_CUE:,} characters: split it.")
        return
    captions = WebVTT.from_string("WEBVTT\n\n" + "\n".join(block)).captions
    for caption in captions:
        start, end = (time.in_milliseconds() / 1000 for time in (caption.start_time, caption.end_time))
        voices = dict.fromkeys(html.unescape(voice).strip() for voice in VOICE.findall(caption.raw_text))
        item = Item(
            audio, where, start, end, one_line(html.unescape(caption.text)), speaker=one_line(" / ".join(voices))
        )
        extra = {key: str(value) for key in OWN if (value := getattr(caption, key))}
        yield replace(item, extra=extra)
    if len(captions) < sum("-->" in line for line in block):
        yield Rejected(where, "A cue's times cannot be read: write them as 00:00:01.000 --> 00:00:02.000.")


FORMAT = Format(
    name="vtt",
    about="WebVTT subtitles beside their audio, with speakers",
    fits=fits,
    read=read,
    place=timelines.place,
    write=write,
    beside_audio=True,
    suffixes=(SUFFIX,),
)
