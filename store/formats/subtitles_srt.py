"""SubRip subtitles (.srt): numbered cues of text, with times to the millisecond.

SRT holds times and text and nothing else: speaker, note, split, status, words and what was heard are
lost. Its files cannot name their audio, which lies beside them under the same name.

The format has no escape. Players take `<i>` and `{\\an8}` for instructions, so they are removed from
what is read; where a transcript says such a thing itself, an invisible word joiner (U+2060) is put
into it, which shows nothing, stops every player from obeying, and is taken out again on reading.

Lines are looked at here, one at a time, and the library parses the times: its own search for cues
takes time that grows with the cube of a hostile line's length, and says of a bad cue only that there
is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from store.errors import StoreError
from store.formats import timelines
from store.formats.format import Format
from store.formats.item import Item, Rejected
from store.formats.reading import audio_beside, head, read_text
from store.formats.timelines import Rows, milliseconds, one_line
from store.formats.writing import text_file
from store.text import shown

SUFFIX = ".srt"
TIME = r"-?\d{1,9}(?:[,.:，．。：]\d{1,9}){2,3}"
CUE = re.compile(rf"\s*({TIME}) *-[ -] *> *({TIME})(?:\s.*)?")
BAD_CUE = re.compile(r"\s*-?\d+:\d\S* *-->|.*--> *-?\d+:\d\S*\s*$")
"""A line that was meant to be one."""
TAG = re.compile(r"</?(?:b|i|u|s|font)(?:\s[^<>]*)?>|\{\\[^{}]*\}", re.IGNORECASE)
TAG_BEGIN = re.compile(r"<(?=/?(?:b|i|u|s|font)[\s>])|\{(?=\\)", re.IGNORECASE)
ARROW = re.compile(r"-(?=[ -] *>)")
JOINER = "\u2060"
LONGEST_LINE = 12_000
"""Characters; a segment's text may have 10,000."""


def fits(path: Path) -> bool:
    """Whether it is a .srt file or a folder with one, or begins with a cue."""
    if timelines.holds(path, SUFFIX):
        return True
    lines = [line for line in head(path, 1 << 12).splitlines()[:4] if line.strip()]
    return any(len(line) < LONGEST_LINE and CUE.fullmatch(line) for line in lines[:2])


def read(path: Path, encoding: str | None = None) -> Rows:
    """The cues of a file, or of all files in a folder. Raises StoreError where the file is no SRT."""
    return timelines.read_files(path, SUFFIX, lambda file, name: _read(file, name, encoding))


def write(folder: Path, items: Iterable[Item]) -> list[Path]:
    """Write a transcript beside each recording.

    Raises:
        StoreError: the audio lies elsewhere, which an SRT file cannot say; the disk refuses.
    """
    import srt

    written = []
    for target, audio, segments in timelines.recordings(folder, items, SUFFIX):
        if timelines.is_linked(folder, audio):
            raise StoreError(
                f"An SRT file cannot say where its audio lies, and {shown(audio)} is elsewhere",
                "export without --link, or as vtt",
                audio,
            )
        with text_file(target) as file:
            for number, item in enumerate(segments, start=1):
                start, end = (timedelta(milliseconds=time) for time in milliseconds(item))
                file.write(srt.Subtitle(number, start, end, _escaped(item.text)).to_srt(strict=False))
        written.append(target)
    return written


def _read(path: Path, name: str, encoding: str | None) -> Rows:
    lines = read_text(path, encoding).splitlines()
    cues = [number for number, line in enumerate(lines) if ">" in line and _is_cue(line)]
    if not cues:
        raise StoreError(
            f"{shown(path)} holds no subtitles (a line such as 00:00:01,000 --> 00:00:02,000)", place=path
        )
    audio = audio_beside(path)
    if audio is None:
        yield timelines.no_audio(name, path)
        return
    for number, after in zip(cues, [*cues[1:], len(lines)], strict=True):
        numbered = after < len(lines) and after - 1 > number and re.fullmatch(r"\s*\d{1,9}\s*", lines[after - 1])
        said = lines[number + 1 : after - 1 if numbered else after]
        yield _item(audio, f"{name}, line {number + 1}", lines[number], said)


def _is_cue(line: str) -> bool:
    return bool(len(line) < 200 and (CUE.fullmatch(line) or BAD_CUE.match(line)))


def _item(audio: Path, where: str, times: str, said: list[str]) -> Item | Rejected:
    import srt

    if (found := CUE.fullmatch(times)) is None:
        return Rejected(where, "Its times cannot be read: write them as 00:00:01,000 --> 00:00:02,000.")
    try:
        start, end = (srt.srt_timestamp_to_timedelta(time).total_seconds() for time in found.groups())
    except (ValueError, OverflowError):
        return Rejected(where, "Its times cannot be read: write them as 00:00:01,000 --> 00:00:02,000.")
    if sum(map(len, said)) > LONGEST_LINE:
        return Rejected(where, f"It has more than {LONGEST_LINE:,} characters: split it.")
    text = TAG.sub("", one_line(" ".join(said))).replace(JOINER, "")
    return Item(audio, where, start, end, one_line(text))


def _escaped(text: str) -> str:
    return TAG_BEGIN.sub(lambda begin: begin[0] + JOINER, ARROW.sub(f"-{JOINER}", text))


FORMAT = Format(
    name="srt",
    about="SubRip subtitles beside their audio",
    fits=fits,
    read=read,
    place=timelines.place,
    write=write,
    beside_audio=True,
    suffixes=(SUFFIX,),
)
