"""`tertulia evaluate` and `compare`, as somebody types them: the real starter hears real clips."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import soundfile

from core.versions.compare import ClipSpan, Comparison
from models.evaluation.evaluate import Evaluation, change
from store.units import SAMPLE_RATE
from tests import learner_store as makings
from tests.tui.cli.driver import tertulia
from tui.cli import compare, evaluate
from tui.cli.marking import marked

FIELDS = {
    "model", "wer", "wer_low", "wer_high", "cer", "words", "files", "recordings", "sub", "ins", "del", "enough",
    "speakers", "loudness", "silence", "timestamps", "compute_type", "rule", "strict_wer", "strict_wer_low",
    "strict_wer_high",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four corrected sentences of test, two of dev, and a version that is a copy of the starter."""
    folder = tmp_path_factory.mktemp("learner")
    with makings.corrected(folder, train=0, dev=2, test=4) as store:
        makings.version(store)
    return folder


def figures(home: Path, *arguments: str | Path) -> dict[str, Any]:
    done = tertulia(home, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_recogniser_in_use_is_measured_on_the_test(home: Path) -> None:
    found = figures(home, "evaluate")
    assert found.keys() == FIELDS
    assert (found["model"], found["files"], found["recordings"]) == ("starter-ear", 4, 2)
    words = sum(len(text.split()) for text in makings.sentences()[2:6])
    assert found["words"] == words
    assert found["wer"] == pytest.approx((found["sub"] + found["ins"] + found["del"]) / words)
    assert 0 < found["wer_low"] <= found["wer"] <= found["wer_high"]
    assert list(found["speakers"]) == ["Ana"]
    assert found["silence"]["clips"] > 0
    assert not found["enough"]
    shown = tertulia(home, "evaluate").stdout
    assert "starter-ear, 4 clips" in shown
    assert f"{words} words are too little to say anything" in shown


def test_another_recogniser_and_another_split_are_measured_as_asked(home: Path) -> None:
    found = figures(home, "evaluate", "--model", "v1", "--split", "dev")
    assert (found["model"], found["files"]) == ("v1", 2)


def test_a_table_of_files_is_measured(home: Path, tmp_path: Path) -> None:
    texts = makings.sentences()[:2]
    with (tmp_path / "mis frases.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["audio", "text"])
        for number, text in enumerate(texts):
            soundfile.write(tmp_path / f"{number}.wav", makings.spoken(text), SAMPLE_RATE)
            table.writerow([f"{number}.wav", text])
    found = figures(home, "evaluate", "--manifest", tmp_path / "mis frases.csv")
    assert (found["files"], found["words"]) == (2, sum(len(text.split()) for text in texts))


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["evaluate", "--model", "v9"], "v9"),
        (["evaluate", "--model", "/nowhere/at all"], "/nowhere/at all"),
        (["evaluate", "--split", "train"], "split train"),
        (["evaluate", "--manifest", "/nowhere/a.csv"], "/nowhere/a.csv"),
        (["compare", "v1", "v9"], "v9"),
        (["compare", "openai/whisper-tiny-of-nobody", "v1"], "openai/whisper-tiny-of-nobody"),
    ],
)
def test_what_cannot_be_heard_is_said_in_a_sentence(home: Path, arguments: list[str], part: str) -> None:
    done = tertulia(home, *arguments, "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert part in done.stderr


def test_without_corrections_there_is_nothing_to_measure_on(tmp_path: Path) -> None:
    for arguments in (["evaluate"], ["compare", "starter-ear", "starter-ear"]):
        done = tertulia(tmp_path, *arguments)
        assert done.returncode == 2
        assert "`tertulia split`" in done.stderr


def test_two_recognisers_that_are_the_same_differ_in_nothing(home: Path) -> None:
    found = figures(home, "compare", "starter-ear", "v1")
    assert found["first"].keys() == found["second"].keys() == FIELDS
    assert (found["first"]["model"], found["second"]["model"]) == ("starter-ear", "v1")
    assert (found["change"], found["change_low"], found["change_high"]) == (0, 0, 0)
    assert (found["clips"], found["split"]) == ([], "test")
    shown = tertulia(home, "compare", "starter-ear", "v1").stdout
    assert "could be chance" in shown
    assert "They hear the same in every one." in shown


def test_where_two_recognisers_differ_is_shown_with_the_differences_marked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first, second = makings.heard("starter-ear", makings.often), makings.heard("v1", makings.seldom)
    spans = tuple(ClipSpan(number + 1, "", 0, 1) for number in range(60))
    found = Comparison(first, second, change(first.sets["test"], second.sets["test"]), "test", spans)
    monkeypatch.setenv("TERTULIA_HOME", str(tmp_path))
    monkeypatch.setattr("core.versions.compare.compared", lambda *_: found)
    assert compare.run(options("starter-ear", "v1")) == 0
    shown = capsys.readouterr().out
    assert "fewer errors, and not by chance" in shown
    assert "too little" not in shown
    text = makings.sentences()[1].lower().rstrip(".").split()
    assert f"starter-ear  [{text[0]}] [{text[1]}] {text[2]}" in shown
    assert compare.run(options("starter-ear", "v1", "--json")) == 0
    fields = json.loads(capsys.readouterr().out)
    assert fields["change_high"] < 0
    differing = [n for n in range(60) if makings.often(n) != makings.seldom(n)]
    assert [clip["segment"] - 1 for clip in fields["clips"]] == differing
    assert fields["clips"][0].items() >= {"first_errors": 0, "second_errors": 2}.items()


def options(*arguments: str) -> Any:
    import argparse

    parser = argparse.ArgumentParser()
    compare.add_arguments(parser)
    return parser.parse_args(arguments)


def test_speakers_and_loudness_stand_apart_where_there_are_several(capsys: pytest.CaptureFixture[str]) -> None:
    body = makings.heard("starter-ear", makings.often).as_json()
    for clip in body["sets"]["test"][::2]:
        clip.update(speaker="Eva", loudness=-40.0)
    shown = "\n".join(evaluate._lines(Evaluation.from_json(body)))
    for part in ("speaker Ana: ", "speaker Eva: ", "loudness quiet: ", "loudness middle: ", "timestamps"):
        assert part in shown
    assert "too little" not in shown


def test_differences_are_marked_word_by_word() -> None:
    assert marked("Vivo en Soria.", "vino en la") == "*vino* en *la*"
    assert marked("¿Dónde está?", "Donde está ella") == "*donde* está +ella+"
    assert marked("Sí, claro.", "Sí") == "sí [claro]"
    assert marked("Sí.", "\x1b[2J") == "*2j*"
    assert marked("Tengo dos o tres vídeos.", "tengo 2 o trece videos") == "tengo dos o *trece* videos"
