"""The desk's own bench: it counts keys that did what they should, and times what was really painted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tui.bench.desk import figures, keystrokes
from tui.bench.desk.data import fill
from tui.bench.desk.keystrokes import count
from tui.bench.desk.other_programs import LABEL_STUDIO, SOURCES, SUBTITLE_EDIT, WAYS, KeyCost, costs
from tui.bench.desk.scale import Timing, _at_a_terminal, judged, percentile
from tui.bench.desk.tasks import SENTENCES, TASKS, Case, DeskTask, words_away
from tui.cli import main


def task(name: str, *cases: Case) -> DeskTask:
    """One of the tasks, with other cases."""
    [found] = [one for one in TASKS if one.name == name]
    return DeskTask(found.name, found.what, cases)


async def test_right_segments_are_heard_and_accepted_with_one_key_each() -> None:
    figures = await count(task("accept", Case(SENTENCES[0], 0), Case(SENTENCES[1], 0)))
    assert (figures.n, figures.tertulia.keys.mean, figures.tertulia.keys.most) == (2, 1, 1)
    assert figures.tertulia.letters.most == 0


async def test_a_word_costs_its_letters_and_three_keys_or_four_in_a_long_sentence() -> None:
    last = len(SENTENCES[-1].split()) - 1
    figures = await count(task("word", Case(SENTENCES[0], 1), Case(SENTENCES[-1], last)))
    assert (figures.tertulia.keys.mean, figures.tertulia.keys.most) == (3.5, 4)
    assert figures.tertulia.letters.most == len("dormir")
    by_keys, by_mouse = figures.others[SUBTITLE_EDIT]
    assert by_keys.keys.most == 1 + 1 + 1  # a word along, select it, go on
    assert (by_mouse.keys.most, by_mouse.mouse.most) == (1, 1)


@pytest.mark.parametrize("name", ["doubt", "alternative", "split", "merge", "undo"])
async def test_every_other_task_is_done_too(name: str) -> None:
    figures = await count(task(name, Case(SENTENCES[1], 2)))
    assert figures.n == 1
    assert 1 <= figures.tertulia.keys.most <= 4


async def test_what_did_not_arrive_is_an_error_and_not_a_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keystrokes, "labels", lambda count: ["s"] * count)  # the second word, whichever is wrong
    with pytest.raises(RuntimeError, match="was typed, and the reference"):
        await count(task("word", Case(SENTENCES[0], 0)))


def test_every_way_of_another_program_says_where_it_is_documented() -> None:
    assert set(WAYS) == {one.name for one in TASKS}
    for ways in WAYS.values():
        assert set(ways) == {LABEL_STUDIO, SUBTITLE_EDIT}
        for way in (way for program in ways.values() for way in program):
            assert way
            assert all(source in SOURCES for _, source in way)


def test_the_caret_of_the_others_comes_from_the_nearer_end() -> None:
    nine_words = "uno dos tres cuatro cinco seis siete ocho nueve"
    assert [words_away(Case(nine_words, place)) for place in (0, 2, 4, 6, 8)] == [0, 2, 4, 2, 0]
    at_the_end, in_the_middle = (costs("word", LABEL_STUDIO, away)[0] for away in (0, 4))
    assert at_the_end == KeyCost(keys=4, mouse=0)  # into the text, the word, out of the text, the next
    assert in_the_middle.keys == at_the_end.keys + 4


def test_a_start_of_the_app_is_measured_on_a_terminal(tmp_path: Path) -> None:
    fill(tmp_path, 1000)
    ready, order = _at_a_terminal(tmp_path, all_of_it=False)
    assert (ready.name, order.name) == ("ready", "order")
    assert ready.cpu[0] > 0 and 0 < ready.wall[0] < 60_000
    assert not (tmp_path / "measured.json").exists()


def test_goals_are_for_the_right_figure_and_three_times_as_wide_for_a_million() -> None:
    page = Timing("page", "a page", wall=[100.0, 90.0, 110.0], cpu=[15.0, 17.0, 20.0])
    at_first, later = judged(page, 100_000), judged(page, 1_000_000)
    assert (at_first.wall_median, at_first.cpu_median, at_first.goal, at_first.met) == (100.0, 17.0, 16.0, False)
    assert (later.goal, later.met) == (48.0, True)
    assert judged(Timing("accept", "accept", [1.0], [1.0]), 1000).met is None
    assert judged(Timing("search rare", "a search", [49.0, 51.0, 50.0], [1.0] * 3), 1000).met


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([float(value) for value in range(1, 61)], 0.95) == 57.0
    assert percentile([3.0], 0.95) == 3.0


def test_the_table_names_goals_and_how_often(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(figures, "TASKS", [task("accept", Case(SENTENCES[0], 0))])
    ready = Timing("ready", "ready", [250.0], [200.0])
    monkeypatch.setattr(figures.scale, "measure", lambda size, tell: [judged(ready, size)])
    assert main(["bench", "desk", "--segments", "5000"]) == 0
    said = capsys.readouterr().out
    assert "≤ 1 ✓" in said and "5,000 segments" in said and "wall ≤ 300 ✓" in said
    assert main(["bench", "desk", "--segments", "5000", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["keystrokes"][0]["n"] == 1 and told["sizes"][0]["measures"][0]["met"]


def test_a_size_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "desk", "--segments", "ten"])
    assert "is no size to measure with" in capsys.readouterr().err
