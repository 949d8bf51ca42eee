"""CHAT transcripts (.cha) of TalkBank and CHILDES: an utterance a line, times in milliseconds.

The codes of a transcript (`&-um`, `[/]`, `xxx`) are kept in the text as they stand; what ends an
utterance is joined to its last word (`hola .` is read as `hola.`), time marks are taken out. The note is
the tier `%com`, words with their times are the tier `%wor`, other dependent tiers are kept in
Item.extra by their names. What CHAT has no place for lies in a tier of our own, `%xter`: split, status,
reason, what was heard, the exact span in samples, and the text where CHAT cannot write it so. Speakers
are called by the name in @Participants, else by their code. Nothing is lost but parts of milliseconds
of words.

The library is asked for utterances and their tiers only, with no tier for morphology, because it
refuses a whole file over one utterance whose `%mor` does not match. Of two tiers of one name that belong
to one utterance it gives the last.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from store.errors import StoreError
from store.formats import timelines
from store.formats.format import Format
from store.formats.item import Item, Rejected, TimedWord
from store.formats.reading import AUDIO_SUFFIXES, audio_beside, head, read_text, resolve, why
from store.formats.timelines import Rows, milliseconds, one_line, parse_remark, remark, remarks, with_remarks
from store.formats.writing import text_file
from store.text import clean, shown

SUFFIX = ".cha"
OURS = "%xter"
NOTE = "%com"
WORDS = "%wor"
MARK = re.compile("\x15[^\x15]*\x15?")
TIMES = re.compile('\x15(?:%\\w{1,9}:"[^"\x15]*"_)?(\\d{1,10})_(\\d{1,10})\x15')
"""A time mark, as it is written today or with the name of its media, as it was long ago."""
WORD = re.compile("(?<![^\x15\\s])([^\x15\\s]+)\\s+\x15(\\d{1,10})_(\\d{1,10})\x15")
FINAL = re.compile(r" ([.?!])$")
TIER = re.compile(r"%[a-z0-9]{2,12}")
NO_WORDS = "0 ."
"""What CHAT writes where nothing was said."""
LETTERS = 3
"""Of a speaker's code."""


def fits(path: Path) -> bool:
    """Whether it is a .cha file or a folder with one, or begins as one."""
    return timelines.holds(path, SUFFIX) or re.match(r"\ufeff?@(UTF8|Begin)\s", head(path, 64)) is not None


def read(path: Path, encoding: str | None = None) -> Rows:
    """The utterances of a file, or of all files in a folder. Raises StoreError where the file is no CHAT."""
    return timelines.read_files(path, SUFFIX, lambda file, name: _read(file, name, encoding))


def write(folder: Path, items: Iterable[Item]) -> list[Path]:
    """Write a transcript beside each recording. Raises StoreError: the disk refuses."""
    written = []
    for target, audio, segments in timelines.recordings(folder, items, SUFFIX):
        codes = _codes(item.speaker for item in segments)
        lines = list(_head(audio, codes, timelines.is_linked(folder, audio)))
        for item in segments:
            lines.extend(_utterance(codes[item.speaker], item))
        with text_file(target) as file:
            file.write("\n".join([*lines, "@End", ""]))
        written.append(target)
    return written


def _codes(speakers: Iterable[str]) -> dict[str, str]:
    """A code of three letters for each speaker."""
    codes: dict[str, str] = {}
    for speaker in dict.fromkeys(speakers):
        plain = unicodedata.normalize("NFD", speaker).upper()
        letters = re.sub("[^A-Z]", "", plain)[:LETTERS].ljust(LETTERS, "X") if speaker else "SPK"
        code, number = letters, 1
        while code in codes.values():
            number += 1
            code = f"{letters[: LETTERS - len(str(number))]}{number}"
        codes[speaker] = code
    return codes


def _head(audio: Path, codes: dict[str, str], linked: bool) -> Iterator[str]:
    names = {code: re.sub(r"[\s,]+", "_", speaker) for speaker, code in codes.items()}
    yield "@UTF8"
    yield "@Begin"
    yield "@Languages:\tspa"
    yield "@Participants:\t" + ", ".join(
        f"{code} {name} Participant" if name else f"{code} Participant" for code, name in names.items()
    )
    for code in names:
        yield f"@ID:\tspa|tertulia|{code}|||||Participant|||"
    yield f"@Media:\t{audio.stem}, audio"
    values: dict[str, Any] = {"speakers": {code: speaker for speaker, code in codes.items()}}
    if linked:
        values["audio"] = str(audio.absolute())
    yield f"@Comment:\t{remark(values)}"


