"""Label Studio's JSON: a list of tasks, each an audio file with regions in it.

Predictions are what a recogniser heard; an annotation is the reference, the newest where there are
several, and it stands for all of the task: predicted regions that it lacks were removed by hand. A
task that was skipped keeps its predictions; one without anything is a file to correct. A text without
times is that of the whole file.

Label Studio calls uploaded files `/data/upload/…` and local ones `/data/local-files/?d=…`; they are
looked for by their name inside the folder. A note is the region's own, what else is known an object
in the region's `meta` that Label Studio keeps and shows nobody; `extra` is the task's other data.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import count, groupby
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from xml.sax.saxutils import quoteattr

from store.errors import StoreError
from store.formats.format import Format
from store.formats.item import Item, Rejected
from store.formats.json_stream import Document
from store.formats.label_studio_regions import AUDIO, SPEAKERS, SPEECH, TEXT, objects, regions_of, results_of
from store.formats.reading import AUDIO_SUFFIXES, head, meant, resolve
from store.formats.records import item_of, name_in
from store.formats.writing import text_file
from store.text import clean, shown

FILE = "label-studio.json"
INTERFACE = "label-studio.xml"
"""The labelling interface that a project needs to take the tasks."""

LOCAL, UPLOADED = "/data/local-files/", "/data/upload/"

AUDIO_KEYS = (AUDIO, "audio_url", "url", "file", "path", "wav", "voice")
"""What the audio of a task is called, where its value does not look like an audio file."""


def fits(path: Path) -> bool:
    """Whether it is such a list, or a folder with just one."""
    return _export(path) is not None


def read(path: Path, encoding: str | None = None) -> Iterator[Item | Rejected]:
    """The regions of all tasks, in the order of their start; one task at a time is held in memory.

    Raises:
        StoreError: no such file, another encoding, JSON that ends too early.
    """
    export = _export(path) if path.is_dir() else path
    if export is None:
        raise StoreError(f"{shown(path)} holds no single Label Studio export", "name the JSON file itself", path)
    folder = _Folder(export.parent)
    name = shown(Path(export.name))
    for number, task in enumerate(Document(export, encoding).elements(), 1):
        where = f"{name}, task {number}"
        if not isinstance(task, Mapping) or not isinstance(task.get("data"), Mapping):
            yield Rejected(where, "It is no task with data: export the project as JSON, not as JSON-MIN or CSV.")
            continue
        key = _audio_key(task["data"])
        audio = folder.find(str(task["data"].get(key, "")))
        if isinstance(audio, str):
            yield Rejected(where, audio)
            continue
        extra = {other: value for other, value in task["data"].items() if other != key and isinstance(value, str)}
        for item in _items(export.parent, where, audio, task):
            yield replace(item, extra=extra) if isinstance(item, Item) else item


def place(number: int, item: Item) -> str:
    """Where an export puts the audio of recording `number`."""
    return f"audio/tertulia_{number:06d}"


def write(folder: Path, items: Iterable[Item]) -> list[Path]:
    """Write the tasks and the labelling interface that fits them; one recording at a time is in memory.

    Label Studio finds the audio where LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT is the folder that `folder`
    lies in. A recording of which nothing is corrected has predictions alone, so that it is offered for
    annotation.

    Raises:
        StoreError: the disk is full, read-only or failing.
    """
    speakers: dict[str, None] = {}
    numbers = count(1)
    with text_file(folder / FILE) as file:
        file.write("[")
        for number, (audio, group) in enumerate(groupby(items, key=lambda item: item.audio)):
            regions = [(f"tertulia-{next(numbers):08d}", item) for item in group]
            speakers |= dict.fromkeys(item.speaker or SPEECH for _, item in regions)
            file.write(",\n" if number else "\n")
            file.write(json.dumps(_task(folder, audio, regions), ensure_ascii=False, allow_nan=False))
        file.write("\n]\n")
    with text_file(folder / INTERFACE) as file:
        labels = "".join(f"<Label value={quoteattr(name)}/>" for name in speakers)
        file.write(
            f'<View>\n<Labels name="{SPEAKERS}" toName="{AUDIO}">{labels}</Labels>\n'
            f'<Audio name="{AUDIO}" value="${AUDIO}"/>\n'
            f'<TextArea name="{TEXT}" toName="{AUDIO}" perRegion="true" editable="true"/>\n</View>\n'
        )
    return [folder / FILE, folder / INTERFACE]


def _task(folder: Path, audio: Path, regions: list[tuple[str, Item]]) -> dict[str, Any]:
    name = name_in(folder, audio)
    url = f"{LOCAL}?d={quote(name if Path(name).is_absolute() else f'{folder.name}/{name}')}"
    done = any(item.text or item.status not in ("", "new") for _, item in regions)
    heard = [
        result
        for region, item in regions
        for result in results_of(item, region, item.heard)
        if item.heard or not done
    ]
    said = [result for region, item in regions for result in results_of(item, region, item.text)]
    return {
        "data": {**regions[0][1].extra, AUDIO: url},
        "annotations": [{"result": said}] if done else [],
        "predictions": [{"model_version": "tertulia", "result": heard}] if heard else [],
    }


def _items(folder: Path, where: str, audio: Path, task: Mapping[str, Any]) -> Iterator[Item | Rejected]:
    """The regions of a task whose audio is there."""
    given = objects(task.get("annotations"))
    annotations = [each for each in given if not each.get("was_cancelled")]
    predicted = regions_of(max(objects(task.get("predictions")), key=_age, default={}).get("result"))
    regions = regions_of(max(annotations, key=_age).get("result")) if annotations else predicted
    if not annotations and not regions:
        regions = {"": {}}
    heard = {key: region for key, region in predicted.items() if isinstance(region, Mapping)}
    by_span = {(each["start"], each["end"]): each["text"] for name, each in heard.items() if name not in regions}
    for key, region in regions.items():
        here = f"{where}, region {clean(key, limit=None)[:40]}" if key else where
        if isinstance(region, str):
            yield Rejected(here, region)
            continue
        if annotations:
            said = heard.get(key, {}).get("text") or by_span.get((region["start"], region["end"]), "")
            values = {**region, "heard": said}
        else:
            values = {**region, "heard": region.get("text", ""), "text": ""}
            values |= {"status": "skipped"} if given else {}
        yield item_of(folder, here, values, audio=audio)


class _Folder:
    """The folder an export lies in, and the files in it by their bare names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, url: str) -> Path | str:
        """The audio file that Label Studio calls so, or why it is not taken."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return resolve(self.folder, url)
        if UPLOADED in parts.path:
            name = unquote(parts.path)
        elif LOCAL in parts.path:
            name = next((unquote(part[2:]) for part in parts.query.split("&") if part.startswith("d=")), "")
        else:
            return resolve(self.folder, url)
        found = resolve(self.folder, name)
        if isinstance(found, Path) or ".." in re.split(r"[/\\]", name):
            return found
        pieces = PurePosixPath(name).parts
        tails = ["/".join(pieces[at:]) for at in range(1, len(pieces))]
        bare = pieces[-1] if pieces else ""
        # An upload is kept under its own name after a random one: 3f2a91bc-talk.wav.
        known = self._names.get(bare) or self._names.get(re.sub("^[0-9a-f]{8}-", "", bare)) or []
        if len(known) > 1:
            return f"The audio “{clean(bare, limit=None)[:80]}” is there {len(known)} times: keep one of them."
        for tail in (*tails, *known):
            if isinstance(inner := resolve(self.folder, tail), Path):
                return inner
        return found

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for folder, _, files in os.walk(self.folder):
            for name in files:
                if name.lower().endswith(AUDIO_SUFFIXES):
                    names.setdefault(name, []).append((Path(folder) / name).relative_to(self.folder).as_posix())
        return names


def _audio_key(data: Mapping[str, Any]) -> str:
    """The name under which a task's data has its audio."""
    texts = {key: value for key, value in data.items() if isinstance(value, str)}
    likely = (key for key, value in texts.items() if value.lower().split("?")[0].endswith(AUDIO_SUFFIXES))
    return next((key for key in AUDIO_KEYS if key in texts), None) or next(likely, AUDIO)


def _age(annotation: Mapping[str, Any]) -> tuple[str, int]:
    """For `max`: the newest, by the time of the last change and, where none is given, by its number."""
    number = annotation.get("id")
    time = annotation.get("updated_at") or annotation.get("created_at") or ""
    return str(time), number if isinstance(number, int) else 0


def _export(path: Path) -> Path | None:
    return meant(path, FILE, (".json",), _is_export)


def _is_export(path: Path) -> bool:
    start = head(path)
    return re.match(r"\ufeff?\s*\[\s*\{", start) is not None and re.search(r'"data"\s*:\s*\{', start) is not None


FORMAT = Format(
    name="label-studio",
    about="Label Studio's JSON, with regions of speech",
    fits=fits,
    read=read,
    place=place,
    write=write,
    suffixes=(".json",),
)
