"""Is the new version let in? What the gate says to both evaluations, and to reports that cannot be trusted."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from core.runs.errors import TrainingRefused
from core.versions.gate import Report, Verdict, judge, read_report
from models.evaluation.evaluate import Evaluation, HeardClip, Silence
from models.evaluation.rates import LEAST_WORDS
from models.evaluation.scoring import Errors, character_errors, word_errors
from models.evaluation.spoken import RULE, STRICT

WORDS = ["la", "mar", "está", "muy", "tranquila", "hoy", "por", "aquí", "cerca", "siempre"]
"""Ten words: the text of every clip, so that an error of one is a tenth."""
TEXT = " ".join(WORDS)
Wrong = Callable[[int], int]
"""How many words of a clip are misheard, by the clip's number."""


def clips(wrong: Wrong, count: int, recordings: int) -> tuple[HeardClip, ...]:
    return tuple(
        HeardClip(f"recording {number % recordings}", "Ana", 3.0, -24.0, TEXT, *heard(wrong(number)))
        for number in range(count)
    )


@cache
def heard(wrong: int) -> tuple[str, Errors, Errors]:
    """What is heard with so many words wrong, and what that counts for."""
    said = " ".join(["no"] * wrong + WORDS[wrong:])
    return said, word_errors(TEXT, said), character_errors(TEXT, said)


def result(
    wrong: int | Wrong,
    general: int | Wrong | None = 0,
    *,
    count: int = 40,
    recordings: int = 10,
    ghosts: int = 0,
    timestamps: float | None = 1.0,
) -> Evaluation:
    """An evaluation on 40 clips of test and 1000 of Spanish at large; of each clip so many words wrong."""

    def way(wrong: int | Wrong) -> Wrong:
        return (lambda number: wrong) if isinstance(wrong, int) else wrong

    sets = {"test": clips(way(wrong), count, recordings)}
    if general is not None:
        sets["general"] = clips(way(general), 1000, 1000)
    return Evaluation("ear", "int8_float32", sets, Silence(20, ghosts), timestamps, 1.0)


def verdict(before: Evaluation, after: Evaluation) -> Verdict:
    return judge(Report(before, after, None, 1.0, {}, 60.0))


def one_in(many: int) -> Wrong:
    """One word wrong in one clip of so many."""
    return lambda number: int(number % many == 0)


def test_fewer_errors_and_nothing_else_lost_is_better() -> None:
    said = verdict(result(4, 1), result(2, 1))
    assert (said.outcome, said.promotable, said.reasons) == ("better", True, ())
    assert (said.before.value, said.after.value) == (0.4, 0.2)
    assert said.change.value == pytest.approx(-0.2) and said.change.high < 0
    assert (said.change.words, said.change.blocks) == (400, 10)
    assert said.general_change is not None and said.general_change.value == 0
    assert said.sentence == (
        "The error rate on your held-out speech fell from 40.0 % to 20.0 %, -20.0 points [-20.0, -20.0] "
        "(n = 400 words, 10 recordings). Spanish at large: +0.0 points [+0.0, +0.0] (n = 10,000 words)."
    )


@pytest.mark.parametrize(
    ("after", "verb"),
    [
        (lambda number: 1 if number % 10 == 0 else 2, "fell from"),  # all that is better is one recording
        (2, "stayed at"),
        (3, "rose from"),
    ],
)
def test_what_may_be_chance_is_no_better(after: int | Wrong, verb: str) -> None:
    said = verdict(result(2), result(after))
    assert (said.outcome, said.promotable) == ("no better", False)
    assert said.change.high >= 0 and said.reasons
    assert f"held-out speech {verb} 20.0 %" in said.sentence


def test_a_worse_ear_is_not_said_to_be_chance() -> None:
    said = verdict(result(2), result(4))
    assert said.outcome == "no better" and said.change.low > 0
    assert "That is worse, and not by chance." in said.sentence


def test_recordings_stand_and_fall_together() -> None:
    better: Wrong = lambda number: 0 if number % 40 < 30 else 4  # noqa: E731
    apart = verdict(result(2, recordings=40), result(better, recordings=40))
    together = verdict(result(2, recordings=3), result(better, recordings=3))
    assert apart.outcome == "better"
    assert together.change.value == apart.change.value
    assert together.change.high - together.change.low != apart.change.high - apart.change.low


def test_one_recording_proves_nothing() -> None:
    said = verdict(result(4, recordings=1), result(0, recordings=1))
    assert (said.outcome, said.promotable) == ("no better", False)
    assert (said.change.value, said.change.low, said.change.high) == (-0.4, -1.0, 1.0)


