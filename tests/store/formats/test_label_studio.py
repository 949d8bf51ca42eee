"""Label Studio's exports: regions whose parts belong together, predictions, several annotators, its file names."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from store.errors import StoreError
from store.formats import label_studio
from store.formats.formats import guess
from store.formats.item import Item, Rejected
from tests.store.formats.format_items import only_items, only_rejected, put

URL = "/data/upload/3/3f2a91bc-talk.wav"


def label(key: str, start: float, end: float, speaker: str = "Ana", **more: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "channel": 0, "labels": [speaker]}
    return {"id": key, "from_name": "labels", "to_name": "audio", "type": "labels", "value": value, **more}


def said(key: str, text: str, start: float | None = None, end: float | None = None) -> dict[str, Any]:
    value = {"text": [text]} | ({} if start is None else {"start": start, "end": end})
    return {"id": key, "from_name": "transcription", "to_name": "audio", "type": "textarea", "value": value}


def task(annotations: list[Any], predictions: list[Any] = (), url: str = URL, **data: Any) -> dict[str, Any]:  # type: ignore[assignment]
    return {
        "id": 7,
        "data": {"audio": url, **data},
        "annotations": [{"id": number, "result": result} for number, result in enumerate(annotations)],
        "predictions": [{"id": number, "result": result} for number, result in enumerate(predictions)],
    }


def export(folder: Path, *tasks: Any) -> Path:
    put(folder / "media" / "talk.wav")
    return put(folder / "project-3.json", json.dumps(tasks).encode())


def test_a_region_is_a_label_and_a_text_with_one_id(tmp_path: Path) -> None:
    results = [
        said("b", "Bien.", 0.05, 0.1),
        label("a", 0.0, 0.05, "Ana", meta={"text": ["en", "voz baja"]}),
        label("b", 0.05, 0.1, "Eva"),
        said("a", "¿Qué tal?", 0.0, 0.05),
        label("c", 0.1, 0.12, "speech"),
        {"type": "choices", "value": {"choices": ["good"]}},
    ]
    path = export(tmp_path, task([results], topic="saludos", size=3))

    assert guess(path) is label_studio.FORMAT and guess(tmp_path) is label_studio.FORMAT
    audio = tmp_path / "media" / "talk.wav"
    extra = {"topic": "saludos"}
    assert only_items(label_studio.read(path)) == [
        Item(audio, "", 0.0, 0.05, text="¿Qué tal?", speaker="Ana", note="en voz baja", extra=extra),
        Item(audio, "", 0.05, 0.1, text="Bien.", speaker="Eva", extra=extra),
        Item(audio, "", 0.1, 0.12, extra=extra),
    ]


def test_texts_and_labels_that_share_no_id_are_rejected_and_the_rest_goes_on(tmp_path: Path) -> None:
    mixed = [
        label("a", 0, 0.05),
        said("a", "Sí.", 0, 0.05),
        label("b", 0.05, 0.1),
        said("x", "¿De quién?", 0.05, 0.1),
    ]
    path = export(tmp_path, task([mixed]), task([[label("a", 0.1, 0.05)]]), task([[said("a", "No.", 0, 0.1)]]))

    rows = list(label_studio.read(path))

    assert [row.text for row in rows if isinstance(row, Item)] == ["Sí.", "No."]
    assert [(row.where, row.reason.split(":")[0]) for row in only_rejected(rows)] == [
        ("project-3.json, task 1, region b", "Its label has no text, and a text of this task has no label"),
        ("project-3.json, task 1, region x", "Its text and no label have its id"),
        ("project-3.json, task 2, region a", "The span from 0.1 to 0.05 s does not run forward"),
    ]


def test_predictions_are_what_was_heard_and_the_newest_annotation_is_the_reference(tmp_path: Path) -> None:
    both = task(
        [[label("a", 0, 0.05), said("a", "Viejo", 0, 0.05)], [label("n", 0, 0.05), said("n", "Nuevo", 0, 0.05)]],
        [[label("p", 0, 0.05), said("p", "nuebo", 0, 0.05), label("q", 0.05, 0.1), said("q", "ruido", 0.05, 0.1)]],
    )
    dated = task([[label("a", 0, 0.1), said("a", "A")], [label("b", 0, 0.1), said("b", "B")]])
    dated["annotations"][0]["updated_at"] = "2026-03-02T10:00:00Z"
    dated["annotations"][1]["updated_at"] = "2026-03-01T10:00:00Z"
    path = export(tmp_path, both, dated)

    first, second = only_items(label_studio.read(path))

    assert (first.text, first.heard) == ("Nuevo", "nuebo")
    assert second.text == "A"


def test_tasks_nobody_has_done_are_work_to_do(tmp_path: Path) -> None:
    predicted = task([], [[label("p", 0, 0.05), said("p", "ola", 0, 0.05)]])
    skipped = task([[]], [[label("p", 0, 0.05), said("p", "ruido", 0, 0.05)]])
    skipped["annotations"][0]["was_cancelled"] = True
    path = export(tmp_path, predicted, skipped, {"data": {"audio": URL}}, task([[]]))

    items = only_items(label_studio.read(path))

    assert [(item.text, item.heard, item.status, item.end) for item in items] == [
        ("", "ola", "", 0.05),
        ("", "ruido", "skipped", 0.05),
        ("", "", "", None),
    ]


def test_a_text_without_times_is_that_of_the_whole_file(tmp_path: Path) -> None:
    results = [{"type": "textarea", "value": {"text": ["Hola.", "Adiós."]}}]
    (item,) = only_items(label_studio.read(export(tmp_path, task([results]))))

    assert (item.start, item.end, item.text) == (None, None, "Hola. Adiós.")


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "/data/upload/talk.wav",
        "http://localhost:8080/data/upload/3/3f2a91bc-talk.wav",
        "/data/local-files/?d=somewhere%2Felse%2Ftalk.wav",
        "/data/local-files/?d=export/media/talk.wav",
        "media/talk.wav",
    ],
)
def test_audio_is_found_by_the_names_that_label_studio_gives_it(tmp_path: Path, url: str) -> None:
    (item,) = only_items(label_studio.read(export(tmp_path, task([[]], url=url) | {"annotations": []})))

    assert item.audio.samefile(tmp_path / "media" / "talk.wav")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("/data/local-files/?d=../../secret.wav", "climbs out"),
        ("/data/local-files/?d=", "No audio is named"),
        ("/data/upload/3/other.wav", "is not there"),
        ("https://example.org/talk.wav", "network"),
        ("http://[", "network"),
        ("", "No audio is named"),
        ("/data/upload/twice.wav", "is there 2 times"),
    ],
)
def test_audio_that_is_not_taken(tmp_path: Path, url: str, problem: str) -> None:
    put(tmp_path / "secret.wav")
    put(tmp_path / "in" / "a" / "twice.wav")
    put(tmp_path / "in" / "b" / "twice.wav")

    (row,) = label_studio.read(export(tmp_path / "in", task([[]], url=url)))

    assert isinstance(row, Rejected) and problem in row.reason


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        "text",
        {"start": [], "end": {}},
        {"start": "x", "end": 1},
        {"start": 10**400, "end": 1, "labels": 3},
    ],
)
@pytest.mark.parametrize("kind", ["labels", "textarea", 7, None])
def test_results_of_any_shape_do_no_harm(tmp_path: Path, value: Any, kind: Any) -> None:
    result = {
        "id": ["list"],
        "type": kind,
        "value": value,
        "meta": {"tertulia": {"start": [], "words": 7}, "text": 1},
    }
    whole = task([[result, None, 3]], [[result]])
    rows = list(label_studio.read(export(tmp_path, whole, task([[result]], [[result]]), {"data": []}, 5, [])))

    assert [row.where for row in rows][-3:] == [f"project-3.json, task {number}" for number in (3, 4, 5)]


@pytest.mark.parametrize(
    "text", ["", "[", '[{"data": {"audio": "a.wav"}}', '{"data": {}}', "[1 2]", '[{"data": {}},]']
)
def test_an_export_that_is_cut_off_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(StoreError, match="not complete, valid JSON"):
        list(label_studio.read(put(tmp_path / "a.json", text.encode())))


def test_what_is_written_has_the_shape_that_label_studio_asks_for(tmp_path: Path) -> None:
    audio = put(tmp_path / "export" / "audio" / "a b.wav")
    other = put(tmp_path / "export" / "audio" / "c.wav")
    items = [
        Item(audio, "", 0.0, 0.05, text="Sí.", heard="si", speaker='"Ana" & <Eva>', note="bajo"),
        Item(audio, "", 0.05, 0.1),
        Item(other, "", 0.0, 0.1, heard="ola"),
    ]

    files = label_studio.write(tmp_path / "export", items)

    done, waiting = json.loads(files[0].read_text())
    assert done["data"]["audio"] == "/data/local-files/?d=export/audio/a%20b.wav"
    (annotation,) = done["annotations"]
    labels, text, bare = annotation["result"]
    assert labels["id"] == text["id"] != bare["id"]
    assert labels["type"] == "labels" and labels["value"] == {
        "start": 0.0,
        "end": 0.05,
        "labels": ['"Ana" & <Eva>'],
    }
    assert text["type"] == "textarea" and text["value"] == {"start": 0.0, "end": 0.05, "text": ["Sí."]}
    assert labels["original_length"] == 0.125 and labels["meta"] == {"text": ["bajo"]}
    assert [result["value"].get("text") for result in done["predictions"][0]["result"]] == [None, ["si"]]
    assert waiting["annotations"] == [] and len(waiting["predictions"]) == 1

    interface = ET.parse(files[1]).getroot()
    named = {element.get("name"): element for element in interface}
    assert {labels["from_name"], text["from_name"], "audio"} == set(named)
    assert [each.get("value") for each in named["speaker"]] == ['"Ana" & <Eva>', "speech"]