def _utterance(code: str, item: Item) -> Iterator[str]:
    start, end = milliseconds(item)
    spoken = re.sub(r"([.?!])$", r" \1", item.text) if re.search(r"[^\s.?!][.?!]$", item.text) else f"{item.text} ."
    if not re.search(r"\w", item.text):
        spoken = NO_WORDS  # other programs refuse a line without words
    values = {name: value for name, value in remarks(item).items() if name not in ("note", "words")}
    if (plain := _text(spoken)) != item.text:
        values |= {"text": item.text, "of": plain}
    yield f"*{code}:\t{spoken} \x15{start}_{end}\x15"
    if item.words and not any(re.search(r"\s", word.text) for word in item.words):
        marked = (f"{word.text} \x15{round(word.start * 1000)}_{round(word.end * 1000)}\x15" for word in item.words)
        yield f"{WORDS}:\t{' '.join(marked)} ."
    if item.note:
        yield f"{NOTE}:\t{item.note}"
    for tier, value in item.extra.items():
        if TIER.fullmatch(tier) and tier not in (WORDS, NOTE, OURS):
            yield f"{tier}:\t{one_line(value)}"
    if values:
        yield f"{OURS}:\t{remark(values)}"


def _text(spoken: str) -> str:
    """What a line says, without time marks, its end joined to the last word."""
    line = one_line(MARK.sub(" ", spoken))
    return "" if line == NO_WORDS else FINAL.sub(r"\1", line)


def _read(path: Path, name: str, encoding: str | None) -> Rows:
    chat = _parse(path, encoding)
    header = chat.headers()[0]
    values: dict[str, Any] = {}
    for comment in header.comments or []:
        values |= parse_remark(comment)
    audio = _media(path, header, values)
    if not isinstance(audio, Path):
        yield Rejected(name, audio) if audio else timelines.no_audio(name, path)
        return
    speakers = {each.code: each.name.replace("_", " ") or each.code for each in header.participants}
    if isinstance(values.get("speakers"), dict):
        speakers |= {str(code): str(speaker) for code, speaker in values["speakers"].items()}
    number = 0
    for utterance in chat.utterances():
        if utterance.participant is None or utterance.tiers is None:
            continue  # a header between utterances
        number += 1
        where = f"{name}, utterance {number}"
        # An utterance may have marks inside; the library gives the first.
        marks = TIMES.findall(utterance.tiers.get(utterance.participant, ""))
        if not marks:
            yield Rejected(where, "It has no time marks: link it to the sound in CLAN.")
            continue
        speaker = one_line(speakers.get(utterance.participant, utterance.participant))
        item = Item(audio, where, int(marks[0][0]) / 1000, int(marks[-1][1]) / 1000, speaker=speaker)
        yield _item(item, utterance.participant, utterance.tiers)


def _parse(path: Path, encoding: str | None) -> Any:
    from pylangacq import CHAT

    text = read_text(path, encoding)
    if not re.search(r"^@Begin\s", text, re.MULTILINE):
        raise StoreError(f"{shown(path)} is not a CHAT transcript, which has a line @Begin", "check the file", path)
    if not re.search(r"^@End\s*\Z", text, re.MULTILINE):
        raise StoreError(f"{shown(path)} breaks off before its line @End", "copy or save it again", path)
    try:
        return CHAT.from_strs([text], parallel=False, strict=False, mor_tier=None, gra_tier=None)
    except ValueError as error:
        raise StoreError(
            f"{shown(path)} is not a CHAT transcript that can be read ({why(error)})", place=path
        ) from error


def _media(path: Path, header: Any, values: dict[str, Any]) -> Path | str | None:
    """The audio a transcript names, that beside it, or why there is none."""
    if isinstance(values.get("audio"), str):
        return resolve(path.parent, values["audio"])
    named = (header.media or {}).get("filename") or ""
    if named:
        for suffix in ("", *AUDIO_SUFFIXES):
            if isinstance(found := resolve(path.parent, named + suffix), Path):
                return found
    beside = audio_beside(path)
    if beside is None and named:
        named = clean(named, limit=None)[:80]
        return f"The audio “{named}” is not there: put {named}.wav into the same folder."
    return beside


def _item(item: Item, code: str, tiers: dict[str, str]) -> Item:
    values = parse_remark(tiers.get(OURS, ""))
    text = _text(tiers[code])
    if values.get("of") == text and isinstance(values.get("text"), str):
        text = values["text"]
    words = tuple(
        TimedWord(word, int(start) / 1000, int(end) / 1000)
        for word, start, end in WORD.findall(tiers.get(WORDS, ""))
    )
    extra = {tier: one_line(text) for tier, text in tiers.items() if tier not in (code, WORDS, NOTE, OURS)}
    item = replace(item, text=text, note=one_line(tiers.get(NOTE, "")), words=words, extra=extra)
    return with_remarks(item, values)


FORMAT = Format(
    name="chat",
    about="CHAT transcripts (.cha) beside their audio",
    fits=fits,
    read=read,
    place=timelines.place,
    write=write,
    beside_audio=True,
    export_audio="wav",
    suffixes=(SUFFIX,),
)
