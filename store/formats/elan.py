"""ELAN documents (.eaf): a tier of annotations for each speaker, times in whole milliseconds.

A speaker's turns are on a tier of their own. On tiers that depend on it are what belongs to a turn
(`heard@Ana`, `note@Ana`, `split@Ana`, `status@Ana`, `reason@Ana`) and its words with their times
(`words@Ana`); other dependent tiers, a translation for instance, are kept in Item.extra by their name.
Turns of one speaker that overlap need a second tier. Exact spans in samples are kept in a property of
the document, which ELAN keeps and does not show. Nothing is lost but parts of milliseconds of words.

The document is first read by expat alone, which says where it breaks off, and which refuses any
declaration of a document type: ELAN writes none, and it is what entity bombs are made of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat

from store.errors import StoreError
from store.formats import timelines
from store.formats.format import Format
from store.formats.item import REMARKS, Item, Rejected, TimedWord
from store.formats.reading import LARGEST_DOCUMENT, audio_beside, head, require_file, resolve, unreadable, why
from store.formats.timelines import Rows, milliseconds, one_line, with_samples, within
from store.formats.writing import text_file
from store.text import shown

SUFFIX = ".eaf"
WORDS = ("words", "word")
UNNAMED = ("default", "text", "transcript", "transcription", "utterance", "utterances", "speech", "tier")
"""Names of tiers that name no speaker."""
SAMPLES = "tertulia-samples"
TURN, PART, WORD = "default-lt", "part", "word"
"""Linguistic types: a turn, what is said of one, and its words."""
MIMES = {"wav": "audio/x-wav", "mp3": "audio/mpeg", "m4a": "audio/mp4"}
MOST_STEPS = 8
"""From an annotation to the turn it belongs to; a document could also send one round in circles."""
NO_XML = re.compile("[\ufffe\uffff]")


@dataclass(slots=True)
class Annotation:
    """An annotation of a speaker's tier, in milliseconds, with what depends on it."""

    start: int
    end: int
    text: str
    fields: dict[str, str] = field(default_factory=dict)
    words: list[TimedWord] = field(default_factory=list)


def fits(path: Path) -> bool:
    """Whether it is an .eaf file or a folder with one, or begins as one."""
    return timelines.holds(path, SUFFIX) or "<ANNOTATION_DOCUMENT" in head(path, 1 << 10)


def read(path: Path, encoding: str | None = None) -> Rows:
    """The turns of a document, or of all in a folder. Raises StoreError where it is no ELAN document.

    XML says itself in which encoding it is, so `encoding` changes nothing.
    """
    return timelines.read_files(path, SUFFIX, _read)


def write(folder: Path, items: Iterable[Item]) -> list[Path]:
    """Write a document beside each recording.

    Raises:
        StoreError: a text holds one of the two characters that XML forbids, the disk refuses.
    """
    from pympi.Elan import to_string

    written = []
    for target, audio, segments in timelines.recordings(folder, items, SUFFIX):
        text = to_string(_document(folder, audio, segments))
        if forbidden := NO_XML.search(text):
            before = text[: forbidden.start()].rpartition(">")[2][-30:]
            raise StoreError(
                f"{shown(target)} cannot hold the character after “{before}”, which XML forbids",
                "delete it there",
                target,
            )
        with text_file(target) as file:
            file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n')
        written.append(target)
    return written


def _document(folder: Path, audio: Path, items: list[Item]) -> Any:
    from pympi.Elan import Eaf

    eaf = Eaf(author="Tertulia")
    eaf.remove_tier("default")
    eaf.add_linguistic_type(PART, "Symbolic_Association", timealignable=False)
    eaf.add_linguistic_type(WORD, "Included_In")
    # An export that is complete in itself says nothing about the machine it was made on.
    url = audio.absolute().as_uri() if timelines.is_linked(folder, audio) else audio.name
    kind = audio.suffix[1:].lower()
    eaf.add_linked_file(url, f"./{audio.name}", MIMES.get(kind, f"audio/{kind}"))
    tiers: dict[str, list[str]] = {}
    ends: dict[str, int] = {}
    samples = {}
    for item in items:
        start, end = milliseconds(item)
        own = tiers.setdefault(item.speaker, [])
        tier = next((each for each in own if ends[each] <= start), "")
        if not tier:
            tier = _add_tier(eaf, item.speaker)
            own.append(tier)
        ends[tier] = end
        eaf.add_annotation(tier, start, end, item.text)
        turn = f"a{eaf.maxaid}"
        if item.samples:
            samples[turn] = item.samples
        _add_parts(eaf, tier, turn, item)
    if samples:
        eaf.add_property(SAMPLES, json.dumps(samples))
    return eaf