@pytest.mark.parametrize(
    ("before", "after", "harmful"),
    [
        (one_in(10**9), one_in(8), True),  # 1.25 points
        (one_in(10**9), one_in(20), False),  # half a point, and surely so
        # No worse on the whole, but 60 clips in 1000 are heard quite otherwise.
        (lambda n: 10 if n % 50 == 0 else 0, lambda n: 10 if n % 50 == 1 else 0, False),
        (lambda n: 10 if n % 12 == 0 else 0, lambda n: 10 if n % 12 == 1 else 0, True),
        (2, 1, False),
    ],
)
def test_spanish_at_large_must_not_pay_for_it(before: int | Wrong, after: int | Wrong, harmful: bool) -> None:
    said = verdict(result(4, before), result(2, after))
    assert said.general_change is not None
    assert (said.outcome == "harmful", said.promotable) == (harmful, not harmful), said.general_change
    assert any("heard worse" in reason for reason in said.reasons) == harmful
    assert said.sentence.count("Spanish at large") == 1
    figures = f"{100 * said.general_change.value:+.1f} points"
    assert figures in said.sentence and "n = 10,000 words" in said.sentence


def test_hearing_voices_is_harmful() -> None:
    said = verdict(result(4, ghosts=1), result(2, ghosts=4))
    assert (said.outcome, said.promotable) == ("harmful", False)
    assert said.reasons == ("It hears 4 words where nobody speaks, and the recogniser before 1.",)
    assert said.reasons[0] in said.sentence
    assert verdict(result(4, ghosts=1), result(2, ghosts=3)).promotable


def test_forgetting_timestamps_is_harmful() -> None:
    said = verdict(result(4, timestamps=1.0), result(2, timestamps=0.75))
    assert (said.outcome, said.promotable) == ("harmful", False)
    assert "timestamps in 75 % of the clips, and the recogniser before in 100 %" in said.sentence
    assert verdict(result(4, timestamps=0.8), result(2, timestamps=0.6)).promotable, "by exactly as much as it may"
    assert verdict(result(4, timestamps=0.9), result(2, timestamps=0.7)).promotable, "by exactly as much as it may"
    assert verdict(result(4, timestamps=None), result(2, timestamps=0.0)).promotable, (
        "who was not asked has no share"
    )


def test_all_that_is_harmful_is_named() -> None:
    said = verdict(result(4, 0), result(2, 1, ghosts=9, timestamps=0.0))
    assert said.outcome == "harmful" and len(said.reasons) == 3
    assert all(reason in said.sentence for reason in said.reasons)


def test_below_200_words_nothing_is_said() -> None:
    said = verdict(result(4, count=19), result(0, count=19))
    assert (said.outcome, said.promotable) == ("too little", False)
    assert said.sentence.startswith("Too little to say. Only 190 words of test were heard, and 200 are needed")
    assert said.change.words == 190 and said.change.value == pytest.approx(-0.4), (
        "the figures are there all the same"
    )
    assert verdict(result(4, count=20), result(0, count=20)).change.words == LEAST_WORDS
    assert verdict(result(4, count=20), result(0, count=20)).outcome == "better"


def test_without_a_test_there_are_no_figures_and_no_promotion() -> None:
    said = verdict(result(0, count=0), result(0, count=0))
    assert (said.outcome, said.promotable, said.change.words) == ("too little", False, 0)
    assert (said.change.low, said.change.high) == (-1.0, 1.0)
    assert "Only 0 words" in said.sentence


def test_without_spanish_at_large_it_is_not_let_in() -> None:
    said = verdict(result(4, None), result(2, None))
    assert (said.outcome, said.promotable) == ("better", False)
    assert said.general_before is said.general_after is said.general_change is None
    assert "Spanish at large was not measured" in said.sentence


def test_one_recording_of_spanish_at_large_tells_nothing_of_it() -> None:
    before, after = (
        dataclasses.replace(one, sets={**one.sets, "general": clips(lambda number: 1, 30, 1)})
        for one in (result(4), result(2))
    )
    said = verdict(before, after)
    assert (said.outcome, said.promotable) == ("better", False)
    assert "Spanish at large was measured on one recording only" in said.sentence


# --- reports --------------------------------------------------------------------------------------


def body(before: Evaluation, after: Evaluation, **more: Any) -> dict[str, Any]:
    return {"v": 1, "before": before.as_json(), "after": after.as_json(), "base": None, "strength": 0.75,
            "windows": {"share": 0.1}, "train_seconds": 61.5, **more}  # fmt: skip


