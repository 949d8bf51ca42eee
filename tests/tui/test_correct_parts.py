"""The parts of the Correct screen that are plain functions, for whatever they may be given."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tui.correct.choices import lettered
from tui.correct.playback import union
from tui.correct.text_editing import core_span, word_spans
from tui.correct.words import LETTERS, labels, lines
from tui.segment_sound import BIN, Wave


@given(st.integers(0, len(LETTERS) ** 2))
def test_every_word_has_a_label_and_none_begins_another(count: int) -> None:
    names = labels(count)
    assert len(set(names)) == len(names) == count
    assert not {name[0] for name in names if len(name) == 2} & {name for name in names if len(name) == 1}
    if count <= len(LETTERS):
        assert all(len(name) == 1 for name in names)


@given(st.lists(st.integers(1, 30), max_size=80), st.integers(5, 60))
def test_words_are_wrapped_in_their_order_and_none_is_lost(widths: list[int], room: int) -> None:
    rows = lines(widths, room)
    assert [place for first, last in rows for place in range(first, last)] == list(range(len(widths)))
    for first, last in rows:
        assert last - first == 1 or sum(widths[first:last]) + last - first <= room


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200))))
def test_what_was_heard_twice_is_counted_once(spans: list[tuple[int, int]]) -> None:
    found = union(spans)
    assert {x for a, b in found for x in range(a, b)} == {x for a, b in spans for x in range(a, b)}
    assert all(b < c for (_, b), (c, _) in pairwise(found))


@given(st.text(alphabet="aé ñ.,¿?¡!-«»'1"))
def test_the_core_of_a_word_lies_in_the_word(text: str) -> None:
    for place, (first, last) in enumerate(word_spans(text)):
        start, end = core_span(text, place)
        assert first <= start < end <= last
        around = text[first:start] + text[end:last]
        assert not any(char.isalnum() for char in around)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=400), st.integers(1, 120), st.integers(1, 48))
def test_any_sound_can_be_drawn(peaks: list[float], columns: int, most: int) -> None:
    whole = Wave(0, 0, len(peaks) * BIN, tuple(peaks))
    heights = whole.heights(columns, most)
    assert len(heights) == columns
    assert all(0 <= height <= most for height in heights)
    if columns >= len(peaks) and max(peaks) > 1e-9:
        assert max(heights) == most


@given(st.lists(st.text(max_size=8), max_size=26))
def test_each_answer_has_a_key_of_its_own(labels: list[str]) -> None:
    choices = lettered(labels)
    assert [choice.label for choice in choices] == labels
    assert len({choice.key for choice in choices}) == len(choices)