def _add_tier(eaf: Any, speaker: str) -> str:
    """Add a tier for a speaker's turns and return its name, which no other has."""
    name = plain = speaker.replace("@", " ") or "text"  # @ stands between a part and its tier
    number = 1
    while name in eaf.tiers:
        number += 1
        name = f"{plain} {number}"
    eaf.add_tier(name, TURN, part=speaker)
    return name


def _add_parts(eaf: Any, tier: str, turn: str, item: Item) -> None:
    """Add what depends on a turn, on tiers that depend on its tier."""
    values = {role: getattr(item, role) for role in REMARKS}
    for role, value in ({**item.extra, **values}).items():
        name = f"{role}@{tier}"
        if value and role not in WORDS:
            if name not in eaf.tiers:
                eaf.add_tier(name, PART, parent=tier, part=item.speaker)
            part = eaf.generate_annotation_id()
            # The library would look for the turn by its time, through all turns each time.
            eaf.annotations[part] = name
            eaf.tiers[name][1][part] = (turn, value, None, None)
    for word in item.words:
        name = f"words@{tier}"
        if name not in eaf.tiers:
            eaf.add_tier(name, WORD, parent=tier, part=item.speaker)
        start = round(word.start * 1000)
        eaf.add_annotation(name, start, max(round(word.end * 1000), start + 1), word.text)


def _read(path: Path, name: str) -> Rows:
    eaf = _parse(path)
    audio, origin = _media(eaf, path)
    if not isinstance(audio, Path):
        yield Rejected(name, audio) if audio else timelines.no_audio(name, path)
        return
    samples = _samples(eaf)
    children: dict[str, list[str]] = {}
    for tier, (_, _, attributes, _) in eaf.tiers.items():
        children.setdefault(attributes.get("PARENT_REF") or "", []).append(tier)
    for tier, (turned, _, attributes, _) in sorted(eaf.tiers.items(), key=lambda tier: tier[1][3]):
        if attributes.get("PARENT_REF"):
            continue
        unnamed = re.sub(r" \d+$", "", tier.strip().lower()) in UNNAMED
        speaker = one_line(attributes.get("PARTICIPANT") or ("" if unnamed else tier))
        turns: dict[str, Annotation] = {}
        for key, (begin, end, text, _) in turned.items():
            where = f"{name}, tier {one_line(tier)}, {one_line(key)}"
            span = eaf.timeslots.get(begin), eaf.timeslots.get(end)
            if span[0] is None or span[1] is None:
                yield Rejected(where, "It has no time: align it in ELAN.")
            else:
                turns[key] = Annotation(span[0] + origin, span[1] + origin, one_line(text))
        _gather(eaf, tier, _dependents(children, tier), turns, origin)
        for key, turn in turns.items():
            yield _item(audio, f"{name}, tier {one_line(tier)}, {one_line(key)}", speaker, turn, samples.get(key))


def _parse(path: Path) -> Any:
    """The document. Raises StoreError where it is none, broken off, or declares entities."""
    from pympi.Elan import Eaf

    if require_file(path).st_size > LARGEST_DOCUMENT:
        raise StoreError(f"{shown(path)} is larger than {LARGEST_DOCUMENT >> 20} MB", "split it", path)

    def refuse(*_: Any) -> None:
        raise StoreError(
            f"{shown(path)} declares a document type, which ELAN never does, so it was not read",
            "save it in ELAN",
            path,
        )

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
        return Eaf(str(path), suppress_version_warning=True)
    except OSError as error:
        raise unreadable(path, error) from error
    except StoreError:
        raise
    except expat.ExpatError as error:
        raise StoreError(
            f"{shown(path)} is not whole, valid XML ({why(error)})", "save it again in ELAN", path
        ) from error
    except Exception as error:  # the library has no error of its own for a document that lacks something
        raise StoreError(
            f"{shown(path)} is not an ELAN document ({why(error)})", "save it in ELAN", path
        ) from error