def written(folder: Path, text: str | bytes | dict[str, Any]) -> Path:
    if isinstance(text, dict):
        text = json.dumps(text)
    (folder / "report.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def small(wrong: int, **more: Any) -> Evaluation:
    return result(wrong, None, **more)


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    before, after, base = small(4), small(2), small(5, timestamps=None)
    report = read_report(written(tmp_path, body(before, after, base=base.as_json())))
    assert report == Report(before, after, base, 0.75, {"share": 0.1}, 61.5)
    assert read_report(written(tmp_path, body(before, after))).base is None


def test_a_version_that_was_never_measured(tmp_path: Path) -> None:
    with pytest.raises(TrainingRefused, match=r"report\.json is not there: .*never measured, train again"):
        read_report(tmp_path)


def replaced(**more: Any) -> dict[str, Any]:
    return {**body(small(4), small(2)), **more}


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"[]", b"null", b"3", b'"v"', b"\xff\xfe", b'{"v": 1}', b"[" * 100_000,
        replaced(v=2), replaced(v=None), replaced(before=None), replaced(after=[]), replaced(base=3),
        replaced(strength="much"), replaced(strength=None), replaced(windows=3), replaced(train_seconds=[]),
        replaced(strength=float("nan")), replaced(train_seconds=float("inf")), replaced(train_seconds=-1),
        replaced(strength=-0.5),
        replaced(after={**small(2).as_json(), "timestamps": float("nan")}),
        replaced(after={**small(2).as_json(), "seconds": float("nan")}),
        replaced(after={**small(2).as_json(), "silence": {"clips": 20, "words": float("nan")}}),
        replaced(after={**small(2).as_json(), "timestamps": 2.0}),
    ],
)  # fmt: skip
def test_a_damaged_report_is_told(tmp_path: Path, text: bytes | dict[str, Any]) -> None:
    with pytest.raises(TrainingRefused, match=r"report\.json is damaged \(.+\): train again\.$"):
        read_report(written(tmp_path, text))


def test_counts_that_do_not_fit_the_texts_are_damage(tmp_path: Path) -> None:
    after = small(2).as_json()
    after["sets"]["test"][0]["words"] = [0, 0, 0, 10]
    with pytest.raises(TrainingRefused, match=r"damaged .*do not fit its texts"):
        read_report(written(tmp_path, replaced(after=after)))


def test_a_report_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    with pytest.raises(TrainingRefused, match="damaged"):
        read_report(tmp_path)


@pytest.mark.parametrize("name", ["test", "general"])
@pytest.mark.parametrize("change", [{"recording": "another"}, {"reference": f"{TEXT} no"}, None])
def test_two_ears_must_have_heard_the_same_clips(tmp_path: Path, name: str, change: dict[str, Any] | None) -> None:
    def with_general(wrong: int) -> Evaluation:
        found = small(wrong)
        return dataclasses.replace(found, sets={**found.sets, "general": clips(lambda number: 0, 5, 5)})

    before, after = with_general(4), with_general(2)
    clips_heard = list(after.sets[name])
    if change is None:
        clips_heard.pop()
    else:
        reference = change.get("reference", TEXT)
        errors = word_errors(reference, clips_heard[0].heard), character_errors(reference, clips_heard[0].heard)
        clips_heard[0] = dataclasses.replace(clips_heard[0], **change, words=errors[0], characters=errors[1])
    after = dataclasses.replace(after, sets={**after.sets, name: tuple(clips_heard)})
    with pytest.raises(TrainingRefused, match="compares two recognisers on different clips"):
        read_report(written(tmp_path, body(before, after)))


def test_spelling_decides_nothing_and_stands_beside(tmp_path: Path) -> None:
    said, heard = "Tengo tres hijos y cuarenta y dos primos en total", "Tengo 3 hijos y 42 primos en total"

    def spelt(text: str) -> Evaluation:
        counted = word_errors(said, text), character_errors(said, text)
        clips = [
            HeardClip(f"recording {number % 10}", "Ana", 3.0, -24.0, said, text, *counted) for number in range(40)
        ]
        return Evaluation("ear", "int8_float32", {"test": tuple(clips)}, Silence(20, 0), 1.0, 1.0)

    verdict = judge(Report(spelt(heard), spelt(said), None, 1.0, {"margin": None, "tried": []}, 1.0))
    assert verdict.outcome == "no better" and verdict.change.value == 0.0 and verdict.rule == RULE
    assert verdict.strict_change.high < 0 < verdict.strict_before.value and "rule" not in verdict.sentence


def test_a_report_of_an_older_rule_is_judged_by_it_and_says_so(tmp_path: Path) -> None:
    old = {name: result(wrong).as_json() | {"rule": STRICT} for name, wrong in (("before", 3), ("after", 1))}
    body = {"v": 1, **old, "base": None, "strength": 1.0, "windows": {}, "train_seconds": 1.0}
    (tmp_path / "report.json").write_text(json.dumps(body), encoding="utf-8")
    verdict = judge(read_report(tmp_path))
    assert verdict.rule == STRICT and "scored by the rule “strict”" in verdict.sentence
    assert verdict.change == verdict.strict_change
    body["after"]["rule"] = RULE
    (tmp_path / "report.json").write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(TrainingRefused, match="by different rules"):
        read_report(tmp_path)
