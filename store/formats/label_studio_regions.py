"""Label Studio's results, and the regions of an audio file that they describe together.

A region is several results with one `id`: `labels` says who speaks from when to when, `textarea` what
is said. A text whose id no label has could belong anywhere, so it is rejected, and so are the labels
of the same annotation that are left without a text then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from store.formats.item import Item
from store.formats.reading import seconds_of
from store.formats.records import own_of

SPEAKERS, TEXT, AUDIO = "speaker", "transcription", "audio"
"""What our results call the labels, the text area and the audio of the labelling interface."""

SPEECH = "speech"
"""The label of a region whose speaker nobody named; Label Studio shows no region without one."""

OWN = "tertulia"
"""The object in a region's `meta` with what Label Studio has no place for."""


def regions_of(results: Any) -> dict[str, dict[str, Any] | str]:
    """What the results say of each region, by its id, or why it is rejected; in the order of their start."""
    labels: dict[str, Mapping[str, Any]] = {}
    texts: dict[str, Mapping[str, Any]] = {}
    for number, result in enumerate(objects(results)):
        kind = {"labels": labels, "textarea": texts}.get(str(result.get("type")))
        if kind is not None and isinstance(result.get("value"), Mapping):
            kind.setdefault(str(result.get("id") or f"result {number}"), result)
    orphans = {key for key in texts if labels and key not in labels and "start" in texts[key]["value"]}
    found: dict[str, dict[str, Any] | str] = {}
    for key in sorted({**labels, **texts}, key=lambda key: _start(labels.get(key, texts.get(key)))):
        if key in orphans:
            found[key] = "Its text and no label have its id: give the label and the text of a region one id."
        elif orphans and key not in texts:
            found[key] = (
                "Its label has no text, and a text of this task has no label: give both of a region one id."
            )
        else:
            found[key] = _region(labels.get(key, {}), texts.get(key, {}))
    return found


def results_of(item: Item, region: str, text: str) -> Iterator[dict[str, Any]]:
    """The results that describe an item as the region of that id.

    Args:
        text: what is said in it: the reference or what was heard.
    """
    whole = item.start is None and item.end is None
    length = seconds_of(item.audio)
    end = item.end if item.end is not None else length or 0.0
    span = {} if whole else {"start": item.start or 0.0, "end": end}
    own = own_of(item)
    note, speaker = own.pop("note", ""), own.pop("speaker", "")
    if speaker and (whole or speaker.casefold() == SPEECH):
        own["speaker"] = speaker
    meta: dict[str, Any] = ({"text": [note]} if note else {}) | ({OWN: own} if own else {})
    common: dict[str, Any] = {"id": region, "to_name": AUDIO} | ({"original_length": length} if length else {})
    common |= {"meta": meta} if meta else {}
    if not whole:
        yield {**common, "from_name": SPEAKERS, "type": "labels", "value": {**span, "labels": [speaker or SPEECH]}}
    if text or whole:
        yield {**common, "from_name": TEXT, "type": "textarea", "value": {**span, "text": [text]}}


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list, which should be all that is in it."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _region(label: Mapping[str, Any], text: Mapping[str, Any]) -> dict[str, Any]:
    value = {**text.get("value", {}), **label.get("value", {})}
    meta = label.get("meta") or text.get("meta")
    meta = meta if isinstance(meta, Mapping) else {}
    names = [name for name in _strings(value.get("labels")) if name.casefold() != SPEECH]
    own = meta[OWN] if isinstance(meta.get(OWN), Mapping) else {}
    return {
        **own,
        "start": _time(value.get("start")),
        "end": _time(value.get("end")),
        "text": " ".join(_strings(text.get("value", {}).get("text"))),
        "speaker": names[0] if names else own.get("speaker", ""),
        "note": " ".join(_strings(meta.get("text"))),
    }


def _strings(value: Any) -> Iterable[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


def _time(value: Any) -> Any:
    """A time as it stands; what can be none as text, for the sentence that rejects it."""
    return value if value is None or isinstance(value, int | float | str) else str(value)


def _start(result: Mapping[str, Any] | None) -> float:
    start = result["value"].get("start") if result else None
    return start if isinstance(start, int | float) else -1