def _media(eaf: Any, path: Path) -> tuple[Path | str | None, int]:
    """The audio a document speaks of, or why there is none, and where in it its time 0 lies, in ms."""
    reason: str | None = None
    linked = sorted(eaf.media_descriptors, key=lambda media: not media.get("MIME_TYPE", "").startswith("audio/"))
    for media in linked:
        url = re.sub("^file:(//)?", "", media.get("MEDIA_URL", ""))
        relative = re.sub("^(file:)?(\\./)?", "", media.get("RELATIVE_MEDIA_URL") or "")
        for name in (relative, re.split(r"[/\\]", url)[-1], url):
            for spelling in dict.fromkeys((name, unquote(name))):
                found = resolve(path.parent, spelling)
                if isinstance(found, Path):
                    origin = media.get("TIME_ORIGIN", "")
                    return found, int(origin) if re.fullmatch(r"-?\d{1,12}", origin) else 0
                reason = reason or (found if name else None)
    return audio_beside(path) or reason, 0


def _samples(eaf: Any) -> dict[str, Any]:
    """The exact spans by annotation, where the document holds them."""
    try:
        values = json.loads(dict(eaf.properties).get(SAMPLES) or "{}")
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _gather(eaf: Any, tier: str, dependents: list[str], turns: dict[str, Annotation], origin: int) -> None:
    """Give the turns of a tier what is on the tiers that depend on it."""
    ordered = sorted(turns.values(), key=lambda turn: turn.start)
    for name in dependents:
        aligned, references, _, _ = eaf.tiers[name]
        role = one_line(name.removesuffix(f"@{tier}"))
        for key, (_, value, _, _) in references.items():
            if turn := turns.get(_owner(eaf, key)):
                turn.fields[role] = one_line(f"{turn.fields.get(role, '')} {value}")
        timed = (
            TimedWord(one_line(text), start + origin, end + origin)
            for begin, finish, text, _ in aligned.values()
            if (start := eaf.timeslots.get(begin)) is not None and (end := eaf.timeslots.get(finish)) is not None
        )
        for index, words in within(ordered, timed).items():
            if role.lower() in WORDS:
                ordered[index].words = [TimedWord(word.text, word.start / 1000, word.end / 1000) for word in words]
            else:
                ordered[index].fields[role] = one_line(" ".join(word.text for word in words))


def _dependents(children: Mapping[str, list[str]], tier: str) -> list[str]:
    """The tiers that depend on a tier, and those that depend on them."""
    found = [tier]
    for each in found:
        found.extend(name for name in children.get(each, ()) if name not in found)
    return found[1:]


def _owner(eaf: Any, key: str) -> str:
    """The annotation with a time on which another depends, through others in between."""
    for _ in range(MOST_STEPS):
        references = eaf.tiers[eaf.annotations[key]][1] if key in eaf.annotations else {}
        if key not in references:
            break
        key = references[key][0]
    return key


def _item(audio: Path, where: str, speaker: str, turn: Annotation, samples: Any) -> Item:
    own: dict[str, Any] = {role: turn.fields.pop(role) for role in REMARKS if role in turn.fields}
    item = Item(audio, where, turn.start / 1000, turn.end / 1000, turn.text, speaker=speaker, extra=turn.fields)
    return with_samples(replace(item, words=tuple(turn.words), **own), samples)


FORMAT = Format(
    name="elan",
    about="ELAN documents beside their audio, a tier for each speaker",
    fits=fits,
    read=read,
    place=timelines.place,
    write=write,
    beside_audio=True,
    export_audio="wav",
    suffixes=(SUFFIX,),
)
