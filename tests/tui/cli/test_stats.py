"""`tertulia queue`, `stats` and `split`, as somebody types them, on a real data folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from store.database import Store
from tests.core.review.desk_makings import correct, corrected, heard, recording
from tests.tui.cli.driver import tertulia

ACCEPTED = (
    ["Vivo en un pueblo pequeño.", "Los lunes voy al mercado."],
    ["Mi hermana trabaja en un banco.", "Tenemos dos perros muy viejos."],
    ["Ayer cenamos pescado con patatas.", "Nunca he viajado a Chile."],
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Three recordings: two corrected segments each, and three that wait in a fourth."""
    with Store.open(tmp_path) as store, store.transaction():
        for number, texts in enumerate(ACCEPTED):
            corrected(store, recording(store, number), texts)
        where = recording(store, 9)
        heard(store, where, "Me gusta el té.", start=62.0, speaker="Ana", sure=0.99)
        heard(store, where, "No lo sé muy bien, pero creo que sí.", start=70.0, speaker="Eva", sure=0.6)
        wrong = heard(store, where, "Cuántos años tienes?", start=80.0, speaker="Eva", sure=0.9)
        correct(store, wrong, "¿Cuántos años tienes tú?")
        heard(store, where, "Tengo 23 años\x1b[31m.", start=90.0, speaker="Eva", sure=0.9)
    return tmp_path


def figures(home: Path, *arguments: str) -> dict[str, Any]:
    done = tertulia(home, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_queue_begins_with_what_is_most_worth_the_time(home: Path) -> None:
    found = figures(home, "queue")
    assert found["count"] == 3
    assert [one["text"][:5] for one in found["segments"]] == ["No lo", "Tengo", "Me gu"]
    first = found["segments"][0]
    assert first["place"] == "grabación 9 1:10"
    assert first["confidence"] == pytest.approx(0.6)
    assert first["expected"] > 2
    assert "the recogniser is 60 % sure" in first["why"]
    assert found["segments"][1]["warnings"] == ["digits"]
    shown = tertulia(home, "queue", "--limit", "1").stdout
    assert "No lo sé muy bien, pero creo que sí." in shown
    assert "1 of 3 segments" in shown
    assert "\x1b" not in tertulia(home, "queue").stdout


def test_the_queue_is_filtered_and_ordered_as_asked(home: Path) -> None:
    def texts(*arguments: str) -> list[str]:
        return [one["text"] for one in figures(home, "queue", *arguments)["segments"]]

    assert texts("--speaker", "Ana") == ["Me gusta el té."]
    assert texts("--search", "te gusta") == ["Me gusta el té."]
    assert texts("--order", "time", "--status", "new")[0] == "Me gusta el té."
    assert texts("--warning", "digits") == ["Tengo 23 años."]
    assert len(texts("--status", "all")) == 10
    assert texts("--status", "corrected", "--speaker", "Eva") == ["¿Cuántos años tienes tú?"]
    assert tertulia(home, "queue", "--speaker", "nadie").stdout == "No segment is like that.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["queue", "--warning", "nada"], "“nada” is no warning: use one of digits, casing"),
        (["queue", "--limit", "0"], "ask for one at least"),
        (["queue", "--order", "luck"], "invalid choice: 'luck'"),
        (["split", "--shares", "80,20"], "give three numbers such as 80,10,10"),
        (["split", "--shares", "a,b,c"], "give three numbers such as 80,10,10"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(home: Path, arguments: list[str], sentence: str) -> None:
    done = tertulia(home, *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_splitting_is_repeatable_and_the_stats_show_it(home: Path) -> None:
    found = figures(home, "split", "--shares", "50,25,25", "--seed", "3")
    assert found["moved"] == 7
    assert {name for name, share in found["splits"].items() if share["segments"]} >= {"train", "dev", "test"}
    assert figures(home, "split", "--shares", "50,25,25", "--seed", "3")["moved"] == 0
    by = figures(home, "stats")["by"]["split"]
    assert by["test"]["segments"] == found["splits"]["test"]["segments"]
    shown = tertulia(home, "split").stdout
    assert shown.startswith("train ")
    assert "0 segments moved." in shown


def test_the_stats_are_told_in_figures_and_in_words(home: Path) -> None:
    found = figures(home, "stats")
    assert found["whole"]["segments"] == 10
    assert found["errors"]["errors"] == 1
    assert found["warnings"] == {"digits": 1}
    assert found["annotator"]["acceptances"] == 7
    assert found["duplicates"] == found["leaks"] == []
    shown = tertulia(home, "stats").stdout
    for part in (
        "10 segments",
        "too little to say",
        "2-5 h",
        "Numbers written in figures",
        "times real time",
        "3 segments wait",
        "The next milestone takes",
    ):
        assert part in shown


def test_an_empty_data_folder_has_answers(tmp_path: Path) -> None:
    assert tertulia(tmp_path, "queue").stdout == "No segment is like that.\n"
    assert tertulia(tmp_path, "stats").returncode == 0
    assert figures(tmp_path, "split")["moved"] == 0
